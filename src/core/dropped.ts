import type { Pulse } from '../util/time/pulse.ts';
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

/** A request as others may end it in runtimes that isolate requests: it ends itself with its next pulse. */
export function activeRequest(
  request: ActiveRequest,
  own: Pulse,
  drop: (reason: unknown) => void,
): ActiveRequest {
  return {
    place: undefined,
    stop: (reason) => own.post(() => request.stop(reason)),
    apart: {
      pulse: own,
      lateSince: undefined,
      release() {
        const reason = new DOMException('the runtime dropped the request', 'AbortError');
        request.stop(reason);
        drop(reason);
      },
    },
  };
}
