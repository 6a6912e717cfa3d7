import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import type { ConnectionAgent, ConnectionAgentClass, DispatchHandler } from '../connection.ts';
import type { Answer } from '../response.ts';
import { openAhead } from './ahead.ts';
import { connectionLost, decoded, type NodeBody, nodeBody, PacketQueue } from './body.ts';
import {
  idleTimeout,
  maxTimer,
  type NodeClient,
  type NodeRequest,
  type Origin,
  ofConnection,
  usualHeaders,
} from './client.ts';
import { connectTimeoutError, toReportedError } from './errors.ts';
import { type HeaderReader, headerReader } from './headers.ts';
import { endingWhilePaused } from './paused-parser.ts';

/** What all requests of a client share. */
interface Shared {
  readonly readHeaders: HeaderReader;
  /** Whether a response has ended in this turn of the event loop. Its connection is free with the next one. */
  isResting: boolean;
  /** Call it when a response has ended. */
  rest(): void;
  /** Makes the next requests open new connections, because idle ones may be dead. */
  renew(): void;
  unpacked(packets: Readable, encoding: string): Readable;
  /** A stream that is fed by hand; `wanted` is called when it has room again. */
  stream(wanted: () => void): Readable;
}

/** Maximum number of connect timeouts with separate connections; each call may have a different one. */
const mostAgents = 8;

