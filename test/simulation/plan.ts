import type {
  CallOptions,
  HedgePolicy,
  KeyLimits,
  Policies,
  Price,
  QueuePolicy,
  RetryPolicy,
  Timeouts,
} from 'signalbox';
import { type Dice, dice } from './dice.ts';
import { type RequestFault, withMoreTrouble } from './more-trouble.ts';

/** What goes wrong at a target for a while. */
export type Trouble =
  | 'refuse' // no connection, for all targets of the provider
  | 'broken' // 500
  | 'dark' // takes requests and says nothing, also to those that wait already
  | 'slow' // answers after thirty seconds and more
  | 'cut' // ends its streams in the middle
  | 'limit' // 429
  | 'quota' // 429 without hope, for all targets of the provider
  | 'auth' // 401, for all targets of the provider
  | 'busy' // 503, and when to come back
  | 'closed' // 403, without a word on why
  | 'gone'; // 404 for the model

export interface Window {
  readonly from: number;
  readonly to: number;
  readonly trouble: Trouble;
  /** Of `limit`: whether the vendor says when to come back. */
  readonly says: boolean;
  /** Of `limit`, `quota` and `auth`: only with this key, where there are several. */
  readonly key: number | undefined;
}

/** How an attempt can fail at any time. */
export type Failure =
  | 'server'
  | 'overloaded'
  | 'reset'
  | 'truncated'
  | 'malformed'
  | 'unknown'
  | 'rate-limit'
  | 'bad-request'
  | 'content-filter'
  | 'context-length'
  | 'not-found';

export interface TargetPlan {
  readonly id: string;
  readonly provider: string;
  readonly price: Price;
  readonly weight: number;
  readonly concurrency?: number;
  readonly rpm?: number;
  readonly tpm?: number;
  /** Whether it can go on with what another one has begun, and whether it then says that again. */
  readonly prefill: boolean | 'echo';
  /** Milliseconds to the first token: median and spread. Never more than `slowest`. */
  readonly median: number;
  readonly spread: number;
  readonly slowest: number;
  /** Milliseconds between two tokens. */
  readonly gap: number;
  readonly errorRate: number;
  readonly failures: readonly [Failure, ...Failure[]];
  /** The vendor refuses what is above these. */
  readonly capacity?: { readonly inFlight: number; readonly perMinute: number; readonly says: boolean };
  /** Milliseconds more for what comes in the world's first seconds. */
  readonly coldStart: number;
  readonly windows: readonly Window[];
  /** What the vendor says with each answer of a limit on requests that it never enforces. */
  readonly forecast?: { readonly limit: number; readonly perMinute: number };
  /** From these moments on all connections are dead, until the first of them is seen to be. */
  readonly deadPools: readonly number[];
}

export interface RoutePlan extends Omit<Policies, 'retry' | 'strategy' | 'hedge'> {
  readonly targets: readonly string[];
  readonly weighted: boolean;
  readonly retry?: RetryPolicy | false;
  readonly hedge?: HedgePolicy | false;
}

interface Queued {
  readonly queue?: QueuePolicy;
}

/** How a stream is read. */
export type Reader = 'whole' | 'slow' | 'late' | 'leaves' | 'quits' | 'never' | 'text' | 'greedy';

export interface RequestPlan {
  readonly number: number;
  readonly at: number;
  readonly kind: 'chat' | 'stream' | 'embed';
  readonly route: string;
  readonly options: Pick<CallOptions, 'only' | 'maxCost' | 'interrupted' | 'hedge' | 'priority'> & {
    readonly timeout?: Timeouts;
  };
  /** The caller aborts after so many milliseconds. */
  readonly abortAfter?: number;
  readonly reader: Reader;
  readonly fault?: RequestFault;
  /** The request whose question it repeats. Default: its own. */
  readonly asks?: number;
}

/** All that happens in one world, but for what the router makes of it. */
export interface Plan {
  readonly seed: number;
  readonly targets: readonly TargetPlan[];
  readonly policies: Omit<RoutePlan, 'targets'> & Queued;
  readonly routes: Readonly<Record<string, RoutePlan>>;
  readonly requests: readonly RequestPlan[];
  readonly closeAt?: number;
  /** Somebody sets the wall clock. */
  readonly jumps: readonly { readonly at: number; readonly by: number }[];
  /** The process stands still. */
  readonly freezes: readonly { readonly at: number; readonly ms: number }[];
  readonly badListeners: boolean;
  /** Of the providers that have several: what may be sent with each of their keys. */
  readonly keys: Readonly<Record<string, readonly KeyLimits[]>>;
  /** All that takes time takes a multiple of so many milliseconds, so that much happens in one and the same moment. */
  readonly step: number;
}

