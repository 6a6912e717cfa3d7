import type { Pulse } from '../util/time/pulse.ts';
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

/** How it is ended from another request. Where requests are apart it ends itself, with its next pulse. */
export function activeRequest(
  { pulse: own, stop }: { readonly pulse: Pulse | undefined; stop(reason: unknown): void },
  drop: (reason: unknown) => void,
): ActiveRequest {
  if (own === undefined) return { place: undefined, stop };
  return {
    place: undefined,
    stop: (reason) => own.post(() => stop(reason)),
    apart: {
      pulse: own,
      lateSince: undefined,
      release() {
        const reason = new DOMException('the runtime has dropped the request', 'AbortError');
        stop(reason);
        drop(reason);
      },
    },
  };
}
