import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { parseDuration, retryAfterInText, retryAfterOf } from '../../src/transport/retry-after.ts';

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
      undefined,
    ],
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

describe('a date to wait for', () => {
  it('is compared with the date of the answer, whatever the local clock says', () => {
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

  it('is compared with the local clock where the answer has no date that can be read', () => {
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
  it.each([
    ['Rate limit reached for gpt-5 in organization org-1. Please try again in 6ms.', 6],
    ['Please retry in 10h17m5.72s.', 37_025_720],
    ['Retry after 20s', 20_000],
    ['try again later', undefined],
  ])('%s', (text, ms) => {
    expect(retryAfterInText(text)).toBe(ms);
  });
});

describe('whatever a vendor writes', () => {
  it('is either a time from 0 to 24 hours, or nothing', () => {
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
          retryAfterInText(`retry in ${b}`),
        ];
        for (const ms of found) {
          expect(ms === undefined || (Number.isInteger(ms) && ms >= 0 && ms <= day)).toBe(true);
        }
      }),
    );
  });
});
