import type { Usage } from '../../types/result/usage.ts';
import { asCount, asObject, asObjects, compact, sumKnown, type Wire } from '../../util/json.ts';

/**
 * Anthropic's `input_tokens` leave out what was read from and written to the cache; ours hold it
 * (https://platform.claude.com/docs/en/build-with-claude/prompt-caching#tracking-cache-performance). Counts that are all 0 are
 * those of a server that does not count, and so is an input of 0.
 *
 * @param container the one in which code was run, which is charged for by the time that it is there
 */
export function readUsage(wire: unknown, container?: unknown): Usage {
  const usage = asObject(wire);
  if (usage === undefined) return {};
  // What the totals leave out: https://platform.claude.com/docs/en/build-with-claude/compaction
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
 * Runs of other models than the one that was asked for, each at its own price: advisors, whose tokens are in no total
 * (https://platform.claude.com/docs/en/agents-and-tools/tool-use/advisor-tool), and fallbacks, whose tokens are.
 */
function otherModelsIn(usage: Wire): number | undefined {
  const runs = asObjects(usage['iterations']).filter(
    ({ type }) => type === 'advisor_message' || type === 'fallback_message',
  );
  return runs.length === 0 ? undefined : runs.length;
}
