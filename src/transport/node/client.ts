import type { Signal } from '../../util/time/abort.ts';
import type { Answer } from '../response.ts';
import type { NodeModules } from './modules.ts';

/** Sends requests to one origin with an HTTP client of Node's, at a fraction of the cost of Node's `fetch`. */
export interface NodeClient {
  send(request: NodeRequest): Promise<Answer>;
  /** Opens a connection for the next request. Resolves when it is established, has failed, or is aborted. */
  warmup(signal: AbortSignal): Promise<void>;
}

export interface NodeRequest {
  readonly method: string;
  /** Including the query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly signal: Signal | undefined;
  /** Connect timeout in milliseconds; no timeout if not finite. */
  readonly connectTimeout: number | undefined;
  /** Receives the body size in bytes, which is computed anyway. */
  readonly traffic: { sent: number };
}

/** The origin and options of a client. */
export interface Origin {
  readonly origin: string;
  /** The value of the `host` header. */
  readonly host: string;
  readonly address: { readonly host: string; readonly port: number };
  /** Options of TLS; `undefined` for plain HTTP. */
  readonly tls: object | undefined;
  readonly modules: NodeModules;
}

/**
 * How long an idle connection is kept, in milliseconds: less than the 60 s after which common load balancers
 * close it.
 */
export const idleTimeout = 30_000;
/** The longest timer that Node takes, in milliseconds. */
export const maxTimer = 2 ** 31 - 1;

/** Compression costs more than it saves on short responses. Node's `fetch` also sends `node`. */
export const usualHeaders: Readonly<Record<string, string>> = {
  'accept-encoding': 'identity',
  'user-agent': 'node',
};

/** Headers that only the HTTP client itself may set. */
export const ofConnection = new Set([
  'connection',
  'content-length',
  'expect',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
]);
