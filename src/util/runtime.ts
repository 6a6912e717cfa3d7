/** The part of Node's `process` that we use. */
export interface NodeProcess {
  /** Since Node 22.3. */
  getBuiltinModule(id: string): unknown;
  readonly versions: Readonly<Record<string, string | undefined>>;
}

/**
 * Node's `process`; `undefined` elsewhere. Bun, Deno and Cloudflare Workers emulate it, but their HTTP
 * clients and timers differ.
 */
export function nodeProcess(): NodeProcess | undefined {
  const { process } = globalThis as {
    process?: Partial<NodeProcess> & { readonly release?: { readonly name?: string } };
  };
  if (process?.release?.name !== 'node' || process.getBuiltinModule === undefined) return undefined;
  const other =
    process.versions?.['bun'] !== undefined || 'Deno' in globalThis || 'WebSocketPair' in globalThis;
  return other ? undefined : (process as NodeProcess);
}

/**
 * Whether timers belong to the process, as on Node, Bun and Deno. Browsers throttle timers of hidden pages,
 * and Cloudflare Workers drop timers of a request that ended.
 */
export function ownsTimers(): boolean {
  const { process } = globalThis as { process?: { readonly release?: { readonly name?: string } } };
  return process?.release?.name === 'node' && !('window' in globalThis) && !requestsAreApart();
}

/**
 * Whether one request cannot act for another: on Cloudflare Workers and platforms built on them, timers,
 * promises and I/O belong to the request that started them and end with it silently
 * (https://developers.cloudflare.com/workers/observability/errors/#cannot-perform-io-on-behalf-of-a-different-request).
 */
export function requestsAreApart(): boolean {
  return 'WebSocketPair' in globalThis || 'EdgeRuntime' in globalThis;
}
