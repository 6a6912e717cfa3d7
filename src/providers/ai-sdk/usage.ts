import { noHeaders } from '../../transport/headers.ts';
import type { ServedAs } from '../../types/result/result.ts';
import type { Usage } from '../../types/result/usage.ts';
import { asObject, compact, sumKnown, type Wire } from '../../util/json.ts';
import { readUsage as readMessages } from '../anthropic/usage.ts';
import { chargeIn, readUsage as readChatCompletions, serviceTierIn } from '../chat-completions/usage.ts';
import { usageCollector } from '../google/chat/usage.ts';
import { readServedAs, readServiceTier } from '../shared/usage/service-tier.ts';
import type { Keyed, UsageSpec } from './spec.ts';

/** The billing facts that a model reports for an answer. */
export interface BillSpec {
  readonly usage: UsageSpec;
  readonly providerMetadata?: Keyed | undefined;
  /** Calls of vendor tools. */
  readonly executed: number;
  readonly modelId: string;
  /** The vendor's answer, if available. */
  readonly body?: unknown;
}

/** Whether the vendor ran a tool. */
export function isExecuted(part: { readonly type: string; readonly providerExecuted?: boolean }): boolean {
  return part.type === 'tool-call' && part.providerExecuted === true;
}

/** Usage, cost and service tier. */
export interface Bill {
  readonly usage: Usage;
  readonly cost?: number;
  readonly served: ServedAs;
}

/**
 * Reads usage in the AI SDK's form, plus billed items that its specification lacks, from the vendor's own usage object.
 */
export function readBill({ usage, providerMetadata, executed, modelId, body }: BillSpec): Bill {
  const raw = asObject(usage.raw) ?? {};
  const metadata = Object.values(providerMetadata ?? {}).map((own) => asObject(own) ?? {});
  const counted = withVendors(countsOf(usage), raw, metadata, modelId);
  const cost = chargeIn(raw);
  // Anthropic counts the ones it charges for.
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

/** If all counts, or the prompt's count, are 0, the model reported none. */
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

/** The counts, completed and corrected by the vendor's own usage object. */
function withVendors(counts: Usage, raw: Wire, metadata: readonly Wire[], modelId: string): Usage {
  if (typeof raw['prompt_tokens'] === 'number') return likeOpenAI(raw, counts);
  if (typeof raw['promptTokenCount'] === 'number') {
    const counted = usageCollector(noHeaders);
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

/** Models may not know how their server counts; its total decides, otherwise the larger count applies. */
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
