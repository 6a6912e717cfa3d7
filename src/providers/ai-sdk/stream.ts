import type { ProviderStreamPart } from '../../types/provider.ts';
import { mark } from '../shared/account-marks.ts';
import { malformed, namelessCall, truncated } from '../shared/answer/broken.ts';
import { isContent } from '../shared/answer/finish-reason.ts';
import { RawChunks } from '../shared/stream/raw-chunks.ts';
import { ownToolCallIds } from '../shared/tools/tool-call-id.ts';
import { type ToolInputReader, toolInputReader } from '../shared/tools/tool-input.ts';
import { answeredWith, toFinishReason, toStreamParts } from './answer.ts';
import type { StreamSpec } from './spec.ts';
import { isExecuted, readBill } from './usage.ts';

/** The model, and whether the reader is the AI SDK. */
interface StreamOptions {
  readonly name: string;
  readonly modelId: string;
  readonly account: string | undefined;
  readonly native: boolean;
  /** Whether to keep all elements for `raw`. */
  readonly includeRaw?: boolean | undefined;
}

/** A call whose pieces are still arriving. */
interface OpenCall {
  /** The model's id. */
  readonly id: string;
  readonly toolCallId: string;
  readonly toolName: string;
  readonly input: ToolInputReader;
}

type Element = Exclude<StreamSpec, { type: 'finish' | 'error' }>;

/** The parts of a model's stream. */
export async function* streamParts(
  elements: AsyncIterable<StreamSpec>,
  { name, modelId, account, native, includeRaw }: StreamOptions,
): AsyncGenerator<ProviderStreamPart, void, undefined> {
  const raw = new RawChunks(includeRaw);
  const calls = callReader(name, native);
  let finish: Extract<StreamSpec, { type: 'finish' }> | undefined;
  let responseId: string | undefined;
  let callsTools = false;
  let hasContent = false;
  let executed = 0;
  for await (const element of elements) {
    if (finish !== undefined) continue; // elements after the end are not part of the answer
    raw.add(element);
    if (isExecuted(element)) executed += 1;
    if (element.type === 'error') throw element.error;
    if (element.type === 'finish') {
      finish = element;
      continue;
    }
    if (element.type === 'response-metadata' && element.id !== undefined) {
      if (responseId !== undefined && element.id !== responseId)
        throw malformed(name, 'a second answer began before the first one ended');
      responseId = element.id;
    }
    for (const part of calls.push(element)) {
      if (part.type === 'tool-call' && part.providerExecuted !== true) callsTools = true;
      if (part.type !== 'response' && part.type !== 'finish') hasContent ||= isContent(part);
      yield mark(part, name, account);
    }
  }
  if (finish === undefined) throw truncated(name);
  const rest = calls.end();
  const evidence = {
    callsTools: callsTools || rest.length > 0,
    hasContent: hasContent || rest.length > 0,
  };
  yield* rest;
  const finishReason = toFinishReason(finish.finishReason, name, evidence, true);
  const { served, ...billed } = readBill({ ...finish, executed, modelId });
  yield { type: 'response', ...served };
  yield {
    type: 'finish',
    finishReason,
    ...billed,
    ...(finish.providerMetadata === undefined ? {} : { providerMetadata: finish.providerMetadata as never }),
    raw: raw.list(),
    ...(native ? { origin: answeredWith(finish, finishReason) } : {}),
  };
}

/**
 * Gives each call a unique id, even if a model repeats or omits ids, and completes calls that arrived only in pieces.
 */
function callReader(
  provider: string,
  native: boolean,
): {
  push(element: Element): readonly ProviderStreamPart[];
  end(): readonly ProviderStreamPart[];
} {
  let open: readonly OpenCall[] = [];
  const ownId = ownToolCallIds();

  const begin = (element: Extract<Element, { type: 'tool-input-start' }>): Element => {
    const { id, toolName, providerExecuted } = element;
    if (providerExecuted === true) return element;
    const toolCallId = ownId(id);
    open = [...open, { id, toolCallId, toolName, input: toolInputReader() }];
    return toolCallId === id ? element : { ...element, id: toolCallId };
  };
  const more = (element: Extract<Element, { type: 'tool-input-delta' }>): Element => {
    const call = open.findLast(({ id }) => id === element.id);
    if (call === undefined) return element;
    const { toolCallId: id, input } = call;
    const delta = input.push(element.delta);
    // A reader in the AI SDK's format gets the model's own elements.
    if (native) return id === element.id ? element : { ...element, id };
    return { ...element, id, delta };
  };
  const whole = (element: Extract<Element, { type: 'tool-call' }>): readonly Element[] => {
    if (element.providerExecuted === true) return [element];
    if (element.toolName === '') throw namelessCall(provider);
    const call = open.find(({ id }) => id === element.toolCallId);
    open = open.filter((each) => each !== call);
    const toolCallId = call?.toolCallId ?? ownId(element.toolCallId);
    const renamed = toolCallId === element.toolCallId ? element : { ...element, toolCallId };
    const delta = native ? '' : (call?.input.end().rest ?? '');
    return delta === '' ? [renamed] : [{ type: 'tool-input-delta', id: toolCallId, delta }, renamed];
  };

  return {
    push(element) {
      switch (element.type) {
        case 'tool-input-start':
          return toStreamParts(begin(element), native);
        case 'tool-input-delta':
          return toStreamParts(more(element), native);
        case 'tool-call':
          return whole(element).flatMap((each) => toStreamParts(each, native));
        default:
          return toStreamParts(element, native);
      }
    },
    end: () =>
      open.flatMap(({ toolCallId, toolName, input: reader }): readonly ProviderStreamPart[] => {
        const { input, rest } = reader.end();
        const call = { type: 'tool-call', toolCallId, toolName, input } as const;
        return rest === '' || native ? [call] : [{ type: 'tool-call-delta', toolCallId, text: rest }, call];
      }),
  };
}
