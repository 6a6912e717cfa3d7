import type { RequestState } from '../request.ts';
import type { Excluded } from '../stations/exclude.ts';
import type { CandidateView } from './candidate-view.ts';

/** One reason to exclude a target; `undefined` if it does not apply. Pure, because `explain()` runs it too. */
export type Exclude = (candidate: CandidateView, request: RequestState, now: number) => Excluded | undefined;

/** A reason that does not pass. */
export function lasting(trace: Excluded['trace']): Excluded {
  return { trace, passes: false };
}
