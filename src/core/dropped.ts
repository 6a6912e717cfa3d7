import type { ActiveRequest } from './context.ts';

/** Milliseconds without a pulse after which a request is late, and in which it then has to give another one. */
const patience = 3_000;

/**
 * Gives back what requests hold that the runtime has dropped: their places, their probes, their counts. Nothing of theirs runs any
 * more that could do it, so whoever comes next looks for them. Looked at twice, because a process that stood still has made
 * all of them late.
 */
export function releaseDropped(requests: readonly ActiveRequest[], now: number): void {
  for (const { apart } of [...requests]) {
    if (apart === undefined) continue;
    if (now - apart.pulse.at < patience) apart.lateSince = undefined;
    else if (apart.lateSince === undefined) apart.lateSince = now;
    else if (now - apart.lateSince >= patience) apart.release();
  }
}
