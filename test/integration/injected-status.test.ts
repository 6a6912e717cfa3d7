import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI } from '@google/genai';
import OpenAI, { AzureOpenAI } from 'openai';
import { createRouter, type Provider } from 'signalbox';
import { anthropic } from 'signalbox/anthropic';
import { google } from 'signalbox/google';
import { openai } from 'signalbox/openai';
import { scriptedProvider, virtualClock } from 'signalbox/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { turns, until } from '../faults/stage.ts';
import { type Behavior, type FaultServer, faultServer, json } from '../support/fault-server.ts';
import { read } from '../support/requests.ts';

/** A refusal whose body never ends. */
const endless =
  (status: number): Behavior =>
  (response) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.write('{"error":{"message":"overloa');
  };

const apiKey = 'sk-canary-0123456789';
const azure = (url: string) =>
  new AzureOpenAI({ apiKey, endpoint: url, apiVersion: '2024-10-21', deployment: 'd' });
const injected: Readonly<Record<string, (url: string) => Provider>> = {
  openai: (url) => openai({ client: new OpenAI({ apiKey, baseURL: `${url}/v1` }) }),
  'openai, over the Responses API': (url) =>
    openai({ client: new OpenAI({ apiKey, baseURL: `${url}/v1` }), api: 'responses' }),
  'openai, with a key from a function': (url) =>
    openai({ client: new OpenAI({ apiKey: () => Promise.resolve(apiKey), baseURL: `${url}/v1` }) }),
  'openai, for Azure': (url) => openai({ client: azure(url) }),
  anthropic: (baseURL) => anthropic({ client: new Anthropic({ apiKey, baseURL }) }),
  google: (baseUrl) => google({ client: new GoogleGenAI({ apiKey, httpOptions: { baseUrl } }) }),
  'google, with its own fetch': (baseUrl) =>
    google({ client: new GoogleGenAI({ apiKey, httpOptions: { baseUrl, fetch: (...it) => fetch(...it) } }) }),
};

/** Virtual time stands still, so that none of the router's own limits ends a request. */
const clock = virtualClock();
let server: FaultServer;
beforeEach(async () => {
  server = await faultServer();
});
afterEach(() => server.close());

function withBackup(provider: Provider, time = clock) {
  const backup = { id: 'b', provider: scriptedProvider('b', [{}], time), model: 'm' };
  return createRouter({ targets: [{ id: 'a', provider, model: 'm' }, backup], clock: time, catalog: false });
}

/** The attempts of a chat or stream, each by its target and what went wrong. */
async function attemptsOf(provider: Provider, how: 'chat' | 'stream'): Promise<readonly unknown[]> {
  const router = withBackup(provider);
  const ask = { prompt: 'Hi' };
  const ended =
    how === 'chat'
      ? await router.chat(ask)
      : await router.stream(ask).then((stream) => read(stream).then(() => stream.result));
  await router.close();
  return ended.attempts.map(({ target, error }) => [target, error?.kind, error?.status]);
}

describe.each(Object.entries(injected))('an injected client of %s', (_, create) => {
  it.each([
    [503, 'overloaded'],
    [429, 'rate-limit'],
  ])('fails over at once after a %i whose body never ends', async (status, kind) => {
    server.behave(endless(status));
    const ways = ['chat', 'stream'] as const;
    const attempts = await Promise.all(ways.map((how) => attemptsOf(create(server.url), how)));
    const expected = [
      ['a', kind, status],
      ['b', undefined, undefined],
    ];
    expect(attempts).toEqual([expected, expected]);
  });

  it('reports the message of an error whose body ends', async () => {
    server.behave(json({ error: { message: 'no such model as m' } }, 400));
    const error = await createRouter({
      targets: [{ provider: create(server.url), model: 'm' }],
      catalog: false,
    })
      .chat({ prompt: 'Hi' })
      .catch((error: unknown) => error);
    expect(String(error)).toContain('no such model as m');
  });

  it('reports a cut connection as a network error', async () => {
    server.behave((response) => {
      response.destroy();
    });
    expect((await attemptsOf(create(server.url), 'chat'))[0]).toEqual(['a', 'network', undefined]);
  });
});

describe('an injected OpenAI client', () => {
  it('that was patched is called itself: another target is asked after the limit on a first answer', async () => {
    server.behave(endless(503));
    const client = new OpenAI({ apiKey, baseURL: `${server.url}/v1` });
    const { completions } = client.chat;
    let calls = 0;
    const create = completions.create.bind(completions);
    Object.assign(completions, {
      create: (...request: Parameters<typeof create>) => {
        calls += 1;
        return create(...request);
      },
    });
    const time = virtualClock();
    const router = withBackup(openai({ client }), time);
    const answer = router.chat({ prompt: 'Hi' });
    await until(() => server.received.length === 1);
    await turns();
    await time.advance(10_000);
    expect((await answer).target).toBe('b');
    expect(calls).toBe(1);
    await router.close();
  });

  it('that is a proxy is called itself', async () => {
    server.behave(json({ error: { message: 'busy' } }, 503));
    const seen: PropertyKey[] = [];
    const traced = (target: object): object =>
      new Proxy(target, {
        get(object, key) {
          const value: unknown = Reflect.get(object, key);
          if (typeof value !== 'function') return typeof value === 'object' && value ? traced(value) : value;
          return (...args: readonly unknown[]) => {
            seen.push(key);
            return Reflect.apply(value, object, args);
          };
        },
      });
    const client = traced(new OpenAI({ apiKey, baseURL: `${server.url}/v1` })) as OpenAI;
    expect((await attemptsOf(openai({ client }), 'chat'))[0]).toEqual(['a', 'overloaded', 503]);
    expect(seen).toEqual(['create']);
  });

  it('sends a key that the application replaced', async () => {
    server.behave(json({ error: { message: 'busy' } }, 503));
    const client = new OpenAI({ apiKey, baseURL: `${server.url}/v1` });
    const provider = openai({ client });
    await attemptsOf(provider, 'chat');
    client.apiKey = 'sk-canary-replaced';
    await attemptsOf(provider, 'chat');
    expect(server.received.map(({ headers }) => headers.authorization)).toEqual([
      `Bearer ${apiKey}`,
      'Bearer sk-canary-replaced',
    ]);
  });

  it('of a class that `withOptions` cannot copy is called itself', async () => {
    class Tenant extends OpenAI {
      readonly tenant: string;
      constructor(tenant: string, options: ConstructorParameters<typeof OpenAI>[0]) {
        super(options);
        this.tenant = tenant;
      }
      protected override async prepareOptions(
        options: Parameters<OpenAI['post']>[1] & object,
      ): Promise<void> {
        Object.assign(options, { headers: { 'x-tenant': this.tenant } });
      }
    }
    server.behave(json({ error: { message: 'busy' } }, 503));
    const client = new Tenant('acme', { apiKey, baseURL: `${server.url}/v1` });
    await attemptsOf(openai({ client }), 'chat');
    expect(server.received[0]?.headers['x-tenant']).toBe('acme');
  });
});
