import { ConfigError } from '../../errors.ts';
import { show } from '../../util/option-check.ts';

/** A client of `ioredis` or `iovalkey`, of one server or a cluster. */
export interface CallClient {
  /** Sends one command. */
  call(command: string, ...args: string[]): Promise<unknown>;
}

/** A client of `redis`: `createClient()`, `createClientPool()` or `createSentinel()`. */
export interface SendCommandClient {
  /** Sends one command. */
  sendCommand(args: readonly string[]): Promise<unknown>;
}

/** A cluster of `redis`: `createCluster()`. */
export interface ClusterClient {
  /** Sends one command to the server of its first key. */
  sendCommand(firstKey: string, isReadonly: boolean, args: string[]): Promise<unknown>;
  /** The cluster's slots, by which such a client is recognized. */
  readonly slots: unknown;
}

/** A client of `@valkey/valkey-glide`, of one server or a cluster. */
export interface CustomCommandClient {
  /** Sends one command. */
  customCommand(args: string[]): Promise<unknown>;
}

/** A client of `@upstash/redis`. */
export interface EvalClient {
  /** Runs a script by its source. */
  eval(script: string, keys: string[], args: string[]): Promise<unknown>;
  /** Runs a script by its SHA-1. */
  evalsha(sha: string, keys: string[], args: string[]): Promise<unknown>;
}

/** The application's own client of Redis or Valkey. */
export type RedisClient = CallClient | SendCommandClient | ClusterClient | CustomCommandClient | EvalClient;

/** Runs a script; all of its keys are in one slot. */
export interface Evaluate {
  /** By its SHA-1. Rejects with an error that names NOSCRIPT where the server does not have the script. */
  byHash(sha: string, keys: readonly string[], args: readonly string[]): Promise<unknown>;
  bySource(source: string, keys: readonly string[], args: readonly string[]): Promise<unknown>;
}

/**
 * How a client runs scripts. The order matters: clients of ioredis have `sendCommand` as well, which takes an object.
 *
 * @throws ConfigError for an unknown client
 */
export function evaluateWith(client: RedisClient): Evaluate {
  if (has(client, 'call')) return byCommand((_, [command = '', ...args]) => client.call(command, ...args));
  if (has(client, 'customCommand')) return byCommand((_, args) => client.customCommand(args));
  if (has(client, 'evalsha') && has(client, 'eval')) return byMethod(client);
  if (has(client, 'sendCommand')) {
    if ('slots' in client)
      return byCommand((key, args) => (client as ClusterClient).sendCommand(key, false, args));
    return byCommand((_, args) => (client as SendCommandClient).sendCommand(args));
  }
  throw new ConfigError(
    'redis()',
    'a client of redis, ioredis, iovalkey, @valkey/valkey-glide or @upstash/redis',
    show(client),
  );
}

function byCommand(send: (firstKey: string, args: string[]) => Promise<unknown>): Evaluate {
  const run = (
    command: string,
    script: string,
    keys: readonly string[],
    args: readonly string[],
  ): Promise<unknown> => send(keys[0] ?? '', [command, script, String(keys.length), ...keys, ...args]);
  return {
    byHash: (sha, keys, args) => run('EVALSHA', sha, keys, args),
    bySource: (source, keys, args) => run('EVAL', source, keys, args),
  };
}

function byMethod(client: EvalClient): Evaluate {
  return {
    byHash: (sha, keys, args) => client.evalsha(sha, [...keys], [...args]),
    bySource: (source, keys, args) => client.eval(source, [...keys], [...args]),
  };
}

function has<Name extends string>(
  client: unknown,
  name: Name,
): client is Record<Name, (...args: never[]) => Promise<unknown>> {
  return (
    typeof client === 'object' && // every function has a method `call`
    client !== null &&
    typeof (client as Readonly<Record<string, unknown>>)[name] === 'function'
  );
}
