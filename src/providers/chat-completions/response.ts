import { ProviderError } from '../../errors.ts';
import type { ProviderResult } from '../../types/provider.ts';
import type { JSONObject, JSONValue } from '../../types/request/json.ts';
import type { ContentPart, FilePart, ProviderOptions, SourcePart } from '../../types/request/message.ts';
import type { Warning } from '../../types/result/result.ts';
import { asJSON, asObject, asObjects, asText, compact, type Wire } from '../../util/json.ts';
import { parseToolInput } from '../shared/tool-input.ts';
import { failureInside } from './failures.ts';
import { toFinishReason } from './finish-reason.ts';
import { toUsage } from './usage.ts';

/** A chat completion as a result. Throws `ProviderError` for whatever is not a complete answer. */
export function toResult(
  raw: unknown,
  provider: string,
  headers: Readonly<Record<string, string>>,
  warnings: readonly Warning[],
): ProviderResult {
  const wire = asObject(raw);
  const inside = failureInside(raw, provider, headers);
  if (inside !== undefined) throw inside;
  const choice = asObjects(wire?.['choices'])[0];
  const message = asObject(choice?.['message']);
  if (wire === undefined || choice === undefined || message === undefined) {
    const summary = 'the answer is no chat completion';
    throw new ProviderError({ kind: 'malformed', provider, answered: true, summary });
  }
  const finish = asText(choice['finish_reason']);
  if (finish === undefined) {
    const summary = 'the answer does not say why it ended';
    throw new ProviderError({ kind: 'truncated', provider, answered: true, summary });
  }
  const content = [...toContent(message, provider), ...foundBy(wire)];
  const refusal = asText(message['refusal']);
  const callsTools = content.some(({ type }) => type === 'tool-call');
  return {
    content,
    finishReason: refusal === undefined ? toFinishReason(finish, callsTools) : 'content-filter',
    usage: toUsage(wire['usage']),
    response: { ...compact({ id: asText(wire['id']), model: asText(wire['model']) }), headers },
    warnings,
    providerMetadata: {
      [provider]: compact({ ...metadataOf(wire, choice), refusal, logprobs: asJSON(choice['logprobs']) }),
    },
    raw,
  };
}

function toContent(message: Wire, provider: string): readonly ContentPart[] {
  const parts: ContentPart[] = [];
  const reasoning = reasoningIn(message);
  const details = message['reasoning_details'];
  if (Array.isArray(details) && details.length > 0) {
    parts.push({ type: 'reasoning', text: reasoning, providerOptions: reasoningOptions(details, provider) });
  } else if (reasoning !== '') {
    parts.push({ type: 'reasoning', text: reasoning });
  }
  const text = textIn(message);
  if (text !== '') parts.push({ type: 'text', text });
  for (const call of asObjects(message['tool_calls'])) {
    const called = asObject(call['function']);
    const toolName = asText(called?.['name']);
    if (toolName === undefined) continue;
    const args = called?.['arguments'];
    const input = parseToolInput(typeof args === 'string' ? args : JSON.stringify(args ?? {}));
    parts.push({ type: 'tool-call', toolCallId: asText(call['id']) ?? crypto.randomUUID(), toolName, input });
  }
  const audio = asObject(message['audio']);
  const sound = asText(audio?.['data']);
  if (audio !== undefined && sound !== undefined) {
    parts.push(speech(sound, 'audio/wav', audio, asText(audio['transcript']), provider));
  }
  return [...parts, ...imagesIn(message), ...sourcesIn(message)];
}

/** Text as one string, or in pieces of type `text`. */
export function textIn(wire: Wire): string {
  const { content } = wire;
  if (typeof content === 'string') return content;
  return asObjects(content)
    .map(({ type, text }) => (type === 'thinking' ? '' : (asText(text) ?? '')))
    .join('');
}

/** The thinking in a message or a delta, under whichever name the server gives it. */
export function reasoningIn(wire: Wire): string {
  const told = asText(wire['reasoning_content']) ?? asText(wire['reasoning']);
  if (told !== undefined) return told;
  if (!Array.isArray(wire['content'])) return '';
  // Mistral puts it among the pieces of the content, in pieces of its own.
  return asObjects(wire['content'])
    .filter(({ type }) => type === 'thinking')
    .flatMap(({ thinking }) => asObjects(thinking).map(({ text }) => asText(text) ?? ''))
    .join('');
}

/** OpenRouter's `reasoning_details` hold signatures that go back with the message. */
export function reasoningOptions(details: readonly JSONValue[], provider: string): ProviderOptions {
  return { [provider]: { reasoning_details: details } };
}

/** What the model said aloud. It goes back by its id; what it said in words is beside it. */
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

/** Pictures that the model made (OpenRouter and others): `images`, each a data URL. */
export function imagesIn(wire: Wire): readonly FilePart[] {
  return asObjects(wire['images']).flatMap((image): readonly FilePart[] => {
    const url = asText(asObject(image['image_url'])?.['url']);
    if (url === undefined) return [];
    const [, mediaType = 'image/png', data] = /^data:([^;,]+);base64,(.*)$/s.exec(url) ?? [];
    return [{ type: 'file', data: data ?? url, mediaType }];
  });
}

/** `annotations` of type `url_citation`. */
export function sourcesIn(wire: Wire): readonly SourcePart[] {
  return asObjects(wire['annotations']).flatMap((annotation) => {
    const citation = asObject(annotation['url_citation']);
    return source(citation?.['url'], citation?.['title']);
  });
}

/** Pages that a search found, as Perplexity and others list them beside the choices. */
export function foundBy(wire: Wire): readonly SourcePart[] {
  const results = asObjects(wire['search_results']);
  if (results.length > 0) return results.flatMap(({ url, title }) => source(url, title));
  const { citations } = wire;
  return Array.isArray(citations) ? citations.flatMap((url) => source(url, undefined)) : [];
}

function source(url: unknown, title: unknown): readonly SourcePart[] {
  if (typeof url !== 'string') return [];
  return [
    { type: 'source', sourceType: 'url', id: url, url, ...(typeof title === 'string' ? { title } : {}) },
  ];
}

/** What the vendor says beyond our own fields. */
export function metadataOf(wire: Wire, choice: Wire | undefined): JSONObject {
  return compact({
    finishReason: asText(choice?.['finish_reason']),
    systemFingerprint: asJSON(wire['system_fingerprint']),
    serviceTier: asJSON(wire['service_tier']),
    // OpenRouter: who answered in fact.
    provider: asText(wire['provider']),
  });
}
