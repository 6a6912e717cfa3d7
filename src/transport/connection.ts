/** What an HTTP agent of undici, which Node's `fetch` is built on, is made with. Only what is used here. */
type AgentConstructor = new (options: {
  readonly connect: { readonly timeout: number };
  readonly headersTimeout: number;
  readonly bodyTimeout: number;
}) => ConnectionAgent;

/** An agent with its connections. */
interface ConnectionAgent {
  /** Closes idle connections at once, and the others with their requests. */
  close(): Promise<void>;
}

/** Agents of one origin, by the time in which a connection must stand. */
export interface ConnectionAgents {
  /** The `dispatcher` for a request; `undefined` where the runtime's own has to do. */
  for(connectTimeout: number | undefined): object | undefined;
  /** The next requests get new connections: those that are idle now may be dead. */
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
 * Resolves when the runtime has handled what has happened to its connections. Of several that were closed while the process
 * was busy it reports the first before it notices the others, and a request that is sent again then would get one of those.
 */
export function connectionsSettled(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 0);
  });
}

/** Where undici keeps the agent that all `fetch` goes through: of Node's own copy, and of newer ones from the registry. */
const agentKey = Symbol.for('undici.globalDispatcher.1');
const newerAgentKey = Symbol.for('undici.globalDispatcher.2');

/**
 * On Node, an agent whose connections must stand within `connectTimeout` milliseconds (Node checks it about once a
 * second), and without undici's own 300 s limits on headers and body, because the router owns all other timers.
 *
 * `undefined` elsewhere, and where the application has installed an agent of its own (a proxy, say), which is respected.
 * The class is taken from the agent that Node's own `fetch` uses: another copy of undici would not fit it.
 */
function connectionAgent(connectTimeout: number): ConnectionAgent | undefined {
  if (typeof globalThis.Response !== 'function') return undefined; // also makes Node load its undici
  const installed = installedAgent(agentKey);
  if (installed === undefined || className(installed) !== 'Agent' || hasOwnAgent()) return undefined;
  const Agent = installed.constructor as AgentConstructor;
  return new Agent({ connect: { timeout: connectTimeout }, headersTimeout: 0, bodyTimeout: 0 });
}

/**
 * Tells, at any time, whether requests have to go through `fetch`: because the application has told it how to connect, or
 * because somebody would not see them elsewhere. That is whoever has put another function in the place of Node's own
 * (mocks, interceptors), or listens to what undici tells (tracing).
 */
export function fetchIsWanted(undiciRequests: { readonly hasSubscribers: boolean }): () => boolean {
  let known:
    | { readonly fetch: unknown; readonly agent: object | undefined; readonly wanted: boolean }
    | undefined;
  return () => {
    if (undiciRequests.hasSubscribers) return true;
    const agent = installedAgent(agentKey);
    const { fetch } = globalThis;
    if (known?.fetch !== fetch || known.agent !== agent)
      known = { fetch, agent, wanted: !isNodesFetch(fetch) || hasOwnAgent() };
    return known.wanted;
  };
}

/**
 * Whether there is an agent of the application's own, or, as Node itself does it, one for the proxy in the environment. The
 * usual agent, which any copy of undici installs when it is loaded, does not count.
 */
function hasOwnAgent(): boolean {
  const installed = installedAgent(agentKey);
  if (installed === undefined) return false;
  const agent = className(installed) === 'Dispatcher1Wrapper' ? installedAgent(newerAgentKey) : installed;
  return agent === undefined || className(agent) !== 'Agent' || !hasUsualOptions(agent);
}

/** There is no other mark: Node's own is a function that loads undici from inside Node when it is first called. */
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

/** An agent that nobody has given a certificate, a limit or anything else. Where that cannot be seen, somebody may have. */
function hasUsualOptions(agent: object): boolean {
  const key = Object.getOwnPropertySymbols(agent).find(({ description }) => description === 'options');
  const options: unknown = key === undefined ? undefined : Reflect.get(agent, key);
  if (typeof options !== 'object' || options === null) return false;
  return Object.values(options).every((value) => value === undefined || value === Number.POSITIVE_INFINITY);
}
