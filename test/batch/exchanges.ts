import { subscribe } from 'node:diagnostics_channel';
import type { ClientRequest } from 'node:http';
import type { Socket } from 'node:net';

/** The HTTP exchanges of this process as a client: with Node's HTTP client, which answers chats, and with `fetch`. */
export interface Exchanges {
  /** Exchanges that have begun and are not over, except those that a mock leaves without an answer. */
  readonly open: number;
  /** Exchanges so far. */
  readonly begun: number;
  /** Exchanges so far that ended in an error. */
  readonly failed: number;
  /**
   * A mock does not answer what arrives on its socket: for good, or until it calls what this returns, because what it waits for is
   * virtual time.
   */
  leave(socket: Socket): () => void;
}

/**
 * Counts exchanges by what Node reports of them. It subscribes to all channels but `undici:request:create`, because the transport
 * uses another client where an application observes that one.
 */
export function watchExchanges(): Exchanges {
  const open = new Map<object, () => Socket | null | undefined>();
  const left = new Set<number>();
  let connecting = 0;
  let begun = 0;
  let failed = 0;
  const begin = (exchange: object, socket: () => Socket | null | undefined): void => {
    open.set(exchange, socket);
    begun += 1;
  };
  subscribe('http.client.request.created', (message) => {
    const { request } = message as { readonly request: ClientRequest };
    begin(request, () => request.socket);
    request.on('error', () => {
      failed += 1;
    });
    request.on('close', () => open.delete(request));
  });
  subscribe('undici:client:beforeConnect', () => {
    connecting += 1;
    begun += 1;
  });
  subscribe('undici:client:connected', () => {
    connecting -= 1;
  });
  subscribe('undici:client:connectError', () => {
    connecting -= 1;
    failed += 1;
  });
  subscribe('undici:client:sendHeaders', (message) => {
    const { request, socket } = message as { readonly request: object; readonly socket: Socket };
    begin(request, () => socket);
  });
  subscribe('undici:request:trailers', (message) => {
    open.delete((message as { readonly request: object }).request);
  });
  subscribe('undici:request:error', (message) => {
    open.delete((message as { readonly request: object }).request);
    failed += 1;
  });
  return {
    get open() {
      const held = [...open.values()].filter((socket) => left.has(socket()?.localPort ?? 0));
      return connecting + open.size - held.length;
    },
    get begun() {
      return begun;
    },
    get failed() {
      return failed;
    },
    leave(socket) {
      const { remotePort = 0 } = socket;
      left.add(remotePort);
      const back = (): void => {
        left.delete(remotePort);
        socket.off('close', back);
      };
      socket.on('close', back);
      return back;
    },
  };
}
