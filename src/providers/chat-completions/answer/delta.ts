import type { ProviderStreamPart } from '../../../types/provider.ts';
import type { JSONObject, JSONValue } from '../../../types/request/json.ts';
import { joinBase64 } from '../../../util/data-content.ts';
import { asNonEmpty, asObject, type Wire } from '../../../util/json.ts';
import type { TextPart } from '../../shared/stream/text-template.ts';
import {
  imagesIn,
  reasoningIn,
  reasoningInDetails,
  reasoningOptions,
  refusalIn,
  sourcesIn,
  speech,
  textIn,
} from './content.ts';
import { joinDetails } from './reasoning-details.ts';
import { callAssembler } from './tool-calls.ts';

/** Reads the content of one answer from its deltas. */
export interface DeltaReader {
  /** Adds the content of a chunk's choice to `parts`. */
  push(choice: Wire, at: number, parts: ProviderStreamPart[]): void;
  /** Facts that are only known at the end. */
  end(): DeltaEnd;
}

export interface DeltaEnd {
  readonly parts: readonly ProviderStreamPart[];
  readonly callsTools: boolean;
  /** Whether there is content other than reasoning and calls. */
  readonly hasContent: boolean;
  readonly refuses: boolean;
  readonly metadata: JSONObject;
}

/** Fields of a delta that the reader remembers until the end of the stream. */
const kept = [
  'reasoning_details',
  'tool_calls',
  'function_call',
  'audio',
  'images',
  'annotations',
  'refusal',
] as const;

/** The part of a choice that gives only text, of which nothing else is kept. */
export function onlyTextIn(choice: Wire): TextPart | undefined {
  const delta = asObject(choice['delta']);
  if (delta === undefined || Array.isArray(delta['content']) || kept.some((name) => delta[name]))
    return undefined;
  if (Array.isArray(asObject(choice['logprobs'])?.['content'])) return undefined;
  const reasoning = reasoningIn(delta);
  const text = textIn(delta);
  if ((text === '') === (reasoning === '')) return undefined;
  return text === '' ? { type: 'reasoning-delta', text: reasoning } : { type: 'text-delta', text };
}

export function deltaReader(provider: string): DeltaReader {
  const calls = callAssembler(provider);
  let hasContent = false;
  let thinks = false;
  let refusal = '';
  const details: JSONValue[] = [];
  const logprobs: JSONValue[] = [];
  let audio: Wire = {};
  let transcript = '';
  const sounds: string[] = [];

  const pushReasoning = (delta: Wire, parts: ProviderStreamPart[]): void => {
    const reasoning = reasoningIn(delta);
    if (reasoning !== '') thinks = true;
    if (Array.isArray(delta['reasoning_details'])) details.push(...delta['reasoning_details']);
    const text = thinks ? reasoning : reasoningInDetails(delta);
    if (text !== '') parts.push({ type: 'reasoning-delta', text });
  };

  const pushAudio = (wire: Wire): void => {
    audio = { ...audio, ...wire };
    transcript += asNonEmpty(wire['transcript']) ?? '';
    const sound = asNonEmpty(wire['data']);
    if (sound !== undefined) sounds.push(sound);
  };

  const pushText = (text: string, parts: ProviderStreamPart[]): void => {
    if (text === '') return;
    hasContent = true;
    parts.push({ type: 'text-delta', text });
  };

  /** The fields of a delta beside text. */
  const pushPieces = (delta: Wire, parts: ProviderStreamPart[]): void => {
    const images = imagesIn(delta);
    if (images.length > 0) hasContent = true;
    refusal += refusalIn(delta);
    parts.push(...images, ...sourcesIn(delta));
  };

  const pushDelta = (delta: Wire, at: number, parts: ProviderStreamPart[]): void => {
    pushReasoning(delta, parts);
    const { content } = delta;
    pushText(textIn(delta), parts);
    if (delta['tool_calls'] || delta['function_call']) calls.push(delta, at, parts);
    const sound = asObject(delta['audio']);
    if (sound !== undefined) pushAudio(sound);
    if (delta['images'] || delta['annotations'] || delta['refusal'] || Array.isArray(content))
      pushPieces(delta, parts);
  };

  return {
    push(choice, at, parts) {
      // Some servers send a complete message in place of deltas; others repeat the whole text in a final message.
      const delta = asObject(choice['delta']) ?? (hasContent ? undefined : asObject(choice['message']));
      if (delta !== undefined) pushDelta(delta, at, parts);
      const probabilities = asObject(choice['logprobs'])?.['content'];
      if (Array.isArray(probabilities)) logprobs.push(...probabilities);
    },
    end() {
      const parts: ProviderStreamPart[] = [];
      if (details.length > 0) {
        const providerOptions = reasoningOptions(joinDetails(details), provider);
        parts.push({ type: 'reasoning-delta', text: '', providerOptions });
      }
      const called = calls.end();
      parts.push(...called);
      if (sounds.length > 0) {
        // https://platform.openai.com/docs/guides/audio: streams only contain 16-bit PCM.
        parts.push(speech(joinBase64(sounds), 'audio/pcm', audio, transcript || undefined, provider));
      }
      return {
        parts,
        callsTools: called.length > 0,
        hasContent: hasContent || sounds.length > 0,
        refuses: refusal !== '',
        metadata: {
          ...(refusal === '' ? {} : { refusal }),
          ...(logprobs.length === 0 ? {} : { logprobs: { content: logprobs } }),
        },
      };
    },
  };
}
