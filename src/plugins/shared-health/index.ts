import type { Plugin, PluginHost, Replica } from '../../types/plugin.ts';
import type { Change, Knowledge } from '../../types/store.ts';
import { check, checkObject, refuse, show } from '../../util/option-check.ts';
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

/** Wakes the others early. */
const channel = 'shared-health';
/** Changes that wait for a store that is away; older ones are dropped first, since they matter least. */
const mostWaiting = 1_000;

/**
 * Exchanges what this process knows of its targets with other processes, through the router's `store`: how long a vendor wants to be
 * left alone, which keys and models are misconfigured, which targets fail or are silent, and how long answers take.
 *
 * A process decides by what it knows itself. Cooldowns and misconfigurations are facts, so it adopts them; an outage seen elsewhere is
 * a hint: the target counts as `unresponsive` until one attempt has proven it. Latencies of others count until it has enough of its
 * own. Requests never wait for the store, and a store that is away changes nothing but a `store-state` event. Processes with the same
 * target ids share; use a store prefix per deployment.
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
  let exchangeIfLate = (): void => {};
  return {
    name: 'shared-health',
    install(host) {
      const exchange = exchangeOf(host, storeTimeout);
      const stop = host.every(interval * (0.9 + 0.2 * host.random()), exchange.run);
      let last = host.clock.now();
      exchangeIfLate = () => {
        if (host.clock.now() - last < interval) return;
        last = host.clock.now();
        defer?.(exchange.run());
      };
      const leave = host.store.subscribe?.(channel, () => void exchange.run());
      return async () => {
        stop();
        leave?.();
        await exchange.run();
      };
    },
    ...(defer === undefined ? {} : { observe: () => ({ end: () => exchangeIfLate() }) }),
  };
}

/** One exchange with the store at a time; what the store did not take waits for the next. */
function exchangeOf(host: PluginHost, timeout: number): { run(): Promise<void> } {
  const { store, clock, emit } = host;
  let replicas: readonly Replica[] = [];
  // At once, so that what the first requests teach is recorded.
  const loading = host.replicas();
  loading.catch(() => {}); // the exchanges report it
  let waiting: Change[] = [];
  let underWay: Promise<void> | undefined;
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
    replicas = await loading;
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
    run() {
      underWay ??= exchange().finally(() => {
        underWay = undefined;
      });
      return underWay;
    },
  };
}

/** A store that does not answer is away, whatever its own limits are. */
function inTime<T>(work: Promise<T>, timeout: number, { after }: PluginHost['clock']): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = after(timeout, () => reject(new Error(`no answer within ${timeout} ms`)));
    work.then(resolve, reject).finally(cancel);
  });
}