const hour = 3_600_000;
const troubles = ['refuse', 'broken', 'dark', 'slow', 'cut', 'limit', 'quota', 'auth'] as const;
/** These are of the key or the endpoint. */
const wide: readonly Trouble[] = ['refuse', 'quota', 'auth'];
const failures = ['server', 'overloaded', 'reset', 'truncated', 'malformed', 'unknown'] as const;
const rareFailures = ['rate-limit', 'bad-request', 'content-filter', 'context-length', 'not-found'] as const;
const readers = ['slow', 'late', 'leaves', 'quits', 'never', 'text', 'greedy'] as const;

/** Draws the world of a seed. */
export function drawPlan(seed: number): Plan {
  const throws = dice(seed);
  const { chance, between, whole } = throws;
  const targetCount = whole(1, 5);
  const providerCount = whole(1, Math.min(4, targetCount));
  // Some worlds have the traffic that statistics need.
  const busy = chance(0.03);
  const requestCount = busy ? whole(200, 500) : whole(10, 60);
  const rate = busy ? between(0.01, 0.1) : between(0.000_2, 0.02);
  const length = requestCount / rate;
  const drawn = Array.from({ length: targetCount }, (_, index) =>
    drawTarget(
      throws,
      `t${index}`,
      `p${index < providerCount ? index : whole(0, providerCount - 1)}`,
      length,
    ),
  );
  const targets = shareTroubles(drawn);
  const routes: Record<string, RoutePlan> = {};
  for (let route = whole(1, 3); route > 0; route--) {
    routes[`r${route}`] = {
      ...drawPolicies(throws),
      targets: shuffled(throws.some(targets.map(({ id }) => id)), throws),
    };
  }
  const step = chance(0.2) ? 50 : 0;
  const requests = drawRequests(throws, { requestCount, rate, routes, targets, step });
  return withMoreTrouble({
    seed,
    targets,
    policies: { ...drawPolicies(throws), ...drawQueue(throws) },
    routes,
    requests,
    ...(chance(0.1) ? { closeAt: between(0, length) } : {}),
    jumps: Array.from({ length: chance(0.3) ? whole(1, 3) : 0 }, () => ({
      at: between(0, length),
      by: between(-hour, hour),
    })),
    badListeners: chance(0.3),
    keys: drawKeys(throws, providerCount),
    freezes: [],
    step,
  });
}

function drawTarget(
  { chance, between, whole, pick, some }: Dice,
  id: string,
  provider: string,
  length: number,
): TargetPlan {
  const median = pick([20, 100, 400, 1_500]) * between(0.5, 1.5);
  const price = { input: between(0.1, 5), output: between(0.1, 20), request: chance(0.1) ? 0.001 : 0 };
  const base = {
    id,
    provider,
    price,
    weight: chance(0.1) ? 0 : whole(1, 5),
    prefill: pick<boolean | 'echo'>([false, true, 'echo']),
    median,
    spread: pick([0.1, 0.4, 0.8]),
    slowest: 4,
    deadPools: [],
    gap: chance(0.3) ? 0 : between(1, 150),
  };
  // Every third has nothing wrong with it, so that the others' troubles are no excuse.
  if (chance(0.35))
    return {
      ...base,
      ...(chance(0.3) ? { concurrency: whole(1, 3) } : {}),
      errorRate: 0,
      failures: ['server'],
      coldStart: 0,
      windows: [],
    };
  return {
    ...base,
    ...(chance(0.25) ? { concurrency: whole(1, 4) } : {}),
    ...(chance(0.15) ? { rpm: whole(1, 60) } : {}),
    ...(chance(0.1) ? { tpm: whole(200, 20_000) } : {}),
    ...(chance(0.2)
      ? { capacity: { inFlight: whole(1, 6), perMinute: whole(3, 120), says: chance(0.6) } }
      : {}),
    errorRate: pick([0, 0, 0.02, 0.02, 0.2, 0.2, 0.6, 1]),
    failures: [pick(failures), ...(chance(0.3) ? some(rareFailures) : [])],
    coldStart: chance(0.2) ? between(500, 8_000) : 0,
    windows: Array.from({ length: chance(0.7) ? whole(1, 3) : 0 }, () => {
      const from = between(-0.2, 1) * length;
      return {
        from,
        to: from + between(0.02, 0.6) * length,
        trouble: pick(troubles),
        says: chance(0.6),
        key: chance(0.5) ? whole(0, 2) : undefined,
      };
    }),
  };
}

function drawKeys({ chance, whole }: Dice, providers: number): Plan['keys'] {
  const keys: Record<string, readonly KeyLimits[]> = {};
  for (let provider = 0; provider < providers; provider++) {
    if (!chance(0.15)) continue;
    keys[`p${provider}`] = Array.from({ length: whole(2, 3) }, () => ({
      ...(chance(0.2) ? { concurrency: whole(1, 4) } : {}),
      ...(chance(0.2) ? { rpm: whole(1, 60) } : {}),
    }));
  }
  return keys;
}

/** What befalls a key or an endpoint befalls all who use it. */
function shareTroubles(targets: readonly TargetPlan[]): readonly TargetPlan[] {
  return targets.map((target) => {
    const shared = targets
      .filter((other) => other !== target && other.provider === target.provider)
      .flatMap(({ windows }) => windows.filter(({ trouble }) => wide.includes(trouble)));
    return { ...target, windows: [...target.windows, ...shared] };
  });
}

