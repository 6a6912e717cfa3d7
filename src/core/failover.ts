import pRetry from 'p-retry';
import { AllTargetsFailedError, BudgetError, isRouterError, NoTargetError } from '../errors.ts';
import type { Health } from '../types/strategy.ts';
import { breakerAdmits, type Choice, expectedCost, limitedUntil } from './candidates.ts';
import { sleep } from './clock.ts';
import { type AttemptError, consequenceOf, isAttemptError, isStaleSocket } from './consequence.ts';
import { toDate } from './environment.ts';
import { type Cause, type Company, type Lane, race } from './race.ts';
import type { Run } from './run.ts';
import { latencyOf, type Target, targetHealth } from './target.ts';

/** Goes from target to target until one answers. One per request; a restarted stream goes on with the same one. */
export interface Failover {
  /**
   * Calls `attempt` with one target after the other, or beside the other, until one does not fail. Rejects with what the
   * caller shall get.
   *
   * @param discard lets go of an answer that came after another one had won
   */
  run<T>(attempt: (target: Target, lane: Lane) => Promise<T>, discard?: (value: T) => void): Promise<T>;
  /** Books a failure that came later, in a stream under way; says whether another target may take over. */
  takesOver(target: Target, error: AttemptError): boolean;
}

/** States in which a target is tried only where there is reason to. */
const doubtful: readonly Health[] = ['open', 'half-open', 'suspect'];
/** After how long a target on probation gets company: its usual time, within these bounds. */
const unknownLatency = 1_000;
const shortestDoubt = 100;
const longestDoubt = 2_000;

/** A target and the monotonic moment from which it may be tried. */
interface Pick {
  readonly target: Target;
  readonly at: number;
}

interface Tried {
  times: number;
  error: AttemptError;
  /** When a retry is due. */
  retryAt: number;
}

