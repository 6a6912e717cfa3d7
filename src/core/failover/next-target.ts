import type { Health } from '../../types/options/strategy.ts';

/** What the choice of the next target depends on, of one channel. Read only as far as the choice needs it. */
export interface Option<Channel = unknown> {
  readonly channel: Channel;
  /** Channels of one target differ by their keys. */
  readonly target: unknown;
  /** It may be asked, and has not been. */
  readonly isFresh: boolean;
  /** It has failed, and may be asked once more. */
  readonly mayRetry: boolean;
  readonly state: Health;
  /** Nothing speaks against it: neither its health nor its limits. */
  readonly isHealthy: boolean;
  readonly hasCapacity: boolean;
  /** From when on the application's own limits let the request in; monotonic, like all moments here. */
  readonly declaredUntil: number;
  /** From when on its vendor is expected to let the request in. */
  readonly forecastUntil: number;
  /** When its vendor wants it to be asked again. */
  readonly returnsAt: number;
  /** When the pause before a retry is over; 0 where it has not been asked. */
  readonly retryAt: number;
  /** It can be expected to answer in time. */
  readonly canFinish: boolean;
}

/** Where a request stands. */
export interface Situation<Channel = unknown> {
  /** In the order to try. */
  readonly options: readonly Option<Channel>[];
  /** How many attempts it has had, and how many it may have. */
  readonly tries: number;
  readonly maxAttempts: number;
  /** The option that failed last. */
  readonly last: Option<Channel> | undefined;
  /** The last failure: its connection was closed by the other side, so the request was not looked at. */
  readonly wasUnread: boolean;
  /** The route would rather stay with its target, and the last failure is of a kind that passes. */
  readonly wouldStay: boolean;
  /** Longest pause for which it would. */
  readonly maxDelay: number;
  /** Longest wait for any target. */
  readonly maxWait: number;
  /** Milliseconds that the request has left. */
  readonly timeLeft: number;
  /** Whether a forecast is worth waiting for. */
  readonly isPatient: boolean;
}

/** What to try next, and from when on; `Infinity`: when a place becomes free. */
export interface NextTarget<Channel = unknown> {
  readonly channel: Channel;
  readonly at: number;
}

/** Those in which a target is tried only where there is reason to. */
export const doubtful: readonly Health[] = ['failing', 'recovering', 'unresponsive'];
/** Those in which its vendor said to leave it alone, or would refuse it again. */
export const heldBack: readonly Health[] = ['cooling-down', 'misconfigured'];

/**
 * Whether a request that has not been sent goes to this one, if it goes to none before it. As a rule the first one does; the
 * same follows from `nextTarget`, which looks at all of them.
 */
export function isNext({ isFresh, isHealthy, hasCapacity }: Option): boolean {
  return isFresh && isHealthy && hasCapacity;
}

/** Which target a request goes to next; `undefined` where none is left to try. */
export function nextTarget<Channel>(
  situation: Situation<Channel>,
  now: number,
): NextTarget<Channel> | undefined {
  const { options, tries, maxAttempts } = situation;
  if (tries >= maxAttempts) return undefined;
  const fresh = options.filter(({ isFresh, canFinish }) => isFresh && canFinish);
  // As many attempts are kept back as there are others to ask: one of them may do.
  const canSpare = (others: number): boolean => maxAttempts - tries > others;
  const same = canSpare(fresh.length) ? sameAgain(situation, fresh, now) : undefined;
  if (same !== undefined) return same;
  const usable = fresh.filter(({ isHealthy }) => isHealthy);
  const free = usable.find(({ hasCapacity }) => hasCapacity);
  if (free !== undefined) return at(free, now);
  // Better a target that failed a moment ago than none: an open breaker alone never turns a request away.
  const open = fresh.find((option) => doubtful.includes(option.state) && admits(option, now));
  if (open !== undefined && usable.length === 0) return at(open, now);
  const untried = fresh.flatMap((option) => whenForecast(option, situation, now));
  const again = canSpare(untried.length)
    ? options.filter(({ mayRetry, canFinish }) => mayRetry && canFinish)
    : [];
  // Rather one that is healthy, and was slow or unlucky once, than sooner one that is known to fail.
  const healthy = again.filter(({ state }) => !doubtful.includes(state));
  const retries = healthy.length > 0 ? healthy : again;
  const due = soonest([...untried, ...retries.flatMap((option) => whenDue(option, situation, now))]);
  if (due !== undefined) return due;
  // A misconfigured target at least says what is wrong with it.
  const misconfigured = fresh.find((option) => option.state === 'misconfigured' && admits(option, now));
  return misconfigured === undefined ? undefined : at(misconfigured, now);
}

/** The target that has just failed, where it can be asked again sooner than another one. */
function sameAgain<Channel>(
  situation: Situation<Channel>,
  fresh: readonly Option<Channel>[],
  now: number,
): NextTarget<Channel> | undefined {
  const { last, wasUnread, wouldStay, maxDelay } = situation;
  if (last === undefined || !last.mayRetry) return undefined;
  // A fresh connection is all that it needs.
  if (wasUnread && !heldBack.includes(last.state) && admits(last, now)) return at(last, now);
  if (!wouldStay || !last.canFinish) return undefined;
  // With another key.
  if (fresh.some(({ target, isHealthy }) => isHealthy && target === last.target)) return undefined;
  if (last.state !== 'healthy' && last.state !== 'cooling-down') return undefined;
  return whenDue(last, situation, now).find((next) => next.at - now <= maxDelay);
}

/** No reason to ask a target is one to exceed its limits. */
function admits({ hasCapacity, declaredUntil }: Option, now: number): boolean {
  return hasCapacity && declaredUntil <= now;
}

/** When a target can be asked; none where that is too late, or where it is misconfigured. */
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

/** The same where it has not been asked: a forecast delays it, but not for longer than the request may wait. */
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
