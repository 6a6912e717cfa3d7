import { createRouter, type Provider, type ProviderCall } from 'signalbox';
import { openaiCompatible } from 'signalbox/openai-compatible';
import { afterEach, describe, expect, it } from 'vitest';
import { chatCompletionsWires } from '../conformance/fixtures/chat-completions.ts';
import { type FaultServer, faultServer, json, silence } from '../support/fault-server.ts';
import { rejection } from '../support/requests.ts';

const { answer } = chatCompletionsWires('m', 'house', 'max_tokens').text as { answer: unknown };
const price = { input: 1, output: 1 };
let server: FaultServer | undefined;
afterEach(() => server?.close());

const routerOver = (provider: Provider) => createRouter({ targets: [{ provider, model: 'm', price }] });

describe('the signal that a provider gets', () => {
  it('is the runtime’s own in a provider of the application', async () => {
    const seen: ProviderCall[] = [];
    const provider: Provider = {
      name: 'own',
      async chat(call) {
        seen.push(call);
        const content = [{ type: 'text' as const, text: 'Hi' }];
        return {
          content,
          finishReason: 'stop',
          usage: {},
          response: { headers: {} },
          warnings: [],
          raw: undefined,
        };
      },
      async *stream() {},
    };
    await routerOver(provider).chat({ prompt: 'Hi' });
    expect(seen[0]?.signal).toBeInstanceOf(AbortSignal);
  });

  it('is the runtime’s own in a copy of ours with another method', async () => {
    server = await faultServer(json(answer));
    const house = openaiCompatible({ name: 'house', baseURL: server.url, apiKey: 'k' });
    let signal: unknown;
    const copy: Provider = {
      ...house,
      chat(call) {
        signal = call.signal;
        return house.chat(call);
      },
    };
    await routerOver(copy).chat({ prompt: 'Hi' });
    expect(signal).toBeInstanceOf(AbortSignal);
  });

  it.each(['one key', 'several keys'])(
    'is the runtime’s own in a `fetch` of the application: %s',
    async (keys) => {
      server = await faultServer(json(answer));
      const signals: unknown[] = [];
      const fetch = (url: string, init: RequestInit): Promise<Response> => {
        signals.push(init.signal);
        return globalThis.fetch(url, init);
      };
      const key = keys === 'one key' ? { apiKey: 'k' } : { keys: ['k', 'l'] };
      const provider = openaiCompatible({ name: 'house', baseURL: server.url, fetch, ...key });
      await routerOver(provider).chat({ prompt: 'Hi' });
      expect(signals).toEqual([expect.any(AbortSignal)]);
    },
  );

  it.each(['chat', 'stream'] as const)(
    'ends the request of ours when the caller leaves: %s',
    async (kind) => {
      server = await faultServer(silence);
      const provider = openaiCompatible({ name: 'house', baseURL: server.url, apiKey: 'k' });
      const leaving = new AbortController();
      const router = routerOver(provider);
      const asked = rejection(
        (async () => {
          const result = await router[kind]({ prompt: 'Hi' }, { signal: leaving.signal });
          if (kind === 'stream') for await (const _ of result as AsyncIterable<unknown>);
        })(),
      );
      await expect.poll(() => server?.received.length).toBe(1);
      const reason = new Error('gone');
      leaving.abort(reason);
      expect(await asked).toBe(reason);
      await server.received[0]?.over;
      expect(server.pending).toBe(0);
    },
  );
});