/** The client over `dispatch` of the undici inside Node, which calls a handler for each event and makes no streams. */
export function overDispatch(to: Origin, Agent: ConnectionAgentClass): NodeClient {
  const { origin, modules } = to;
  const connections = connector(to);
  // By connect timeout, which undici has for connections rather than for requests.
  const agents = new Map<number, ConnectionAgent>();
  const agentFor = (connectTimeout = Number.POSITIVE_INFINITY): ConnectionAgent => {
    const known = agents.get(connectTimeout);
    if (known !== undefined) return known;
    if (agents.size >= mostAgents) shared.renew();
    const agent = new Agent({
      // As many as there are requests: one that waited for another's connection would look like a slow vendor.
      connect: connections.within(connectTimeout),
      keepAliveTimeout: idleTimeout,
      keepAliveMaxTimeout: idleTimeout,
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    agents.set(connectTimeout, agent);
    return agent;
  };
  const shared: Shared = {
    readHeaders: headerReader(),
    isResting: false,
    rest() {
      if (shared.isResting) return;
      shared.isResting = true;
      setImmediate(() => {
        shared.isResting = false;
      });
    },
    renew() {
      for (const agent of agents.values()) agent.close().catch(() => {});
      agents.clear();
    },
    unpacked: (packets, encoding) => decoded(packets, encoding, modules.zlib),
    stream: (wanted) => new modules.stream.Readable({ read: wanted }),
  };

  return {
    send: (request) =>
      new Promise((resolve, reject) => {
        const { signal, connectTimeout, method, path } = request;
        if (signal?.aborted) throw signal.reason;
        const body = Buffer.from(request.body);
        request.traffic.sent += body.length;
        const reply = new Reply(request, shared, resolve, reject);
        const options = { origin, path, method, headers: linesOf(request), body };
        if (!shared.isResting) {
          agentFor(connectTimeout).dispatch(options, reply);
          return;
        }
        // Waits a turn rather than for a new connection.
        setImmediate(() => {
          if (reply.isOpen) agentFor(connectTimeout).dispatch(options, reply);
        });
      }),
    warmup: connections.warmup,
  };
}

function linesOf({ headers }: NodeRequest): readonly string[] {
  const lines: string[] = [];
  for (const name in usualHeaders)
    if (headers[name] === undefined) lines.push(name, usualHeaders[name] ?? '');
  for (const name in headers) if (!ofConnection.has(name)) lines.push(name, headers[name] ?? '');
  return lines;
}

/** One request and its response: undici reports its events here, and its queue is the body for the reader. */
class Reply extends PacketQueue implements DispatchHandler, Answer {
  declare status: number;
  declare headers: Answer['headers'];
  declare body: NodeBody;
  declare private readonly request: NodeRequest;
  declare private readonly shared: Shared;
  declare private readonly resolve: (answer: Answer) => void;
  declare private readonly reject: (error: unknown) => void;
  /** The body for the reader, if it is not this object. */
  declare private unpacked: NodeBody | undefined;
  declare private packets: Readable | undefined;
  declare private abort: ((error?: Error) => void) | undefined;
  declare private continue: (() => void) | undefined;
  declare private isAnswered: boolean;

  constructor(
    request: NodeRequest,
    shared: Shared,
    resolve: (answer: Answer) => void,
    reject: (error: unknown) => void,
  ) {
    super();
    this.request = request;
    this.shared = shared;
    this.resolve = resolve;
    this.reject = reject;
    this.unpacked = undefined;
    this.packets = undefined;
    this.abort = undefined;
    this.continue = undefined;
    this.isAnswered = false;
    request.signal?.addEventListener('abort', this, { once: true });
  }

  onConnect(abort: (error?: Error) => void): void {
    this.abort = abort;
    if (!this.isOpen) abort(); // it has failed or was aborted meanwhile
  }

  onHeaders(status: number, raw: readonly Buffer[], resume: () => void): boolean {
    if (status < 200) return true; // informational
    this.continue = resume;
    this.isAnswered = true;
    this.status = status;
    this.headers = this.shared.readHeaders(raw);
    const encoding = this.headers.get('content-encoding');
    this.body = encoding === undefined ? this : this.unpack(encoding);
    this.resolve(this);
    return true;
  }

  onData(packet: Buffer): boolean {
    // Comes at the end of a body that ends with its connection. A pause there would lose that end.
    if (packet.length === 0) return true;
    return this.packets === undefined ? this.push(packet) : this.packets.push(packet);
  }

  onComplete(): void {
    this.packets?.push(null);
    this.shared.rest();
    this.end();
  }

  onError(error: Error): void {
    this.fail(toReportedError(error, this.abort !== undefined));
  }

  override fail(error: unknown): void {
    if (!this.isOpen) return;
    // If one idle connection was closed, the others most likely are too.
    if (!this.isAnswered && this.abort !== undefined && this.request.signal?.aborted !== true)
      this.shared.renew();
    super.fail(error);
    this.reject(error);
    this.packets?.destroy(error instanceof Error ? error : connectionLost());
    this.unpacked?.fail(error);
  }

  protected override resume(): void {
    this.continue?.();
  }

  protected override close(): void {
    this.abort?.();
  }

  protected override settle(): void {
    this.request.signal?.removeEventListener('abort', this);
  }

  /** The request is aborted. */
  handleEvent(): void {
    this.fail(this.request.signal?.reason);
    this.close();
  }

  /** Requests ask for no compression, but some servers compress anyway. */
  private unpack(encoding: string): NodeBody {
    const packets = this.shared.stream(() => this.resume());
    this.packets = packets;
    const cancel = (): void => {
      packets.destroy();
      this.cancel();
    };
    this.unpacked = nodeBody(this.shared.unpacked(packets, encoding), cancel, () => {});
    return this.unpacked;
  }
}

interface Connector {
  /** Opens connections for undici, each within so many milliseconds. */
  within(connectTimeout: number): Connect;
  readonly warmup: NodeClient['warmup'];
}

type Connect = (options: object, connected: (error: Error | null, socket: Socket | null) => void) => void;

/** Connections as undici's own connector opens them, but with a precise timeout, and one that may be open ahead. */
function connector({ address, tls, modules }: Origin): Connector {
  let sockets = 0;
  let session: Buffer | undefined;
  const usual = { ...address, noDelay: true, keepAlive: true, keepAliveInitialDelay: 60_000 };
  const connectEvent = tls === undefined ? 'connect' : 'secureConnect';
  const open = (): Socket => {
    const socket =
      tls === undefined
        ? modules.net.connect(usual)
        : modules.tls.connect({ ...usual, ...tls, ...(session === undefined ? {} : { session }) });
    if (tls !== undefined)
      socket.on('session', (latest: Buffer) => {
        session = latest;
      });
    endingWhilePaused(socket);
    // An error of TLS does not close an established connection by itself, and undici waits for its `close`.
    socket.on('error', () => socket.destroy());
    sockets += 1;
    socket.once('close', () => {
      sockets -= 1;
    });
    return socket;
  };
  const ahead = openAhead(
    () => open().setTimeout(idleTimeout),
    connectEvent,
    () => sockets > 0,
  );
  return {
    warmup: ahead.warmup,
    within: (ms) => (_, connected) => {
      const ready = ahead.take();
      if (ready !== undefined) {
        ready.setTimeout(0);
        queueMicrotask(() => connected(null, ready));
        return;
      }
      const socket = open();
      const timer = ms > maxTimer ? undefined : setTimeout(() => socket.destroy(connectTimeoutError(ms)), ms);
      let waits = true;
      const settle = (error: Error | null): void => {
        if (!waits) return;
        waits = false;
        clearTimeout(timer);
        if (error !== null) session = undefined; // it may be the reason
        connected(error, error === null ? socket : null);
      };
      socket.once(connectEvent, () => settle(null));
      socket.on('error', settle);
      socket.once('close', () => settle(connectionLost()));
    },
  };
}
