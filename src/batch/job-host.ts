import type { Clock } from '../types/clock.ts';
import type { Router } from '../types/router.ts';
import type { Desk } from './desk.ts';
import type { JobStore } from './job-store.ts';

/** What a batch needs of its surroundings. */
export interface JobHost {
  readonly router: Pick<Router, 'chat' | 'embed'>;
  readonly clock: Clock;
  readonly desk: Desk;
  readonly store: JobStore;
  readonly owner: string;
  report(error: unknown): void;
  onEnd(): void;
}
