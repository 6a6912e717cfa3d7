import type { ProviderResponsePart } from '../../types/provider.ts';
import type { Usage } from '../../types/result/usage.ts';
import { asCount, asObject, compact, type Wire } from '../../util/json.ts';
import { mergeUsage } from '../shared/usage/merge.ts';
import { readServiceTier } from '../shared/usage/service-tier.ts';

/**
 * How a server counts tokens, because the same fields differ in meaning between servers. If `total_tokens` fits only one
 * interpretation, that one applies, whatever is declared.
 */
export interface UsageReading {
  /**
   * Where reasoning tokens are counted: `inside` `completion_tokens`; `beside` them; or `apart`, beside them and outside
   * `total_tokens` too.
   *
   * @default 'inside', as OpenAI counts (https://platform.openai.com/docs/api-reference/chat/object)
   */
  readonly reasoning?: 'inside' | 'beside' | 'apart';
  /** Where cached tokens are counted: `inside` `prompt_tokens`, or `beside` them. @default 'inside' */
  readonly cache?: 'inside' | 'beside';
  /** Whether `usage.cost` is the cost of the answer in US$. @default false */
  readonly cost?: boolean;
}

/** The usage object of an answer or chunk: at the top level, in a choice, or in Groq's own field. */
export function usageIn(wire: Wire): Wire | undefined {
  const { usage, choices, x_groq } = wire;
  return (
    filled(usage) ??
    // https://platform.kimi.ai/docs/api/chat: streams have it in the last choice.
    (Array.isArray(choices) ? filled(asObject(choices[0])?.['usage']) : undefined) ??
    // https://console.groq.com/docs/api-reference#chat-create
    filled(asObject(x_groq)?.['usage'])
  );
}

function filled(value: unknown): Wire | undefined {
  if (value === undefined || value === null) return undefined; // the common case
  const usage = asObject(value);
  return usage === undefined || Object.keys(usage).length === 0 ? undefined : usage;
}

/**
 * Reads usage under any of the known names. If all counts, or the prompt's count, are 0, the server does not count.
 */
export function readUsage(wire: unknown, reading: UsageReading = {}): Usage {
  const usage = asObject(wire);
  if (usage === undefined) return {};
  const input = detailsOf(usage, 'prompt_tokens_details', 'prompt_token_details', 'input_tokens_details');
  const output = detailsOf(usage, 'completion_tokens_details', 'output_tokens_details');
  const counts = {
    ...totalsOf(usage),
    reasoning: largest(output['reasoning_tokens'], usage['reasoning_tokens']),
    cacheRead: largest(
      input['cached_tokens'],
      usage['cached_tokens'], // Moonshot: https://platform.kimi.ai/docs/api/chat
      usage['prompt_cache_hit_tokens'], // DeepSeek: https://api-docs.deepseek.com/guides/kv_cache
      usage['num_cached_tokens'], // Mistral: https://docs.mistral.ai/api/
      usage['cache_read_input_tokens'], // LiteLLM: https://docs.litellm.ai/docs/completion/prompt_caching
    ),
    cacheWrite: largest(
      input['cache_write_tokens'],
      input['cache_creation_tokens'], // LiteLLM
      input['cache_creation_input_tokens'], // Qwen: https://www.alibabacloud.com/help/en/model-studio/context-cache
      usage['cache_creation_input_tokens'],
    ),
  };
  if (!counts.prompt && !counts.completion && !counts.total) return {};
  const { inputTokens, outputTokens } = settle(counts, reading);
  return compact({
    inputTokens,
    outputTokens,
    cacheReadTokens: counts.cacheRead,
    cacheWriteTokens: counts.cacheWrite,
    cacheWrite1hTokens: counts.cacheWrite ? longCacheWrite(usage, input) : undefined,
    reasoningTokens: counts.reasoning,
    audioInputTokens: asCount(input['audio_tokens']),
    audioOutputTokens: asCount(output['audio_tokens']),
    // https://docs.perplexity.ai/api-reference/chat-completions-post
    webSearches: asCount(usage['num_search_queries']) || undefined,
    // Perplexity's deep research charges for citations at a separate rate.
    unpricedUses: asCount(usage['citation_tokens']) ? 1 : undefined,
  });
}

/** The vendor's reported charge in US$. */
export function chargeIn(wire: unknown, { cost: believed = false }: UsageReading = {}): number | undefined {
  const { cost, cost_in_usd_ticks } = asObject(wire) ?? {};
  if (cost === undefined && cost_in_usd_ticks === undefined) return undefined; // the common case
  // https://docs.x.ai/developers/cost-tracking: 10^10 ticks are 1 US$.
  const ticks = asCount(cost_in_usd_ticks);
  if (ticks !== undefined) return ticks / 10_000_000_000;
  // https://docs.perplexity.ai/api-reference/chat-completions-post: its parts, and their sum.
  return asCount(asObject(cost)?.['total_cost']) ?? (believed ? asCount(cost) : undefined);
}

/** The service tier that an answer or chunk reports. */
export function serviceTierIn(wire: Wire, usage: Wire | undefined): string | undefined {
  // Vertex AI: https://docs.cloud.google.com/vertex-ai/generative-ai/docs/migrate/openai/overview
  const extra = usage?.['extra_properties'];
  const google = extra === undefined ? undefined : asObject(asObject(extra)?.['google']);
  const traffic = google?.['traffic_type'] ?? usage?.['traffic_type'];
  for (const given of [wire['service_tier'], usage?.['service_tier'], traffic]) {
    const tier = given === undefined ? undefined : readServiceTier(given);
    if (tier !== undefined) return tier;
  }
  return undefined;
}

