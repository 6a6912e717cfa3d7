/** A calendar period, in milliseconds since 1970: from `start` on, before `end`. */
export interface Period {
  readonly start: number;
  readonly end: number;
}

/** The calendar periods; weeks begin on Monday (ISO 8601). */
export type CalendarUnit = 'minute' | 'hour' | 'day' | 'week' | 'month';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/**
 * The period that a moment is in. The last one is kept, because `Intl` takes about 15 µs.
 *
 * @param unit a number of milliseconds counts from 1970
 */
export function periods(unit: CalendarUnit | number, timeZone: string): (moment: number) => Period {
  const local = localTime(timeZone);
  let last: Period | undefined;
  return (moment) => {
    if (last === undefined || moment < last.start || moment >= last.end) last = periodOf(unit, moment, local);
    return last;
  };
}

function periodOf(unit: CalendarUnit | number, moment: number, local: (moment: number) => number): Period {
  if (typeof unit === 'number') return aligned(moment, unit, 0);
  // Hours and days of a zone vary: clocks that are put back repeat an hour, which is a separate period.
  if (unit === 'minute' || unit === 'hour')
    return aligned(moment, unit === 'hour' ? hour : minute, local(moment) - moment);
  const date = new Date(local(moment));
  const [year, month, ofMonth] = [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()];
  const sinceMonday = (date.getUTCDay() + 6) % 7;
  const first = unit === 'month' ? 1 : unit === 'week' ? ofMonth - sinceMonday : ofMonth;
  const next = unit === 'month' ? [month + 1, 1] : [month, first + (unit === 'week' ? 7 : 1)];
  return {
    start: firstMoment(Date.UTC(year, month, first), local),
    end: firstMoment(Date.UTC(year, next[0] ?? 0, next[1]), local),
  };
}

function aligned(moment: number, length: number, offset: number): Period {
  const start = Math.floor((moment + offset) / length) * length - offset;
  return { start, end: start + length };
}

/**
 * The first moment at which clocks show `wanted` or later. If clocks skip it, that is the moment of the change; if they repeat
 * it, the first of the two.
 */
function firstMoment(wanted: number, local: (moment: number) => number): number {
  let [before, after] = [wanted - 2 * day, wanted + 2 * day];
  const offsets = [local(before) - before, local(after) - after];
  for (const offset of offsets) if (local(wanted - offset) === wanted) return wanted - offset;
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (local(middle) < wanted) before = middle;
    else after = middle;
  }
  return after;
}

/** The local time of a zone, as if it were UTC. */
function localTime(timeZone: string): (moment: number) => number {
  if (timeZone === 'UTC') return (moment) => moment;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  return (moment) => {
    const parts: Record<string, number> = {};
    for (const { type, value } of format.formatToParts(moment)) parts[type] = Number(value);
    const { year = 0, month = 1, day: ofMonth = 1, hour: h = 0, minute: m = 0, second: s = 0 } = parts;
    return Date.UTC(year, month - 1, ofMonth, h, m, s) + (((moment % 1_000) + 1_000) % 1_000);
  };
}
