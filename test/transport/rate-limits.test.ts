import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PlainHeaders } from '../../src/transport/headers.ts';
import * as limits from '../../src/transport/limits/rate-limits.ts';

const limitsOf = (headers: Record<string, string>) => limits.limitsOf(new PlainHeaders(headers));
const windowResetOf = (headers: Record<string, string>) => limits.windowResetOf(new PlainHeaders(headers));

const date = 'Fri, 20 Nov 2026 00:00:00 GMT';

describe('limitsOf', () => {
  it('reads the headers of OpenAI and similar vendors', () => {
    expect(
      limitsOf({
        'x-ratelimit-limit-requests': '500',
        'x-ratelimit-remaining-requests': '499',
        'x-ratelimit-reset-requests': '120ms',
        'x-ratelimit-limit-tokens': '30000',
        'x-ratelimit-remaining-tokens': '29000',
        'x-ratelimit-reset-tokens': '6m0s',
      }),
    ).toEqual([
      { of: 'requests', remaining: 499, limit: 500, resetAfter: 120 },
      { of: 'tokens', remaining: 29_000, limit: 30_000, resetAfter: 360_000 },
    ]);
  });

  it('reads Anthropic’s headers, with times relative to the answer’s date', () => {
    expect(
      limitsOf({
        date,
        'anthropic-ratelimit-requests-limit': '50',
        'anthropic-ratelimit-requests-remaining': '0',
        'anthropic-ratelimit-requests-reset': '2026-11-20T00:00:30Z',
        'anthropic-ratelimit-output-tokens-remaining': '8000',
      }),
    ).toEqual([
      { of: 'requests', remaining: 0, limit: 50, resetAfter: 30_000 },
      { of: 'output-tokens', remaining: 8_000, limit: undefined, resetAfter: undefined },
    ]);
  });

  it('reads Groq’s two windows separately: requests per day, tokens per minute', () => {
    expect(
      limitsOf({
        'x-ratelimit-limit-requests': '14400',
        'x-ratelimit-remaining-requests': '14370',
        'x-ratelimit-reset-requests': '2m59.56s',
        'x-ratelimit-limit-tokens': '18000',
        'x-ratelimit-remaining-tokens': '17997',
        'x-ratelimit-reset-tokens': '7.66s',
      }),
    ).toEqual([
      { of: 'requests', remaining: 14_370, limit: 14_400, resetAfter: 179_560 },
      { of: 'tokens', remaining: 17_997, limit: 18_000, resetAfter: 7_660 },
    ]);
  });

  it('reads Mistral’s headers', () => {
    expect(
      limitsOf({
        'x-ratelimitbysize-limit-minute': '500000',
        'x-ratelimitbysize-remaining-minute': '499000',
        'ratelimitbysize-reset': '42',
      }),
    ).toEqual([{ of: 'tokens', remaining: 499_000, limit: 500_000, resetAfter: 42_000 }]);
  });

  it('reads each of Anthropic’s four limits', () => {
    const kinds = ['requests', 'tokens', 'input-tokens', 'output-tokens'];
    const headers = Object.fromEntries(
      kinds.flatMap((kind, index) => [
        [`anthropic-ratelimit-${kind}-remaining`, String(index)],
        [`anthropic-ratelimit-${kind}-reset`, `2026-11-20T00:0${index}:00Z`],
      ]),
    );
    expect(
      limitsOf({ date, ...headers }).map(({ of, remaining, resetAfter }) => [of, remaining, resetAfter]),
    ).toEqual([
      ['requests', 0, 0],
      ['tokens', 1, 60_000],
      ['input-tokens', 2, 120_000],
      ['output-tokens', 3, 180_000],
    ]);
  });

  it.each([
    ['seconds', '30', 30_000],
    ['seconds since 1970', '1795132830', 30_000],
    ['milliseconds since 1970', '1795132830000', 30_000],
    ['a moment that is over', '1795132000', 0],
    ['a moment in another year', '1895132000', 86_400_000],
  ])('distinguishes bare numbers: %s', (_, text, expected) => {
    const headers = { date, 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': text };
    expect(limitsOf(headers)[0]?.resetAfter).toBe(expected);
  });

  it.each([
    ['7.66s', 7_660],
    ['6m0s', 360_000],
    ['2m59.56s', 179_560],
    ['20ms', 20],
    ['1h2m3s', 3_723_000],
    ['30', 30_000],
    ['1763596810', undefined],
    ['0', 0],
    ['soon', undefined],
    ['-1', undefined],
    ['', undefined],
  ])('reads a reset of %j', (text, expected) => {
    const [limit] = limitsOf({ 'x-ratelimit-remaining-requests': '1', 'x-ratelimit-reset-requests': text });
    if (expected !== undefined) expect(limit?.resetAfter).toBe(expected);
    else expect(limit?.resetAfter ?? 0).toBeLessThanOrEqual(86_400_000);
  });

  it('never throws and never returns absurd values for any headers', () => {
    const name = fc.constantFrom(
      'x-ratelimit-remaining-requests',
      'x-ratelimit-reset-requests',
      'anthropic-ratelimit-tokens-remaining',
      'anthropic-ratelimit-tokens-reset',
      'date',
    );
    fc.assert(
      fc.property(fc.dictionary(name, fc.oneof(fc.string(), fc.double().map(String))), (headers) => {
        for (const { remaining, resetAfter = 0 } of limitsOf(headers)) {
          expect(remaining).toBeGreaterThanOrEqual(0);
          expect(resetAfter).toBeGreaterThanOrEqual(0);
          expect(resetAfter).toBeLessThanOrEqual(86_400_000);
        }
      }),
    );
  });
});

describe('windowResetOf', () => {
  it.each<[string, Record<string, string>, number | undefined]>([
    [
      'OpenRouter’s window that is used up',
      { date, 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1795132860000' },
      60_000,
    ],
    [
      'a window that has something left',
      { date, 'x-ratelimit-remaining': '3', 'x-ratelimit-reset': '1795132860000' },
      undefined,
    ],
    ['a subscription’s window', { date, 'anthropic-ratelimit-unified-reset': '1795132860' }, 60_000],
    ['a window that says only when it comes back', { date, 'x-ratelimit-reset': '1795132860' }, 60_000],
    ['a window in seconds', { 'x-rate-limit-remaining': '0', 'x-rate-limit-reset': '17' }, 17_000],
    ['a window in seconds, without its X', { 'ratelimit-reset': '30' }, 30_000],
    ['a duration until it comes back', { 'x-ratelimit-reset-after': '1m30s' }, 90_000],
    ['RateLimit by the draft of today', { ratelimit: '"default";r=0;t=30' }, 30_000],
    ['RateLimit by an older draft', { ratelimit: 'limit=100, remaining=0, reset=12' }, 12_000],
    ['RateLimit with something left', { ratelimit: '"default";r=5;t=30' }, undefined],
    [
      'an empty bucket that is full again within a minute',
      {
        date,
        'anthropic-ratelimit-tokens-remaining': '0',
        'anthropic-ratelimit-tokens-reset': '2026-11-20T00:00:09Z',
      },
      9_000,
    ],
    [
      'a bucket that is not empty',
      { 'x-ratelimit-remaining-tokens': '7', 'x-ratelimit-reset-tokens': '9s' },
      undefined,
    ],
    ['nothing', { date }, undefined],
    ['words', { date, 'anthropic-ratelimit-unified-reset': 'soon' }, undefined],
    [
      'a bucket that takes long to fill',
      { date, 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '6m0s' },
      undefined,
    ],
  ])('%s', (_, headers, expected) => {
    expect(windowResetOf(headers)).toBe(expected);
  });

  it('is a time from 0 to 24 hours, or `undefined`, for any headers', () => {
    const name = fc.constantFrom(
      'x-ratelimit-remaining',
      'x-ratelimit-reset',
      'anthropic-ratelimit-unified-reset',
      'ratelimit',
      'date',
    );
    const value = fc.oneof(fc.string(), fc.double().map(String), fc.constant('0'));
    fc.assert(
      fc.property(fc.dictionary(name, value), (headers) => {
        const found = windowResetOf(headers) ?? 0;
        expect(found >= 0 && found <= 86_400_000).toBe(true);
      }),
    );
  });
});
