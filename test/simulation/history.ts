import {
  type AttemptEndEvent,
  type AttemptStartEvent,
  type Health,
  type Interrupted,
  isRouterError,
  type RequestEndEvent,
  type RouterEvent,
  type Timeouts,
  type UsageEvent,
} from 'signalbox';
import type { Seen } from './callers.ts';
import { takesFault } from './more-trouble.ts';
import type { RoutePlan, TargetPlan } from './plan.ts';
import { asksOf } from './repeats.ts';
import type { World } from './simulate.ts';
import type { VendorCall } from './vendor.ts';

interface Timed<T> {
  readonly at: number;
  readonly event: T;
}

export type AttemptEnd = Timed<AttemptEndEvent>;

/** A request's policies, with its own options over its route's and the router's. */
interface Resolved {
  readonly maxAttempts: number;
  readonly sameTarget: number;
  readonly breaker: boolean;
  readonly interrupted: Interrupted;
  readonly fallbackOn: readonly string[];
  readonly timeout: Timeouts & Required<Pick<Timeouts, 'request' | 'attempt' | 'idle'>>;
}

interface Pause {
  /** With which key; `undefined`: with any. */
  readonly key: number | undefined;
  readonly at: number;
  readonly until: number;
  readonly why: 'cooling-down' | 'misconfigured';
  /** For which requests; `undefined`: for all. */
  readonly workload: Workload | undefined;
}

/** Embeddings have a state of their own at each target. */
type Workload = 'chat' | 'embed';

/** A world's events, so that properties can ask for them. */
export interface History {
  /** The number of the request that an event is of. */
  requestOf(event: RouterEvent): number | undefined;
  /** The number of the request whose question it asked. */
  askedBy(event: RouterEvent): number | undefined;
  startsOf(seen: Seen): readonly Timed<AttemptStartEvent>[];
  endsOf(seen: Seen): readonly AttemptEnd[];
  endOf(seen: Seen): RequestEndEvent | undefined;
  usageOf(seen: Seen): readonly UsageEvent[];
  policiesOf(seen: Seen): Resolved;
  deadlineOf(seen: Seen): number;
  /** Ids of the targets of its route. */
  membersOf(seen: Seen): readonly string[];
  /** Until when a target is exhausted, as its vendor had said before `at`. */
  exhaustedUntil(start: AttemptStartEvent, at: number): number;
  /** Until when it is held to be misconfigured. */
  quarantinedUntil(start: AttemptStartEvent, at: number): number;
  /** Targets that could have answered a request that was lost, and were not asked. */
  missedBy(seen: Seen): readonly string[];
  /** Targets that had a place for a request while it waited for its first. */
  ignoredBy(seen: Seen): readonly string[];
  /** Targets that were healthy and had a place when an unhealthy one was asked. */
  preferredTo(seen: Seen, start: Timed<AttemptStartEvent>): readonly string[];
  /** Attempts that failed at targets with which nothing was wrong. */
  wronged(seen: Seen): readonly Timed<AttemptEndEvent>[];
  /** The state that a target was last reported to be in when a request was settled, for requests like it. */
  stateAtEnd(seen: Seen, target: string): Health | undefined;
  /** The vendor's call of a failed attempt. */
  callOf(end: Timed<AttemptEndEvent>): VendorCall | undefined;
  /** Targets that a request may ask, which only a forecast held back when it was refused. */
  openTo(seen: Seen): readonly string[];
}

/** Milliseconds to leave a target alone whose vendor does not say. */
const pauses: Readonly<Record<string, number>> = {
  'rate-limit': 5_000,
  quota: 900_000,
  auth: 600_000,
  'not-found': 600_000,
};
const ofTheKey = ['quota', 'auth'];
const ofTheDeployment = ['not-found'];
/** Failures after which the caller gets the error at once. */
const final = ['bad-request', 'content-filter'];
/** States in which a target is not asked while there is another one. */
const heldBack: readonly Health[] = ['failing', 'cooling-down', 'misconfigured'];
/** Until enough is known of a target, or at least. */
const patience = { first: 2_000 };

