import type { Clock } from '../../types/clock.ts';
import type { OperationResult } from '../../types/result/result.ts';
import type { Router } from '../../types/router.ts';
import type { Desk } from '../desk.ts';
import type { JobStore } from './store.ts';

/** How long a process owns a batch after its last renewal, and how often it renews, in milliseconds. */
export const ownerTime = 30_000;
export const renewal = 10_000;

/** The dependencies of a batch. */
export interface JobHost {
  readonly router: Pick<Router, 'chat' | 'embed' | 'image'>;
  readonly clock: Clock;
  readonly desk: Desk;
  readonly store: JobStore;
  readonly owner: string;
  /** US$ that an answer would have cost on the tier `standard`; `undefined` if unknown. */
  standardCost(result: OperationResult): number | undefined;
  report(error: unknown): void;
  onEnd(): void;
}
