import type { ChatResult, ContentPart, ProviderOptions } from 'signalbox';
import { expect } from 'vitest';
import type { ExpectedAnswer, ExpectedCall } from './entry.ts';

/** Compares an answer with what must come of it: all of its content, and what else is expected. */
export function expectAnswer(result: ChatResult, expected: ExpectedAnswer): void {
  const { text = '', reasoning, toolCalls = [], sources = [], files = [], finishReason } = expected;
  expect({
    text: result.text,
    // An empty block that carries a signature is no reasoning to read.
    reasoning: result.reasoning === '' ? undefined : result.reasoning,
    toolCalls: result.toolCalls.map((call, at) => callLike(call, toolCalls[at])),
    sources: contentOf(result, 'source').map(({ url, title }) => url ?? title),
    files: contentOf(result, 'file').map(({ mediaType, data }) => ({ mediaType, data })),
    finishReason: result.finishReason,
  }).toEqual({ text, reasoning, toolCalls, sources, files, finishReason });
  const ids = result.toolCalls.map(({ toolCallId }) => toolCallId);
  expect(new Set(ids).size, 'every call has an id of its own').toBe(ids.length);
  expect(ids).not.toContain('');
  expectBeside(result, expected);
}

function expectBeside(result: ChatResult, expected: ExpectedAnswer): void {
  const { usage, cost, serviceTier, object, id, model, metadata, reasoningOptions, callOptions } = expected;
  if (usage !== undefined) expect(result.usage).toEqual(usage);
  if (cost !== undefined) expect(result.cost?.total ?? null).toEqual(cost);
  if (serviceTier !== undefined) expect(result.response.serviceTier).toBe(serviceTier);
  if (object !== undefined) expect(result.object).toEqual(object);
  if (id !== undefined) expect(result.response.id).toBe(id);
  if (model !== undefined) expect(result.response.model).toBe(model);
  if (metadata !== undefined) expect(result.providerMetadata).toMatchObject(metadata);
  if (reasoningOptions !== undefined) expectOptions(contentOf(result, 'reasoning'), reasoningOptions);
  if (callOptions !== undefined) expectOptions(result.toolCalls, callOptions);
}

function callLike(
  { toolName, input, toolCallId }: ChatResult['toolCalls'][number],
  like: ExpectedCall | undefined,
): ExpectedCall {
  return { toolName, input, ...(like?.toolCallId === undefined ? {} : { toolCallId }) };
}

function contentOf<T extends ContentPart['type']>(
  { content }: ChatResult,
  type: T,
): readonly Extract<ContentPart, { type: T }>[] {
  return content.filter((part): part is Extract<ContentPart, { type: T }> => part.type === type);
}

function expectOptions(
  parts: readonly { readonly providerOptions?: ProviderOptions }[],
  expected: ProviderOptions,
): void {
  expect(Object.assign({}, ...parts.map(({ providerOptions }) => providerOptions))).toMatchObject(expected);
}