export function createFailover(run: Run, choice: Choice, maxCost: number | undefined): Failover {
  const { env, route } = run;
  const { retry, breaker, fallbackOn } = route.policies;
  // Twice would be wrong where a vendor keeps something of it or does something for it.
  const once = choice.bound || run.job.kind === 'embed' || run.job.needs.get().vendorTools;
  const hedge = once ? false : run.hedge;
  const { clock } = env;
  const all = [...choice.ranked, ...choice.waiting];
  const tried = new Map<Target, Tried>();
  const busy = new Set<Target>();
  let tries = 0;
  let last: { readonly target: Target; readonly error: AttemptError } | undefined;

  const failed = (target: Target, error: AttemptError): void => {
    const times = (tried.get(target)?.times ?? 0) + 1;
    // Full jitter: Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
    const bound = Math.min(retry.maxDelay, retry.minDelay * 2 ** (times - 1));
    const delay = isStaleSocket(error) ? 0 : Math.max(env.random() * bound, retryAfterOf(error));
    tried.set(target, { times, error, retryAt: clock.now() + delay });
    last = { target, error };
  };

  const mayRetry = (target: Target): boolean => {
    const before = tried.get(target);
    if (before === undefined) return false;
    return before.times <= retry.sameTarget && consequenceOf(before.error, fallbackOn).retry;
  };

  const well = (target: Target, now: number): boolean => {
    const { state } = targetHealth(target, now);
    if (state === 'quarantined' || state === 'exhausted' || !target.silence.admits(now)) return false;
    if (limitedUntil(target, run.job, now) > now || target.stats.inFlight >= target.pressure.limit)
      return false;
    return breaker === false || breakerAdmits(target, now);
  };
  const pickWell = (among: readonly Target[], now: number): Target | undefined => {
    const usable = among.filter((target) => well(target, now));
    return usable.find(({ slots }) => slots === undefined || slots.free > 0) ?? usable[0];
  };

  /** One to start beside those that run: a healthy one, at once, or none. */
  const another = (cause: Cause): Target | undefined => {
    const now = clock.now();
    if (tries >= retry.maxAttempts) return undefined;
    const fresh = all.filter((target) => !tried.has(target) && !busy.has(target));
    const next = pickWell(cause === 'slow' ? fresh.filter((target) => mayHedge(target, now)) : fresh, now);
    if (next === undefined || (cause === 'slow' && !route.policies.hedges.spend())) return undefined;
    tries += 1;
    return next;
  };

  /** A second attempt goes to another endpoint, within its own limit of cost. */
  const mayHedge = (target: Target, now: number): boolean => {
    for (const { provider } of busy) if (provider === target.provider) return false;
    const limit = hedge === false ? undefined : hedge.maxCost;
    return (
      limit === undefined || (expectedCost(target, run.job, env, now) ?? Number.POSITIVE_INFINITY) <= limit
    );
  };

  /** A target on probation gets company as soon as it is slower than it usually is; any other one if it is to be hedged. */
  const company = (target: Target): Company | undefined => {
    const now = clock.now();
    const { state } = targetHealth(target, now);
    const kind = run.job.kind === 'stream' ? 'stream' : 'chat';
    if (!doubtful.includes(state)) {
      if (hedge === false) return undefined;
      const { after } = hedge;
      const slow =
        typeof after === 'number' ? after : latencyOf(target, kind, Number(after.slice(1)) / 100, now);
      return slow === undefined ? undefined : { after: slow, cause: 'slow', probation: false };
    }
    const usual = latencyOf(target, kind, 0.95, now) ?? unknownLatency;
    const after = Math.min(longestDoubt, Math.max(shortestDoubt, usual));
    // A suspicion is no verdict: the target's own first token, or its silence, says what is next.
    return { after, cause: 'doubt', probation: state !== 'suspect' };
  };

  const pick = (): Pick | undefined => {
    const now = clock.now();
    if (tries >= retry.maxAttempts) return undefined;
    if (last !== undefined && isStaleSocket(last.error) && mayRetry(last.target))
      return { target: last.target, at: now };
    const fresh = all.filter((target) => !tried.has(target) && !busy.has(target));
    const next = pickWell(fresh, now);
    if (next !== undefined) return { target: next, at: now };
    // Better a target that failed a moment ago than none: an open breaker never turns a request away alone.
    const open = fresh.find((target) => doubtful.includes(targetHealth(target, now).state));
    if (open !== undefined) return { target: open, at: now };
    const due = soonest(
      [...fresh, ...all.filter(mayRetry)].flatMap((target) => {
        const { state, until } = targetHealth(target, now);
        if (state === 'quarantined') return [];
        const returns = state === 'exhausted' ? (until ?? 0) : 0;
        const at = Math.max(tried.get(target)?.retryAt ?? 0, returns, limitedUntil(target, run.job, now));
        return at < run.deadline && at - now <= retry.maxWait ? [{ target, at }] : [];
      }),
    );
    if (due !== undefined) return due;
    // A misconfigured target at least says what is wrong with it.
    const quarantined = fresh.find((target) => targetHealth(target, now).state === 'quarantined');
    return quarantined === undefined ? undefined : { target: quarantined, at: now };
  };

  const mayGoOn = (error: unknown): boolean => {
    if (!isAttemptError(error)) return false;
    return consequenceOf(error, fallbackOn).failover && pick() !== undefined;
  };

  /** When the first target is expected back: milliseconds since 1970. */
  const retryAt = (): number | undefined => {
    const now = clock.now();
    const times = all.flatMap((target) => targetHealth(target, now).until ?? []);
    return times.length === 0 ? undefined : toDate(Math.min(...times), clock);
  };

  const finalError = (error: unknown): unknown => {
    if (!isRouterError(error, 'provider') || !consequenceOf(error, fallbackOn).failover) return error;
    return new AllTargetsFailedError(run.attempts, error, choice.decision, retryAt());
  };

  const nothingToTry = (): unknown => {
    if (last !== undefined) return last.error;
    const tooExpensive = choice.decision.skipped.filter(({ reason }) => reason === 'too-expensive');
    if (maxCost !== undefined && tooExpensive.length > 0 && all.length === 0) {
      return new BudgetError(maxCost, choice.decision);
    }
    return new NoTargetError(choice.decision, retryAt());
  };

  const step = async <T>(
    attempt: (target: Target, lane: Lane) => Promise<T>,
    discard: (value: T) => void,
  ): Promise<T> => {
    let next = pick();
    // What is due may change while we wait, so it is looked at again.
    while (next !== undefined && next.at > clock.now()) {
      await sleep(clock, next.at - clock.now(), run.signal);
      next = pick();
    }
    if (next === undefined) throw nothingToTry();
    tries += 1;
    return race({
      first: next.target,
      async attempt(target, lane) {
        busy.add(target);
        try {
          return await attempt(target, lane);
        } finally {
          busy.delete(target);
        }
      },
      another,
      company,
      failed(target, error) {
        if (isAttemptError(error)) failed(target, error);
        return isAttemptError(error) && consequenceOf(error, fallbackOn).failover;
      },
      discard,
      clock,
      signal: run.signal,
    });
  };

  return {
    takesOver(target, error) {
      failed(target, error);
      return mayGoOn(error);
    },
    async run(attempt, discard = () => {}) {
      try {
        return await step(attempt, discard);
      } catch (error) {
        if (!mayGoOn(error)) throw finalError(error);
      }
      try {
        return await pRetry(() => step(attempt, discard), {
          retries: retry.maxAttempts,
          minTimeout: 0, // the waits are in `step`, on the router's own clock
          signal: run.signal,
          shouldRetry: ({ error }) => mayGoOn(error),
        });
      } catch (error) {
        throw finalError(error);
      }
    },
  };
}

function retryAfterOf(error: AttemptError): number {
  return isRouterError(error, 'provider') ? (error.retryAfter ?? 0) : 0;
}

function soonest(picks: readonly Pick[]): Pick | undefined {
  let best: Pick | undefined;
  for (const pick of picks) if (best === undefined || pick.at < best.at) best = pick;
  return best;
}
