import type { Socket } from 'node:net';
import type { NodeClient } from './client.ts';

/** A connection that is opened ahead of any request, for the next one that needs a new connection. */
export interface Ahead {
  readonly warmup: NodeClient['warmup'];
  /** Hands the connection over, if there is one. */
  take(): Socket | undefined;
}

/**
 * @param open begins a connection that closes itself after a time without use
 * @param connectEvent when it is established
 * @param isConnected whether there are other connections, so that none is needed
 */
export function openAhead(open: () => Socket, connectEvent: string, isConnected: () => boolean): Ahead {
  let take: (() => Socket) | undefined;
  let opening: Promise<void> | undefined;

  const begin = (signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      const socket = open();
      const close = (): void => {
        socket.destroy();
      };
      const done = (): void => {
        signal.removeEventListener('abort', close);
        resolve();
      };
      const gone = (): void => {
        take = undefined;
        done();
      };
      signal.addEventListener('abort', close, { once: true });
      // An error of TLS does not close an established connection by itself.
      socket.on('error', close).on('close', gone).on('timeout', close);
      socket.once(connectEvent, () => {
        socket.unref();
        take = () => {
          take = undefined;
          socket.off('error', close).off('close', gone).off('timeout', close);
          return socket.ref();
        };
        done();
      });
    });

  return {
    take: () => take?.(),
    async warmup(signal) {
      if (take !== undefined || isConnected() || signal.aborted) return;
      opening ??= begin(signal).finally(() => {
        opening = undefined;
      });
      await opening;
    },
  };
}
