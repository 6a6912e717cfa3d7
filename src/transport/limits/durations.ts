/** The longest accepted wait, in milliseconds: 24 hours. */
const longestWait = 86_400_000;

/** Rounds a wait up to whole milliseconds and caps it at 24 hours; `undefined` if it is not a valid wait. */
export function clampWait(ms: number): number | undefined {
  if (Number.isNaN(ms) || ms < 0) return undefined;
  return Math.min(Math.ceil(ms), longestWait);
}

/** Time units in milliseconds, by short name. */
const units: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};
/** Prefixes of long unit names and their short names. */
const longerNames: readonly (readonly [start: string, unit: string])[] = [
  ['milli', 'ms'],
  ['msec', 'ms'],
  ['sec', 's'],
  ['min', 'm'],
  ['h', 'h'],
  ['day', 'd'],
  ['week', 'w'],
];

const number = '\\d{1,20}(?:\\.\\d{1,20})?';
const unit =
  '(?:milliseconds?|millis|msecs?|ms|ns|us|µs|seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?|h|days?|d|weeks?|w)(?![a-z])';
const article = '(?:an?|one)(?=\\s)';
const first = `(?:${number}|${article})\\s?${unit}`;
// Go: `1h2m3s`; prose: `1 minute and 30 seconds`.
const steps = `${first}(?:(?:\\s|,|and)*${number}\\s?${unit})*`;
const leading = new RegExp(`^${steps}`, 'i');
const whole = new RegExp(`^${steps}$`, 'i');
const step = new RegExp(`(${number}|${article})\\s?(${unit})`, 'gi');
/** ISO 8601, such as `PT1M30S` or `P1DT2H`. */
const iso = /^P(?=[\dT])(?:([\d.]+)W)?(?:([\d.]+)D)?(?:T(?=\d)(?:([\d.]+)H)?(?:([\d.]+)M)?(?:([\d.]+)S)?)?$/i;
const isoUnits = ['w', 'd', 'h', 'm', 's'];

/** Maximum length of a duration in characters, to bound the work on hostile text. */
const longestText = 64;

/**
 * Parses a duration into milliseconds, rounded up: Go's format (`20ms`, `7.66s`, `1h2m3s`: OpenAI's and
 * Groq's headers, Google's `RetryInfo`), prose (`33 seconds`, `1 minute and 30 seconds`) or ISO 8601
 * (`PT1M30S`); `undefined` for anything else.
 */
export function parseDuration(text: string): number | undefined {
  const value = text.trim();
  if (value.length > longestText) return undefined;
  const usual = goDuration(value);
  if (usual !== undefined) return usual;
  const parts = iso.exec(value);
  if (parts !== null) {
    return clampWait(isoUnits.reduce((sum, name, at) => sum + Number(parts[at + 1] ?? 0) * msOf(name), 0));
  }
  return whole.test(value) ? sumOf(value) : undefined;
}

const point = 46;
const zero = 48;
const nine = 57;

/**
 * Go's format without a regular expression, because it is in several headers of every answer: amounts and short names of units in turn.
 *
 * @returns milliseconds; `undefined` for anything else
 */
export function goDuration(text: string): number | undefined {
  if (text === '' || text.length > longestText) return undefined;
  let total = 0;
  for (let start = 0, end = 0, at = 0; at < text.length; start = at) {
    for (end = at; end < text.length; end++) {
      const code = text.charCodeAt(end);
      if ((code < zero || code > nine) && code !== point) break;
    }
    for (at = end; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if ((code >= zero && code <= nine) || code === point) break;
    }
    const amount = end === start ? Number.NaN : Number(text.slice(start, end));
    total += amount * (units[text.slice(end, at)] ?? Number.NaN);
  }
  return clampWait(total);
}

/** The duration at the start of a text, in milliseconds. */
export function durationIn(text: string): number | undefined {
  const head = text.slice(0, longestText);
  const isoHead = /^P[\dTWDHMS.]*[\dTWDHMS]/i.exec(head);
  if (isoHead !== null) return parseDuration(isoHead[0]);
  const found = leading.exec(head);
  return found === null ? undefined : sumOf(found[0]);
}

function sumOf(text: string): number | undefined {
  let total = 0;
  for (const [, amount = '', name = ''] of text.matchAll(step)) {
    total += (/^\d/.test(amount) ? Number(amount) : 1) * msOf(name.toLowerCase());
  }
  return clampWait(total);
}

function msOf(name: string): number {
  const [, short = name] = longerNames.find(([start]) => name.startsWith(start)) ?? [];
  return units[short] ?? 0;
}

/**
 * Parses the three date formats of RFC 9110, section 5.6.7, and RFC 3339. `Date.parse` alone finds a date in
 * almost any text.
 */
export function parseDate(text: string): number {
  const value = text.trim();
  if (/^\d{4}-\d\d-\d\dT/.test(value)) return Date.parse(value);
  if (!/^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? /.test(value)) return Number.NaN;
  return Date.parse(value.endsWith('GMT') ? value : `${value} GMT`);
}

/** The date at the start of a text, in milliseconds since 1970; UTC if it has no time zone. */
export function dateIn(text: string): number | undefined {
  const parts = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)\s?([+-]\d\d:?\d\d)?/.exec(text);
  const [, day = '', time = '', zone = 'Z'] = parts ?? [];
  const http = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? [\w :-]{10,30}GMT/.exec(text)?.[0] ?? '';
  const moment = parts === null ? parseDate(http) : Date.parse(`${day}T${time}${zone}`);
  return Number.isNaN(moment) ? undefined : moment;
}
