import type { Usage } from '../../../types/result/usage.ts';
import { asCount, asObject, asObjects, compact, type Wire } from '../../../util/json.ts';

/**
 * Responses usage: `input_tokens` holds the cached ones and `output_tokens` the reasoning, as ours do
 * (https://platform.openai.com/docs/api-reference/responses/object).
 */
export function toUsage(response: Wire): Usage {
  const usage = asObject(response['usage']);
  if (usage === undefined) return {};
  const input = asObject(usage['input_tokens_details']);
  const output = asObject(usage['output_tokens_details']);
  return compact({
    inputTokens: asCount(usage['input_tokens']),
    outputTokens: asCount(usage['output_tokens']),
    cacheReadTokens: asCount(input?.['cached_tokens']),
    cacheWriteTokens: asCount(input?.['cache_write_tokens']),
    reasoningTokens: asCount(output?.['reasoning_tokens']),
    audioInputTokens: asCount(input?.['audio_tokens']),
    audioOutputTokens: asCount(output?.['audio_tokens']),
    webSearches: searchesIn(response),
  });
}

// Opening a page that was found is free.
function searchesIn(response: Wire): number | undefined {
  const calls = asObjects(response['output']).filter(({ type, action }) => {
    return type === 'web_search_call' && (asObject(action)?.['type'] ?? 'search') === 'search';
  });
  return calls.length === 0 ? undefined : calls.length;
}
