import { estimateInput, estimateTokens } from '../pricing/estimate.ts';
import type { EmbedRequest } from '../types/embed.ts';
import type { ChatRequest } from '../types/request.ts';
import { type Lazy, lazy } from './lazy.ts';
import { type Needs, needsOf, needsOfEmbeddings } from './needs.ts';
import type { NormalizedRequest } from './normalize.ts';

/** What is asked, as far as the choice of a target and the bill depend on it. */
export interface Job {
  readonly kind: 'chat' | 'stream' | 'embed';
  /** As the caller gave it, for strategies. */
  readonly asked: ChatRequest | EmbedRequest;
  /** Estimated when first asked for: counting a long prompt takes longer than all the rest of a choice. */
  readonly inputTokens: Lazy<number>;
  readonly needs: Lazy<Needs>;
}

/** Tokens that a request is expected to take, in and out. */
export function expectedTokens(
  { inputTokens, needs }: Pick<Job, 'inputTokens' | 'needs'>,
  usualOutput: number,
): number {
  const { kind, outputTokens } = needs.get();
  if (kind === 'embeddings') return inputTokens.get();
  return inputTokens.get() + Math.min(usualOutput, outputTokens || Number.POSITIVE_INFINITY);
}

export function chatJob(kind: 'chat' | 'stream', asked: ChatRequest, request: NormalizedRequest): Job {
  return {
    kind,
    asked,
    inputTokens: lazy(() => estimateInput(request.messages, request.tools)),
    needs: lazy(() => needsOf(request)),
  };
}

export function embedJob(asked: EmbedRequest): Job {
  return {
    kind: 'embed',
    asked,
    inputTokens: lazy(() => asked.values.reduce((sum, value) => sum + estimateTokens(value), 0)),
    needs: lazy(() => needsOfEmbeddings(asked.values)),
  };
}
