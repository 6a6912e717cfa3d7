import { printToolInput } from '../../../providers/shared/tools/tool-input.ts';
import type { ContentPart, FilePart, ProviderOptions, SourcePart } from '../../../types/request/message.ts';
import type { ChatResult, FinishReason } from '../../../types/result/result.ts';
import type { Usage } from '../../../types/result/usage.ts';
import { asObject, asText } from '../../../util/json.ts';
import { given } from '../shared/fields.ts';
import { type AnswerInfo, answerId, metadataField, summary, toServiceTier } from '../shared/protocol.ts';

/** A chat completion (https://platform.openai.com/docs/api-reference/chat/object). */
export function toCompletion(result: ChatResult, info: AnswerInfo): object {
  const { usage, providerMetadata } = result;
  const refusal = refusalOf(providerMetadata);
  return {
    id: answerId(info, idPrefix),
    object: 'chat.completion',
    created: info.created,
    model: info.model,
    choices: [
      {
        index: 0,
        message: toMessage(result, refusal),
        logprobs: logprobsOf(providerMetadata) ?? null,
        finish_reason: toFinishReason(result.finishReason, refusal),
      },
    ],
    ...given({ usage: toUsage(usage), ...vendorsOwn(result) }),
    signalbox: summary(result),
  };
}

export const idPrefix = 'chatcmpl-';

/** OpenAI's fields beside the answer. Other vendors report a service tier too. */
export function vendorsOwn({ response, providerMetadata }: ChatResult): object {
  return given({
    service_tier: toServiceTier(response),
    system_fingerprint: providerMetadata['openai']?.['systemFingerprint'],
  });
}

function toMessage({ text, content, reasoning }: ChatResult, refusal: string | undefined): object {
  const calls = content.flatMap((part) => {
    if (part.type !== 'tool-call' || part.providerExecuted === true) return [];
    const { toolCallId: id, toolName: name, input } = part;
    return [{ id, type: 'function', function: { name, arguments: printToolInput(input) } }];
  });
  const ownText = text === '' && (calls.length > 0 || refusal !== undefined) ? null : text;
  return {
    role: 'assistant',
    content: ownText,
    refusal: refusal ?? null,
    ...given({ reasoning_content: reasoning }),
    ...(calls.length > 0 ? { tool_calls: calls } : {}),
    ...extras(content),
    ...carriedWith(content),
  };
}

/** The parts of an answer, if they hold more than the message can. */
export function carriedWith(content: readonly ContentPart[]): object {
  const more = content.some(
    ({ type, providerOptions }) => type === 'reasoning' || type === 'file' || providerOptions !== undefined,
  );
  return more ? { signalbox: { content: content.filter(({ type }) => type !== 'source') } } : {};
}

/** Speech, images and citations, under the names that this protocol and its compatible servers use. */
export function extras(content: readonly ContentPart[]): object {
  const files = content.filter((part) => part.type === 'file');
  const audio = files.map(toAudio).find((speech) => speech !== undefined);
  const images = files.flatMap((part) => toImage(part) ?? []);
  const annotations = content.flatMap((part) => (part.type === 'source' ? (toAnnotation(part) ?? []) : []));
  return {
    ...(audio === undefined ? {} : { audio }),
    ...(images.length === 0 ? {} : { images }),
    ...(annotations.length === 0 ? {} : { annotations }),
  };
}

function toAudio({ data, mediaType, providerOptions }: FilePart): object | undefined {
  if (!mediaType.startsWith('audio/') || typeof data !== 'string') return undefined;
  const own = providerOptions === undefined ? undefined : Object.values(providerOptions)[0];
  const id = asText(asObject(own?.['audio'])?.['id']) ?? '';
  return { id, data, expires_at: own?.['expiresAt'] ?? 0, transcript: own?.['transcript'] ?? '' };
}

function toImage({ data, mediaType }: FilePart): object | undefined {
  if (!mediaType.startsWith('image/') || typeof data !== 'string') return undefined;
  const url = /^(https?|data):/i.test(data) ? data : `data:${mediaType};base64,${data}`;
  return { type: 'image_url', image_url: { url } };
}

// Not every vendor reports the position in the text.
function toAnnotation({ url, title }: SourcePart): object | undefined {
  if (url === undefined) return undefined;
  const citation = { url, title: title ?? url, start_index: 0, end_index: 0 };
  return { type: 'url_citation', url_citation: citation };
}

/** The text of a refusal. */
export function refusalOf(metadata: ProviderOptions): string | undefined {
  return asText(metadataField(metadata, 'refusal'));
}

export function logprobsOf(metadata: ProviderOptions): object | undefined {
  const logprobs = metadataField(metadata, 'logprobs');
  if (Array.isArray(logprobs)) return { content: logprobs, refusal: null };
  return typeof logprobs === 'object' && logprobs !== null ? { refusal: null, ...logprobs } : undefined;
}

/** A refusal is a complete answer in this protocol. It has no value for `other`. */
export function toFinishReason(reason: FinishReason, refusal: string | undefined): string {
  switch (reason) {
    case 'length':
      return 'length';
    case 'tool-calls':
      return 'tool_calls';
    case 'content-filter':
      return refusal === undefined ? 'content_filter' : 'stop';
    default:
      return 'stop';
  }
}

/** Usage; omitted if the vendor reported none, because the fields cannot express "unknown". */
export function toUsage(usage: Usage): object | undefined {
  const { inputTokens, outputTokens } = usage;
  if (inputTokens === undefined && outputTokens === undefined) return undefined;
  return {
    prompt_tokens: inputTokens ?? 0,
    completion_tokens: outputTokens ?? 0,
    total_tokens: (inputTokens ?? 0) + (outputTokens ?? 0),
    prompt_tokens_details: given({
      cached_tokens: usage.cacheReadTokens,
      cache_write_tokens: usage.cacheWriteTokens,
      audio_tokens: usage.audioInputTokens,
    }),
    completion_tokens_details: given({
      reasoning_tokens: usage.reasoningTokens,
      audio_tokens: usage.audioOutputTokens,
    }),
  };
}
