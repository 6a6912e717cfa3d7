import { ProviderError } from '../../errors.ts';
import type { ResolvedChatRequest } from '../../types/provider.ts';
import type { ContentPart, ProviderOptions } from '../../types/request/message.ts';
import type { Schema } from '../../types/request/schema.ts';
import type { FinishReason, ResponseInfo, Warning } from '../../types/result/result.ts';
import type { Usage } from '../../types/result/usage.ts';
import type { FallbackRule } from '../options/fallback.ts';
import type { Target } from '../targets/target.ts';

/** A complete answer, streamed or not. */
export interface Answer {
  readonly content: readonly ContentPart[];
  readonly finishReason: FinishReason;
  readonly usage: Usage;
  /** US$ charged, as reported by the vendor. */
  readonly cost?: number;
  readonly response: ResponseInfo;
  readonly warnings: readonly Warning[];
  readonly providerMetadata: ProviderOptions;
  readonly raw: unknown;
  readonly origin?: unknown;
  /** Whether plugins have already seen its parts as a stream. */
  readonly isStreamed?: boolean;
  /** The target's original content, if plugins changed it. */
  readonly given?: readonly ContentPart[];
}

/** The checked input of a chat. */
export interface ChatInput {
  readonly request: ResolvedChatRequest;
  /** The schema exactly as the caller passed it; validates the answer. */
  readonly schema: Schema | undefined;
}

/** Turns a filtered answer into a failure if the route fails over on `content-filter`. */
export function contentFilterFailure(
  finishReason: FinishReason,
  { provider }: Target,
  fallbackOn: FallbackRule,
): ProviderError | undefined {
  if (finishReason !== 'content-filter') return undefined;
  if (fallbackOn({ kind: 'content-filter', provider: provider.name }) !== true) return undefined;
  const summary = 'the vendor withheld the answer';
  return new ProviderError({
    kind: 'content-filter',
    provider: provider.name,
    answered: true,
    summary,
  });
}
