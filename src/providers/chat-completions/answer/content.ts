import type { JSONObject, JSONValue } from '../../../types/request/json.ts';
import type { FilePart, ProviderOptions, SourcePart } from '../../../types/request/message.ts';
import { asJSON, asNonEmpty, asObject, asObjects, asText, compact, type Wire } from '../../../util/json.ts';
import { readFinishReason } from './finish-reason.ts';
import { textOfDetails } from './reasoning-details.ts';

/** Reads content from a message or delta, under any of the servers' names. */

/** Text, as one string or in pieces. */
export function textIn({ content }: Wire): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content.map(textOfPiece).join('');
}

function textOfPiece(piece: unknown): string {
  if (typeof piece === 'string') return piece;
  const { type, text } = asObject(piece) ?? {};
  return type === 'reasoning' ? '' : (asText(text) ?? '');
}

/**
 * Reasoning in a message or delta: `reasoning_content` (DeepSeek and most others), `reasoning` (OpenRouter, Groq, vLLM),
 * `reasoning_text` (GitHub Copilot), or pieces of the content (Mistral, https://docs.mistral.ai/capabilities/reasoning/).
 */
export function reasoningIn(wire: Wire): string {
  const text =
    asNonEmpty(wire['reasoning_content']) ??
    asNonEmpty(wire['reasoning']) ??
    asNonEmpty(wire['reasoning_text']);
  if (text !== undefined || !Array.isArray(wire['content'])) return text ?? '';
  return asObjects(wire['content']).map(thoughtsOfPiece).join('');
}

function thoughtsOfPiece({ type, text, thinking }: Wire): string {
  if (Array.isArray(thinking)) return thinking.map(textOfPiece).join('');
  return asText(thinking) ?? (type === 'reasoning' ? (asText(text) ?? '') : '');
}

/** The text of a refusal: a field, or a piece of the content. */
export function refusalIn(wire: Wire): string {
  const refusal = asNonEmpty(wire['refusal']);
  if (refusal !== undefined || !Array.isArray(wire['content'])) return refusal ?? '';
  return asObjects(wire['content'])
    .map((piece) => asText(piece['refusal']) ?? '')
    .join('');
}

/** Reasoning that is only in `reasoning_details`. */
export function reasoningInDetails(wire: Wire): string {
  return asObjects(wire['reasoning_details']).map(textOfDetails).join('');
}

/** OpenRouter's `reasoning_details` contain signatures that go back with the message. */
export function reasoningOptions(details: readonly JSONValue[], provider: string): ProviderOptions {
  return { [provider]: { reasoning_details: details } };
}

/** Generated speech. It goes back by id; the transcript is beside it. */
export function speech(
  data: string,
  mediaType: string,
  { id, expires_at }: Wire,
  transcript: string | undefined,
  provider: string,
): FilePart {
  const audio = compact({ id: asText(id) });
  const options = compact({ audio, transcript, expiresAt: asJSON(expires_at) }) as JSONObject;
  return { type: 'file', data, mediaType, providerOptions: { [provider]: options } };
}

/** Generated images: `images` (OpenRouter and others), or pieces of the content. Each is a data URL. */
export function imagesIn(wire: Wire): readonly FilePart[] {
  return [...asObjects(wire['images']), ...asObjects(wire['content'])].flatMap(
    (image): readonly FilePart[] => {
      const url = asNonEmpty(asObject(image['image_url'])?.['url']) ?? asNonEmpty(image['image_url']);
      if (url === undefined) return [];
      const [, mediaType = 'image/png', data] = /^data:([^;,]+);base64,(.*)$/s.exec(url) ?? [];
      return [{ type: 'file', data: data ?? url, mediaType }];
    },
  );
}

/** `annotations` of type `url_citation`, with their fields nested or beside the type. */
export function sourcesIn(wire: Wire): readonly SourcePart[] {
  return asObjects(wire['annotations']).flatMap((annotation) => {
    const citation = asObject(annotation['url_citation']) ?? annotation;
    return source(citation['url'], citation['title']);
  });
}

/** Search results that Perplexity, xAI and others list beside the choices. */
export function foundBy(wire: Wire): readonly SourcePart[] {
  const results = asObjects(wire['search_results']);
  if (results.length > 0) return results.flatMap(({ url, title }) => source(url, title));
  const { citations } = wire;
  return Array.isArray(citations) ? citations.flatMap((url) => source(url, undefined)) : [];
}

function source(url: unknown, title: unknown): readonly SourcePart[] {
  if (typeof url !== 'string' || url === '') return [];
  return [
    { type: 'source', sourceType: 'url', id: url, url, ...(typeof title === 'string' ? { title } : {}) },
  ];
}

/** Vendor metadata beyond our fields, plus `more`. */
export function metadataOf(
  wire: Wire,
  choice: Wire | undefined,
  more: Readonly<Record<string, JSONValue | undefined>> = {},
): JSONObject {
  return compact({
    finishReason: choice && readFinishReason(choice),
    systemFingerprint: asJSON(wire['system_fingerprint']),
    serviceTier: asJSON(wire['service_tier']),
    // OpenRouter: the vendor that answered.
    provider: asText(wire['provider']),
    // OpenAI: verdicts on request and answer, if the request has the field `moderation`.
    moderation: asJSON(wire['moderation']),
    ...more,
  });
}
