import { createRouter, type ProviderStreamPart } from 'signalbox';
import { aiSdk, toProvider } from 'signalbox/ai-sdk';
import { describe, expect, it } from 'vitest';
import type { ContentSpec, FinishSpec, StreamSpec } from '../../../src/providers/ai-sdk/spec.ts';
import { rejection } from '../../support/requests.ts';

const usage = {
  inputTokens: { total: 1, noCache: 1, cacheRead: undefined, cacheWrite: undefined },
  outputTokens: { total: 1, text: 1, reasoning: undefined },
};

/** A model of somebody's own, as there are many, that answers this. */
function modelOf(
  content: readonly ContentSpec[],
  finishReason: FinishSpec,
  elements?: readonly StreamSpec[],
) {
  return {
    specificationVersion: 'v4',
    provider: 'house',
    modelId: 'm',
    supportedUrls: {},
    doGenerate: async () => ({ content: [...content], finishReason, usage, warnings: [] }),
    doStream: async () => ({
      stream: new ReadableStream<StreamSpec>({
        start(controller) {
          controller.enqueue({ type: 'stream-start', warnings: [] });
          for (const element of elements ?? []) controller.enqueue(element);
          if (elements?.at(-1)?.type !== 'finish')
            controller.enqueue({ type: 'finish', finishReason, usage });
          controller.close();
        },
      }),
    }),
  };
}

const routerOver = (model: object) =>
  createRouter({
    targets: [{ provider: aiSdk(), model, id: 'house', price: { input: 0, output: 0 } }],
    retry: false,
  });

async function streamed(model: object) {
  const stream = await routerOver(model).stream({ prompt: 'Hi' });
  const parts: unknown[] = [];
  for await (const part of stream) parts.push(part);
  return { parts: parts as ProviderStreamPart[], result: await stream.result };
}

const stop: FinishSpec = { unified: 'stop', raw: 'stop' };
const other = (raw: string | undefined): FinishSpec => ({ unified: 'other', raw });
const call = (toolCallId: string, input: string, toolName = 'get_weather') =>
  ({ type: 'tool-call', toolCallId, toolName, input }) as const;
const pieces = (id: string, ...deltas: readonly string[]): StreamSpec[] => [
  { type: 'tool-input-start', id, toolName: 'get_weather' },
  ...deltas.map((delta) => ({ type: 'tool-input-delta' as const, id, delta })),
  { type: 'tool-input-end', id },
];
const oslo = '{"city":"Oslo"}';
const rome = '{"city":"Rome"}';

describe('calls of an AI SDK model', () => {
  it.each([
    ['one id', 'a', 'a'],
    ['no ids', '', ''],
  ])('with %s get ids of their own, in an answer and in a stream', async (_, first, second) => {
    const content = [call(first, oslo), call(second, rome)];
    const elements = [...pieces(first, oslo), call(first, oslo), ...pieces(second, rome), call(second, rome)];
    const model = modelOf(content, stop, elements);
    for (const { toolCalls } of [
      await routerOver(model).chat({ prompt: 'Hi' }),
      (await streamed(model)).result,
    ]) {
      expect(toolCalls.map(({ input }) => input)).toEqual([{ city: 'Oslo' }, { city: 'Rome' }]);
      const ids = toolCalls.map(({ toolCallId }) => toolCallId);
      expect(new Set(ids).size).toBe(2);
      expect(ids).not.toContain('');
    }
  });

  it('with one id have ids of their own in what the AI SDK itself gets', async () => {
    const model = toProvider(routerOver(modelOf([call('a', oslo), call('a', rome)], stop)))('house');
    const { content } = await model.doGenerate({
      prompt: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }],
    });
    const ids = content.flatMap((part) => (part.type === 'tool-call' ? [part.toolCallId] : []));
    expect(new Set(ids).size).toBe(2);
  });

  it('that come in pieces alone are calls', async () => {
    const { result } = await streamed(modelOf([], stop, pieces('a', '{"city":', '"Oslo"}')));
    expect(result).toMatchObject({
      finishReason: 'tool-calls',
      toolCalls: [{ toolCallId: 'a', toolName: 'get_weather', input: { city: 'Oslo' } }],
    });
  });

  it.each([
    ['null', 'null', {}],
    ['JSON in a JSON string', JSON.stringify(oslo), { city: 'Oslo' }],
  ])(
    'with arguments that are %s have them as they are meant, piece by piece as well',
    async (_, input, expected) => {
      const model = modelOf([call('a', input)], stop, [...pieces('a', input), call('a', input)]);
      const { parts, result } = await streamed(model);
      const text = parts.map((part) => (part.type === 'tool-call-delta' ? part.text : '')).join('');
      expect(JSON.parse(text)).toEqual(expected);
      for (const { toolCalls } of [await routerOver(model).chat({ prompt: 'Hi' }), result])
        expect(toolCalls).toMatchObject([{ input: expected }]);
    },
  );

  it('without a name are no answer', async () => {
    const model = modelOf([call('a', oslo, '')], stop, [call('a', oslo, '')]);
    expect(await rejection(routerOver(model).chat({ prompt: 'Hi' }))).toMatchObject({
      last: { kind: 'malformed' },
    });
    expect(await rejection(streamed(model))).toMatchObject({ last: { kind: 'malformed' } });
  });
});

