import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a mock vendor does with one request of a batch. */
export type Fate = 'answered' | 'refused' | 'expired' | 'missing';

/** One request of a batch, as the vendor got it. */
export interface Asked {
  readonly customId: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** A batch at a mock vendor. */
export interface MockBatch {
  readonly id: string;
  readonly asked: readonly Asked[];
  readonly createdAt: number;
  readonly metadata: unknown;
  readonly endpoint: string;
  polls: number;
  canceled: boolean;
  removed: boolean;
}

/** How a mock vendor behaves. All may be changed at any time. */
export interface Behavior {
  /** Status requests until a batch has ended. @default 1 */
  polls: number;
  /** @default all are answered */
  fate(asked: Asked, batch: MockBatch): Fate;
  /** Fails a request of ours before it is processed, with a status. `METHOD path`. @default none */
  fail(route: string): number | undefined;
  /** Cuts the connection after a request was processed, so that its outcome is unknown to us. @default never */
  cut(route: string): boolean;
  /** Fails a whole batch. @default none */
  failWhole(batch: MockBatch): { readonly code: string; readonly line?: number } | undefined;
  /** The answer to one request. */
  text(asked: Asked): string;
}

/** A mock of a vendor's batch interface in its documented form, over a real socket. */
export interface MockVendor {
  readonly url: string;
  readonly behavior: Behavior;
  readonly batches: MockBatch[];
  /** `METHOD path` of each request. */
  readonly calls: string[];
  /** Files that have not been deleted. */
  readonly files: ReadonlyMap<string, unknown>;
  /** Requests that the vendor charges, in order. */
  readonly billed: Asked[];
  /** Synchronous chats. */
  readonly chats: Asked[];
  close(): Promise<void>;
}

export function usualBehavior(): Behavior {
  return {
    polls: 1,
    fate: () => 'answered',
    fail: () => undefined,
    cut: () => false,
    failWhole: () => undefined,
    text: ({ body }) => `echo ${JSON.stringify(body['messages'] ?? body['input'])}`,
  };
}

/** A response of a mock: JSON, or text as it is. */
export interface Reply {
  readonly status?: number;
  readonly json?: unknown;
  readonly text?: string;
}

/** Serves a mock. `route` returns the reply to one request. */
export async function serve(
  behavior: Behavior,
  calls: string[],
  route: (method: string, path: string, request: IncomingMessage, body: Buffer) => Promise<Reply> | Reply,
): Promise<Pick<MockVendor, 'url' | 'close'>> {
  const server = createServer(async (request, response) => {
    const body = await bytesOf(request);
    const [path = '/'] = (request.url ?? '/').split('?');
    const name = `${request.method} ${path}`;
    calls.push(name);
    const status = behavior.fail(name);
    if (status !== undefined) {
      send(response, { status, json: { error: { message: 'not now', type: 'some_error' } } });
      return;
    }
    const reply = await route(request.method ?? 'GET', request.url ?? '/', request, body);
    if (behavior.cut(name)) request.socket.destroy();
    else send(response, reply);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function send(response: ServerResponse, { status = 200, json, text }: Reply): void {
  const type = text === undefined ? 'application/json' : 'application/octet-stream';
  response.writeHead(status, { 'content-type': type });
  response.end(text ?? JSON.stringify(json));
}

async function bytesOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** The requests that the vendor has run once a batch has ended. */
export function settle(batch: MockBatch, { fate }: Behavior, billed: Asked[]): Map<Asked, Fate> {
  const fates = new Map<Asked, Fate>();
  for (const asked of batch.asked) {
    const own = batch.canceled ? 'expired' : fate(asked, batch);
    fates.set(asked, own);
    if (own === 'answered') billed.push(asked);
  }
  return fates;
}
