/**
 * A store in Redis or Valkey, over the client that the application already has.
 *
 * @module redis
 */
import { ConfigError, RouterError } from '../../errors.ts';
import type { Clock } from '../../types/clock.ts';
import type { Change, Lease, LeaseRequest, Store, StoredValue } from '../../types/store.ts';
import { show } from '../../util/option-check.ts';
import { systemClock } from '../../util/time/clock.ts';
import { forgottenAfter } from '../shared/share.ts';
import { evaluateWith, type RedisClient } from './client.ts';
import { type Run, scriptRunner } from './commands.ts';
import {
  deleteScript,
  getScript,
  leaseScript,
  notifyScript,
  publishScript,
  readScript,
  setScript,
  settleScript,
} from './scripts.ts';
import { subscriberOf } from './subscriber.ts';

export type {
  CallClient,
  ClusterClient,
  CustomCommandClient,
  EvalClient,
  RedisClient,
  SendCommandClient,
} from './client.ts';

/** The options of `redis()`. */
export interface RedisOptions {
  /**
   * Prefix of all keys. Applications and environments that share a server need different ones.
   *
   * @default 'signalbox'
   */
  readonly prefix?: string;
  /**
   * Milliseconds after which a command fails, independent of the client. Requests wait for it only in a plugin's `lookup`.
   *
   * @default 1,000
   */
  readonly timeout?: number;
  /** The clock of `timeout`. Expiry is by the server's clock. @default the runtime's clock */
  readonly clock?: Clock;
}

/**
 * A store in Redis 6.2 or later, Valkey or Upstash, shared by the processes of many machines. Takes the application's own client, of
 * `redis`, `ioredis`, `iovalkey`, `@valkey/valkey-glide` or `@upstash/redis`, of one server or of a cluster, and never closes it.
 *
 * Each operation is one script, run by its hash. In a cluster, all knowledge is in one slot; values and shares are spread by their
 * keys. Every key expires. The server must not evict keys before they expire: use the policy `noeviction` or `volatile-ttl`
 * (https://redis.io/docs/latest/develop/reference/eviction/).
 *
 * Messages (`notify`, `subscribe`) need a client with `duplicate()`, from which the store opens a second connection;
 * with other clients the store has none.
 *
 * @throws ConfigError for a client that it does not know, or a wrong option
 * @example
 * const client = await createClient({ url: process.env.REDIS_URL }).connect();
 * const router = createRouter({ targets, store: redis(client) });
 */
