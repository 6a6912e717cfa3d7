import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** A server on loopback. */
export interface Served {
  readonly port: number;
  /** Ends all connections; new ones are accepted. */
  cut(): void;
  close(): Promise<void>;
}

/** Serves a web-standard handler for requests without a body, on 127.0.0.1 only. */
export async function serve(handler: (request: Request) => Promise<Response>, port: number): Promise<Served> {
  const server = createServer((incoming, outgoing) => {
    void answer(handler, incoming, outgoing).catch(() => {
      // The browser left, or its stream broke; it connects again.
      outgoing.destroy();
    });
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    cut: () => server.closeAllConnections(),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function answer(
  handler: (request: Request) => Promise<Response>,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const headers = Object.entries(incoming.headersDistinct).flatMap(([name, values = []]) =>
    values.map((value): [string, string] => [name, value]),
  );
  const { method = 'GET', url = '/' } = incoming;
  const response = await handler(new Request(new URL(url, 'http://127.0.0.1'), { method, headers }));
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  if (response.body === null || method === 'HEAD') outgoing.end();
  else await pipeline(Readable.fromWeb(response.body as never), outgoing);
}
