import type { RequestContext } from '../../types/plugin.ts';
import { check, checkObject, refuse, show } from '../../util/option-check.ts';
import { amount, atLeast, oneOf, whole } from '../../util/shape.ts';
import { type CalendarUnit, type Period, periods } from './period.ts';

/** What a limit counts: US$, input and output tokens, requests that reach a target, or requests at the same time. */
export type Unit = 'usd' | 'tokens' | 'requests' | 'concurrency';

/** An amount, or the amount of each subject; `undefined`: that subject has no limit. Called once per request; synchronous. */
export type Amount = number | ((subject: string | undefined, context: RequestContext) => number | undefined);

/**
 * One limit. It has exactly one of `usd`, `tokens`, `requests` and `concurrency`. Of several limits, all that match a request apply.
 *
 * @example
 * { by: 'tenant', usd: 50, per: 'month', timeZone: 'Europe/Berlin', warnAt: [0.8] }
 */
export interface Limit {
  /** For errors, events and reports. Unique; also the name in the store. @default such as `usd per month by tenant` */
  readonly name?: string;
  /**
   * Whose use it limits, each on its own: `tag:team` means each value of the tags `team:…`, or the tag `team` itself. A function names
   * the subject of a request. Requests without a subject are not limited.
   *
   * @default all requests together
   */
  readonly by?:
    | 'tenant'
    | 'user'
    | 'route'
    | `tag:${string}`
    | ((context: RequestContext) => string | undefined);
  /** US$. */
  readonly usd?: Amount;
  /** Input and output tokens. */
  readonly tokens?: Amount;
  /** Requests that reach a target; failover and hedges do not count again. */
  readonly requests?: Amount;
  /** Requests at the same time. */
  readonly concurrency?: Amount;
  /** The period, by the calendar of `timeZone`, or in milliseconds. Required, except for `concurrency`. Weeks begin on Monday. */
  readonly per?: CalendarUnit | number;
  /** The IANA time zone of the calendar. @default 'UTC' */
  readonly timeZone?: string;
  /**
   * Refills continuously instead of at the start of a period: the whole amount at once at most, and the same amount again spread over
   * each period. `month` counts as 30 days.
   *
   * @default false
   */
  readonly rolling?: boolean;
  /** Ratios at which a `budget-warning` event is emitted, once per period. @default [0.8, 0.95] */
  readonly warnAt?: readonly number[];
  /**
   * What happens to a request that does not fit. `reject`: `BudgetError`. `cheaper`: only targets that fit are used, and `BudgetError` if
   * none does. `warn`: nothing but a `budget-warning`.
   *
   * @default 'reject'
   */
  readonly over?: 'reject' | 'cheaper' | 'warn';
  /**
   * What applies while the store does not answer, once the leased part is used up. `local`: this process's share of what was free at the
   * last contact, which may exceed the limit. `open`: no limit. `closed`: `BudgetError`; the limit holds exactly.
   *
   * @default 'local'
   */
  readonly storeAway?: 'local' | 'open' | 'closed';
}

/** The options of `limits`. */
export interface LimitsOptions {
  /** Milliseconds between two exchanges with the store. @default the store's `interval`: 80 for `sqlite()`, else 1,000 */
  readonly interval?: number;
  /** Milliseconds after which the store counts as away. @default 500 */
  readonly storeTimeout?: number;
  /**
   * Keeps a serverless function alive until a promise settles, such as `waitUntil`. Then exchanges also run after requests, because
   * timers do not.
   */
  readonly defer?: (work: Promise<unknown>) => void;
}

/** A checked limit. */
export interface Rule {
  readonly name: string;
  readonly by: string;
  readonly unit: Unit;
  readonly over: NonNullable<Limit['over']>;
  readonly storeAway: NonNullable<Limit['storeAway']>;
  /** Ascending. */
  readonly warnAt: readonly number[];
  /** Its description. */
  readonly per: string | undefined;
  /** Milliseconds in which the amount comes back; for rolling limits. */
  readonly refill: number | undefined;
  /** `undefined`: rolling, or concurrency. */
  periodAt: ((moment: number) => Period) | undefined;
  /** `undefined`: the limit does not apply. `''` stands for all requests. */
  subjectOf(context: RequestContext): string | undefined;
  /** In the unit. */
  amountOf(subject: string, context: RequestContext): number | undefined;
}

const units = ['usd', 'tokens', 'requests', 'concurrency'] as const satisfies readonly Unit[];
const calendar: readonly string[] = ['minute', 'hour', 'day', 'week', 'month'];
const lengths = { minute: 60_000, hour: 3_600_000, day: 86_400_000, week: 604_800_000, month: 2_592_000_000 };
const fields = ['name', 'by', ...units, 'per', 'timeZone', 'rolling', 'warnAt', 'over', 'storeAway'];

