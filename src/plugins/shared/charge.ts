import type { RequestSummary } from '../../types/plugin.ts';
import type { AttemptSummary } from '../../types/result/result.ts';

/**
 * The purpose of an attempt's cost. `answer`: it became the answer. `failed`: it failed, was rejected, or another answer replaced
 * it. `hedged`: another attempt of the same request was faster. `aborted`: the caller left. `mirrored`: a copy, only to measure.
 */
export type Spent = 'answer' | 'failed' | 'hedged' | 'aborted' | 'mirrored';

/** The facts about a finished request that determine the purpose of its attempts' costs. */
export interface EndedFor {
  readonly mirror: boolean;
  readonly outcome: RequestSummary['outcome'];
  readonly target: string | undefined;
}

export function spentOn({ mirror, outcome, target }: EndedFor, attempt: AttemptSummary): Spent {
  if (mirror) return 'mirrored';
  if (attempt.outcome === 'success') return attempt.target === target ? 'answer' : 'failed';
  if (attempt.outcome === 'failed' || outcome === 'failed') return 'failed';
  return outcome === 'aborted' ? 'aborted' : 'hedged';
}
