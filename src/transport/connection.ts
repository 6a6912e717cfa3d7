import { nodeProcess } from '../util/runtime.ts';

/** Undici's HTTP agent, which Node's `fetch` uses: the parts needed here. */
export interface ConnectionAgent {
  /** Sends a request; the handler gets its events. */
  dispatch(options: DispatchOptions, handler: DispatchHandler): boolean;
  /** Closes idle connections now, and busy ones when their requests finish. */
  close(): Promise<void>;
}

export type ConnectionAgentClass = new (options: AgentOptions) => ConnectionAgent;

/** https://undici.nodejs.org/#/docs/api/Client?id=parameter-clientoptions */
interface AgentOptions {
  readonly connect:
    | { readonly timeout: number }
    | ((options: object, connected: (error: Error | null, socket: object | null) => void) => void);
  readonly headersTimeout: number;
  readonly bodyTimeout: number;
  readonly keepAliveTimeout?: number;
  readonly keepAliveMaxTimeout?: number;
}

interface DispatchOptions {
  readonly origin: string;
  readonly path: string;
  readonly method: string;
  /** Names and values in turn. */
  readonly headers: readonly string[];
  readonly body: Uint8Array;
}

/** The methods of a handler up to undici 7. https://undici.nodejs.org/#/docs/api/Dispatcher?id=parameter-dispatchhandler */
export interface DispatchHandler {
  /** A connection is about to get the request; `abort` closes it. */
  onConnect(abort: (error?: Error) => void): void;
  /** @returns whether the body may follow at once */
  onHeaders(status: number, headers: readonly Buffer[], resume: () => void): boolean;
  /** @returns whether more may follow at once */
  onData(packet: Buffer): boolean;
  onComplete(): void;
  onError(error: Error): void;
}

/** Agents for one origin, keyed by connect timeout. */
export interface ConnectionAgents {
  /** Returns the `dispatcher` for a request, or `undefined` to use the runtime's own. */
  for(connectTimeout: number | undefined): object | undefined;
  /** Makes the next requests open new connections, because idle ones may be dead. */
  renew(): void;
}

export function connectionAgents(): ConnectionAgents {
  const agents = new Map<number, ConnectionAgent | undefined>();
  return {
    for(connectTimeout) {
      if (connectTimeout === undefined || !Number.isFinite(connectTimeout)) return undefined;
      if (!agents.has(connectTimeout)) agents.set(connectTimeout, connectionAgent(connectTimeout));
      return agents.get(connectTimeout);
    },
    renew() {
      for (const agent of agents.values()) agent?.close().catch(() => {});
      agents.clear();
    },
  };
}

/**
 * Resolves once the runtime has processed pending connection events. If several connections close while the
 * process is busy, the runtime reports the first before it notices the others; an immediate retry could pick
 * one of those.
 */
export function connectionsSettled(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 0);
  });
}

/** Where undici keeps the global `fetch` agent: Node's bundled copy, and newer versions from npm. */
const agentKey = Symbol.for('undici.globalDispatcher.1');
const newerAgentKey = Symbol.for('undici.globalDispatcher.2');

/**
 * On Node, an agent whose connections must be established within `connectTimeout` milliseconds (Node checks
 * about once a second), without undici's 300 s limits on headers and body, because the router owns all other
 * timers.
 *
 * Returns `undefined` on other runtimes and if the application has installed its own agent (such as a proxy).
 * Uses the class of Node's own agent, because another copy of undici is not compatible with Node's `fetch`.
 */
function connectionAgent(connectTimeout: number): ConnectionAgent | undefined {
  const Agent = installedAgentClass();
  return Agent && new Agent({ connect: { timeout: connectTimeout }, headersTimeout: 0, bodyTimeout: 0 });
}

function installedAgentClass(): ConnectionAgentClass | undefined {
  if (typeof globalThis.Response !== 'function') return undefined; // also makes Node load its undici
  const installed = installedAgent(agentKey);
  if (installed === undefined || className(installed) !== 'Agent' || hasOwnAgent()) return undefined;
  return installed.constructor as ConnectionAgentClass;
}

/** A `dispatcher` for one request that uses the installed agent, without limits on silence; `undefined` on other runtimes. */
export function untimedDispatcher(): object | undefined {
  const installed = installedAgent(agentKey);
  const dispatch: unknown = installed && Reflect.get(installed, 'dispatch');
  if (typeof dispatch !== 'function') return undefined;
  return {
    dispatch: (options: object, handler: object): unknown =>
      dispatch.call(installed, { ...options, headersTimeout: 0, bodyTimeout: 0 }, handler),
  };
}

/** Versions of undici whose `dispatch` takes a `DispatchHandler`: in Node 22 and 24. */
const dispatchVersions: readonly (string | undefined)[] = ['6', '7'];

/** The class of the agent inside Node, if requests can be sent with its `dispatch`. */
export function agentClass(): ConnectionAgentClass | undefined {
  const [major] = nodeProcess()?.versions['undici']?.split('.') ?? [];
  return dispatchVersions.includes(major) ? installedAgentClass() : undefined;
}

/**
 * Returns a check for whether requests must go through `fetch`: because the application has configured its
 * connections, has replaced it (mocks, interceptors), or subscribes to undici's diagnostics channel
 * (tracing).
 */
export function mustUseFetch(undiciRequests: { readonly hasSubscribers: boolean }): () => boolean {
  let cached: { readonly fetch: unknown; readonly agent: unknown; readonly required: boolean } | undefined;
  return () => {
    if (undiciRequests.hasSubscribers) return true;
    const agent: unknown = Reflect.get(globalThis, agentKey);
    const { fetch } = globalThis;
    if (cached?.fetch !== fetch || cached.agent !== agent)
      cached = { fetch, agent, required: !isNodesFetch(fetch) || hasOwnAgent() };
    return cached.required;
  };
}

/**
 * Whether the application has installed its own agent, or Node has installed one for a proxy in the
 * environment. The default agent, which any copy of undici installs on load, does not count.
 */
function hasOwnAgent(): boolean {
  const installed = installedAgent(agentKey);
  if (installed === undefined) return false;
  const agent = className(installed) === 'Dispatcher1Wrapper' ? installedAgent(newerAgentKey) : installed;
  return agent === undefined || className(agent) !== 'Agent' || !hasDefaultOptions(agent);
}

/** The only way to recognize Node's `fetch`: a function that loads undici from inside Node on first use. */
function isNodesFetch(fetch: unknown): boolean {
  return (
    typeof fetch === 'function' && Function.prototype.toString.call(fetch).includes('internal/deps/undici/')
  );
}

function installedAgent(key: symbol): object | undefined {
  const agent: unknown = Reflect.get(globalThis, key);
  return typeof agent === 'object' && agent !== null ? agent : undefined;
}

function className(agent: object): string {
  return agent.constructor.name;
}

/** Whether the agent has only default options. Returns `false` if its options cannot be read. */
function hasDefaultOptions(agent: object): boolean {
  const key = Object.getOwnPropertySymbols(agent).find(({ description }) => description === 'options');
  const options: unknown = key === undefined ? undefined : Reflect.get(agent, key);
  if (typeof options !== 'object' || options === null) return false;
  return Object.values(options).every((value) => value === undefined || value === Number.POSITIVE_INFINITY);
}
