import { LLMock } from '@copilotkit/aimock';
import { createRouter, isRouterError, type Provider } from 'signalbox';
import { anthropic } from 'signalbox/anthropic';
import { google } from 'signalbox/google';
import { openai } from 'signalbox/openai';
import { openaiCompatible } from 'signalbox/openai-compatible';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { read, rejection, textOf } from '../support/requests.ts';

/** The same questions to an independent mock of the vendors. */
const usage = {
  prompt_tokens: 20,
  completion_tokens: 9,
  input_tokens: 20,
  output_tokens: 9,
  promptTokenCount: 20,
  candidatesTokenCount: 9,
};
const mock = new LLMock({ port: 0, logLevel: 'silent', chunkSize: 5 });
const apiKey = 'none';
const price = { input: 1, output: 1 };
const weather = {
  name: 'get_weather',
  inputSchema: { type: 'object', properties: { city: { type: 'string' } } },
} as const;

beforeAll(async () => {
  mock.on({ userMessage: /weather/, hasToolResult: true }, { content: 'It is clear in Paris.', usage });
  mock.on(
    { userMessage: /weather/ },
    { toolCalls: [{ name: 'get_weather', arguments: '{"city":"Paris"}' }] },
  );
  mock.onMessage(/think/, { content: 'Done.', reasoning: 'Let me see.', usage });
  mock.onMessage(/hello/, { content: 'Hello from the mock.', usage });
  await mock.start();
});
afterEach(() => mock.clearRequests());
afterAll(() => mock.stop());

describe.each<[string, () => Provider]>([
  ['openai', () => openai({ baseURL: `${mock.url}/v1`, apiKey })],
  ['openai-responses', () => openai({ baseURL: `${mock.url}/v1`, apiKey, api: 'responses' })],
  ['openai-compatible', () => openaiCompatible({ name: 'house', baseURL: `${mock.url}/v1`, apiKey })],
  ['anthropic', () => anthropic({ baseURL: mock.url, apiKey })],
  ['google', () => google({ baseURL: mock.url, apiKey })],
  ['google-legacy', () => google({ baseURL: mock.url, apiKey, sdk: 'generative-ai' })],
])('%s against aimock', (_, create) => {
  const router = () =>
    createRouter({ targets: [{ provider: create(), model: 'claude-haiku-4-5', price, id: 'it' }] });

  it('answers', async () => {
    const { text, usage: used, finishReason, cost } = await router().chat({ prompt: 'hello' });
    expect({ text, used, finishReason, cost: cost?.total }).toEqual({
      text: 'Hello from the mock.',
      used: { inputTokens: 20, outputTokens: 9 },
      finishReason: 'stop',
      cost: 0.000_029,
    });
  });

  it('streams in pieces', async () => {
    const stream = await router().stream({ prompt: 'hello' });
    const parts = await read(stream);
    expect(textOf(parts)).toBe('Hello from the mock.');
    expect(parts.filter(({ type }) => type === 'text-delta').length).toBeGreaterThan(1);
    expect((await stream.result).usage).toEqual({ inputTokens: 20, outputTokens: 9 });
  });

  it('calls a tool and continues with its result', async () => {
    const it = router();
    const first = await it.chat({ prompt: 'weather?', tools: [weather] });
    expect(first.finishReason).toBe('tool-calls');
    expect(first.toolCalls).toMatchObject([{ toolName: 'get_weather', input: { city: 'Paris' } }]);
    const [call] = first.toolCalls;
    if (call === undefined) throw new Error('no call');
    const second = await it.chat({
      messages: [
        { role: 'user', content: 'weather?' },
        { role: 'assistant', content: first.content },
        {
          role: 'tool',
          content: [{ ...call, type: 'tool-result', output: { type: 'json', value: { sky: 'clear' } } }],
        },
      ],
      tools: [weather],
    });
    expect(second.text).toBe('It is clear in Paris.');
  });

  it('streams a tool call', async () => {
    const parts = await read(await router().stream({ prompt: 'weather?', tools: [weather] }));
    const kinds = parts.map(({ type }) => type);
    expect(kinds.indexOf('tool-call-start')).toBeLessThan(kinds.indexOf('tool-call-delta'));
    expect(parts).toContainEqual(
      expect.objectContaining({ type: 'tool-call', toolName: 'get_weather', input: { city: 'Paris' } }),
    );
    expect(parts.at(-1)).toMatchObject({ type: 'finish', finishReason: 'tool-calls' });
  });

  it('gives the reasoning', async () => {
    const it = router();
    expect(await it.chat({ prompt: 'think' })).toMatchObject({ text: 'Done.', reasoning: 'Let me see.' });
    const stream = await it.stream({ prompt: 'think' });
    await read(stream);
    expect(await stream.result).toMatchObject({ text: 'Done.', reasoning: 'Let me see.' });
  });

  it.each([
    [500, 'server'],
    [503, 'overloaded'],
    [429, 'rate-limit'],
    [401, 'auth'],
  ] as const)('tells status %d from others, and asks once', async (status, kind) => {
    mock.nextRequestError(status, { message: 'no', type: 'some_error' });
    const error = await rejection(
      createRouter({ targets: [{ provider: create(), model: 'm', price }], retry: false }).chat({
        prompt: 'hello',
      }),
    );
    expect(isRouterError(error, 'all-targets-failed') && error.last).toMatchObject({ kind, status });
    expect(mock.getRequests()).toHaveLength(1);
  });
});
