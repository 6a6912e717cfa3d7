import {
  type Clock,
  createRouter,
  type Plugin,
  priority,
  type RouteOptions,
  type Router,
  type RouterEvent,
  type RouterEventType,
  type TargetReport,
  weighted,
} from 'signalbox';
import { cache } from 'signalbox/cache';
import { seededRandom, type VirtualClock, virtualClock } from 'signalbox/testing';
import { call, type Seen } from './callers.ts';
import { drawPlan, type Plan, type RoutePlan } from './plan.ts';
import { withRepeats } from './repeats.ts';
import { openVendors, type VendorCall, type Vendors } from './vendor.ts';

/** All that came of one world. */
export interface World {
  readonly plan: Plan;
  readonly requests: readonly Seen[];
  readonly events: readonly TimedEvent[];
  readonly calls: readonly VendorCall[];
  readonly closedAt: number | undefined;
  /** When the process stood still, and for how long. */
  readonly frozen: readonly { readonly at: number; readonly ms: number }[];
  /** Requests that nothing would ever have ended. */
  readonly hanging: number;
  /** When more calls were under way at a target than its `concurrency`. */
  readonly crowded: readonly { readonly target: string; readonly at: number; readonly open: number }[];
  readonly timersLeft: number;
  /** Calls that vendors think are still wanted. */
  readonly callsLeft: readonly string[];
  readonly stats: readonly TargetReport[];
  readonly rejections: readonly unknown[];
}

export interface TimedEvent {
  readonly at: number;
  readonly event: RouterEvent;
}

const eventTypes: readonly RouterEventType[] = [
  'attempt-start',
  'attempt-end',
  'usage',
  'request-end',
  'target-state',
  'price-unknown',
];

/** Lets the world of a seed happen. */
export async function simulate(seed: number, { isCached = false } = {}): Promise<World> {
  const drawn = drawPlan(seed);
  const plan = isCached ? withRepeats(drawn) : drawn;
  const clock = virtualClock();
  const vendors = openVendors(plan, clock);
  const plugins = isCached ? [cache({ scope: 'public', ttl: 30_000 })] : [];
  const router = makeRouter(plan, vendors, wallClock(plan, clock), plugins);
  const events: TimedEvent[] = [];
  for (const type of eventTypes) {
    if (plan.badListeners) router.on(type, badListener(seed));
    router.on(type, (event) => void events.push({ at: clock.now(), event }));
  }
  const rejections: unknown[] = [];
  const onRejection = (error: unknown): void => void rejections.push(error);
  process.on('unhandledRejection', onRejection);

  const requests: Seen[] = [];
  let pending = plan.requests.length;
  for (const request of plan.requests) {
    clock.after(request.at, () => {
      void call(router, request, clock, plan.step).then((seen) => {
        requests.push(seen);
        pending -= 1;
      });
    });
  }
  const frozen: World['frozen'][number][] = [];
  const cancelFreezes = plan.freezes.map(({ at, ms }) =>
    clock.after(at, () => {
      frozen.push({ at: clock.now(), ms });
      clock.freeze(ms);
    }),
  );
  let closedAt: number | undefined;
  let cancelClose = (): void => {};
  if (plan.closeAt !== undefined) {
    cancelClose = clock.after(plan.closeAt, () => {
      closedAt = clock.now();
      void router.close();
    });
  }
  const limited = plan.targets.filter(({ concurrency }) => concurrency !== undefined);
  const crowded: World['crowded'][number][] = [];
  while (pending > 0 && (await clock.next())) {
    // Between two moments: in one and the same moment a call may end a little after its successor has begun.
    for (const { id, concurrency = 0 } of limited) {
      const open = vendors.servers.get(id)?.open ?? 0;
      if (open > concurrency) crowded.push({ target: id, at: clock.now(), open });
    }
  }
  cancelClose();
  for (const cancel of cancelFreezes) cancel();
  await clock.advance(0);
  process.off('unhandledRejection', onRejection);
  return {
    plan,
    requests,
    events,
    calls: vendors.calls,
    closedAt,
    frozen,
    hanging: pending,
    crowded,
    timersLeft: clock.timers,
    callsLeft: [...vendors.servers].filter(([, { open }]) => open > 0).map(([id]) => id),
    stats: router.stats(),
    rejections,
  };
}

function makeRouter(plan: Plan, vendors: Vendors, clock: Clock, plugins: readonly Plugin[]): Router {
  return createRouter({
    plugins,
    targets: plan.targets.map(({ id, provider, price, weight, prefill, concurrency, rpm, tpm }) => ({
      provider: vendors.provider(provider),
      model: id,
      id,
      price,
      weight,
      capabilities: { prefill },
      ...(concurrency === undefined ? {} : { concurrency }),
      ...(rpm === undefined ? {} : { rpm }),
      ...(tpm === undefined ? {} : { tpm }),
    })),
    ...policiesOf(plan.policies),
    routes: Object.fromEntries(
      Object.entries(plan.routes).map(([name, route]): [string, RouteOptions] => [
        name,
        { ...policiesOf(route), targets: route.targets },
      ]),
    ),
    catalog: false,
    clock,
    random: seededRandom(plan.seed),
  });
}

function policiesOf({ weighted: byWeight, ...policies }: Omit<RoutePlan, 'targets'>) {
  return { ...policies, strategy: byWeight ? weighted() : priority() };
}

/** The same clock, but people set what it shows. */
function wallClock({ jumps }: Plan, clock: VirtualClock): Clock {
  return {
    now: clock.now,
    awake: clock.awake ?? clock.now,
    after: clock.after,
    date: () => jumps.reduce((date, { at, by }) => (clock.now() >= at ? date + by : date), clock.date()),
  };
}

/** One that throws, or rejects, or does nothing. */
function badListener(seed: number): () => unknown {
  const random = seededRandom(seed);
  return () => {
    const drawn = random();
    if (drawn < 0.3) throw new Error('a listener’s own trouble');
    return drawn < 0.6 ? Promise.reject(new Error('a listener’s own trouble')) : undefined;
  };
}

/** What happened, line by line, for people and to compare. */
export function logOf({ requests, events }: World): string {
  const lines = events.map(({ at, event }) => `${at.toFixed(3)} ${JSON.stringify(event)}`);
  for (const { plan, ...seen } of requests) {
    const { failure, readingFailure, answer, ...rest } = seen;
    const entry = {
      request: plan.number,
      answer: answer === undefined ? undefined : { text: answer.text, target: answer.target },
      failure: String(failure?.error),
      readingFailure: String(readingFailure?.error),
      ...rest,
    };
    lines.push(`${(seen.endedAt ?? 0).toFixed(3)} ${JSON.stringify(entry)}`);
  }
  return lines.join('\n');
}
