import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exchanges } from '../virtual-drive.ts';

/** What a mock vendor does with one request of a batch. */
export type Fate = 'answered' | 'refused' | 'expired' | 'canceled' | 'missing';

/** One request of a batch, as the vendor got it. */
export interface Asked {
  readonly customId: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** A batch at a mock vendor. */
export interface MockBatch {
  readonly id: string;
  readonly asked: readonly Asked[];
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly metadata: unknown;
  readonly endpoint: string;
  /** The file of its requests. */
  readonly input: string | undefined;
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
  /** Whether a request of a batch that is canceled was done by then. @default none was */
  late(asked: Asked): boolean;
  /** Fails a request of ours before it is processed, with a status. `METHOD path`. @default none */
  fail(route: string): number | undefined;
  /** Cuts the connection after a request was processed, so that its outcome is unknown to us. @default never */
  cut(route: string): boolean;
  /** Never answers a request of ours. @default none */
  silent(route: string): boolean;
  /** Fails a whole batch. @default none */
  failWhole(batch: MockBatch): { readonly code: string; readonly line?: number } | undefined;
  /** The answer to one request. */
  text(asked: Asked): string;
  /** The vendor's clock, in milliseconds since 1970. @default the real one */
  date(): number;
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
    late: () => false,
    fail: () => undefined,
    cut: () => false,
    silent: () => false,
    failWhole: () => undefined,
    text: ({ body }) => `echo ${JSON.stringify(body['messages'] ?? body['contents'] ?? body['input'])}`,
    date: Date.now,
  };
}

/** A response of a mock: JSON, or text as it is. */
export interface Reply {
  readonly status?: number;
  readonly json?: unknown;
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Answers one request: `path` has the query. */
export type Route = (
  method: string,
  path: string,
  request: IncomingMessage,
  body: Buffer,
) => Promise<Reply> | Reply;

/** The state that all mocks have. */
export interface Desk {
  readonly behavior: Behavior;
  readonly batches: MockBatch[];
  readonly calls: string[];
  readonly files: Map<string, unknown>;
  readonly billed: Asked[];
  readonly chats: Asked[];
  /** Creates a batch. */
  open(id: string, asked: readonly Asked[], more: Partial<MockBatch>): MockBatch;
  /** Whether a batch is over, as far as it has been polled. */
  isOver(batch: MockBatch): boolean;
  /** What became of each request of a batch that is over; those that were run are charged, once. */
  settle(batch: MockBatch): ReadonlyMap<Asked, Fate>;
}

export function newDesk(changes: Partial<Behavior>): Desk {
  const behavior: Behavior = { ...usualBehavior(), ...changes };
  const batches: MockBatch[] = [];
  const billed: Asked[] = [];
  const settled = new Map<MockBatch, ReadonlyMap<Asked, Fate>>();
  return {
    behavior,
    batches,
    billed,
    calls: [],
    files: new Map(),
    chats: [],
    open(id, asked, more) {
      const usual = { endpoint: '', metadata: undefined, input: undefined };
      const state = { createdAt: behavior.date(), polls: 0, canceled: false, removed: false };
      const batch: MockBatch = { id, asked, ...usual, ...state, ...more };
      batches.push(batch);
      return batch;
    },
    isOver: (batch) => batch.polls >= behavior.polls || batch.canceled,
    settle(batch) {
      const before = settled.get(batch);
      if (before !== undefined) return before;
      const fates = new Map<Asked, Fate>();
      for (const asked of batch.asked) {
        const isDone = !batch.canceled || behavior.late(asked);
        const fate = isDone ? behavior.fate(asked, batch) : 'canceled';
        fates.set(asked, fate);
        if (fate === 'answered') billed.push(asked);
      }
      settled.set(batch, fates);
      return fates;
    },
  };
}

/** Serves a mock. */
export async function serve(desk: Desk, route: Route): Promise<MockVendor> {
  const { behavior, calls } = desk;
  const server = createServer(async (request, response) => {
    const body = await bytesOf(request);
    const [path = '/'] = (request.url ?? '/').split('?');
    const name = `${request.method} ${path}`;
    calls.push(name);
    if (behavior.silent(name)) {
      exchanges.leave(request.socket);
      return;
    }
    const status = behavior.fail(name);
    if (status !== undefined) {
      send(response, { status, json: { error: { message: 'not now', type: 'some_error' } } });
      return;
    }
    try {
      const reply = await route(request.method ?? 'GET', request.url ?? '/', request, body);
      if (behavior.cut(name)) request.socket.destroy();
      else send(response, reply);
    } catch (error) {
      // A request that the vendor's documents do not allow.
      send(response, { status: 400, json: { error: { message: String(error), type: 'mock_error' } } });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  let isOpen = true;
  return {
    ...desk,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      if (!isOpen) return;
      isOpen = false;
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function send(response: ServerResponse, { status = 200, json, text, headers = {} }: Reply): void {
  const type = text === undefined ? 'application/json' : 'application/octet-stream';
  response.writeHead(status, { 'content-type': type, ...headers });
  response.end(text ?? JSON.stringify(json));
}

async function bytesOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** The form of a request that uploads a file. */
export function formOf(request: IncomingMessage, body: Buffer): Promise<FormData> {
  const headers = { 'content-type': request.headers['content-type'] ?? '' };
  return new Response(new Uint8Array(body), { headers }).formData();
}

/** The lines of a file of requests. */
export function linesOf(text: unknown): readonly Record<string, unknown>[] {
  if (typeof text !== 'string') throw new Error('no such file');
  return text
    .trim()
    .split('\n')
    .map((row) => JSON.parse(row));
}
