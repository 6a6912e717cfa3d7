import { type SizeClass, sizeClassOf } from '../health/latency.ts';
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
  /** How large the prompt is, by its characters. */
  readonly size: Lazy<SizeClass>;
}

export function chatJob(kind: 'chat' | 'stream', asked: ChatRequest, request: NormalizedRequest): Job {
  const needs = lazy(() => needsOf(request));
  return {
    kind,
    asked,
    inputTokens: lazy(() => estimateInput(request.messages, request.tools)),
    needs,
    size: sizeOf(needs),
  };
}

export function embedJob(asked: EmbedRequest): Job {
  const needs = lazy(() => needsOfEmbeddings(asked.values));
  return {
    kind: 'embed',
    asked,
    inputTokens: lazy(() => asked.values.reduce((sum, value) => sum + estimateTokens(value), 0)),
    needs,
    size: sizeOf(needs),
  };
}

function sizeOf(needs: Lazy<Needs>): Lazy<SizeClass> {
  return lazy(() => sizeClassOf(needs.get().characters));
}
