import pRetry from 'p-retry';
import { AllTargetsFailedError, BudgetError, isRouterError, NoTargetError } from '../errors.ts';
import { type Choice, isAdmitted } from './candidates.ts';
import { sleep } from './clock.ts';
import { type AttemptError, consequenceOf, isAttemptError, isStaleSocket } from './consequence.ts';
import { toDate } from './environment.ts';
import type { Run } from './run.ts';
import { type Target, targetHealth } from './target.ts';

/** Goes from target to target until one answers. One per request; a restarted stream goes on with the same one. */
export interface Failover {
  /**
   * Calls `attempt` with one target after the other until it does not throw a `ProviderError`. Rejects with what the
   * caller shall get.
   */
  run<T>(attempt: (target: Target) => Promise<T>): Promise<T>;
  /** Books a failure that came later, in a stream under way; says whether another target may take over. */
  takesOver(target: Target, error: AttemptError): boolean;
}

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
  const { clock } = env;
  const all = [...choice.ranked, ...choice.waiting];
  const tried = new Map<Target, Tried>();
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

  const pick = (): Pick | undefined => {
    const now = clock.now();
    if (tries >= retry.maxAttempts) return undefined;
    if (last !== undefined && isStaleSocket(last.error) && mayRetry(last.target))
      return { target: last.target, at: now };
    const well = (target: Target): boolean => {
      const { state } = targetHealth(target, now);
      if (state === 'quarantined' || state === 'exhausted') return false;
      return breaker === false || isAdmitted(target, now);
    };
    const fresh = all.filter((target) => !tried.has(target));
    const usable = fresh.filter(well);
    const next = usable.find(({ slots }) => slots === undefined || slots.free > 0) ?? usable[0];
    if (next !== undefined) return { target: next, at: now };
    // Better a target that failed a moment ago than none: an open breaker never turns a request away alone.
    const open = fresh.find((target) => ['open', 'half-open'].includes(targetHealth(target, now).state));
    if (open !== undefined) return { target: open, at: now };
    const due = soonest(
      [...fresh, ...all.filter(mayRetry)].flatMap((target) => {
        const { state, until } = targetHealth(target, now);
        if (state === 'quarantined') return [];
        const at = Math.max(now, tried.get(target)?.retryAt ?? 0, state === 'exhausted' ? (until ?? 0) : 0);
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

  const step = async <T>(attempt: (target: Target) => Promise<T>): Promise<T> => {
    let next = pick();
    // What is due may change while we wait, so it is looked at again.
    while (next !== undefined && next.at > clock.now()) {
      await sleep(clock, next.at - clock.now(), run.signal);
      next = pick();
    }
    if (next === undefined) throw nothingToTry();
    tries += 1;
    try {
      return await attempt(next.target);
    } catch (error) {
      if (isAttemptError(error)) failed(next.target, error);
      throw error;
    }
  };

  return {
    takesOver(target, error) {
      failed(target, error);
      return mayGoOn(error);
    },
    async run(attempt) {
      try {
        return await step(attempt);
      } catch (error) {
        if (!mayGoOn(error)) throw finalError(error);
      }
      try {
        return await pRetry(() => step(attempt), {
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
