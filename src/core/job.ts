import { type SizeClass, sizeClassOf } from '../health/latency.ts';
import { estimateInput, estimateTokens } from '../pricing/estimate.ts';
import type { EmbedRequest } from '../types/embed.ts';
import type { ImageRequest } from '../types/image.ts';
import type { ChatRequest } from '../types/request.ts';
import { type Lazy, lazy } from './lazy.ts';
import { type Needs, needsOf, needsOfEmbeddings, needsOfImages } from './needs.ts';
import type { NormalizedRequest } from './normalize.ts';
import { messageOf } from './normalize-plain.ts';

/** What is asked, as far as the choice of a target and the bill depend on it. */
export interface Job {
  readonly kind: 'chat' | 'stream' | 'embed' | 'image';
  /** As the caller gave it, for strategies. */
  readonly asked: ChatRequest | EmbedRequest | ImageRequest;
  /** Estimated when first asked for: counting a long prompt takes longer than all the rest of a choice. */
  readonly inputTokens: Lazy<number>;
  readonly needs: Lazy<Needs>;
  /** How large the prompt is, by its characters. */
  readonly size: Lazy<SizeClass>;
}

export function chatJob(kind: 'chat' | 'stream', asked: ChatRequest, request: NormalizedRequest): Job {
  return job(
    kind,
    asked,
    () => needsOf(request),
    () => estimateInput(request.messages, request.tools),
  );
}

export function embedJob(asked: EmbedRequest): Job {
  const { values } = asked;
  return job(
    'embed',
    asked,
    () => needsOfEmbeddings(values),
    () => values.reduce((sum, value) => sum + estimateTokens(value), 0),
  );
}

export function imageJob(asked: ImageRequest): Job {
  return job(
    'image',
    asked,
    () => needsOfImages(asked),
    () => estimateInput([messageOf(asked)]),
  );
}

function job(kind: Job['kind'], asked: Job['asked'], needsOfIt: () => Needs, count: () => number): Job {
  const needs = lazy(needsOfIt);
  const size = lazy(() => sizeClassOf(needs.get().characters));
  return { kind, asked, inputTokens: lazy(count), needs, size };
}

/** Whether a model talks: its times and the lengths of its answers are like those of others. */
export function isTalk(kind: Job['kind']): kind is 'chat' | 'stream' {
  return kind === 'chat' || kind === 'stream';
}
