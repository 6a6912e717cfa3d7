import type { Usage } from '../../types/result/usage.ts';
import { asCount, asObject, compact } from '../../util/json.ts';

/**
 * Chat Completions usage: `prompt_tokens` holds the cached ones and `completion_tokens` the reasoning, as ours do
 * (https://platform.openai.com/docs/api-reference/chat/object). DeepSeek says `prompt_cache_hit_tokens`.
 */
export function toUsage(wire: unknown): Usage {
  const usage = asObject(wire);
  if (usage === undefined) return {};
  const input = asObject(usage['prompt_tokens_details']);
  const output = asObject(usage['completion_tokens_details']);
  return compact({
    inputTokens: asCount(usage['prompt_tokens']),
    outputTokens: asCount(usage['completion_tokens']),
    cacheReadTokens: asCount(input?.['cached_tokens']) ?? asCount(usage['prompt_cache_hit_tokens']),
    cacheWriteTokens: asCount(input?.['cache_write_tokens']),
    reasoningTokens: asCount(output?.['reasoning_tokens']),
    audioInputTokens: asCount(input?.['audio_tokens']),
    audioOutputTokens: asCount(output?.['audio_tokens']),
  });
}
