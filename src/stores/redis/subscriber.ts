import pRetry from 'p-retry';
import type { RedisClient } from './client.ts';

/** A separate connection for messages, made by the clients of redis, ioredis and iovalkey. */
interface Duplicate {
  on(event: string, listener: (...args: string[]) => void): unknown;
  connect?(): Promise<unknown>;
  /** ioredis and iovalkey: without a listener, which is `on('message')`. */
  subscribe(channel: string, listener?: (message: string) => void): Promise<unknown>;
  disconnect?(): unknown;
  destroy?(): unknown;
}

export interface Subscriber {
  subscribe(channel: string, onMessage: (message: string) => void): () => void;
  close(): void;
}

/** First and longest pause before a connection is tried again, in milliseconds. */
const firstPause = 100;
const longestPause = 10_000;

/** Messages over a duplicate of the client; `undefined` where the client makes none. */
export function subscriberOf(client: RedisClient): Subscriber | undefined {
  if (!('duplicate' in client) || typeof client.duplicate !== 'function') return undefined;
  const { duplicate } = client;
  const listeners = new Map<string, Set<(message: string) => void>>();
  const closing = new AbortController();
  let connecting: Promise<Duplicate> | undefined;

  const deliver = (channel: string, message: string): void => {
    for (const listener of listeners.get(channel) ?? []) listener(message);
  };
  const isCallClient = 'call' in client;
  const connect = async (): Promise<Duplicate> => {
    const own = duplicate.call(client) as Duplicate;
    own.on('error', () => {}); // it reconnects by itself; without a listener an error would end the process
    if (isCallClient) own.on('message', deliver);
    else await own.connect?.();
    return own;
  };
  const join = async (channel: string): Promise<void> => {
    connecting ??= connect();
    try {
      const own = await connecting;
      await (isCallClient
        ? own.subscribe(channel)
        : own.subscribe(channel, (message) => deliver(channel, message)));
    } catch (error) {
      connecting = undefined;
      throw error;
    }
  };
  const keepJoining = (channel: string): void => {
    const retrying = pRetry(() => join(channel), {
      retries: Number.POSITIVE_INFINITY,
      minTimeout: firstPause,
      maxTimeout: longestPause,
      randomize: true,
      signal: closing.signal,
      unref: true,
    });
    retrying.catch(() => {}); // it has been closed
  };

  return {
    subscribe(channel, onMessage) {
      const own = (message: string): void => onMessage(message);
      const known = listeners.get(channel);
      listeners.set(channel, (known ?? new Set()).add(own));
      if (known === undefined) keepJoining(channel);
      return () => void listeners.get(channel)?.delete(own);
    },
    close() {
      closing.abort();
      listeners.clear();
      void connecting?.then((own) => (isCallClient ? own.disconnect?.() : own.destroy?.())).catch(() => {});
    },
  };
}
