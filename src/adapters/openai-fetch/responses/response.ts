import type { ContentPart, SourcePart } from '../../../types/request/message.ts';
import type { ChatResult } from '../../../types/result/result.ts';
import type { Usage } from '../../../types/result/usage.ts';
import { refusalOf } from '../chat-completions/response.ts';
import { given } from '../shared/fields.ts';
import { type AnswerInfo, answerId, metadataField, summary, toServiceTier } from '../shared/protocol.ts';
import { callItem, idOf, messageItem, newId, reasoningItem, refusalItem, vendorItem } from './items.ts';
import type { Body } from './schema.ts';

export const idPrefix = 'resp_';

/** Converts an answer to a response (https://platform.openai.com/docs/api-reference/responses/object). */
export function toResponse(body: Body, result: ChatResult, info: AnswerInfo): object {
  return { ...frame(body, info), ...ending(result), output: toOutput(result) };
}

/** The fields of a response that are known before the answer, mostly echoes of the request. */
export function frame(body: Body, info: AnswerInfo): object {
  return {
    id: answerId(info, idPrefix),
    object: 'response',
    created_at: info.created,
    status: 'in_progress',
    error: null,
    incomplete_details: null,
    instructions: body.instructions ?? null,
    max_output_tokens: body.max_output_tokens ?? null,
    metadata: body['metadata'] ?? {},
    model: info.model,
    output: [],
    access_programs: null,
    parallel_tool_calls: body.parallel_tool_calls ?? true,
    previous_response_id: body.previous_response_id ?? null,
    reasoning: body.reasoning ?? null,
    temperature: body.temperature ?? null,
    text: body.text ?? { format: { type: 'text' } },
    tool_choice: body.tool_choice ?? 'auto',
    tools: body.tools ?? [],
    top_p: body.top_p ?? null,
    truncation: body['truncation'] ?? 'disabled',
    ...given({ user: body['user'] }),
  };
}

/** The fields of a response that are known at its end, without the output. */
export function ending(result: ChatResult): object {
  const { finishReason, providerMetadata, response, usage } = result;
  const cut = finishReason === 'length';
  const withheld = finishReason === 'content-filter' && refusalOf(providerMetadata) === undefined;
  const reason = cut ? 'max_output_tokens' : withheld ? 'content_filter' : undefined;
  return {
    status: reason === undefined ? 'completed' : 'incomplete',
    incomplete_details: reason === undefined ? null : { reason },
    ...given({ usage: toUsage(usage), service_tier: toServiceTier(response) }),
    signalbox: summary(result),
  };
}

function toOutput({ content, providerMetadata }: ChatResult): readonly object[] {
  const reported = metadataField(providerMetadata, 'logprobs');
  const logprobs = Array.isArray(reported) ? reported : [];
  const refusal = refusalOf(providerMetadata);
  return [
    ...content.flatMap((part, index) => toItem(part, sourcesAfter(content, index), logprobs) ?? []),
    ...(refusal === undefined ? [] : [refusalItem(newId('msg'), refusal)]),
  ];
}

function toItem(
  part: ContentPart,
  sources: readonly SourcePart[],
  logprobs: readonly unknown[],
): object | undefined {
  switch (part.type) {
    case 'text':
      return messageItem(idOf(part.providerOptions) ?? newId('msg'), part, sources, logprobs);
    case 'reasoning':
      return reasoningItem(idOf(part.providerOptions) ?? newId('rs'), part);
    case 'tool-call':
      return (
        vendorItem(part) ??
        (part.providerExecuted === true
          ? undefined
          : callItem(idOf(part.providerOptions) ?? newId('fc'), part))
      );
    case 'file':
      return vendorItem(part);
    default:
      return undefined; // results are in the vendor's own items, sources with their text
  }
}

function sourcesAfter(content: readonly ContentPart[], index: number): readonly SourcePart[] {
  const sources: SourcePart[] = [];
  for (const part of content.slice(index + 1)) {
    if (part.type !== 'source') break;
    sources.push(part);
  }
  return sources;
}

/** Usage; omitted if the vendor reported none, because the fields cannot express "unknown". */
function toUsage(usage: Usage): object | undefined {
  const { inputTokens, outputTokens } = usage;
  if (inputTokens === undefined && outputTokens === undefined) return undefined;
  return {
    input_tokens: inputTokens ?? 0,
    input_tokens_details: {
      cached_tokens: usage.cacheReadTokens ?? 0,
      cache_write_tokens: usage.cacheWriteTokens ?? 0,
    },
    output_tokens: outputTokens ?? 0,
    output_tokens_details: { reasoning_tokens: usage.reasoningTokens ?? 0 },
    total_tokens: (inputTokens ?? 0) + (outputTokens ?? 0),
  };
}