describe('the end of an AI SDK model’s answer', () => {
  const text: ContentSpec = { type: 'text', text: 'Hi' };
  const deltas: StreamSpec[] = [
    { type: 'text-start', id: '0' },
    { type: 'text-delta', id: '0', delta: 'Hi' },
    { type: 'text-end', id: '0' },
  ];

  it.each([
    ['model_length', 'length'],
    ['eos', 'stop'],
    ['SAFETY', 'content-filter'],
    ['something_new', 'other'],
  ])('is understood where the model does not: %s', async (raw, expected) => {
    const model = modelOf([text], other(raw), deltas);
    expect((await routerOver(model).chat({ prompt: 'Hi' })).finishReason).toBe(expected);
    expect((await streamed(model)).result.finishReason).toBe(expected);
  });

  it('is no end where its vendor gave up, whatever the model makes of it', async () => {
    const model = modelOf([text], other('abort'), deltas);
    expect(await rejection(routerOver(model).chat({ prompt: 'Hi' }))).toMatchObject({
      last: { kind: 'truncated' },
    });
    expect(await rejection(streamed(model))).toMatchObject({ reason: { kind: 'truncated' } });
  });

  it('needs no reason in a whole answer, and needs one in a stream, which may have been cut', async () => {
    const model = modelOf([text], other(undefined), deltas);
    expect((await routerOver(model).chat({ prompt: 'Hi' })).finishReason).toBe('other');
    expect(await rejection(streamed(model))).toMatchObject({ reason: { kind: 'truncated' } });
  });

  it('is no end without content and a reason', async () => {
    const model = modelOf([{ type: 'text', text: '' }], other(undefined));
    expect(await rejection(routerOver(model).chat({ prompt: 'Hi' }))).toMatchObject({
      last: { kind: 'truncated' },
    });
  });

  it('is the last element: what follows is no part of the answer', async () => {
    const model = modelOf([], stop, [
      ...deltas,
      { type: 'finish', finishReason: stop, usage },
      ...deltas,
      { type: 'finish', finishReason: stop, usage },
    ]);
    expect((await streamed(model)).result.text).toBe('Hi');
  });

  it('reports the calls to the AI SDK', async () => {
    const model = toProvider(routerOver(modelOf([call('a', oslo)], stop)))('house');
    const { finishReason } = await model.doGenerate({
      prompt: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }],
    });
    expect(finishReason).toEqual({ unified: 'tool-calls', raw: 'stop' });
  });

  it('does not make one answer of two', async () => {
    const begin = (id: string): StreamSpec => ({ type: 'response-metadata', id });
    const two = modelOf([], stop, [begin('a'), ...deltas, begin('b'), ...deltas]);
    expect(await rejection(streamed(two))).toMatchObject({ reason: { kind: 'malformed' } });
    expect((await streamed(modelOf([], stop, [begin('a'), ...deltas, begin('a')]))).result.text).toBe('Hi');
  });
});
