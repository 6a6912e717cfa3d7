import type { ResponseHeaders } from '../../../transport/headers.ts';
import type { Usage } from '../../../types/result/usage.ts';
import { asCount, asObject, asObjects, asText, compact, sumKnown, type Wire } from '../../../util/json.ts';
import { mergeUsage } from '../../shared/usage/merge.ts';
import { readServiceTier } from '../../shared/usage/service-tier.ts';

/** Combines the usage in an answer or the chunks of its stream. */
export interface UsageCollector {
  /** Adds an answer or chunk. Returns whether it has new facts that matter even if the stream breaks. */
  take(wire: Wire): boolean;
  usage(): Usage;
  serviceTier(): string | undefined;
}

/** Visible output is counted as it arrives; only these fields must come from the vendor. */
const news = ['promptTokenCount', 'thoughtsTokenCount', 'serviceTier', 'trafficType'];

export function usageCollector(headers: ResponseHeaders): UsageCollector {
  let metadata: Wire = {};
  const grounding: Grounding = { queries: new Set(), others: new Set(), maps: false };
  let model: string | undefined;
  return {
    take(wire) {
      model = asText(wire['modelVersion']) ?? model;
      for (const candidate of asObjects(wire['candidates'])) noteGrounding(candidate, grounding);
      const later = asObject(wire['usageMetadata']);
      if (later === undefined) return false;
      const before = metadata;
      metadata = mergeUsage(before, later);
      return news.some((name) => metadata[name] !== before[name]);
    },
    usage: () => ({ ...readCounts(metadata), ...searchesIn(grounding, model) }),
    // https://ai.google.dev/gemini-api/docs/priority-inference: a header reports a downgrade; Vertex AI reports it in the usage.
    serviceTier: () =>
      readServiceTier(metadata['serviceTier']) ??
      readServiceTier(metadata['trafficType']) ??
      readServiceTier(headers.get('x-gemini-service-tier')),
  };
}

/**
 * Gemini's `promptTokenCount` includes cached tokens; its `candidatesTokenCount` excludes thoughts, which our totals include
 * (https://ai.google.dev/api/generate-content#UsageMetadata). Google's JSON omits counts of 0.
 */
function readCounts(usage: Wire): Usage {
  const count = (name: string): number | undefined => asCount(usage[name]);
  const input = sumKnown(count('promptTokenCount'), count('toolUsePromptTokenCount'));
  const total = count('totalTokenCount');
  if (!input && !total) return {};
  const thoughts = count('thoughtsTokenCount');
  const beyondInput = input === undefined || total === undefined || total < input ? undefined : total - input;
  return compact({
    inputTokens: input,
    outputTokens: outputOf(count('candidatesTokenCount'), thoughts, beyondInput),
    cacheReadTokens: count('cachedContentTokenCount'),
    reasoningTokens: thoughts,
    audioInputTokens: tokensOf(usage['promptTokensDetails'], 'AUDIO'),
    audioOutputTokens: tokensOf(usage['candidatesTokensDetails'], 'AUDIO'),
    imageOutputTokens: tokensOf(usage['candidatesTokensDetails'], 'IMAGE'),
  });
}

/**
 * The total corrects the counts: it includes thoughts that have no separate count, and it reveals when the candidates include the
 * thoughts (https://github.com/BerriAI/litellm/pull/10141).
 */
function outputOf(
  candidates: number | undefined,
  thoughts: number | undefined,
  beyondInput: number | undefined,
): number | undefined {
  const sum = sumKnown(candidates, thoughts);
  if (beyondInput === undefined) return sum;
  const isInside = beyondInput === candidates && (thoughts ?? 0) <= candidates;
  return isInside ? candidates : Math.max(sum ?? 0, beyondInput);
}

function tokensOf(details: unknown, wanted: string): number | undefined {
  return asCount(asObjects(details).find(({ modality }) => modality === wanted)?.['tokenCount']);
}

interface Grounding {
  readonly queries: Set<unknown>;
  /** Kinds of queries with separate prices. */
  readonly others: Set<unknown>;
  maps: boolean;
}

function noteGrounding(candidate: Wire, found: Grounding): void {
  const grounding = asObject(candidate['groundingMetadata']);
  if (grounding === undefined) return;
  const listed = (name: string): readonly unknown[] => {
    const queries = grounding[name];
    return Array.isArray(queries) ? queries : [];
  };
  for (const query of listed('webSearchQueries')) if (query !== '') found.queries.add(query);
  for (const query of [...listed('imageSearchQueries'), ...listed('retrievalQueries')])
    found.others.add(query);
  if (asObjects(grounding['groundingChunks']).some(({ maps }) => asObject(maps) !== undefined))
    found.maps = true;
}

/** Before Gemini 3, a grounded prompt is charged once, however many searches it makes (https://ai.google.dev/gemini-api/docs/pricing). */
function searchesIn({ queries, others, maps }: Grounding, model: string | undefined): Usage {
  const oncePerPrompt = model !== undefined && /gemini-[12]\b/.test(model);
  return compact({
    webSearches: queries.size === 0 ? undefined : oncePerPrompt ? 1 : queries.size,
    unpricedUses: others.size + Number(maps) || undefined,
  });
}
