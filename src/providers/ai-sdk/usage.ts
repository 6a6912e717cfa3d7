import type { ServedAs } from '../../types/result/result.ts';
import type { Usage } from '../../types/result/usage.ts';
import { asObject, compact, sumKnown, type Wire } from '../../util/json.ts';
import { readUsage as readMessages } from '../anthropic/usage.ts';
import { chargeIn, readUsage as readChatCompletions, serviceTierIn } from '../chat-completions/usage.ts';
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
  /** The vendor's answer, where it is at hand. */
  readonly body?: unknown;
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
export function readBill({ usage, providerMetadata, executed, modelId, body }: BillSpec): Bill {
  const raw = asObject(usage.raw) ?? {};
  const metadata = Object.values(providerMetadata ?? {}).map((own) => asObject(own) ?? {});
  const counted = withVendors(countsOf(usage), raw, metadata, modelId);
  const cost = chargeIn(raw);
  // Anthropic counts those that it charges for.
  const uncounted = raw['server_tool_use'] === undefined && counted.webSearches === undefined ? executed : 0;
  return {
    usage: {
      ...counted,
      ...compact({ unpricedUses: sumKnown(counted.unpricedUses, uncounted) || undefined }),
    },
    ...(cost === undefined ? {} : { cost }),
    served: servedIn(raw, [raw, ...metadata, asObject(body) ?? {}]),
  };
}

function servedIn(raw: Wire, accounts: readonly Wire[]): ServedAs {
  const served = accounts.map(readServedAs);
  return compact({
    serviceTier:
      served.map(({ serviceTier }) => serviceTier).find((name) => name !== undefined) ??
      serviceTierIn({}, raw) ??
      readServiceTier(raw['trafficType']), // Google
    region: served.map(({ region }) => region).find((name) => name !== undefined),
  });
}

/** Counts that are all 0 are what some models make of none at all, and so is a prompt of 0. */
function countsOf({ inputTokens, outputTokens }: UsageSpec): Usage {
  if (!inputTokens.total && !outputTokens.total) return {};
  return compact({
    inputTokens: inputTokens.total || undefined,
    outputTokens: outputTokens.total,
    cacheReadTokens: inputTokens.cacheRead,
    cacheWriteTokens: inputTokens.cacheWrite,
    reasoningTokens: outputTokens.reasoning,
  });
}

/** The counts, with what the vendor's own account adds to them and corrects in them. */
function withVendors(counts: Usage, raw: Wire, metadata: readonly Wire[], modelId: string): Usage {
  if (typeof raw['prompt_tokens'] === 'number') return likeOpenAI(raw, counts);
  if (typeof raw['promptTokenCount'] === 'number') {
    const counted = usageCollector({});
    counted.take({ candidates: metadata, usageMetadata: raw, modelVersion: modelId });
    return { ...counts, ...counted.usage() };
  }
  if (typeof raw['input_tokens'] !== 'number') return counts;
  if (raw['input_tokens_details'] !== undefined || raw['total_tokens'] !== undefined) {
    const { cacheWrite1hTokens, cacheWriteTokens } = readChatCompletions(raw);
    return { ...counts, ...compact({ cacheWrite1hTokens, cacheWriteTokens }) };
  }
  const container = metadata.map((own) => own['container']).find((found) => asObject(found) !== undefined);
  return { ...counts, ...readMessages(raw, container) };
}

/** Not all models for servers of this kind know where theirs counts what; its total does, and else the larger count is whole. */
function likeOpenAI(raw: Wire, { inputTokens, outputTokens, ...details }: Usage): Usage {
  const own = readChatCompletions(raw);
  if (typeof raw['total_tokens'] === 'number') return { ...details, ...own };
  const larger = (one = 0, other = 0): number | undefined => Math.max(one, other) || undefined;
  return compact({
    ...details,
    ...own,
    inputTokens: larger(own.inputTokens, inputTokens),
    outputTokens: larger(own.outputTokens, outputTokens),
  });
}
