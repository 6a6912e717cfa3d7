import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { PlainHeaders } from '../../src/transport/headers.ts';
import { goDuration, parseDuration } from '../../src/transport/limits/durations.ts';
import * as waits from '../../src/transport/limits/retry-after.ts';

const { retryAfterInBody, retryAfterInText } = waits;
const retryAfterOf = (headers: Record<string, string>) => waits.retryAfterOf(new PlainHeaders(headers));

const day = 86_400_000;
const now = 'Wed, 21 Oct 2026 07:28:00 GMT';

describe('parseDuration', () => {
  it.each([
    ['6m0s', 360_000],
    ['2m59.56s', 179_560],
    ['7.66s', 7_660],
    ['20ms', 20],
    ['1h2m3s', 3_723_000],
    ['34.074824224s', 34_075],
    ['900h', day],
    ['151.2µs', 1],
    ['30 s', 30_000],
    ['33 seconds', 33_000],
    ['1 second', 1_000],
    ['1 minute and 30 seconds', 90_000],
    ['2 mins, 5 secs', 125_000],
    ['1 hr 10 min', 4_200_000],
    ['2 HOURS', 7_200_000],
    ['250 milliseconds', 250],
    ['a minute', 60_000],
    ['an hour', 3_600_000],
    ['PT30S', 30_000],
    ['PT1M30.5S', 90_500],
    ['PT2H', 7_200_000],
    ['P0DT0H5M', 300_000],
    ['P1W', day],
    ['P', undefined],
    ['PT', undefined],
    ['PT1.2.3S', undefined],
    ['3 attempts', undefined],
    ['5 months', undefined],
    ['a moment', undefined],
    ['a few seconds', undefined],
    ['1 minute ago', undefined],
    ['0', undefined],
    ['-1s', undefined],
    ['soon', undefined],
    ['1e9s', undefined],
    ['', undefined],
  ])('%s', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });
});

describe('retryAfterOf', () => {
  it.each<[string, Record<string, string>, number | undefined]>([
    ['milliseconds before seconds', { 'retry-after-ms': '150.5', 'retry-after': '7' }, 151],
    ['Azure’s other name', { 'x-ms-retry-after-ms': '20' }, 20],
    ['seconds', { 'retry-after': '7' }, 7_000],
    ['parts of a second', { 'retry-after': '0.25' }, 250],
    ['zero', { 'retry-after': '0' }, 0],
    [
      'a date, against the answer’s own date',
      { 'retry-after': 'Wed, 21 Oct 2026 07:28:30 GMT', date: 'Wed, 21 Oct 2026 07:28:00 GMT' },
      30_000,
    ],
    [
      'a date that is over',
      { 'retry-after': 'Wed, 21 Oct 2026 07:27:00 GMT', date: 'Wed, 21 Oct 2026 07:28:00 GMT' },
      0,
    ],
    ['a date that is the answer’s own', { 'retry-after': now, date: now }, 0],
    ['a moment of RFC 3339 that is over', { 'retry-after': '2026-10-21T07:27:59Z', date: now }, 0],
    ['seconds since 1970', { 'retry-after': '1792567710', date: now }, 30_000],
    ['milliseconds since 1970', { 'retry-after': '1792567710000', date: now }, 30_000],
    ['seconds since 1970 that are over', { 'retry-after': '1792567000', date: now }, 0],
    ['a duration', { 'retry-after': '30s' }, 30_000],
    ['a duration in words', { 'retry-after': '2 minutes' }, 120_000],
    ['a duration of ISO 8601', { 'retry-after': 'PT30S' }, 30_000],
    ['milliseconds of AWS', { 'x-amz-retry-after': '1500' }, 1_500],
    ['more than a day', { 'retry-after': '100000' }, day],
    ['less than nothing', { 'retry-after': '-1' }, undefined],
    ['not a time', { 'retry-after': 'soon' }, undefined],
    ['nothing', {}, undefined],
    ['an empty value', { 'retry-after': '' }, undefined],
    ['a date of RFC 850', { 'retry-after': 'Wednesday, 21-Oct-26 07:28:30 GMT', date: now }, 30_000],
    ['a date of asctime', { 'retry-after': 'Wed Oct 21 07:28:30 2026', date: now }, 30_000],
    ['a moment of RFC 3339', { 'retry-after': '2026-10-21T07:28:30Z', date: now }, 30_000],
    ['a date of another year', { 'retry-after': 'Wed, 21 Oct 2099 07:28:30 GMT', date: now }, day],
    ['spaces around it', { 'retry-after': ' 7 ' }, 7_000],
    ['words with a year in them', { 'retry-after': 'not before 2050' }, undefined],
    ['a number that is no decimal', { 'retry-after': '0x10' }, undefined],
    ['a number with an exponent', { 'retry-after': '1e9' }, undefined],
    ['infinity', { 'retry-after': 'Infinity' }, undefined],
    ['not a number', { 'retry-after': 'NaN' }, undefined],
    ['a list of two', { 'retry-after': '7, 8' }, undefined],
    [
      'no milliseconds under one name, but under the other',
      { 'retry-after-ms': '', 'x-ms-retry-after-ms': '9' },
      9,
    ],
    ['unreadable milliseconds, then seconds', { 'retry-after-ms': 'x', 'retry-after': '2' }, 2_000],
  ])('%s', (_, headers, ms) => {
    expect(retryAfterOf(headers)).toBe(ms);
  });
});