export function historyOf(world: World): History {
  const { plan, events, calls } = world;
  const starts = new Map<number, Timed<AttemptStartEvent>[]>();
  const attemptEnds = new Map<number, Timed<AttemptEndEvent>[]>();
  const ends = new Map<number, RequestEndEvent>();
  const usages = new Map<number, UsageEvent[]>();
  const pausesOf = new Map<string, Pause[]>();
  const targets = new Map(plan.targets.map((target) => [target.id, target]));

  const kinds = new Map(plan.requests.map(({ number, kind }) => [number, kind]));
  const workloadOf = (request: number): Workload => (kinds.get(request) === 'embed' ? 'embed' : 'chat');
  const askedBy = (event: RouterEvent): number | undefined => {
    const request = plan.requests[requestOf(event) ?? -1];
    return request && asksOf(request);
  };
  const requestOf = (event: RouterEvent): number | undefined =>
    'metadata' in event ? Number(event.metadata['request']) : undefined;
  const add = <T>(map: Map<number | string, T[]>, key: number | string, value: T): void => {
    const list = map.get(key) ?? [];
    list.push(value);
    map.set(key, list);
  };
  const notePause = (event: AttemptEndEvent, at: number): void => {
    const { target, key, error, metadata, duration } = event;
    const kind = error?.kind ?? '';
    const matching = calls.filter(
      (call) =>
        call.target === target &&
        call.request === askedBy(event) &&
        call.error === kind &&
        // Others may have asked the same.
        call.at >= at - duration - 1e-6 &&
        call.at <= at &&
        call.because !== 'request',
    );
    if (matching.length === 0) return;
    // Of several portions of one request the shortest: which one it was is unknown.
    const pause = Math.min(...matching.map(({ retryAfter }) => retryAfter ?? pauses[kind] ?? 0));
    if (pause === 0) return;
    const until = at + pause;
    const why = kind === 'auth' || kind === 'not-found' ? 'misconfigured' : 'cooling-down';
    const provider = targets.get(target)?.provider;
    // It may be what makes a target misconfigured, or it may not: that depends on what came before.
    const unclear = matching.some(({ because }) => because === 'unclear');
    for (const { id, provider: other } of plan.targets) {
      const wide = ofTheKey.includes(kind) && !unclear;
      if (wide ? other !== provider : id !== target) continue;
      const workload = wide ? undefined : workloadOf(Number(metadata['request']));
      add(pausesOf, id, { at, until, why, workload, key: ofTheDeployment.includes(kind) ? undefined : key });
    }
  };
  for (const { at, event } of events) {
    const request = requestOf(event) ?? -1;
    if (event.type === 'attempt-start') add(starts, request, { at, event });
    if (event.type === 'attempt-end') {
      add(attemptEnds, request, { at, event });
      notePause(event, at);
    }
    if (event.type === 'request-end') ends.set(request, event);
    if (event.type === 'usage') add(usages, request, event);
  }

  const membersOf = ({ plan: { route } }: Seen): readonly string[] => plan.routes[route]?.targets ?? [route];
  const channelsOf = (seen: Seen): number =>
    plan.targets
      .filter(({ id }) => membersOf(seen).includes(id))
      .reduce((sum, { provider }) => sum + (plan.keys[provider]?.length ?? 1), 0);
  const policiesOf = (seen: Seen): Resolved => resolve(seen, plan.policies, plan.routes, channelsOf(seen));
  /** Time in which the process stood still is no time of the request's. */
  const deadlineOf = (seen: Seen): number =>
    world.frozen.reduce(
      (deadline, { at, ms }) => (at >= seen.startedAt && at < deadline ? deadline + ms : deadline),
      seen.startedAt + policiesOf(seen).timeout.request,
    );
  const startsOf = (seen: Seen): readonly Timed<AttemptStartEvent>[] => starts.get(seen.plan.number) ?? [];
  const pausedUntil = (
    target: string,
    key: number | undefined,
    workload: Workload,
    at: number,
    why?: Pause['why'],
  ): number => {
    const said = (pausesOf.get(target) ?? []).filter(
      (pause) =>
        pause.at < at &&
        (why ?? pause.why) === pause.why &&
        (pause.workload ?? workload) === workload &&
        (key === undefined || pause.key === undefined || pause.key === key),
    );
    return Math.max(0, ...said.map(({ until }) => until));
  };

  const pausedAt = (start: AttemptStartEvent, at: number, why: Pause['why']): number =>
    pausedUntil(start.target, start.key, workloadOf(requestOf(start) ?? -1), at, why);

  /** When all places of a target were last taken before a moment. */
  const lastFull = ({ id, concurrency = Number.POSITIVE_INFINITY }: TargetPlan, before: number): number => {
    let open = 0;
    let last = Number.NEGATIVE_INFINITY;
    for (const { at, event } of events) {
      if (at > before) break;
      if ((event.type !== 'attempt-start' && event.type !== 'attempt-end') || event.target !== id) continue;
      if (open >= concurrency) last = at;
      open += event.type === 'attempt-start' ? 1 : -1;
      if (open >= concurrency) last = at;
    }
    return open >= concurrency ? before : last;
  };

  /** Whether nothing at all was wrong with a target during a request's life. */
  const sound = (target: TargetPlan, seen: Seen): boolean =>
    target.concurrency === undefined && soundButFull(target, seen);
  /** The same, but that its places can have been taken. */
  const soundButFull = (target: TargetPlan, seen: Seen): boolean => {
    const from = seen.startedAt;
    const to = seen.settledAt ?? Number.POSITIVE_INFINITY;
    const limited = [target.rpm, target.tpm, target.capacity, plan.keys[target.provider]].some(
      (limit) => limit !== undefined,
    );
    const inTrouble = target.windows.some(
      (window) => window.from <= to + longest(target) && window.to >= from,
    );
    // After a refusal the router sends less.
    const refused = events.some(
      ({ at, event }) => at <= to && isRefusal(event) && event.target === target.id,
    );
    return (
      !limited &&
      !inTrouble &&
      !refused &&
      target.errorRate === 0 &&
      target.coldStart === 0 &&
      target.deadPools.every((moment) => moment > to) &&
      pausedUntil(target.id, undefined, workloadOf(seen.plan.number), to + 1) < from
    );
  };
  /** Whether each of a request's limits of time leaves a target more than it ever takes. */
  const fits = (target: TargetPlan, seen: Seen): boolean => {
    const { timeout } = policiesOf(seen);
    const first = target.median * target.slowest + target.gap + plan.step;
    return (
      first < (timeout.firstToken ?? patience.first) &&
      target.gap < timeout.idle &&
      longest(target) < timeout.attempt
    );
  };

  /** The last reported state of a target at a moment, before an event there; `undefined`: it never changed. */
  const stateOf = (
    target: string,
    workload: Workload,
    at: number,
    before?: RouterEvent,
  ): Health | undefined => {
    let state: Health | undefined;
    for (const { at: moment, event } of events) {
      if (moment > at || event === before) break;
      if (event.type !== 'target-state' || event.target !== target) continue;
      if ((event.workload ?? 'chat') === workload) state = event.state;
    }
    return state;
  };
  /** Targets that a request may ask without any failure so far, and since when they have had a place. */
  const readyFor = (seen: Seen, at: number): readonly { readonly id: string; readonly since: number }[] => {
    const { only, maxCost } = seen.plan.options;
    if (maxCost !== undefined) return [];
    return membersOf(seen).flatMap((id) => {
      const target = targets.get(id);
      if (target === undefined || only?.includes(id) === false || !soundButFull(target, seen)) return [];
      if (target.forecast !== undefined) return []; // which may delay a request, or send it elsewhere
      return stateOf(id, workloadOf(seen.plan.number), at) === undefined
        ? [{ id, since: lastFull(target, at) }]
        : [];
    });
  };

  const callOf = ({ at, event }: Timed<AttemptEndEvent>): VendorCall | undefined =>
    calls.find(
      (call) =>
        call.target === event.target &&
        call.key === event.key &&
        call.request === askedBy(event) &&
        call.error === event.error?.kind &&
        Math.abs(call.at - (at - event.duration)) < 1e-6,
    );

  /** Whether a vendor has ever refused a request, or failed at one, at a target or at one with the same address. */
  const hasFailed = ({ provider }: TargetPlan, until: number): boolean =>
    events.some(
      ({ at, event }) =>
        at <= until &&
        event.type === 'attempt-end' &&
        event.outcome !== 'success' &&
        targets.get(event.target)?.provider === provider,
    );

  return {
    requestOf,
    askedBy,
    startsOf,
    callOf,
    stateAtEnd: (seen, target) => stateOf(target, workloadOf(seen.plan.number), seen.settledAt ?? 0),
    openTo(seen) {
      const { only, maxCost } = seen.plan.options;
      if (maxCost !== undefined || startsOf(seen).length > 0) return [];
      const until = seen.settledAt ?? 0;
      return membersOf(seen).filter((id) => {
        const target = targets.get(id);
        if (target === undefined || only?.includes(id) === false || hasFailed(target, until)) return false;
        const { concurrency, rpm, tpm, provider } = target;
        return [concurrency, rpm, tpm, plan.keys[provider]].every((limit) => limit === undefined);
      });
    },
    policiesOf,
    deadlineOf,
    membersOf,
    exhaustedUntil: (start, at) => pausedAt(start, at, 'cooling-down'),
    quarantinedUntil: (start, at) => pausedAt(start, at + 1, 'misconfigured'),
    endsOf: ({ plan: { number } }) => attemptEnds.get(number) ?? [],
    endOf: ({ plan: { number } }) => ends.get(number),
    usageOf: ({ plan: { number } }) => usages.get(number) ?? [],
    missedBy(seen) {
      const error = seen.failure?.error;
      if (seen.answer !== undefined || !isRouterError(error)) return [];
      const { maxAttempts, interrupted, fallbackOn, timeout } = policiesOf(seen);
      const attempts = attemptEnds.get(seen.plan.number) ?? [];
      const { only, maxCost } = seen.plan.options;
      if (error.code === 'closed' || maxCost !== undefined || seen.left) return [];
      const restarts = interrupted.endsWith('restart') && seen.plan.reader !== 'text';
      if (error.code === 'stream-interrupted' && !restarts) return [];
      // What goes to the caller at once, also where it ends a restart.
      const refusals = final.filter((kind) => !fallbackOn.includes(kind));
      const goesOn = seen.plan.fault === 'file' || seen.plan.fault === 'option';
      const isFinal = ({ event: { error: failure } }: AttemptEnd): boolean =>
        refusals.includes(failure?.kind ?? '') && !(goesOn && failure?.status === 404);
      if (attempts.some(isFinal)) return [];
      if (attempts.length >= maxAttempts) return [];
      // What it did at one target is not repeated at another because it matters less than what came later.
      if (seen.plan.kind === 'embed' && isRouterError(error, 'no-target') && error.shed) return [];
      return membersOf(seen).filter((id) => {
        const target = targets.get(id);
        if (target === undefined || only?.includes(id) === false || !sound(target, seen)) return false;
        if (attempts.some(({ event }) => event.target === id) || !takesFault(id, seen.plan)) return false;
        if (error.code !== 'deadline') return (seen.settledAt ?? 0) + longest(target) < deadlineOf(seen);
        if (seen.parts.length > 0 || seen.openedAt !== seen.settledAt) return false; // its reader took the time
        // With a cache it waits for another request for up to half of its time.
        const own = seen.plan.asks === undefined ? timeout.request : timeout.request / 2;
        // It may have been kept from its own by each of the others for as long as an attempt may take.
        return (maxAttempts - 1) * timeout.attempt + longest(target) < own;
      });
    },
    ignoredBy(seen) {
      const first = startsOf(seen)[0]?.at ?? seen.settledAt ?? 0;
      return readyFor(seen, first)
        .filter(({ since }) => first - Math.max(seen.startedAt, since) > 1e-6)
        .map(({ id }) => id);
    },
    preferredTo(seen, { at, event }) {
      if (plan.keys[targets.get(event.target)?.provider ?? ''] !== undefined) return [];
      const { breaker, interrupted } = policiesOf(seen);
      // What goes on with an answer has to be able to.
      const suits = (id: string): boolean =>
        !interrupted.startsWith('continue') ||
        seen.plan.kind !== 'stream' ||
        targets.get(id)?.prefill !== false;
      const before = startsOf(seen).filter((other) => other.event.attempt < event.attempt);
      const asked = before.map((other) => other.event.target);
      const state = stateOf(event.target, workloadOf(seen.plan.number), at, event);
      const held = breaker ? heldBack : heldBack.filter((state) => state !== 'failing');
      if (asked.includes(event.target) || state === undefined || !held.includes(state)) return [];
      return readyFor(seen, at)
        .filter(({ id, since }) => since < at && !asked.includes(id) && suits(id))
        .map(({ id }) => id);
    },
    wronged(seen) {
      return (attemptEnds.get(seen.plan.number) ?? []).filter(({ event }) => {
        const target = targets.get(event.target);
        if (target === undefined || event.outcome !== 'failed' || seen.plan.kind === 'embed') return false;
        if (!sound(target, seen) || !fits(target, seen) || !takesFault(target.id, seen.plan)) return false;
        // It can be its reader who took the time, or another target that was faster while this one was on probation.
        const slowly = seen.plan.reader === 'slow' || seen.plan.reader === 'late';
        const beaten = seen.answer !== undefined || seen.parts.length > 0 || seen.openedAt !== seen.settledAt;
        return event.error?.kind !== 'timeout' || !(slowly || beaten);
      });
    },
  };
}

