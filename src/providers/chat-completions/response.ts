import { ProviderError } from '../../errors.ts';
import type { JSONObject, JSONValue } from '../../types/json.ts';
import type { ContentPart, ProviderOptions, SourcePart } from '../../types/message.ts';
import type { ProviderResult } from '../../types/provider.ts';
import type { Warning } from '../../types/result.ts';
import { parseToolInput } from '../tool-input.ts';
import { asJSON, asObject, asObjects, asText, compact, type Wire } from '../wire.ts';
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
  const inside = wire === undefined ? undefined : failureInside(wire, provider, headers);
  if (inside !== undefined) throw inside;
  const choice = asObjects(wire?.['choices'])[0];
  const message = asObject(choice?.['message']);
  if (wire === undefined || choice === undefined || message === undefined) {
    throw new ProviderError({
      kind: 'malformed',
      provider,
      answered: true,
      summary: 'the answer is no chat completion',
    });
  }
  const finish = asText(choice['finish_reason']);
  if (finish === undefined) {
    const summary = 'the answer does not say why it ended';
    throw new ProviderError({ kind: 'truncated', provider, answered: true, summary });
  }
  const content = toContent(message, provider);
  const refused = asText(message['refusal']);
  const callsTools = content.some(({ type }) => type === 'tool-call');
  return {
    content,
    finishReason: refused === undefined ? toFinishReason(finish, callsTools) : 'content-filter',
    usage: toUsage(wire['usage']),
    response: { ...compact({ id: asText(wire['id']), model: asText(wire['model']) }), headers },
    warnings,
    providerMetadata: { [provider]: metadataOf(wire, choice, message) },
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
  const text =
    asText(message['content']) ??
    asObjects(message['content'])
      .map((part) => asText(part['text']) ?? '')
      .join('');
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
  if (sound !== undefined) parts.push({ type: 'file', data: sound, mediaType: 'audio/wav' });
  parts.push(...sourcesIn(message));
  return parts;
}

/** The thinking in a message or a delta, under whichever name the server gives it. */
export function reasoningIn(wire: Wire): string {
  return asText(wire['reasoning_content']) ?? asText(wire['reasoning']) ?? '';
}

/** OpenRouter's `reasoning_details` hold signatures that go back with the message. */
export function reasoningOptions(details: readonly JSONValue[], provider: string): ProviderOptions {
  return { [provider]: { reasoning_details: details } };
}

/** `annotations` of type `url_citation`. */
export function sourcesIn(wire: Wire): readonly SourcePart[] {
  return asObjects(wire['annotations']).flatMap((annotation, index): readonly SourcePart[] => {
    const citation = asObject(annotation['url_citation']);
    const url = asText(citation?.['url']);
    if (url === undefined) return [];
    const title = asText(citation?.['title']);
    return [
      {
        type: 'source',
        sourceType: 'url',
        id: String(index),
        url,
        ...(title === undefined ? {} : { title }),
      },
    ];
  });
}

/** What the vendor says beyond our own fields. */
export function metadataOf(wire: Wire, choice: Wire | undefined, message: Wire | undefined): JSONObject {
  return compact({
    finishReason: asText(choice?.['finish_reason']),
    refusal: asText(message?.['refusal']),
    logprobs: asJSON(choice?.['logprobs']),
    systemFingerprint: asJSON(wire['system_fingerprint']),
    serviceTier: asJSON(wire['service_tier']),
    // OpenRouter: who answered in fact.
    provider: asText(wire['provider']),
  });
}