/** Combines the usage reported by the chunks of one stream. */
export interface UsageCollector {
  /** Adds one chunk. Returns what the attempt must know even if the stream breaks. */
  take(chunk: Wire): ProviderResponsePart | undefined;
  usage(): Usage;
  cost(): number | undefined;
}

export function usageCollector(reading: UsageReading | undefined): UsageCollector {
  let collected: Wire = {};
  let tier: unknown;
  let knownTier: string | undefined;
  let reported: Usage = {};
  return {
    take(chunk) {
      const usage = usageIn(chunk);
      if (usage === undefined && chunk['service_tier'] === tier) return undefined; // the common case
      tier = chunk['service_tier'];
      const served = serviceTierIn(chunk, usage);
      const changed = served !== undefined && served !== knownTier;
      if (changed) knownTier = served;
      if (usage !== undefined) collected = mergeUsage(collected, usage);
      const news = usage === undefined ? undefined : newsIn(readUsage(collected, reading), reported);
      if (news !== undefined) reported = news;
      if (news === undefined && !changed) return undefined;
      return { type: 'response', ...compact({ usage: news, serviceTier: changed ? served : undefined }) };
    },
    usage: () => readUsage(collected, reading),
    cost: () => chargeIn(collected, reading),
  };
}

/** Visible output is counted as it arrives; only the rest must come from the vendor. */
function newsIn(usage: Usage, reported: Usage): Usage | undefined {
  const same =
    usage.inputTokens === reported.inputTokens && usage.reasoningTokens === reported.reasoningTokens;
  return same ? undefined : usage;
}

interface Counts {
  readonly prompt: number | undefined;
  readonly completion: number | undefined;
  readonly total: number | undefined;
  readonly reasoning: number | undefined;
  readonly cacheRead: number | undefined;
  readonly cacheWrite: number | undefined;
}

/** Derives one of the three counts from the other two. */
function totalsOf(usage: Wire): Pick<Counts, 'prompt' | 'completion' | 'total'> {
  const total = asCount(usage['total_tokens']);
  const prompt = asCount(usage['prompt_tokens']) ?? asCount(usage['input_tokens']) ?? hitAndMissed(usage);
  const completion = asCount(usage['completion_tokens']) ?? asCount(usage['output_tokens']);
  return {
    prompt: prompt ?? rest(total, completion),
    completion: completion ?? rest(total, prompt),
    total,
  };
}

/** DeepSeek: https://api-docs.deepseek.com/guides/kv_cache */
function hitAndMissed(usage: Wire): number | undefined {
  const hit = asCount(usage['prompt_cache_hit_tokens']);
  const missed = asCount(usage['prompt_cache_miss_tokens']);
  return hit === undefined || missed === undefined ? undefined : hit + missed;
}

function rest(total: number | undefined, part: number | undefined): number | undefined {
  return total === undefined || part === undefined || total <= part ? undefined : total - part;
}

/**
 * Total input and output. Discards impossible interpretations, such as more reasoning inside the completion than its total; the
 * first remaining one that agrees with `total` applies, starting with the declared one.
 */
function settle(counts: Counts, { reasoning = 'inside', cache = 'inside' }: UsageReading): Usage {
  const { prompt, completion, total, reasoning: thought = 0, cacheRead = 0, cacheWrite = 0 } = counts;
  const cached = cacheRead + cacheWrite;
  if (thought + cached === 0) return { inputTokens: prompt || undefined, outputTokens: completion };
  const meanings = [reasoning, reasoning === 'inside' ? 'beside' : 'inside'].flatMap((thoughts) =>
    [cache, cache === 'inside' ? 'beside' : 'inside'].map((caches) => ({ thoughts, caches })),
  );
  const possible = meanings.filter(
    ({ thoughts, caches }) =>
      (thoughts !== 'inside' || completion === undefined || thought <= completion) &&
      (caches !== 'inside' || prompt === undefined || cached <= prompt),
  );
  const agreed = possible.find(({ thoughts, caches }) => {
    const more = (thoughts === 'beside' ? thought : 0) + (caches === 'beside' ? cached : 0);
    return total === (prompt ?? 0) + (completion ?? 0) + more;
  });
  const { thoughts, caches } = agreed ?? possible[0] ?? { thoughts: reasoning, caches: cache };
  return {
    inputTokens: prompt === undefined ? undefined : prompt + (caches === 'beside' ? cached : 0) || undefined,
    outputTokens: completion === undefined ? undefined : completion + (thoughts === 'inside' ? 0 : thought),
  };
}

/** The cache writes with an extended lifetime, which have a separate price. */
function longCacheWrite(usage: Wire, input: Wire): number | undefined {
  const anthropic = [
    input['cache_creation_token_details'], // LiteLLM
    input['cache_creation'],
    usage['cache_creation'],
  ].map((details) => asObject(details)?.['ephemeral_1h_input_tokens']);
  // https://developers.openai.com/api/docs/guides/prompt-caching
  const openai = asObject(input['cache_write_tokens_details'])?.['ttl_12h_tokens'];
  return largest(openai, ...anthropic);
}

function detailsOf(usage: Wire, ...names: readonly string[]): Wire {
  for (const name of names) {
    const given = usage[name];
    const details = given === undefined ? undefined : asObject(given);
    if (details !== undefined) return details;
  }
  return {};
}

/** The first nonzero count among several names: some servers fill in one and report 0 under the others. */
function largest(...values: readonly unknown[]): number | undefined {
  let most: number | undefined;
  for (const value of values) {
    const count = value === undefined ? undefined : asCount(value); // the common case
    if (count !== undefined && !(most !== undefined && most >= count)) most = count;
  }
  return most;
}