function isRefusal(event: RouterEvent): event is AttemptEndEvent {
  if (event.type !== 'attempt-end') return false;
  return event.error?.kind === 'rate-limit' || event.error?.kind === 'overloaded';
}

/** What a target takes at most for a whole answer, with what steps can add to it. */
function longest({ median, slowest, gap }: TargetPlan): number {
  return median * slowest + 10 * gap + 300;
}

function resolve(
  { plan: { route, options } }: Seen,
  router: Omit<RoutePlan, 'targets'>,
  routes: Readonly<Record<string, RoutePlan>>,
  channels: number,
): Resolved {
  const own: Partial<RoutePlan> = routes[route] ?? {};
  const retry = own.retry ?? router.retry;
  const below = router.retry === false ? {} : router.retry;
  const defaults = { sameTarget: 1 };
  return {
    ...defaults,
    ...below,
    ...(retry === false ? { sameTarget: 0 } : retry),
    maxAttempts: own.maxAttempts ?? router.maxAttempts ?? Math.max(3, channels + 1),
    breaker: (own.breaker ?? router.breaker) !== false,
    interrupted: options.interrupted ?? own.interrupted ?? router.interrupted ?? 'error',
    fallbackOn: kindsOf(own.fallbackOn ?? router.fallbackOn),
    timeout: {
      request: 600_000,
      attempt: 300_000,
      idle: 20_000,
      ...router.timeout,
      ...own.timeout,
      ...options.timeout,
    },
  };
}

/** The simulation draws lists only. */
function kindsOf(option: RoutePlan['fallbackOn']): readonly string[] {
  return typeof option === 'function' ? [] : (option ?? []);
}
