import type { AnyRequest, AnyResult, RequestSummary } from '../../../types/plugin.ts';
import { sha256 } from '../chain/hash.ts';
import type { RecordedContent } from '../types.ts';
import type { Content } from './record.ts';

/**
 * The form in which the ledger keeps prompts and answers. `hash`: only a hash, to find equal ones. `redacted`: their text after
 * the option `redact`. `full`: their text.
 */
export type ContentMode = 'none' | 'hash' | 'redacted' | 'full';

/** Longer texts are cut, in characters. */
const longest = 100_000;

/** Prompts without what plugins redacted, and answers before plugins put it back. */
export function contentOf(
  request: AnyRequest,
  { result, given }: Pick<RequestSummary, 'result' | 'given'>,
): Content {
  return {
    request: askedOf(request),
    answer: result === undefined ? undefined : (given ?? answerOf(result)),
  };
}

function askedOf(request: AnyRequest): unknown {
  if ('messages' in request) return request.messages;
  return 'values' in request
    ? request.values
    : { prompt: request.prompt, images: request.images, mask: request.mask };
}

function answerOf(result: AnyResult): unknown {
  if ('content' in result) return result.content;
  // Vectors mean nothing to a reader, and images are large.
  return 'embeddings' in result ? `${result.embeddings.length} embeddings` : 'images';
}

export function toContent(
  { request, answer }: Content,
  mode: Exclude<ContentMode, 'none'>,
  redact: (text: string) => string,
): RecordedContent {
  const prompt = textOf(request, (text) => text);
  const answered = answer === undefined ? undefined : textOf(answer, (text) => text);
  const hashes = {
    promptHash: sha256(prompt),
    ...(answered === undefined ? {} : { answerHash: sha256(answered) }),
  };
  if (mode === 'hash') return hashes;
  const shown = (value: unknown, text: string): string =>
    (mode === 'full' ? text : textOf(value, redact)).slice(0, longest);
  return {
    ...hashes,
    prompt: shown(request, prompt),
    ...(answered === undefined ? {} : { answer: shown(answer, answered) }),
  };
}

/** As JSON, without bytes, and with each text converted by `change`. */
function textOf(value: unknown, change: (text: string) => string): string {
  const text = JSON.stringify(value, (_, each: unknown) => {
    if (typeof each === 'string') return change(each.replace(/[\0\p{Surrogate}]/gu, '\uFFFD'));
    if (each instanceof ArrayBuffer || ArrayBuffer.isView(each)) return `${each.byteLength} bytes`;
    return typeof each === 'bigint' ? String(each) : each;
  });
  return text ?? '';
}
