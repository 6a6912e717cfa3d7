import { ProviderError } from '../../errors.ts';
import type { ProviderFinishPart, ProviderStreamPart } from '../../types/provider.ts';
import type { JSONObject, JSONValue } from '../../types/request/json.ts';
import type { SourcePart } from '../../types/request/message.ts';
import { joinBase64 } from '../../util/data-content.ts';
import { asObject, asObjects, asText, compact, type Wire } from '../../util/json.ts';
import { parseToolInput } from '../shared/tool-input.ts';
import { failureInside } from './failures.ts';
import { toFinishReason } from './finish-reason.ts';
import {
  foundBy,
  imagesIn,
  metadataOf,
  reasoningIn,
  reasoningOptions,
  sourcesIn,
  speech,
  textIn,
} from './response.ts';
import { type UsageReading, usageCollector } from './usage.ts';

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
export function chunkMapper(
  provider: string,
  headers: Readonly<Record<string, string>>,
  reading?: UsageReading,
): ChunkMapper {
  const calls = new Map<number, OpenCall>();
  let begun = false;
  let finish: string | undefined;
  const counted = usageCollector(reading);
  let metadata: JSONObject = {};
  let found: readonly SourcePart[] = [];
  let refusal = '';
  const details: JSONValue[] = [];
  const logprobs: JSONValue[] = [];
  let audio: Wire = {};
  let transcript = '';
  const sounds: string[] = [];

  const failure = (kind: 'malformed' | 'truncated', summary: string): ProviderError =>
    new ProviderError({ kind, provider, answered: true, summary });

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

  const pushAudio = (wire: Wire): void => {
    audio = { ...audio, ...wire };
    transcript += asText(wire['transcript']) ?? '';
    const sound = asText(wire['data']);
    if (sound !== undefined) sounds.push(sound);
  };

  const pushDelta = (delta: Wire, parts: ProviderStreamPart[]): void => {
    const reasoning = reasoningIn(delta);
    if (reasoning !== '') parts.push({ type: 'reasoning-delta', text: reasoning });
    if (Array.isArray(delta['reasoning_details'])) details.push(...delta['reasoning_details']);
    const text = textIn(delta);
    if (text !== '') parts.push({ type: 'text-delta', text });
    if (typeof delta['refusal'] === 'string') refusal += delta['refusal'];
    if (delta['tool_calls'] !== undefined) pushCalls(delta, parts);
    const sound = asObject(delta['audio']);
    if (sound !== undefined) pushAudio(sound);
    if (delta['images'] !== undefined) parts.push(...imagesIn(delta));
    if (delta['annotations'] !== undefined) parts.push(...sourcesIn(delta));
  };

  return {
    push(chunk) {
      const wire = asObject(chunk);
      if (wire === undefined) throw failure('malformed', 'an event is no JSON object');
      const inside = failureInside(wire, provider, headers);
      if (inside !== undefined) throw inside;
      const parts: ProviderStreamPart[] = [];
      if (!begun && (asText(wire['id']) !== undefined || asText(wire['model']) !== undefined)) {
        begun = true;
        parts.push({
          type: 'response',
          ...compact({ id: asText(wire['id']), model: asText(wire['model']) }),
        });
        metadata = metadataOf(wire, undefined);
      }
      const told = counted.take(wire);
      if (told !== undefined) parts.push(told);
      if (wire['search_results'] !== undefined || wire['citations'] !== undefined) found = foundBy(wire);
      const choice = asObjects(wire['choices'])[0];
      // What comes after the end of the answer, but for its usage, is not part of it.
      if (choice === undefined || finish !== undefined) return parts;
      const delta = asObject(choice['delta']);
      if (delta !== undefined) pushDelta(delta, parts);
      const probabilities = asObject(choice['logprobs'])?.['content'];
      if (Array.isArray(probabilities)) logprobs.push(...probabilities);
      finish = asText(choice['finish_reason']);
      if (finish !== undefined) metadata = { ...metadata, ...metadataOf(wire, choice) };
      return parts;
    },
    end(marked) {
      if (finish === undefined && !marked)
        throw failure('truncated', 'the stream ended without its end mark');
      const parts: ProviderStreamPart[] = [];
      if (details.length > 0) {
        const providerOptions = reasoningOptions(details, provider);
        parts.push({ type: 'reasoning-delta', text: '', providerOptions });
      }
      for (const { toolCallId, toolName, text } of calls.values()) {
        parts.push({ type: 'tool-call', toolCallId, toolName, input: parseToolInput(text) });
      }
      if (sounds.length > 0) {
        // https://platform.openai.com/docs/guides/audio: streams carry 16-bit PCM and nothing else.
        parts.push(speech(joinBase64(sounds), 'audio/pcm', audio, transcript || undefined, provider));
      }
      const reason = finish === undefined ? 'other' : toFinishReason(finish, calls.size > 0);
      const last: ProviderFinishPart = {
        type: 'finish',
        finishReason: refusal === '' ? reason : 'content-filter',
        usage: counted.usage(),
        ...compact({ cost: counted.cost() }),
        providerMetadata: {
          [provider]: {
            ...metadata,
            ...(refusal === '' ? {} : { refusal }),
            ...(logprobs.length === 0 ? {} : { logprobs: { content: logprobs } }),
          },
        },
      };
      return [...parts, ...found, last];
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
