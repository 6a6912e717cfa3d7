import { type CallOptions, createRouter, type Plugin, type Provider } from 'signalbox';
import { anthropic } from 'signalbox/anthropic';
import { google } from 'signalbox/google';
import { openai } from 'signalbox/openai';
import { groq, openaiCompatible } from 'signalbox/openai-compatible';
import { scriptedProvider } from 'signalbox/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type FaultServer, faultServer, json } from '../support/fault-server.ts';
import { inspected } from '../support/inspected.ts';
import { rejection } from '../support/requests.ts';

const price = { input: 1, output: 1 };
const own = 'sk-of-the-application';
const users = 'sk-of-the-user';

let server: FaultServer;
beforeAll(async () => {
  server = await faultServer();
});
afterAll(() => server.close());
beforeEach(() => server.behave(json({ error: { message: 'no' } }, 500)));

type Make = (apiKey: string | (() => Promise<string>)) => Provider;

const providers: readonly (readonly [string, string, Make])[] = [
  ['openai', 'authorization', (apiKey) => openai({ baseURL: server.url, apiKey })],
  ['openai', 'authorization', (apiKey) => openai({ baseURL: server.url, apiKey, api: 'responses' })],
  ['anthropic', 'x-api-key', (apiKey) => anthropic({ baseURL: server.url, apiKey })],
  ['google', 'x-goog-api-key', (apiKey) => google({ baseURL: server.url, apiKey })],
  ['groq', 'authorization', (apiKey) => groq({ baseURL: server.url, apiKey })],
  ['house', 'authorization', (apiKey) => openaiCompatible({ name: 'house', baseURL: server.url, apiKey })],
];

describe.each(providers)('%s, whose key is in %s', (name, header, make) => {
  const sent = () =>
    server.received.slice(-2).map(({ headers }) => String(headers[header]).replace('Bearer ', ''));
  const ask = async (
    provider: Provider,
    options: CallOptions<string, never> = {},
  ): Promise<readonly unknown[]> => {
    const targets = [{ id: 't' as string, provider, model: 'm', price }];
    return [
      await rejection(createRouter({ targets, retry: false }).chat({ prompt: 'Hi' }, options)),
      await rejection(createRouter({ targets, retry: false }).stream({ prompt: 'Hi' }, options)),
    ];
  };

  it('sends its own key', async () => {
    await ask(make(own));
    expect(sent()).toEqual([own, own]);
  });

  it('asks a function for each request', async () => {
    let turn = 0;
    await ask(make(async () => `sk-turn-${++turn}`));
    expect(sent()).toEqual(['sk-turn-1', 'sk-turn-2']);
  });

  it('reports that the function failed, and sends nothing', async () => {
    const before = server.received.length;
    const failing = make(async () => {
      throw new Error(`vault is sealed, token ${own}`);
    });
    for (const error of [...(await ask(failing)), ...(await ask(make(async () => 'with\nbreak')))]) {
      expect(String(error)).toMatch(/no API key: the function \w+\.apiKey (failed|returned no valid key)/);
      expect(inspected(error)).not.toContain(own);
    }
    expect(server.received).toHaveLength(before);
  });

  it('sends the key and the headers of a call in place of its own', async () => {
    const auth = { [name]: { apiKey: users, headers: { 'X-Team': 'blue' } } };
    for (const error of await ask(make(own), { auth })) expect(inspected(error)).not.toContain(users);
    expect(sent()).toEqual([users, users]);
    expect(server.received.at(-1)?.headers['x-team']).toBe('blue');
    for (const { headers } of server.received.slice(-2)) expect(JSON.stringify(headers)).not.toContain(own);
  });

  it.each([401, 402, 429])(
    'keeps its own state where the key of a call is refused with %i',
    async (status) => {
      server.behave(
        json({ error: { message: 'no', code: 'invalid_api_key' } }, status, { 'retry-after': '60' }),
      );
      const spare = scriptedProvider('spare', [{ text: ['Hi'] }, { text: ['Hi'] }]);
      const targets = [
        { provider: make(own), model: 'm', price },
        { provider: spare, model: 'm', price },
      ];
      const router = createRouter({ targets });
      const { text } = await router.chat({ prompt: 'Hi' }, { auth: { [name]: { apiKey: users } } });
      expect(text).toBe('Hi');
      expect(router.stats()[0]).toMatchObject({ health: 'healthy' });
      await router.chat({ prompt: 'Hi' });
      expect(router.stats()[0]?.health).not.toBe('healthy');
    },
  );
});

describe('a key per call', () => {
  it('leaves out targets that cannot send it', async () => {
    const router = createRouter({ targets: [{ provider: scriptedProvider('openai'), model: 'm', price }] });
    const error = await rejection(router.chat({ prompt: 'Hi' }, { auth: { openai: { apiKey: users } } }));
    expect(error).toMatchObject({ code: 'no-target' });
    expect(String(error)).toContain('incapable: a key per call');
  });

  it.each([
    [{ openai: { apiKey: `${users}\n` } }, 'options.auth.openai.apiKey'],
    [{ openai: { headers: { a: `${users}\n` } } }, 'options.auth.openai.headers'],
    [{ openai: { key: users } }, 'options.auth.openai.key'],
  ])('is refused without being shown: %#', async (auth, option) => {
    const router = createRouter({ targets: [{ provider: scriptedProvider('openai'), model: 'm', price }] });
    const error = await rejection(router.chat({ prompt: 'Hi' }, { auth: auth as never }));
    expect(error).toMatchObject({ code: 'request', field: option });
    expect(inspected(error)).not.toContain(users);
  });

  it('is kept out of events and of what plugins see', async () => {
    const seen: unknown[] = [];
    const provider = openai({ baseURL: server.url, apiKey: own });
    const spy: Plugin = {
      name: 'spy',
      observe: (context) => ({ end: (summary) => void seen.push(context, summary) }),
    };
    const router = createRouter({ targets: [{ provider, model: 'm', price }], plugins: [spy] });
    router.on('*', (event) => seen.push(event));
    seen.push(await rejection(router.with({ auth: { openai: { apiKey: users } } }).chat({ prompt: 'Hi' })));
    expect(seen.length).toBeGreaterThan(3);
    expect(inspected(seen)).not.toContain(users);
  });
});
