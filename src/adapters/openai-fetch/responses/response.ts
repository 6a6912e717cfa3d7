import type { ContentPart, SourcePart } from '../../../types/request/message.ts';
import type { ChatResult } from '../../../types/result/result.ts';
import type { Usage } from '../../../types/result/usage.ts';
import { refusalOf } from '../chat-completions/response.ts';
import { given } from '../shared/fields.ts';
import { answerId, said, summary, type Told, toServiceTier } from '../shared/protocol.ts';
import { callItem, idOf, messageItem, newId, reasoningItem, refusalItem, vendorItem } from './items.ts';
import type { Body } from './schema.ts';

export const idPrefix = 'resp_';

/** A response (https://platform.openai.com/docs/api-reference/responses/object). */
export function toResponse(body: Body, result: ChatResult, told: Told): object {
  return { ...frame(body, told), ...ending(result), output: toOutput(result) };
}

/** What can be said of a response before its answer: mostly what was asked for. */
export function frame(body: Body, told: Told): object {
  return {
    id: answerId(told, idPrefix),
    object: 'response',
    created_at: told.created,
    status: 'in_progress',
    error: null,
    incomplete_details: null,
    instructions: body.instructions ?? null,
    max_output_tokens: body.max_output_tokens ?? null,
    metadata: body['metadata'] ?? {},
    model: told.model,
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

/** What is known of a response at its end, but for its output. */
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
  const told = said(providerMetadata, 'logprobs');
  const logprobs = Array.isArray(told) ? told : [];
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

/** Usage; left out where the vendor told nothing, because the fields know no "unknown". */
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
