import { ProviderError } from '../../errors.ts';
import type { FallbackKind } from '../../types/error.ts';
import type { ResolvedChatRequest } from '../../types/provider.ts';
import type { ContentPart, ProviderOptions } from '../../types/request/message.ts';
import type { Schema } from '../../types/request/schema.ts';
import type { FinishReason, ResponseInfo, Warning } from '../../types/result/result.ts';
import type { Usage } from '../../types/result/usage.ts';
import type { Attempt } from '../attempt/attempt.ts';

/** A complete answer, streamed or not. */
export interface Answer {
  readonly content: readonly ContentPart[];
  readonly finishReason: FinishReason;
  readonly usage: Usage;
  /** US$ that the vendor says it charges. */
  readonly cost?: number;
  readonly response: ResponseInfo;
  readonly warnings: readonly Warning[];
  readonly providerMetadata: ProviderOptions;
  readonly raw: unknown;
  readonly origin?: unknown;
  /** Plugins have seen its parts as they came. */
  readonly isStreamed?: boolean;
  /** Its content as its target gave it, where plugins have changed it. */
  readonly given?: readonly ContentPart[];
}

/** What a chat asks for. */
export interface ChatInput {
  readonly request: ResolvedChatRequest;
  /** As the caller gave it, to check the answer by. */
  readonly schema: Schema | undefined;
}

/** An answer that its vendor withheld is a failure where the route wants to go on after one. */
export function contentFilterFailure(
  finishReason: FinishReason,
  attempt: Attempt,
  fallbackOn: readonly FallbackKind[],
): ProviderError | undefined {
  if (finishReason !== 'content-filter' || !fallbackOn.includes('content-filter')) return undefined;
  const summary = 'the vendor withheld the answer';
  return new ProviderError({
    kind: 'content-filter',
    provider: attempt.target.provider.name,
    answered: true,
    summary,
  });
}