/** Checks the limits. Throws `ConfigError`. */
export function rulesOf(list: readonly Limit[]): readonly Rule[] {
  if (!Array.isArray(list) || list.length === 0) refuse('limits()', 'a list of limits', show(list));
  const names = new Set<string>();
  return list.map((limit, index) => {
    const path = `limits()[${index}]`;
    checkObject(path, limit, fields);
    const rule = ruleOf(limit, path);
    if (names.has(rule.name)) refuse(`${path}.name`, 'a unique name', show(rule.name));
    names.add(rule.name);
    return rule;
  });
}

/** Checks the options. Throws `ConfigError`. */
export function checkLimitsOptions(options: LimitsOptions): void {
  checkObject('limits() options', options, ['interval', 'storeTimeout', 'defer']);
  check('limits() options.interval', options.interval, atLeast(10));
  check('limits() options.storeTimeout', options.storeTimeout, atLeast(1));
  if (options.defer !== undefined && typeof options.defer !== 'function')
    refuse('limits() options.defer', 'a function', show(options.defer));
}

function ruleOf(limit: Limit, path: string): Rule {
  const { per, timeZone = 'UTC', rolling = false, warnAt = [0.8, 0.95] } = limit;
  const { over = 'reject', storeAway = 'local' } = limit;
  const unit = unitOf(limit, path);
  const by = byOf(limit, path);
  checkPer(limit, unit, path);
  checkZone(timeZone, path);
  check(`${path}.over`, over, oneOf('reject', 'cheaper', 'warn'));
  check(`${path}.storeAway`, storeAway, oneOf('local', 'open', 'closed'));
  if (!Array.isArray(warnAt) || warnAt.some((ratio) => !(ratio > 0 && ratio <= 1)))
    refuse(`${path}.warnAt`, 'a list of ratios above 0, up to 1', show(warnAt));
  const words = typeof per === 'number' ? `${per} ms` : per;
  const usual = [unit, words && `per ${words}`, by && `by ${by}`].filter(Boolean).join(' ');
  const { name = usual } = limit;
  if (typeof name !== 'string' || name === '') refuse(`${path}.name`, 'a name', show(name));
  return {
    name,
    by,
    unit,
    over,
    storeAway,
    warnAt: warnAt.toSorted((a, b) => a - b),
    per: words,
    refill: rolling && per !== undefined ? (typeof per === 'number' ? per : lengths[per]) : undefined,
    periodAt: per === undefined || rolling ? undefined : periods(per, timeZone),
    subjectOf: subjects(limit.by),
    amountOf: amounts(limit[unit], `${path}.${unit}`),
  };
}

function unitOf(limit: Limit, path: string): Unit {
  const given = units.filter((unit) => limit[unit] !== undefined);
  const [unit] = given;
  if (unit === undefined || given.length > 1)
    refuse(path, `exactly one of ${units.join(', ')}`, given.length === 0 ? 'none' : given.join(' and '));
  const most = limit[unit];
  if (typeof most !== 'function') check(`${path}.${unit}`, most, unit === 'usd' ? amount : whole(0));
  return unit;
}

function byOf({ by }: Limit, path: string): string {
  if (by === undefined) return '';
  if (typeof by === 'function') return by.name || 'function';
  if (['tenant', 'user', 'route'].includes(by) || /^tag:.+/.test(by)) return by;
  return refuse(`${path}.by`, "'tenant', 'user', 'route', 'tag:<name>' or a function", show(by));
}

function checkPer({ per, rolling }: Limit, unit: Unit, path: string): void {
  if (unit === 'concurrency') {
    if (per !== undefined || rolling !== undefined)
      refuse(path, 'neither per nor rolling beside concurrency', 'one of them');
    return;
  }
  const isLength = typeof per === 'number' && per >= 1_000 && Number.isFinite(per);
  if (!isLength && !(typeof per === 'string' && calendar.includes(per)))
    refuse(`${path}.per`, `one of ${calendar.join(', ')}, or at least 1,000 milliseconds`, show(per));
}

function checkZone(timeZone: string, path: string): void {
  try {
    new Intl.DateTimeFormat('en-US', { timeZone });
  } catch {
    refuse(`${path}.timeZone`, 'an IANA time zone, such as Europe/Berlin', show(timeZone));
  }
}

function subjects(by: Limit['by']): Rule['subjectOf'] {
  if (by === undefined) return () => '';
  if (typeof by === 'function') return by;
  if (!by.startsWith('tag:')) return (context) => context[by as 'tenant' | 'user' | 'route'];
  const tag = by.slice('tag:'.length);
  return ({ tags }) => {
    const own = tags.find((each) => each === tag || each.startsWith(`${tag}:`));
    return own === undefined || own === tag ? own : own.slice(tag.length + 1);
  };
}

function amounts(amount: Amount | undefined, path: string): Rule['amountOf'] {
  if (typeof amount !== 'function') return () => amount;
  return (subject, context) => {
    const own = amount(subject === '' ? undefined : subject, context);
    if (own !== undefined && !(own >= 0)) refuse(path, 'an amount of at least 0, or undefined', show(own));
    return own;
  };
}
