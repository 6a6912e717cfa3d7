import { AllTargetsFailedError, CostLimitError, isRouterError, NoTargetError } from '../../errors.ts';
import type { Health } from '../../types/options/strategy.ts';
import { sleep } from '../../util/clock.ts';
import { hasCapacity, isWithinLimits } from '../admission/capacity.ts';
import type { Entry, Waiter } from '../admission/queue.ts';
import {
  type AttemptError,
  failurePolicyOf,
  isAttemptError,
  isStaleSocket,
} from '../attempt/failure-policy.ts';
import { type Reservation, reserve } from '../attempt/reservation.ts';
import { toEpoch } from '../context.ts';
import { generatesText } from '../operations/operation.ts';
import type { RequestState } from '../request.ts';
import { contextLengthOf, limitedUntil, type RoutingResult } from '../routing/candidates.ts';
import { expectedCost } from '../routing/estimates.ts';
import { breakersAdmit, type Channel, channelHealth, latencyOf, type Target } from '../targets/target.ts';
import { type AttemptSlot, type BackupPlan, type Cause, race } from './race.ts';

/** Goes from target to target until one answers. One per request; a restarted stream goes on with the same one. */
export interface Failover {
  /**
   * Calls `attempt` with one target after the other, or beside the other, until one does not fail. Rejects with what the
   * caller shall get.
   *
   * @param discard lets go of an answer that came after another one had won
   * @param suits which targets may be asked. Default: all
   */
  run<T>(
    attempt: (permit: Reservation, lane: AttemptSlot) => Promise<T>,
    discard?: (value: T) => void,
    suits?: (target: Target) => boolean,
  ): Promise<T>;
  /** Books a failure that came later, in a stream under way. */
  failed(channel: Channel, error: AttemptError): void;
  /** Whether another target, or the same again, may take over after a failure that has been booked. */
  mayGoOn(error: AttemptError, suits?: (target: Target) => boolean): boolean;
  /** What the caller gets if the request has to go while it waits to go on: see `Waiter.refusal`. */
  turnedAway(why: 'full' | 'late'): unknown;
}

/** States in which a target is tried only where there is reason to. */
const doubtful: readonly Health[] = ['failing', 'recovering', 'unresponsive'];
/** Those in which its vendor has said to leave it alone. */
const heldBack: readonly Health[] = ['cooling-down', 'misconfigured'];
/** After how long a target on probation gets company: its usual time, within these bounds. */
const unknownLatency = 1_000;
const shortestDoubt = 100;
const longestDoubt = 2_000;

const any = (): boolean => true;

/** What to try next, and the monotonic moment from which it may be tried; `Infinity`: when a place becomes free. */
interface NextTarget {
  readonly channel: Channel;
  readonly at: number;
}

interface Failed {
  readonly channel: Channel;
  readonly error: AttemptError;
  /** In the middle of a stream. */
  readonly underWay: boolean;
}

interface Tried {
  times: number;
  error: AttemptError;
  /** When a retry is due. */
  retryAt: number;
}

