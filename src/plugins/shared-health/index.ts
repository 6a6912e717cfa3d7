/**
 * Shares the processes' knowledge of their targets: cooldowns, outages, latencies.
 *
 * @module shared-health
 */
import type { Plugin, PluginHost, Replica } from '../../types/plugin.ts';
import type { Change, Knowledge } from '../../types/store.ts';
import { check, checkObject, refuse, show } from '../../util/option-check.ts';
import { requestsAreApart } from '../../util/runtime.ts';
import { atLeast } from '../../util/shape.ts';

/** The options of `sharedHealth`. */
export interface SharedHealthOptions {
  /** Milliseconds between two exchanges. @default 1,000 */
  readonly interval?: number;
  /** Milliseconds after which the store counts as away. @default 500 */
  readonly storeTimeout?: number;
  /**
   * Keeps a serverless function alive until a promise settles, such as `waitUntil`. Then exchanges also run after requests, because
   * timers do not.
   */
  readonly defer?: (work: Promise<unknown>) => void;
}

/** Notifies other processes early. */
const channel = 'shared-health';
/** Changes that wait for an unavailable store; the oldest are dropped first, because they matter least. */
const mostWaiting = 1_000;
/** Timeouts after which an exchange has ended with the request that it belonged to: it calls the store three times. */
const patience = 4;

/**
 * Exchanges this process's knowledge of its targets with other processes, through the router's `store`: vendors' cooldowns,
 * misconfigured keys and models, failing and silent targets, and latencies.
 *
 * A process decides by its own knowledge. Cooldowns and misconfigurations are facts, so it adopts them; an outage seen elsewhere is a
 * hint: the target counts as `unresponsive` until one attempt has proven it. Latencies of other processes count until it has enough
 * samples of its own. Requests never wait for the store, and an unavailable store changes nothing but emits a `store-state` event.
 * Processes with the same target ids share; use a store prefix per deployment.
 *
 * @throws ConfigError for invalid options
 * @example
 * const router = createRouter({ targets, store: redis(client), plugins: [sharedHealth()] });
 */
export function sharedHealth(options: SharedHealthOptions = {}): Plugin {
  checkObject('sharedHealth()', options, ['interval', 'storeTimeout', 'defer']);
  const { interval = 1_000, storeTimeout = 500, defer } = options;
  check('sharedHealth().interval', interval, atLeast(10));
  check('sharedHealth().storeTimeout', storeTimeout, atLeast(1));
  if (defer !== undefined && typeof defer !== 'function')
    refuse('sharedHealth().defer', 'a function', show(defer));
  // In such runtimes no timer runs between requests, and a connection for messages would belong to one of them.
  const apart = requestsAreApart();
  let begin = (): void => {};
  let exchangeIfLate = (): void => {};
  return {
    name: 'shared-health',
    install(host) {
      const exchange = exchangeOf(host, storeTimeout, apart);
      begin = exchange.prepare;
      const stop = apart ? undefined : host.every(interval * (0.9 + 0.2 * host.random()), exchange.run);
      let last = host.clock.now();
      exchangeIfLate = () => {
        if (host.clock.now() - last < interval) return;
        last = host.clock.now();
        const work = exchange.run();
        defer?.(work);
      };
      const leave = apart ? undefined : host.store.subscribe?.(channel, () => void exchange.run());
      return async () => {
        stop?.();
        leave?.();
        await exchange.run();
      };
    },
    ...(defer === undefined && !apart
      ? {}
      : {
          observe() {
            begin();
            return { end: () => exchangeIfLate() };
          },
        }),
  };
}

interface Exchange {
  /** Starts recording the outcomes of requests. */
  prepare(): void;
  run(): Promise<void>;
}

/** One exchange with the store at a time; changes that the store did not accept wait for the next. */
function exchangeOf(host: PluginHost, timeout: number, apart: boolean): Exchange {
  const { store, clock, emit } = host;
  let replicas: readonly Replica[] = [];
  let loading: Promise<readonly Replica[]> | undefined;
  const prepare = (): void => {
    loading ??= host.replicas();
    loading.catch(() => {}); // the exchanges report it
  };
  if (!apart) prepare(); // at once, so that the outcomes of the first requests are recorded
  let waiting: Change[] = [];
  let underWay: Promise<void> | undefined;
  let startedAt = 0;
  let away = false;
  let known: Knowledge | undefined;
  let knownAt = 0;

  const state = (error?: unknown): void => {
    const isAway = error !== undefined;
    if (isAway !== away)
      emit({
        type: 'store-state',
        plugin: 'shared-health',
        store: store.name,
        state: isAway ? 'away' : 'back',
        ...(isAway ? { error } : {}),
      });
    away = isAway;
  };
  const read = async (): Promise<void> => {
    // Code that another request began to load may never arrive.
    replicas = (await (apart ? host.replicas() : loading)) ?? [];
    const sentAt = clock.now();
    const now = known === undefined ? clock.date() : known.now + sentAt - knownAt;
    const keys = replicas.map((replica) => replica.keys(now));
    const found = await inTime(store.read(keys.flat()), timeout, clock);
    known = found;
    knownAt = (sentAt + clock.now()) / 2;
    let at = 0;
    for (const [index, own] of keys.entries()) {
      replicas[index]?.absorb(found.entries.slice(at, at + own.length), found.now);
      at += own.length;
    }
  };
  const publish = async (): Promise<void> => {
    if (known === undefined) return;
    const now = known.now + clock.now() - knownAt;
    let isUrgent = false;
    const learned = replicas.flatMap((replica) => {
      const changes = replica.changes(now);
      if (replica.urgent === true && changes.length > 0) isUrgent = true;
      return changes;
    });
    waiting = [...waiting, ...learned].slice(-mostWaiting);
    if (waiting.length === 0) return;
    const sent = waiting;
    waiting = [];
    try {
      await inTime(store.publish(sent), timeout, clock);
    } catch (error) {
      waiting = [...sent, ...waiting].slice(-mostWaiting);
      throw error;
    }
    if (isUrgent) store.notify?.(channel, '1').catch(() => {});
  };
  const exchange = async (): Promise<void> => {
    try {
      if (known === undefined) await read();
      await publish();
      await read();
      state();
    } catch (error) {
      state(error);
    }
  };
  return {
    prepare,
    run() {
      if (underWay !== undefined && clock.now() - startedAt < patience * timeout) return underWay;
      startedAt = clock.now();
      const own = exchange().finally(() => {
        if (underWay === own) underWay = undefined;
      });
      underWay = own;
      return own;
    },
  };
}

/** A store that does not answer counts as away, whatever its own limits are. */
function inTime<T>(work: Promise<T>, timeout: number, { after }: PluginHost['clock']): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = after(timeout, () => reject(new Error(`no answer within ${timeout} ms`)));
    work.then(resolve, reject).finally(cancel);
  });
}
