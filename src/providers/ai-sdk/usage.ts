import type { ServedAs } from '../../types/result/result.ts';
import type { Usage } from '../../types/result/usage.ts';
import { asObject, compact, sumKnown, type Wire } from '../../util/json.ts';
import { readUsage as readMessages } from '../anthropic/usage.ts';
import { chargeIn, readUsage as readChatCompletions } from '../chat-completions/usage.ts';
import { usageCollector } from '../google/chat/usage.ts';
import { readServedAs, readServiceTier } from '../shared/usage/service-tier.ts';
import type { Keyed, UsageSpec } from './spec.ts';

/** What a model says of the bill for an answer. */
export interface BillSpec {
  readonly usage: UsageSpec;
  readonly providerMetadata?: Keyed | undefined;
  /** Calls of the vendor's own tools. */
  readonly executed: number;
  readonly modelId: string;
}

/** Whether the vendor itself ran a tool. */
export function isExecuted(part: { readonly type: string; readonly providerExecuted?: boolean }): boolean {
  return part.type === 'tool-call' && part.providerExecuted === true;
}

/** A bill in our words. */
export interface Bill {
  readonly usage: Usage;
  readonly cost?: number;
  readonly served: ServedAs;
}

/**
 * Usage as the AI SDK counts it; and what its specification has no fields for but the bill has, from the vendor's own account
 * that comes with it.
 */
export function readBill({ usage, providerMetadata, executed, modelId }: BillSpec): Bill {
  const raw = asObject(usage.raw) ?? {};
  const metadata = Object.values(providerMetadata ?? {}).map((own) => asObject(own) ?? {});
  const vendors = vendorsOwn(raw, metadata, modelId);
  const served = [raw, ...metadata].map(readServedAs);
  const tier =
    served.map(({ serviceTier }) => serviceTier).find((name) => name !== undefined) ??
    readServiceTier(raw['trafficType']);
  const region = served.map((one) => one.region).find((name) => name !== undefined);
  const cost = chargeIn(raw);
  // Anthropic counts those that it charges for.
  const uncounted = raw['server_tool_use'] === undefined && vendors.webSearches === undefined ? executed : 0;
  return {
    usage: {
      ...countsOf(usage),
      ...vendors,
      ...compact({ unpricedUses: sumKnown(vendors.unpricedUses, uncounted) || undefined }),
    },
    ...(cost === undefined ? {} : { cost }),
    served: compact({ serviceTier: tier, region }),
  };
}

/** Counts that are all 0 are what some models make of none at all. */
function countsOf({ inputTokens, outputTokens }: UsageSpec): Usage {
  if (!inputTokens.total && !outputTokens.total) return {};
  return compact({
    inputTokens: inputTokens.total,
    outputTokens: outputTokens.total,
    cacheReadTokens: inputTokens.cacheRead,
    cacheWriteTokens: inputTokens.cacheWrite,
    reasoningTokens: outputTokens.reasoning,
  });
}

function vendorsOwn(raw: Wire, metadata: readonly Wire[], modelId: string): Usage {
  // Not all models for servers of this kind know where theirs counts what; its total does.
  if (typeof raw['prompt_tokens'] === 'number' && typeof raw['total_tokens'] === 'number') {
    return readChatCompletions(raw);
  }
  if (typeof raw['promptTokenCount'] === 'number') {
    const counted = usageCollector({});
    counted.take({ candidates: metadata, usageMetadata: raw, modelVersion: modelId });
    return counted.usage();
  }
  if (raw['input_tokens_details'] !== undefined) {
    const { cacheWrite1hTokens, cacheWriteTokens } = readChatCompletions(raw);
    return compact({ cacheWrite1hTokens, cacheWriteTokens });
  }
  const container = metadata.map((own) => own['container']).find((found) => asObject(found) !== undefined);
  const { cacheWrite1hTokens, webSearches, codeExecutions, unpricedUses } = readMessages(raw, container);
  return compact({ cacheWrite1hTokens, webSearches, codeExecutions, unpricedUses });
}
