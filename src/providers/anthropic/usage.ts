import type { Usage } from '../../types/result/usage.ts';
import { asCount, asObject, compact, sumKnown, type Wire } from '../../util/json.ts';

/**
 * Anthropic's `input_tokens` leave out what was read from and written to the cache; ours hold it
 * (https://platform.claude.com/docs/en/build-with-claude/prompt-caching#tracking-cache-performance).
 */
export function toUsage(wire: unknown): Usage {
  const usage = asObject(wire);
  if (usage === undefined) return {};
  const input = asCount(usage['input_tokens']);
  const read = asCount(usage['cache_read_input_tokens']);
  const written = asCount(usage['cache_creation_input_tokens']);
  return compact({
    inputTokens: input === undefined ? undefined : sumKnown(input, read, written),
    outputTokens: asCount(usage['output_tokens']),
    cacheReadTokens: read,
    cacheWriteTokens: written,
    cacheWrite1hTokens: asCount(asObject(usage['cache_creation'])?.['ephemeral_1h_input_tokens']),
    reasoningTokens: asCount(asObject(usage['output_tokens_details'])?.['thinking_tokens']),
    webSearches: asCount(asObject(usage['server_tool_use'])?.['web_search_requests']),
  });
}

/** A stream tells usage in two pieces; the fields of the later one win where it has them. */
export function mergeUsage(earlier: Wire, later: unknown): Wire {
  const told = Object.entries(asObject(later) ?? {}).filter(
    ([, value]) => value !== null && value !== undefined,
  );
  return { ...earlier, ...Object.fromEntries(told) };
}
