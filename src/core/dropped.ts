import type { ActiveRequest } from './context.ts';

/** Milliseconds without a pulse after which a request is late, and the time it then has to give one. */
const patience = 3_000;

/**
 * Releases what dropped requests hold: slots, probes, counts. No code of theirs runs anymore, so other requests check for them. Each
 * is checked twice, because a frozen process makes all requests late.
 */
export function releaseDropped(requests: readonly ActiveRequest[], now: number): void {
  for (const { apart } of [...requests]) {
    if (apart === undefined) continue;
    if (now - apart.pulse.at < patience) apart.lateSince = undefined;
    else if (apart.lateSince === undefined) apart.lateSince = now;
    else if (now - apart.lateSince >= patience) apart.release();
  }
}
