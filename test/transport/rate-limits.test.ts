import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { limitsOf } from '../../src/transport/rate-limits.ts';

const date = 'Fri, 20 Nov 2026 00:00:00 GMT';

describe('limitsOf', () => {
  it('reads what OpenAI and those like it say', () => {
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

  it('reads what Anthropic says, moments against the answer’s own date', () => {
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
      { of: 'tokens', remaining: 8_000, limit: undefined, resetAfter: undefined },
    ]);
  });

  it.each([
    ['7.66s', 7_660],
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

  it('is total: whatever stands in the headers, it throws nothing and believes nothing absurd', () => {
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
