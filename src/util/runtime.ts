/** What is used of Node's `process`. */
export interface NodeProcess {
  /** Since Node 22.3. */
  getBuiltinModule(id: string): unknown;
}

/**
 * Node's `process`; `undefined` elsewhere. Bun, Deno and Cloudflare Workers have one that looks the same, but over HTTP
 * clients and timers of another kind.
 */
export function nodeProcess(): NodeProcess | undefined {
  const { process } = globalThis as {
    process?: Partial<NodeProcess> & {
      readonly release?: { readonly name?: string };
      readonly versions?: Readonly<Record<string, string | undefined>>;
    };
  };
  if (process?.release?.name !== 'node' || process.getBuiltinModule === undefined) return undefined;
  const other =
    process.versions?.['bun'] !== undefined || 'Deno' in globalThis || 'WebSocketPair' in globalThis;
  return other ? undefined : (process as NodeProcess);
}

/**
 * Whether timers are the process's own, as on Node, Bun and Deno. Browsers hold back those of hidden pages, and Cloudflare
 * Workers drop those of a request that is over.
 */
export function ownsTimers(): boolean {
  const { process } = globalThis as { process?: { readonly release?: { readonly name?: string } } };
  return process?.release?.name === 'node' && !('window' in globalThis) && !requestsAreApart();
}

/**
 * Whether no request may act for another: on Cloudflare Workers, and on platforms that are built on them, timers, promises and
 * I/O belong to the request that began them and end with it, without an event
 * (https://developers.cloudflare.com/workers/observability/errors/#cannot-perform-io-on-behalf-of-a-different-request).
 */
export function requestsAreApart(): boolean {
  return 'WebSocketPair' in globalThis || 'EdgeRuntime' in globalThis;
}