export function createFailover(
  run: RequestState,
  choice: RoutingResult,
  maxCost: number | undefined,
): Failover {
  const { env, route } = run;
  const { maxAttempts, retry, breaker, fallbackOn } = route.policies;
  const { size, maxWait } = run.env.queueLimits;
  // Twice would be wrong where a vendor keeps something of it or does something for it.
  const once = choice.bound || !generatesText(run.job.kind) || run.job.needs.get().vendorTools;
  const hedge = once ? false : run.hedge;
  const { clock } = env;
  const all = [...choice.ranked, ...choice.waiting];
  const tried = new Map<Channel, Tried>();
  /** Targets that failed in a way that another key would not mend. */
  const spent = new Set<Target>();
  const busy = new Set<Channel>();
  let suits: (target: Target) => boolean = any;
  let tries = 0;
  let last: Failed | undefined;

  const book = (channel: Channel, error: AttemptError, underWay: boolean): void => {
    const times = (tried.get(channel)?.times ?? 0) + 1;
    // Full jitter: Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
    const bound = Math.min(retry.maxDelay, retry.minDelay * 2 ** (times - 1));
    const delay = isStaleSocket(error) ? 0 : (retryAfterOf(error) ?? env.random() * bound);
    tried.set(channel, { times, error, retryAt: clock.now() + delay });
    if (!failurePolicyOf(error, fallbackOn).anotherKey) spent.add(channel.target);
    last = { channel, error, underWay };
  };

  const mayRetry = (channel: Channel): boolean => {
    const before = tried.get(channel);
    if (before === undefined || !suits(channel.target)) return false;
    if (before.times > retry.sameTarget || !failurePolicyOf(before.error, fallbackOn).retry) return false;
    return isFree(channel, before.error) || route.policies.retries.has(clock.now());
  };
  /** Asking a target again that is known to fail, because nothing else is left, is no retry that adds to its load. */
  const isFree = (channel: Channel, error: AttemptError): boolean =>
    isStaleSocket(error) || channelHealth(channel, clock.now()).state !== 'healthy';

  /** What has not been tried, and would not fail for the reason for which another one has. */
  const freshOnes = (): readonly Channel[] =>
    all.filter(
      (channel) =>
        !tried.has(channel) &&
        !busy.has(channel) &&
        !spent.has(channel.target) &&
        suits(channel.target) &&
        hasRoom(channel),
    );
  /** After a request was too long for one target, only one that takes more is worth asking. */
  const hasRoom = ({ target }: Channel): boolean => {
    if (last === undefined || !isRouterError(last.error, 'provider')) return true;
    if (last.error.kind !== 'context-length' || fallbackOn.includes('context-length')) return true;
    const had = contextLengthOf(last.channel.target, env);
    const has = contextLengthOf(target, env);
    return had === undefined || has === undefined || has > had;
  };

  /** Healthy, and its limits let the request in. */
  const well = (channel: Channel, now: number): boolean => {
    const { state } = channelHealth(channel, now);
    if (heldBack.includes(state) || !channel.target.silence.admits(now)) return false;
    return limitedUntil(channel, run, now) <= now && (breaker === false || breakersAdmit(channel, now));
  };

  /** One to start beside those that run: a healthy one, at once, or none. */
  const another = (cause: Cause): Reservation | undefined => {
    const now = clock.now();
    if (tries >= maxAttempts) return undefined;
    const targets = new Set([...busy].map(({ target }) => target));
    const next = freshOnes().find(
      (channel) =>
        !targets.has(channel.target) &&
        well(channel, now) &&
        hasCapacity(channel) &&
        canFinish(channel, now) &&
        (cause !== 'slow' || mayHedge(channel, now)),
    );
    if (next === undefined || (cause === 'slow' && !route.policies.hedges.spend(now))) return undefined;
    tries += 1;
    return reserve(next, run);
  };

  /** A second attempt goes to another endpoint, within its own limit of cost. */
  const mayHedge = ({ target, key }: Channel, now: number): boolean => {
    for (const other of busy) if (other.key.endpoint === key.endpoint) return false;
    const limit = hedge === false ? undefined : hedge.maxCost;
    return limit === undefined || (expectedCost(target, run, env, now) ?? Number.POSITIVE_INFINITY) <= limit;
  };

  /** A target on probation gets company as soon as it is slower than it usually is; any other one if it is to be hedged. */
  const company = (channel: Channel): BackupPlan | undefined => {
    const now = clock.now();
    const { state } = channelHealth(channel, now);
    const kind = run.job.kind === 'stream' ? 'stream' : 'chat';
    if (!doubtful.includes(state)) {
      if (hedge === false) return undefined;
      const { delay } = hedge;
      const slow =
        typeof delay === 'number'
          ? delay
          : latencyOf(channel.target, kind, Number(delay.slice(1)) / 100, now);
      return slow === undefined ? undefined : { after: slow, cause: 'slow', probation: false };
    }
    const usual = latencyOf(channel.target, kind, 0.95, now) ?? unknownLatency;
    const after = Math.min(longestDoubt, Math.max(shortestDoubt, usual));
    // A suspicion is no verdict: the target's own first token, or its silence, says what is next.
    return { after, cause: 'doubt', probation: state !== 'unresponsive' };
  };

  /** Whether a further attempt can come to anything in the time that is left. Who has little time gets at least one. */
  const canFinish = ({ target }: Channel, now: number): boolean => {
    const { kind } = run.job;
    if (tries === 0 || !generatesText(kind)) return true;
    return now + (latencyOf(target, kind, 0.5, now) ?? 0) < run.deadline;
  };

  /** Whose connection turned out to be closed: it has not seen the request, and gets it anew at once. */
  const unread = (): Channel | undefined => {
    if (last === undefined || !isStaleSocket(last.error) || !mayRetry(last.channel)) return undefined;
    const now = clock.now();
    const held = heldBack.includes(channelHealth(last.channel, now).state);
    return !held && lets(last.channel, now) ? last.channel : undefined;
  };
  /** No reason to ask is one to ask for more than there may be. */
  const lets = (channel: Channel, now: number): boolean =>
    hasCapacity(channel) && limitedUntil(channel, run, now) <= now;

  /** When a target can be asked; none where that is too late, or where it is misconfigured. */
  const dueOf = (channel: Channel, now: number): readonly NextTarget[] => {
    const { state, until } = channelHealth(channel, now);
    if (state === 'misconfigured') return [];
    const returns = state === 'cooling-down' ? (until ?? 0) : 0;
    const retryAt = tried.get(channel)?.retryAt ?? 0;
    const at = Math.max(retryAt, returns, limitedUntil(channel, run, now));
    if (at >= run.deadline || at - now > maxWait) return [];
    return [{ channel, at: at > now || hasCapacity(channel) ? at : Number.POSITIVE_INFINITY }];
  };

  /** The one that has just failed, where the route would rather stay with it and it is expected back soon. */
  const stay = (usable: readonly Channel[], now: number): NextTarget | undefined => {
    if (retry.prefer !== 'same-target' || last === undefined) return undefined;
    const { channel, error, underWay } = last;
    if (underWay || !passes(error) || !mayRetry(channel) || !canFinish(channel, now)) return undefined;
    if (usable.some(({ target }) => target === channel.target)) return undefined; // with another key
    const { state } = channelHealth(channel, now);
    if (state !== 'healthy' && state !== 'cooling-down') return undefined;
    return dueOf(channel, now).find(({ at }) => at - now <= retry.maxDelay);
  };

  const pick = (): NextTarget | undefined => {
    const now = clock.now();
    if (tries >= maxAttempts) return undefined;
    // As a rule the first is well and has a place. The same follows from what is below, which looks at all of them.
    if (tries === 0) {
      const first = all.find(
        (channel) => suits(channel.target) && well(channel, now) && hasCapacity(channel),
      );
      if (first !== undefined) return { channel: first, at: now };
    }
    const fresh = freshOnes().filter((channel) => canFinish(channel, now));
    // As many attempts are kept back as there are others to ask: one of them may be well.
    const spare = (others: number): boolean => maxAttempts - tries > others;
    const resent = unread();
    if (resent !== undefined && spare(fresh.length)) return { channel: resent, at: now };
    const usable = fresh.filter((channel) => well(channel, now));
    const same = stay(usable, now);
    if (same !== undefined && spare(fresh.length)) return same;
    const free = usable.find(hasCapacity);
    if (free !== undefined) return { channel: free, at: now };
    // Better a target that failed a moment ago than none: an open breaker never turns a request away alone.
    const open = fresh.find(
      (channel) => doubtful.includes(channelHealth(channel, now).state) && lets(channel, now),
    );
    if (open !== undefined && usable.length === 0) return { channel: open, at: now };
    const untried = fresh.flatMap((channel) => dueOf(channel, now));
    const again = all.filter(
      (channel) => spare(untried.length) && mayRetry(channel) && canFinish(channel, now),
    );
    const healthy = (channel: Channel): boolean => !doubtful.includes(channelHealth(channel, now).state);
    // Rather one that is well, and was slow or unlucky once, than sooner one that is known to fail.
    const better = again.some(healthy) ? again.filter(healthy) : again;
    const due = soonest([...untried, ...better.flatMap((channel) => dueOf(channel, now))]);
    if (due !== undefined) return due;
    // A misconfigured target at least says what is wrong with it.
    const quarantined = fresh.find(
      (channel) => channelHealth(channel, now).state === 'misconfigured' && lets(channel, now),
    );
    return quarantined === undefined ? undefined : { channel: quarantined, at: now };
  };

  const mayGoOn = (error: unknown): boolean => {
    if (!isAttemptError(error)) return false;
    return failurePolicyOf(error, fallbackOn).failover && pick() !== undefined;
  };

  /** When the first target is expected back: milliseconds since 1970. */
  const retryAt = (): number | undefined => {
    const now = clock.now();
    const times = all.flatMap((channel) => {
      const { until } = channelHealth(channel, now);
      const limited = limitedUntil(channel, run, now);
      return until ?? (limited > now ? limited : []);
    });
    return times.length === 0 ? undefined : toEpoch(Math.min(...times), clock);
  };

  const finalError = (error: unknown): unknown => {
    if (!isRouterError(error, 'provider') || !failurePolicyOf(error, fallbackOn).failover) return error;
    return new AllTargetsFailedError(run.attempts, error, choice.decision, retryAt());
  };

  const nothingToTry = (shed?: 'full' | 'late'): unknown => {
    if (last !== undefined) return last.error;
    const tooExpensive = choice.decision.skipped.filter(({ reason }) => reason === 'over-cost');
    if (maxCost !== undefined && tooExpensive.length > 0 && all.length === 0) {
      return new CostLimitError(maxCost, choice.decision);
    }
    return new NoTargetError(choice.decision, retryAt(), shed);
  };

  const take = ({ channel }: NextTarget): Reservation => {
    const before = tried.get(channel);
    if (before !== undefined && !isFree(channel, before.error)) route.policies.retries.spend(clock.now());
    tries += 1;
    return reserve(channel, run);
  };
  const tryEnter = (lastTry: boolean): Entry<Reservation> => {
    const next = pick();
    if (next === undefined) throw nothingToTry();
    if (next.at <= clock.now()) return { got: take(next) };
    // A limit that was only learned may delay a request, but refuses none.
    const onlyLearned = next.at === Number.POSITIVE_INFINITY && isWithinLimits(next.channel);
    return lastTry && onlyLearned ? { got: take(next) } : { until: next.at };
  };

  /** A place at the best target, at once or as soon as there is one. */
  const enter = async (): Promise<Reservation> => {
    for (;;) {
      const next = pick();
      if (next === undefined) throw nothingToTry();
      const pause = next.at - clock.now();
      if (pause <= 0) return take(next);
      if (pause === Number.POSITIVE_INFINITY || !tried.has(next.channel)) return env.queue.wait(waiter());
      // The pause before a retry is no queue.
      await sleep(clock, pause, run.signal);
    }
  };
  const waiter = (): Waiter<Reservation> => {
    const channels = [...freshOnes(), ...all.filter(mayRetry)];
    const line = channels.map(({ target, number = '' }) => `${target.id} ${number}`).join('\n');
    if (expectedWait(channels, line) > run.deadline - clock.now()) throw nothingToTry('late');
    return {
      priority: run.priority,
      line,
      room: size,
      maxWait,
      signal: run.signal,
      tryEnter,
      refusal: nothingToTry,
    };
  };
  /** How long those before it in the line will take, by the usual times of the targets; 0 where little is known. */
  const expectedWait = (channels: readonly Channel[], line: string): number => {
    const now = clock.now();
    let perMillisecond = 0;
    for (const { target, pressure, key } of channels) {
      const places = Math.min(target.limits.places.limit, key.limits.places.limit, pressure.limit);
      perMillisecond += places / (target.stats.usualDuration(now) ?? 0);
    }
    return env.queue.before(line, run.priority) / perMillisecond;
  };

  const step = <T>(
    first: Reservation,
    attempt: (permit: Reservation, lane: AttemptSlot) => Promise<T>,
    discard: (value: T) => void,
  ): Promise<T> => {
    return race({
      first,
      async attempt(taken, lane) {
        busy.add(taken.channel);
        try {
          return await attempt(taken, lane);
        } finally {
          busy.delete(taken.channel);
        }
      },
      another,
      company,
      failed({ channel }, error) {
        if (isAttemptError(error)) book(channel, error, false);
        return isAttemptError(error) && failurePolicyOf(error, fallbackOn).failover;
      },
      discard,
      clock,
      signal: run.signal,
    });
  };

  return {
    failed: (channel, error) => book(channel, error, true),
    mayGoOn(error, suitable = any) {
      suits = suitable;
      return mayGoOn(error);
    },
    turnedAway: (why) => new NoTargetError(choice.decision, retryAt(), why),
    async run(attempt, discard = () => {}, suitable = any) {
      suits = suitable;
      for (;;) {
        let first: Reservation;
        try {
          first = await enter();
        } catch (error) {
          throw finalError(error);
        }
        try {
          return await step(first, attempt, discard);
        } catch (error) {
          if (!mayGoOn(error)) throw finalError(error);
          if (run.signal.aborted) throw run.signal.reason;
        }
      }
    },
  };
}

/** Whether what was wrong is often over a moment later. */
function passes(error: AttemptError): boolean {
  return (
    isRouterError(error, 'provider') && ['rate-limit', 'overloaded', 'server', 'network'].includes(error.kind)
  );
}

function retryAfterOf(error: AttemptError): number | undefined {
  return isRouterError(error, 'provider') ? error.retryAfter : undefined;
}

function soonest(picks: readonly NextTarget[]): NextTarget | undefined {
  let best: NextTarget | undefined;
  for (const pick of picks) if (best === undefined || pick.at < best.at) best = pick;
  return best;
}
