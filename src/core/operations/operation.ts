import { estimateInput, estimateTokens } from '../../pricing/estimate.ts';
import { type SizeClass, sizeClassOf } from '../../stats/latency.ts';
import type { ResolvedChatRequest } from '../../types/provider.ts';
import type { EmbedRequest } from '../../types/request/embed.ts';
import type { ImageRequest } from '../../types/request/image.ts';
import type { ChatRequest } from '../../types/request/request.ts';
import { type Lazy, lazy } from '../../util/lazy.ts';
import { messageOf } from './plain-request.ts';
import { embedRequirements, imageRequirements, type Requirements, requirementsOf } from './requirements.ts';

/** What is asked, as far as the choice of a target and the bill depend on it. */
export interface Operation {
  readonly kind: 'chat' | 'stream' | 'embed' | 'image';
  /** As the caller gave it, for strategies. */
  readonly asked: ChatRequest | EmbedRequest | ImageRequest;
  /** Estimated when first asked for: counting a long prompt takes longer than all the rest of a choice. */
  readonly inputTokens: Lazy<number>;
  readonly needs: Lazy<Requirements>;
  /** How large the prompt is, by its characters. */
  readonly size: Lazy<SizeClass>;
}

export function chatOperation(
  kind: 'chat' | 'stream',
  asked: ChatRequest,
  request: ResolvedChatRequest,
): Operation {
  return job(
    kind,
    asked,
    () => requirementsOf(request),
    () => estimateInput(request.messages, request.tools),
  );
}

export function embedOperation(asked: EmbedRequest): Operation {
  const { values } = asked;
  return job(
    'embed',
    asked,
    () => embedRequirements(values),
    () => values.reduce((sum, value) => sum + estimateTokens(value), 0),
  );
}

export function imageOperation(asked: ImageRequest): Operation {
  return job(
    'image',
    asked,
    () => imageRequirements(asked),
    () => estimateInput([messageOf(asked)]),
  );
}

function job(
  kind: Operation['kind'],
  asked: Operation['asked'],
  needsOfIt: () => Requirements,
  count: () => number,
): Operation {
  const needs = lazy(needsOfIt);
  const size = lazy(() => sizeClassOf(needs.get().characters));
  return { kind, asked, inputTokens: lazy(count), needs, size };
}

/** Whether a model talks: its times and the lengths of its answers are like those of others. */
export function generatesText(kind: Operation['kind']): kind is 'chat' | 'stream' {
  return kind === 'chat' || kind === 'stream';
}
