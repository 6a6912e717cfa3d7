import type { RequestEndEvent } from '../../types/event.ts';
import type { AttemptSummary } from '../../types/result/result.ts';

/** A target's outcome for one request. */
export interface Sample {
  /** When the request was made: milliseconds since 1970. */
  readonly at: number;
  readonly kind: 'chat' | 'stream';
  /** Of the request; 0 where unknown. */
  readonly inputTokens: number;
  readonly attempt: AttemptSummary;
}

/** A complete answer, accepted or not. */
export function isAnswer({ outcome, error }: AttemptSummary): boolean {
  return outcome === 'success' || error?.kind === 'output';
}

/** Whether a request is a chat or stream, which are replayed. */
export function isConversation(kind: RequestEndEvent['kind']): kind is Sample['kind'] {
  return kind === 'chat' || kind === 'stream';
}