export function redis(client: RedisClient, options: RedisOptions = {}): Store {
  const { prefix = 'signalbox', timeout = 1_000, clock = systemClock } = options;
  if (typeof prefix !== 'string' || !/^[^{}\s]+$/.test(prefix))
    throw new ConfigError('redis().prefix', 'a name without spaces and braces', show(prefix));
  if (!(typeof timeout === 'number' && timeout > 0))
    throw new ConfigError('redis().timeout', 'a positive number of milliseconds', show(timeout));
  const script = scriptRunner(evaluateWith(client), timeout, clock);
  const subscriber = subscriberOf(client);
  let closed = false;
  const run: Run = async (...args) => {
    if (closed) throw new RouterError('closed', 'the store is closed');
    return script(...args);
  };
  const versionOf = versions();
  const valueKey = (key: string): string => `${prefix}:{${key}}:value`;
  const shareKey = (key: string): string => `${prefix}:{${key}}:share`;
  // All in one slot, because a script in a cluster may only use the keys of one slot.
  const knowledgeKey = (key: string): string => `{${prefix}}:knowledge:${key}`;
  const channelOf = (channel: string): string => `${prefix}:channel:${channel}`;

  return {
    name: 'redis',
    get: (keys) => Promise.all(keys.map(async (key) => storedValue(await run(getScript, [valueKey(key)])))),
    async set(key, value, { ttl, onlyIf = 'always' }) {
      const version = versionOf();
      const mode = typeof onlyIf === 'object' ? `${onlyIf.version}\n` : onlyIf;
      const args = [`${version}\n${value}`, duration(ttl), mode];
      return Number(await run(setScript, [valueKey(key)], args)) === 1 ? version : undefined;
    },
    async delete(keys) {
      const all = keys.flatMap((key) => [valueKey(key), shareKey(key), knowledgeKey(key)]);
      await Promise.all(all.map((key) => run(deleteScript, [key])));
    },
    async publish(changes) {
      if (changes.length === 0) return;
      const keys = changes.map(({ key }) => knowledgeKey(key));
      await run(publishScript, keys, changes.flatMap(argsOfChange));
    },
    async read(keys) {
      const reply = await run(readScript, [knowledgeKey(''), ...keys.map(knowledgeKey)]);
      const [now, ...entries] = reply as readonly unknown[];
      return { now: Number(now), entries: entries.map(fieldsOf) };
    },
    lease: async (request) => leaseOf(await run(leaseScript, [shareKey(request.key)], argsOfLease(request))),
    async settle({ key, holder, sequence, used }) {
      await run(settleScript, [shareKey(key)], [holder, String(sequence), String(used)]);
    },
    ...(subscriber === undefined
      ? {}
      : {
          async notify(channel: string, message: string) {
            await run(notifyScript, [channelOf(channel)], [channelOf(channel), message]);
          },
          subscribe: (channel: string, onMessage: (message: string) => void) =>
            subscriber.subscribe(channelOf(channel), onMessage),
        }),
    async close() {
      closed = true;
      subscriber?.close();
    },
  };
}

/** Versions that no other process uses. */
function versions(): () => string {
  let own: string | undefined; // not before it is needed: Cloudflare Workers allow it within requests only
  let count = 0;
  return () => {
    own ??= crypto.randomUUID();
    return `${own}-${++count}`;
  };
}

function storedValue(reply: unknown): StoredValue | undefined {
  if (reply === null || reply === undefined) return undefined;
  const text = String(reply);
  const end = text.indexOf('\n');
  return { version: text.slice(0, end), value: text.slice(end + 1) };
}

function argsOfChange({ add = {}, max = {}, ttl }: Change): readonly string[] {
  const args = [duration(ttl)];
  for (const amounts of [add, max]) {
    const fields = Object.entries(amounts);
    args.push(String(fields.length), ...fields.flatMap(([field, amount]) => [field, String(amount)]));
  }
  return args;
}

/** Fields and amounts in turn, or an object where the client makes one of them. */
function fieldsOf(reply: unknown): Readonly<Record<string, number>> {
  const list = Array.isArray(reply) ? reply : Object.entries(Object(reply)).flat();
  const fields: [string, number][] = [];
  for (let at = 0; at < list.length; at += 2) fields.push([String(list[at]), Number(list[at + 1])]);
  return Object.fromEntries(fields);
}

function argsOfLease({
  holder,
  sequence,
  used,
  limit,
  want,
  ttl,
  expired = 'used',
  refill,
  keep,
  reserved = 0,
  least = 1,
  last,
}: LeaseRequest): readonly string[] {
  const figures = [sequence, used, limit, want].map(String);
  return [
    holder,
    ...figures,
    duration(ttl),
    expired,
    String(refill ?? 0),
    duration(keep),
    ...[forgottenAfter, reserved, least].map(String),
    ...(last === undefined ? [''] : [last.record, last.used, last.usedSince, last.pause].map(String)),
  ];
}

function leaseOf(reply: unknown): Lease {
  const figures = (reply as readonly unknown[]).map(Number);
  const [granted = 0, used = 0, held = 0, holders = 0, now = 0, record = 0, recoversAt = 0] = figures;
  return { granted, used, held, holders, record, now, ...(recoversAt === 0 ? {} : { recoversAt }) };
}

/** Redis accepts whole milliseconds of at least 1. */
function duration(ms: number): string {
  return String(Math.max(1, Math.ceil(ms)));
}