describe('a retry date', () => {
  it('is relative to the answer’s date, not to the local clock', () => {
    const moment = fc.date({ min: new Date('1990-01-01'), max: new Date('2090-01-01'), noInvalidDate: true });
    fc.assert(
      fc.property(moment, fc.integer({ min: 0, max: 86_400 }), moment, (sent, seconds, local) => {
        vi.useFakeTimers({ now: local, toFake: ['Date'] });
        const date = sent.toUTCString();
        const until = new Date(Date.parse(date) + seconds * 1000).toUTCString();
        expect(retryAfterOf({ 'retry-after': until, date })).toBe(seconds * 1000);
      }),
    );
    vi.useRealTimers();
  });

  it('is relative to the local clock if the answer has no valid date', () => {
    vi.useFakeTimers({ now: new Date('2026-10-21T07:28:00Z'), toFake: ['Date'] });
    for (const date of [undefined, 'today', 'x 2050'])
      expect(
        retryAfterOf({
          'retry-after': 'Wed, 21 Oct 2026 07:28:30 GMT',
          ...(date === undefined ? {} : { date }),
        }),
      ).toBe(30_000);
    vi.useRealTimers();
  });
});

describe('retryAfterInText', () => {
  const moment = Date.parse('2026-10-21T07:28:00Z');
  it.each([
    ['Rate limit reached for gpt-5 in organization org-1. Please try again in 6ms.', 6],
    ['Please retry in 10h17m5.72s.', 37_025_720],
    ['Retry after 20s', 20_000],
    ['You have exceeded the call rate limit. Please retry after 33 seconds.', 33_000],
    ['Try again in 1m30s', 90_000],
    ['Please try again in 7m12s. Visit https://example.com', 432_000],
    ['Please try again after 1 minute and 5 seconds.', 65_000],
    ['Too many requests. Please wait 20 seconds before your next request.', 20_000],
    ['Please wait for about 2 minutes and retry.', 120_000],
    ['Rate limited, retrying your request in 500 ms is fine', 500],
    ['Your quota will reset after 18h31m10s.', 66_670_000],
    ['Capacity will be available in 45 seconds', 45_000],
    ['Limit resets at: 2026-10-21 07:29:00 UTC', 60_000],
    ['Try again at 2026-10-21T09:28:30+02:00', 30_000],
    ['try again after Wed, 21 Oct 2026 07:28:30 GMT', 30_000],
    ['Retry after 2026-10-21T07:00:00Z', 0],
    ['Retry-After: 30', 30_000],
    ['{"retry_after": 12.5}', 12_500],
    ['retry in PT1M.', 60_000],
    ['Try again in an hour.', 3_600_000],
    ['Retry after 3 attempts', undefined],
    ['The limit is 60 requests per 60 seconds and resets every 60 seconds', undefined],
    ['Please wait a moment', undefined],
    ['No capacity available in 3 regions', undefined],
    ['try again later', undefined],
    ['try again in 5 minutes or in 30s', 300_000],
  ])('%s', (text, ms) => {
    expect(retryAfterInText(text, moment)).toBe(ms);
  });
});