function shuffled<T>(list: readonly T[], { between }: Dice): T[] {
  return list
    .map((value) => ({ value, key: between(0, 1) }))
    .toSorted((a, b) => a.key - b.key)
    .map(({ value }) => value);
}

function drawTimeout({ chance, pick }: Dice, odds: number): { timeout?: Timeouts } {
  if (!chance(odds)) return {};
  return {
    timeout: {
      ...(chance(0.7) ? { request: pick([50, 2_000, 10_000, 30_000, 60_000, 300_000]) } : {}),
      ...(chance(0.3) ? { attempt: pick([500, 5_000, 30_000]) } : {}),
      ...(chance(0.3) ? { firstToken: pick([300, 2_000, 10_000]) } : {}),
      ...(chance(0.3) ? { idle: pick([200, 1_000, 10_000]) } : {}),
    },
  };
}

function drawQueue({ chance, whole, pick }: Dice): Queued {
  if (!chance(0.3)) return {};
  return {
    queue: {
      ...(chance(0.5) ? { size: whole(0, 5) } : {}),
      ...(chance(0.5) ? { maxWait: pick([0, 1_000, 60_000]) } : {}),
    },
  };
}

function drawPolicies(throws: Dice): Omit<RoutePlan, 'targets'> {
  const { chance, between, whole, pick } = throws;
  return {
    ...drawTimeout(throws, 0.6),
    weighted: chance(0.4),
    ...(chance(0.25) ? { maxAttempts: whole(1, 6) } : {}),
    ...(chance(0.1) ? { retry: false } : {}),
    ...(chance(0.4)
      ? {
          retry: {
            ...(chance(0.4) ? { sameTarget: pick([0, 1]) } : {}),
            ...(chance(0.4) ? { prefer: 'same-target' as const } : {}),
            ...(chance(0.3) ? { ratio: between(0, 1) } : {}),
          },
        }
      : {}),
    ...(chance(0.15) ? { breaker: false } : {}),
    ...(chance(0.3)
      ? { breaker: { consecutive: whole(1, 6), openFor: between(100, 10_000), probes: whole(1, 3) } }
      : {}),
    ...(chance(0.3)
      ? {
          hedge: {
            delay: chance(0.7) ? between(10, 1_000) : pick(['p90', 'p95', 'p99']),
            ...(chance(0.6) ? { ratio: between(0.01, 1) } : {}),
            ...(chance(0.2) ? { maxCost: between(0, 0.005) } : {}),
          },
        }
      : {}),
    ...(chance(0.5) ? { interrupted: pick(['restart', 'continue', 'continue-or-restart'] as const) } : {}),
    ...(chance(0.15) ? { fallbackOn: ['bad-request', 'content-filter'] } : {}),
  };
}

interface Traffic {
  readonly requestCount: number;
  readonly rate: number;
  readonly routes: Readonly<Record<string, RoutePlan>>;
  readonly targets: readonly TargetPlan[];
  readonly step: number;
}

/** A duration in a world of steps. */
export function inSteps(ms: number, step: number): number {
  return step === 0 ? ms : Math.round(ms / step) * step;
}

function drawRequests(
  throws: Dice,
  { requestCount, rate, routes, targets, step }: Traffic,
): readonly RequestPlan[] {
  const { chance, between, pick, some, arrival } = throws;
  const bursts = chance(0.2);
  const names = Object.keys(routes);
  let at = 0;
  return Array.from({ length: requestCount }, (_, number) => {
    if (!bursts || chance(0.1)) at += bursts ? arrival(rate / 10) : arrival(rate);
    const name = pick([names[0] ?? '', ...names]);
    const single = chance(0.05) ? targets[number % targets.length]?.id : undefined;
    const route = single ?? name;
    const members = single === undefined ? (routes[name]?.targets ?? []) : [single];
    return {
      number,
      at: inSteps(at, step),
      kind: pick(['chat', 'chat', 'chat', 'chat', 'stream', 'stream', 'stream', 'stream', 'stream', 'embed']),
      route,
      options: {
        ...drawTimeout(throws, 0.2),
        ...(chance(0.1) ? { only: some(members) } : {}),
        ...(chance(0.1) ? { maxCost: between(0, 0.01) } : {}),
        ...(chance(0.3) ? { priority: pick(['critical', 'normal', 'sheddable']) } : {}),
        ...(chance(0.1)
          ? { interrupted: pick(['error', 'restart', 'continue', 'continue-or-restart'] as const) }
          : {}),
        ...(chance(0.05) ? { hedge: chance(0.5) ? false : { delay: between(1, 500) } } : {}),
      },
      ...(chance(0.12) ? { abortAfter: chance(0.3) ? 0 : inSteps(arrival(0.001), step) } : {}),
      reader: chance(0.7) ? 'whole' : pick(readers),
    };
  });
}
