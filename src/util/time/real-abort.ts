import { type AbortLink, abortQuietly, isOwnSignal, LinkedAbort, type Signal } from './abort.ts';

/** Like `LinkedAbort`, with a real `AbortSignal` that can leave the router. */
export function realAbort(parent: Signal | undefined): AbortLink<AbortSignal> {
  const controller = new AbortController();
  const follow = (): void => abortQuietly(controller, parent?.reason);
  if (parent?.aborted) follow();
  else parent?.addEventListener('abort', follow, { once: true });
  return {
    signal: controller.signal,
    abort: (reason) => controller.abort(reason),
    unlink: () => parent?.removeEventListener('abort', follow),
  };
}

/** A controller of the same kind as a signal that it goes with. */
export function abortLike(signal: Signal): AbortLink {
  return isOwnSignal(signal) ? new LinkedAbort() : realAbort(undefined);
}

/** The runtime's own signal for one that may be ours. */
export function nativeSignal(signal: Signal): AbortSignal {
  return signal instanceof AbortSignal ? signal : realAbort(signal).signal;
}