describe('retryAfterInBody', () => {
  const at = Date.parse('2026-10-21T07:28:00Z');
  const retryInfo = { '@type': 'type.googleapis.com/google.rpc.RetryInfo' };
  it.each<[string, unknown, number | undefined]>([
    ['RetryInfo', { error: { details: [{ ...retryInfo, retryDelay: '34.07s' }] } }, 34_070],
    ['RetryInfo in a list', [{ error: { details: [{ ...retryInfo, retryDelay: '8s' }] } }], 8_000],
    [
      'RetryInfo with a duration of two fields',
      { error: { details: [{ ...retryInfo, retryDelay: { seconds: 2, nanos: 500_000_000 } }] } },
      2_500,
    ],
    ['ErrorInfo', { error: { details: [{ metadata: { quotaResetDelay: '373.801628ms' } }] } }, 374],
    ['seconds in the error', { error: { retry_after: 12 } }, 12_000],
    ['seconds as text', { error: { retry_after: '12' } }, 12_000],
    ['milliseconds as text', { error: { retry_after_ms: '12' } }, 12],
    ['seconds at the top', { message: 'no', retryAfter: 1.5 }, 1_500],
    ['milliseconds at the top', { retry_after_ms: 150.2 }, 151],
    ['seconds in the metadata', { error: { metadata: { retry_after_seconds: 7 } } }, 7_000],
    ['a moment in the metadata', { error: { metadata: { retryAfter: '2026-10-21T07:28:09Z' } } }, 9_000],
    ['seconds since 1970', { error: { retry_after: at / 1_000 + 5 } }, 5_000],
    ['less than nothing', { error: { retry_after: -1 } }, undefined],
    ['words that are no time', { error: { retry_after: 'soon' } }, undefined],
    ['objects that are no duration', { error: { retry_after: { seconds: 'x' }, details: 7 } }, undefined],
    ['no object', 'retry_after', undefined],
  ])('%s', (_, body, ms) => {
    expect(retryAfterInBody(body, at)).toBe(ms);
  });
});

describe('any text of a vendor', () => {
  it('is read as a time from 0 to 24 hours, or `undefined`', () => {
    const value = fc.oneof(
      fc.string(),
      fc.double().map(String),
      fc.integer().map((n) => `${n}s`),
      fc.date({ noInvalidDate: true }).map((d) => d.toUTCString()),
    );
    fc.assert(
      fc.property(value, value, value, (a, b, c) => {
        const found = [
          retryAfterOf({ 'retry-after-ms': a, 'retry-after': b, date: c }),
          parseDuration(a),
          retryAfterInText(`retry in ${b}`, Date.now()),
          retryAfterInBody({ error: { retry_after: a, metadata: { retryAfterMs: b } } }, Date.now()),
        ];
        for (const ms of found) {
          expect(ms === undefined || (Number.isInteger(ms) && ms >= 0 && ms <= day)).toBe(true);
        }
      }),
    );
  });
});

describe('a duration in Go’s format', () => {
  const units = { ns: 1e-6, us: 1e-3, µs: 1e-3, ms: 1, s: 1e3, m: 6e4, h: 36e5 };
  const step = fc.record({
    amount: fc.oneof(
      fc.nat(999),
      fc.double({ min: 0.001, max: 99, noNaN: true }).map((n) => n.toFixed(3)),
    ),
    unit: fc.constantFrom(...(Object.keys(units) as (keyof typeof units)[])),
  });

  it('is the sum of its units, rounded up, and at most a day', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 5 }), (steps) => {
        const text = steps.map(({ amount, unit }) => `${amount}${unit}`).join('');
        const sum = steps.reduce((total, { amount, unit }) => total + Number(amount) * units[unit], 0);
        expect(goDuration(text)).toBe(Math.min(Math.ceil(sum), 86_400_000));
      }),
    );
  });

  it.each([
    '',
    's',
    '5',
    '1.2.3s',
    '.',
    '5 s',
    '-5s',
    '1s,',
    '1constructor',
    '1x',
    'PT5S',
    'soon',
    '1e3s',
    '9'.repeat(70),
  ])('is not ‘%s’', (text) => {
    expect(goDuration(text)).toBeUndefined();
  });
});
