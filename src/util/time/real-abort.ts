import { abortQuietly, isOwnSignal, type LinkedAbort, linkedAbort, type Signal } from './abort.ts';

/** Like `linkedAbort`, with a real `AbortSignal` that can leave the router. */
export function realAbort(parent: Signal | undefined): LinkedAbort<AbortSignal> {
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
export function abortLike(signal: Signal): LinkedAbort {
  return isOwnSignal(signal) ? linkedAbort() : realAbort(undefined);
}

/** The runtime's own signal for one that may be ours. */
export function nativeSignal(signal: Signal): AbortSignal {
  return signal instanceof AbortSignal ? signal : realAbort(signal).signal;
}
