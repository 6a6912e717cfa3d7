import { createRouter, type Provider, type ProviderCall } from 'signalbox';
import { aiSdk } from 'signalbox/ai-sdk';
import { openaiCompatible } from 'signalbox/openai-compatible';
import { scriptedProvider } from 'signalbox/testing';
import { describe, expect, it } from 'vitest';
import { faultServer } from '../support/fault-server.ts';
import { read, rejection, world } from '../support/requests.ts';

const ask = { prompt: 'Hi' };
const broken = { text: ['Hel', 'lo'], after: 1, error: { kind: 'network' } } as const;

describe('a stream that is read as appendOnly', () => {
  it('throws where it would restart', async () => {
    const { router } = world({ a: [broken], b: [{}] }, { interrupted: 'restart' });
    const stream = await router.stream(ask);
    expect(await rejection(read(stream.appendOnly))).toMatchObject({ code: 'stream-interrupted' });
  });

  it('continues where another target can continue the answer', async () => {
    const { router } = world({ a: [broken], b: [{ text: 'lo' }] }, { interrupted: 'continue' });
    const stream = await router.stream(ask);
    expect(await rejection(read(stream.appendOnly))).toMatchObject({ code: 'stream-interrupted' });
    const able = createRouter({
      targets: [
        { provider: scriptedProvider('a', [broken]), model: 'm' },
        { provider: scriptedProvider('b', [{ text: 'lo' }]), model: 'm', capabilities: { prefill: true } },
      ],
      catalog: false,
      interrupted: 'continue',
    });
    const parts = await read((await able.stream(ask)).appendOnly);
    expect(parts.map((part) => (part.type === 'text-delta' ? part.text : '')).join('')).toBe('Hello');
  });
});

describe('a response format', () => {
  const schema = { type: 'object', properties: { a: { type: 'number' } }, required: ['a'] } as const;
  const wrong = { text: '{"b":1}' };

  it('is requested, and the caller checks the answer', async () => {
    const { router, providers } = world({ a: [wrong] });
    const result = await router.chat({ ...ask, responseFormat: { schema, description: 'one number' } });
    expect([result.text, result.object]).toEqual(['{"b":1}', undefined]);
    expect(providers['a']?.calls[0]?.responseFormat).toEqual({
      schema,
      name: 'answer',
      description: 'one number',
    });
  });

  it('is checked where the route can go on, and the next target asked', async () => {
    const { router } = world({ a: [wrong], b: [{ text: '{"a":1}' }] }, { fallbackOn: ['output'] });
    const { target, text } = await router.chat({ ...ask, responseFormat: { schema } });
    expect([target, text]).toEqual(['b', '{"a":1}']);
  });

  it('cannot stand beside a schema', async () => {
    const { router } = world({ a: [{}] });
    const both = router.chat({ ...ask, schema, responseFormat: {} });
    expect(await rejection(both)).toMatchObject({ code: 'request', field: 'responseFormat' });
  });
});

describe('a request in the format of another interface', () => {
  const origin = { format: 'test', request: { words: 'as they came' } };

  it('goes to the provider as it came', async () => {
    const { router, providers } = world({ a: [{}] });
    await router.chat({ ...ask, origin });
    expect(providers['a']?.calls[0]?.origin).toBe(origin);
  });

  it('is not passed to the target that continues a broken answer, because it means something else then', async () => {
    const second = scriptedProvider('b', [{ text: 'lo' }]);
    const router = createRouter({
      targets: [
        { provider: scriptedProvider('a', [broken]), model: 'm' },
        { provider: second, model: 'm', capabilities: { prefill: true } },
      ],
      catalog: false,
      interrupted: 'continue',
    });
    await read(await router.stream({ ...ask, origin }));
    expect(second.calls[0]?.origin).toBeUndefined();
  });

  it('leaves no trace in what goes back into the history', async () => {
    const provider: Provider = {
      ...scriptedProvider('a'),
      async *stream() {
        yield { type: 'raw', value: undefined, origin: 'start' };
        const call = {
          type: 'tool-call',
          toolCallId: '1',
          toolName: 't',
          input: {},
          origin: 'call',
        } as const;
        yield call;
        yield { type: 'finish', finishReason: 'tool-calls', usage: {}, origin: 'end' };
      },
    };
    const router = createRouter({ targets: [{ provider, model: 'm' }], catalog: false });
    const stream = await router.stream({ ...ask, origin });
    const parts = await read(stream);
    expect(parts.map((part) => ('origin' in part ? part.origin : undefined))).toEqual([
      'start',
      'call',
      undefined,
    ]);
    const result = await stream.result;
    expect(result.content).toEqual([{ type: 'tool-call', toolCallId: '1', toolName: 't', input: {} }]);
    expect(result.origin).toBe('end');
  });
});

describe('raw chunks', () => {
  it('come before the parts they became, as the vendor sent them, and only on request', async () => {
    const server = await faultServer((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('data: {"id":"1","choices":[{"index":0,"delta":{"content":"Hi"}}]}\n\n');
      response.write('data: {"id":"1","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n');
      response.end('data: [DONE]\n\n');
    });
    const provider = openaiCompatible({ name: 'x', baseURL: `${server.url}/v1`, apiKey: 'k' });
    const router = createRouter({ targets: [{ provider, model: 'm' }], catalog: false });
    const types = async (includeRaw: boolean): Promise<readonly string[]> =>
      (await read(await router.stream({ ...ask, includeRaw }))).map(({ type }) => type);
    expect(await types(true)).toEqual(['raw', 'text-delta', 'raw', 'finish']);
    expect(await types(false)).toEqual(['text-delta', 'finish']);
    await router.close();
    await server.close();
  });
});

describe('the report of a stream before its end', () => {
  it('is its vendor’s answer so far and its warnings', async () => {
    const provider: Provider = {
      ...scriptedProvider('a'),
      async *stream(_call: ProviderCall) {
        const warnings = [{ type: 'unsupported', feature: 'topK' }] as const;
        yield { type: 'response', id: 'r1', model: 'm-2026', headers: { a: 'b' }, warnings };
        yield { type: 'text-delta', text: 'Hi' };
        yield { type: 'finish', finishReason: 'stop', usage: {} };
      },
    };
    const router = createRouter({ targets: [{ provider, model: 'm' }], catalog: false });
    const stream = await router.stream(ask);
    expect(stream.response).toEqual({ id: 'r1', model: 'm-2026', headers: { a: 'b' } });
    expect(stream.warnings).toEqual([{ type: 'unsupported', feature: 'topK' }]);
    await read(stream);
  });
});

describe('a model that is an object', () => {
  it('is refused by a provider whose models are names', () => {
    const make = () => createRouter({ targets: [{ provider: scriptedProvider('a'), model: {} }] });
    expect(make).toThrowError(/targets\[0\]\.model: expected a model's name, got/);
  });

  it('is refused by aiSdk() unless it is a model of the AI SDK', () => {
    const make = () => createRouter({ targets: [{ provider: aiSdk(), model: { provider: 'x' } }] });
    expect(make).toThrowError(/expected a language, embedding or image model of the AI SDK/);
  });
});

describe('the decision', () => {
  it('is part of the result', async () => {
    const { router } = world({ a: [{ error: { kind: 'server' } }], b: [{}] });
    const { decision } = await router.chat(ask);
    expect(decision?.candidates.map(({ target }) => target)).toEqual(['a', 'b']);
  });
});
