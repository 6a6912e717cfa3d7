import { createServer } from 'node:http';
import { Redis as Upstash } from '@upstash/redis';
import { GlideClient, GlideClusterClient, Logger } from '@valkey/valkey-glide';
import { Cluster as IoCluster, Redis as IoRedis } from 'ioredis';
import { Redis as IoValkey, Cluster as IoValkeyCluster } from 'iovalkey';
import { createClient, createCluster } from 'redis';
import type { RedisClient } from 'signalbox/redis';

// Glide writes a warning for each script that is not loaded yet.
Logger.setLoggerConfig('off');

/** A client of the application, and the way to let go of it. */
export interface Opened {
  readonly client: RedisClient;
  close(): unknown;
}

export async function ioredis(port: number): Promise<Opened> {
  const client = new IoRedis({ port, host: '127.0.0.1' });
  client.on('error', () => {});
  return { client, close: () => client.disconnect() };
}

export async function ioredisCluster(port: number): Promise<Opened> {
  const client = new IoCluster([{ port, host: '127.0.0.1' }]);
  client.on('error', () => {});
  return { client, close: () => client.disconnect() };
}

/** The clients of one server, as applications make them. */
export const clients: Readonly<Record<string, (port: number) => Promise<Opened>>> = {
  async redis(port) {
    const client = createClient({ url: `redis://127.0.0.1:${port}` });
    client.on('error', () => {});
    await client.connect();
    return { client, close: () => client.destroy() };
  },
  ioredis,
  async iovalkey(port) {
    const client = new IoValkey({ port, host: '127.0.0.1' });
    client.on('error', () => {});
    return { client, close: () => client.disconnect() };
  },
  async '@valkey/valkey-glide'(port) {
    const client = await GlideClient.createClient({
      addresses: [{ host: '127.0.0.1', port }],
      requestTimeout: 60_000,
    });
    return { client, close: () => client.close() };
  },
  async '@upstash/redis'(port) {
    const server = await upstashServer(port);
    const client = new Upstash({ url: server.url, token: 'none', retry: false, enableTelemetry: false });
    return { client, close: () => server.close() };
  },
};

/** The clients of a cluster, from the port of one of its nodes. */
export const clusterClients: Readonly<Record<string, (port: number) => Promise<Opened>>> = {
  async redis(port) {
    const client = createCluster({ rootNodes: [{ url: `redis://127.0.0.1:${port}` }] });
    client.on('error', () => {});
    await client.connect();
    return { client, close: () => client.destroy() };
  },
  ioredis: ioredisCluster,
  async iovalkey(port) {
    const client = new IoValkeyCluster([{ port, host: '127.0.0.1' }]);
    client.on('error', () => {});
    return { client, close: () => client.disconnect() };
  },
  async '@valkey/valkey-glide'(port) {
    const client = await GlideClusterClient.createClient({
      addresses: [{ host: '127.0.0.1', port }],
      requestTimeout: 60_000,
    });
    return { client, close: () => client.close() };
  },
};

/**
 * Upstash's REST interface in front of a real Redis: the body is a command, or a list of them for `/pipeline`, and replies are in base64
 * where the client asks for it (https://upstash.com/docs/redis/features/restapi).
 */
async function upstashServer(port: number): Promise<{ readonly url: string; close(): void }> {
  const behind = new IoRedis({ port, host: '127.0.0.1' });
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const isEncoded = request.headers['upstash-encoding'] === 'base64';
    const run = async ([command = '', ...args]: readonly unknown[]): Promise<object> => {
      try {
        const result = await behind.call(String(command), ...args.map(String));
        return { result: isEncoded ? encoded(result) : result };
      } catch (error) {
        return { error: (error as Error).message };
      }
    };
    const commands = JSON.parse(body);
    const isOne = request.url !== '/pipeline';
    const replies = await Promise.all((isOne ? [commands] : commands).map(run));
    if (isOne && 'error' in replies[0]) response.statusCode = 400;
    response.end(JSON.stringify(isOne ? replies[0] : replies));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port: own } = server.address() as { port: number };
  return {
    url: `http://127.0.0.1:${own}`,
    close() {
      server.close();
      server.closeAllConnections();
      behind.disconnect();
    },
  };
}

function encoded(reply: unknown): unknown {
  if (Array.isArray(reply)) return reply.map(encoded);
  return typeof reply === 'string' ? Buffer.from(reply).toString('base64') : reply;
}
