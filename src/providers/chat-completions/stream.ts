import { ProviderError } from '../../errors.ts';
import type { JSONObject, JSONValue } from '../../types/json.ts';
import type { ProviderFinishPart, ProviderStreamPart } from '../../types/provider.ts';
import type { Usage } from '../../types/usage.ts';
import { parseToolInput } from '../tool-input.ts';
import { asObject, asObjects, asText, compact, type Wire } from '../wire.ts';
import { failureInside } from './failures.ts';
import { toFinishReason } from './finish-reason.ts';
import { metadataOf, reasoningIn, reasoningOptions, sourcesIn } from './response.ts';
import { toUsage } from './usage.ts';

/** Takes the chunks of one stream, one by one. */
export interface ChunkMapper {
  /** The parts in one chunk. Throws `ProviderError` for an error inside the stream. */
  push(chunk: unknown): readonly ProviderStreamPart[];
  /**
   * The parts that can only be told at the end, `finish` last. Throws `ProviderError` where the stream was cut off.
   * @param marked whether the server said `[DONE]`, where that can be seen
   */
  end(marked: boolean): readonly ProviderStreamPart[];
}

interface OpenCall {
  readonly toolCallId: string;
  readonly toolName: string;
  text: string;
}

/** A mapper for one stream of Chat Completions chunks (https://platform.openai.com/docs/api-reference/chat/streaming). */
export function chunkMapper(provider: string, headers: Readonly<Record<string, string>>): ChunkMapper {
  const calls = new Map<number, OpenCall>();
  let told = false;
  let finish: string | undefined;
  let usage: Usage = {};
  let metadata: JSONObject = {};
  let refusal = '';
  const details: JSONValue[] = [];

  const truncated = (): ProviderError =>
    new ProviderError({
      kind: 'truncated',
      provider,
      answered: true,
      summary: 'the stream ended without its end mark',
    });

  const pushCalls = (delta: Wire, parts: ProviderStreamPart[]): void => {
    for (const [position, wire] of asObjects(delta['tool_calls']).entries()) {
      const called = asObject(wire['function']);
      const index = typeof wire['index'] === 'number' ? wire['index'] : indexOf(wire, calls, position);
      let call = calls.get(index);
      if (call === undefined) {
        const toolName = asText(called?.['name']);
        if (toolName === undefined) continue; // a piece of a call that never began
        call = { toolCallId: asText(wire['id']) || crypto.randomUUID(), toolName, text: '' };
        calls.set(index, call);
        parts.push({ type: 'tool-call-start', toolCallId: call.toolCallId, toolName });
      }
      const args = called?.['arguments'];
      const text =
        typeof args === 'string' ? args : args === undefined || args === null ? '' : JSON.stringify(args);
      if (text === '') continue;
      call.text += text;
      parts.push({ type: 'tool-call-delta', toolCallId: call.toolCallId, text });
    }
  };

  return {
    push(chunk) {
      const wire = asObject(chunk);
      if (wire === undefined) {
        throw new ProviderError({
          kind: 'malformed',
          provider,
          answered: true,
          summary: 'an event is no JSON object',
        });
      }
      const inside = failureInside(wire, provider, headers);
      if (inside !== undefined) throw inside;
      const parts: ProviderStreamPart[] = [];
      if (!told && (asText(wire['id']) !== undefined || asText(wire['model']) !== undefined)) {
        told = true;
        parts.push({
          type: 'response',
          ...compact({ id: asText(wire['id']), model: asText(wire['model']) }),
        });
      }
      if (asObject(wire['usage']) !== undefined) usage = toUsage(wire['usage']);
      const choice = asObjects(wire['choices'])[0];
      const delta = asObject(choice?.['delta']);
      metadata = { ...metadata, ...metadataOf(wire, choice, delta) };
      // What comes after the end of the answer, but for its usage, is not part of it.
      if (choice === undefined || finish !== undefined) return parts;
      if (delta !== undefined) {
        const reasoning = reasoningIn(delta);
        if (reasoning !== '') parts.push({ type: 'reasoning-delta', text: reasoning });
        if (Array.isArray(delta['reasoning_details'])) details.push(...delta['reasoning_details']);
        const text = asText(delta['content']) ?? '';
        if (text !== '') parts.push({ type: 'text-delta', text });
        refusal += asText(delta['refusal']) ?? '';
        pushCalls(delta, parts);
        parts.push(...sourcesIn(delta));
      }
      finish = asText(choice['finish_reason']);
      return parts;
    },
    end(marked) {
      if (finish === undefined && !marked) throw truncated();
      const parts: ProviderStreamPart[] = [];
      if (details.length > 0) {
        const providerOptions = reasoningOptions(details, provider);
        parts.push({ type: 'reasoning-delta', text: '', providerOptions });
      }
      for (const { toolCallId, toolName, text } of calls.values()) {
        parts.push({ type: 'tool-call', toolCallId, toolName, input: parseToolInput(text) });
      }
      const reason = finish === undefined ? 'other' : toFinishReason(finish, calls.size > 0);
      const last: ProviderFinishPart = {
        type: 'finish',
        finishReason: refusal === '' ? reason : 'content-filter',
        usage,
        providerMetadata: { [provider]: { ...metadata, ...(refusal === '' ? {} : { refusal }) } },
      };
      return [...parts, last];
    },
  };
}

/** Some servers leave the index out: a known id continues that call, a new id begins another one, none continues the last. */
function indexOf(wire: Wire, calls: ReadonlyMap<number, OpenCall>, position: number): number {
  const id = asText(wire['id']);
  if (id === undefined || id === '') return Math.max(0, calls.size - 1, position);
  for (const [index, call] of calls) if (call.toolCallId === id) return index;
  return calls.size;
}
