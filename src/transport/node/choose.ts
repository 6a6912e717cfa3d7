import { agentClass, mustUseFetch } from '../connection.ts';
import type { NodeClient, Origin } from './client.ts';
import { overDispatch } from './dispatch.ts';
import { nodeModules } from './modules.ts';

/**
 * One of Node's HTTP clients, for one origin; `undefined` where requests must not use it now, because the application has configured
 * or replaced `fetch`, or observes its requests.
 */
export type UsableClient = () => NodeClient | undefined;

/**
 * Finds the client for an origin, or returns `undefined` outside Node. Opens no connection before the first request. The undici
 * inside Node costs half of what `node:http` does; `node:http` is used where undici is unavailable.
 */
export function nodeHTTP(origin: string): UsableClient | undefined {
  const modules = nodeModules();
  if (modules === undefined) return undefined;
  const { protocol, hostname, port, host } = new URL(origin);
  const secure = protocol === 'https:';
  const address = { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) || (secure ? 443 : 80) };
  const tls = {
    ALPNProtocols: ['http/1.1'],
    ...(modules.net.isIP(address.host) === 0 ? { servername: address.host } : {}),
  };
  const to: Origin = { origin, host, address, tls: secure ? tls : undefined, modules };
  const mustFetch = mustUseFetch(modules.diagnostics.channel('undici:request:create'));
  // Chosen with the first request: loading undici takes milliseconds.
  let chosen: NodeClient | undefined;
  return () => {
    if (mustFetch()) return undefined;
    if (chosen !== undefined) return chosen;
    const Agent = agentClass();
    chosen = Agent === undefined ? overNodeHTTP(to) : overDispatch(to, Agent);
    return chosen;
  };
}

/** The client over `node:http`, whose code few processes need. A later request tries again if it could not be loaded. */
function overNodeHTTP(to: Origin): NodeClient {
  let loaded: NodeClient | undefined;
  const load = async (): Promise<NodeClient> => {
    const http = await import('./http.ts');
    loaded ??= http.overNodeHTTP(to);
    return loaded;
  };
  return {
    send: async (request) => (loaded ?? (await load())).send(request),
    warmup: async (signal) => (loaded ?? (await load())).warmup(signal),
  };
}
