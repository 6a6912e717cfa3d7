import type { Usage } from '../../types/result/usage.ts';
import { asCount, asObject, asObjects, compact, sumKnown, type Wire } from '../../util/json.ts';

/**
 * Converts usage. Anthropic's `input_tokens` exclude cache reads and writes; `inputTokens` includes them
 * (https://platform.claude.com/docs/en/build-with-claude/prompt-caching#tracking-cache-performance). All-zero
 * counts, or an input of 0, mean that the server does not count.
 *
 * @param container the code execution container, billed by the time it runs
 */
export function readUsage(wire: unknown, container?: unknown): Usage {
  const usage = asObject(wire);
  if (usage === undefined) return {};
  // Not included in the totals: https://platform.claude.com/docs/en/build-with-claude/compaction
  const compactions = asObjects(usage['iterations']).filter(({ type }) => type === 'compaction');
  const all = [usage, ...compactions];
  const sum = (name: string): number | undefined => sumKnown(...all.map((each) => asCount(each[name])));
  const [input, output] = [sum('input_tokens'), sum('output_tokens')];
  const [read, written] = [sum('cache_read_input_tokens'), sum('cache_creation_input_tokens')];
  if (!input && !output && !read && !written) return {};
  const long = all.map((each) => asCount(asObject(each['cache_creation'])?.['ephemeral_1h_input_tokens']));
  return compact({
    inputTokens: input === undefined ? undefined : sumKnown(input, read, written) || undefined,
    outputTokens: output,
    cacheReadTokens: read,
    cacheWriteTokens: written,
    cacheWrite1hTokens: sumKnown(...long),
    reasoningTokens: asCount(asObject(usage['output_tokens_details'])?.['thinking_tokens']),
    webSearches: asCount(asObject(usage['server_tool_use'])?.['web_search_requests']),
    codeExecutions: asObject(container) === undefined ? undefined : 1,
    unpricedUses: otherModelsIn(usage),
  });
}

/**
 * The number of runs of models other than the requested one, each with its own price: advisors, whose tokens
 * are not in the totals (https://platform.claude.com/docs/en/agents-and-tools/tool-use/advisor-tool), and
 * fallbacks, whose tokens are.
 */
function otherModelsIn(usage: Wire): number | undefined {
  const runs = asObjects(usage['iterations']).filter(
    ({ type }) => type === 'advisor_message' || type === 'fallback_message',
  );
  return runs.length === 0 ? undefined : runs.length;
}
