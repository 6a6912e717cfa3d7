import { abortQuietly, type LinkedAbort, type Signal } from './abort.ts';

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
