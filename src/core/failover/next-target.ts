import type { Health } from '../../types/options/strategy.ts';

/** The facts about one channel that the choice of the next target depends on. Fields are read only when needed. */
export interface Option<Channel = unknown> {
  readonly channel: Channel;
  /** Channels of one target differ by key. */
  readonly target: unknown;
  /** It is eligible and has not been tried. */
  readonly isFresh: boolean;
  /** It has failed and may be tried once more. */
  readonly mayRetry: boolean;
  readonly state: Health;
  /** Neither its health nor its limits prevent an attempt. */
  readonly isHealthy: boolean;
  readonly hasCapacity: boolean;
  /** When the application's own limits permit the request; monotonic, like all moments here. */
  readonly declaredUntil: number;
  /** When the vendor's limits are expected to permit the request. */
  readonly forecastUntil: number;
  /** The vendor's retry-after. */
  readonly returnsAt: number;
  /** When the pause before a retry ends; 0 if it has not been tried. */
  readonly retryAt: number;
  /** It is expected to answer within the deadline. */
  readonly canFinish: boolean;
}

/** The state of a request. */
export interface Situation<Channel = unknown> {
  /** In the order to try them. */
  readonly options: readonly Option<Channel>[];
  /** Attempts made, and the maximum. */
  readonly tries: number;
  readonly maxAttempts: number;
  /** The option that failed last. */
  readonly last: Option<Channel> | undefined;
  /** The last failure was a connection closed by the server before it read the request. */
  readonly wasUnread: boolean;
  /** The route prefers the same target, and the last failure is of a kind that passes. */
  readonly wouldStay: boolean;
  /** The longest pause for which it prefers the same target. */
  readonly maxDelay: number;
  /** The longest wait for any target. */
  readonly maxWait: number;
  /** Milliseconds until the request's deadline. */
  readonly timeLeft: number;
  /** Whether a forecast is worth waiting for. */
  readonly isPatient: boolean;
}

/** What to try next, and when; `Infinity` means when a slot becomes free. */
export interface NextTarget<Channel = unknown> {
  readonly channel: Channel;
  readonly at: number;
}

/** States in which a target is tried only as a probe or last resort. */
export const doubtful: readonly Health[] = ['failing', 'recovering', 'unresponsive'];
/** States in which the vendor asked for no requests, or would refuse them again. */
export const heldBack: readonly Health[] = ['cooling-down', 'misconfigured'];

/** Chooses the next target of a request; `undefined` if none is left. */
export function nextTarget<Channel>(
  situation: Situation<Channel>,
  now: number,
): NextTarget<Channel> | undefined {
  const { options, tries, maxAttempts } = situation;
  if (tries >= maxAttempts) return undefined;
  const fresh = options.filter(({ isFresh, canFinish }) => isFresh && canFinish);
  // Reserves one attempt for each other target, because one of them may succeed.
  const canSpare = (others: number): boolean => maxAttempts - tries > others;
  const same = canSpare(fresh.length) ? sameAgain(situation, fresh, now) : undefined;
  if (same !== undefined) return same;
  const usable = fresh.filter(({ isHealthy }) => isHealthy);
  const free = usable.find(({ hasCapacity }) => hasCapacity);
  if (free !== undefined) return at(free, now);
  // A recently failed target is better than none: an open breaker alone never refuses a request.
  const open = fresh.find((option) => doubtful.includes(option.state) && admits(option, now));
  if (open !== undefined && usable.length === 0) return at(open, now);
  const untried = fresh.flatMap((option) => whenForecast(option, situation, now));
  const again = canSpare(untried.length)
    ? options.filter(({ mayRetry, canFinish }) => mayRetry && canFinish)
    : [];
  // A healthy target that failed once beats an earlier one that is known to fail.
  const healthy = again.filter(({ state }) => !doubtful.includes(state));
  const retries = healthy.length > 0 ? healthy : again;
  const due = soonest([...untried, ...retries.flatMap((option) => whenDue(option, situation, now))]);
  if (due !== undefined) return due;
  // A misconfigured target at least reports the cause.
  const misconfigured = fresh.find((option) => option.state === 'misconfigured' && admits(option, now));
  return misconfigured === undefined ? undefined : at(misconfigured, now);
}

/** The target that has just failed, if it can be retried sooner than another one. */
function sameAgain<Channel>(
  situation: Situation<Channel>,
  fresh: readonly Option<Channel>[],
  now: number,
): NextTarget<Channel> | undefined {
  const { last, wasUnread, wouldStay, maxDelay } = situation;
  if (last === undefined || !last.mayRetry) return undefined;
  // It only needs a fresh connection.
  if (wasUnread && !heldBack.includes(last.state) && admits(last, now)) return at(last, now);
  if (!wouldStay || !last.canFinish) return undefined;
  // The same target with another key.
  if (fresh.some(({ target, isHealthy }) => isHealthy && target === last.target)) return undefined;
  if (last.state !== 'healthy' && last.state !== 'cooling-down') return undefined;
  return whenDue(last, situation, now).find((next) => next.at - now <= maxDelay);
}

/** Even a last resort never exceeds a target's limits. */
function admits({ hasCapacity, declaredUntil }: Option, now: number): boolean {
  return hasCapacity && declaredUntil <= now;
}

/** When a target can be tried; nothing if that is too late or the target is misconfigured. */
function whenDue<Channel>(
  option: Option<Channel>,
  situation: Situation<Channel>,
  now: number,
  earliest = now,
): readonly NextTarget<Channel>[] {
  const { channel, state, retryAt, returnsAt, declaredUntil, hasCapacity } = option;
  if (state === 'misconfigured') return [];
  const due = Math.max(retryAt, state === 'cooling-down' ? returnsAt : 0, declaredUntil);
  if (isTooLate(due, situation, now)) return [];
  const at = Math.max(due, earliest);
  return [{ channel, at: at > now || hasCapacity ? at : Number.POSITIVE_INFINITY }];
}

/** The same for an untried target: a forecast delays it, but no longer than the request may wait. */
function whenForecast<Channel>(
  option: Option<Channel>,
  situation: Situation<Channel>,
  now: number,
): readonly NextTarget<Channel>[] {
  const forecast = situation.isPatient ? option.forecastUntil : now;
  return whenDue(option, situation, now, isTooLate(forecast, situation, now) ? now : forecast);
}

function isTooLate(at: number, { timeLeft, maxWait }: Situation, now: number): boolean {
  return at - now >= timeLeft || at - now > maxWait;
}

function at<Channel>({ channel }: Option<Channel>, now: number): NextTarget<Channel> {
  return { channel, at: now };
}

function soonest<Channel>(all: readonly NextTarget<Channel>[]): NextTarget<Channel> | undefined {
  let best: NextTarget<Channel> | undefined;
  for (const next of all) if (best === undefined || next.at < best.at) best = next;
  return best;
}
