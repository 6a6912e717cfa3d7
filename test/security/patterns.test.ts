import { describe, expect, it } from 'vitest';
import { anthropicFailures } from '../../src/providers/anthropic/failures.ts';
import { chatCompletionsFailures } from '../../src/providers/chat-completions/failures.ts';
import { googleFailures } from '../../src/providers/google/failures.ts';
import { classifyFailure } from '../../src/transport/failure/failure.ts';
import { PlainHeaders } from '../../src/transport/headers.ts';
import { parseDuration } from '../../src/transport/limits/durations.ts';
import { limitsOf, windowResetOf } from '../../src/transport/limits/rate-limits.ts';
import { retryAfterInText, retryAfterOf } from '../../src/transport/limits/retry-after.ts';

/** Beginnings that our patterns look for, repeated: what makes a pattern that backtracks run for hours. */
const seeds = [
  'retry in 1',
  'retry in ',
  'try again in 1m1m1m',
  '1m',
  '1.1',
  '0.0.0.0',
  'ms',
  'per ',
  'per-per_',
  'reached your specified ',
  'input token count',
  'limit: 0',
  'limit: 00',
  'tokens per ',
  'requests per',
  ' ',
  '\n',
  '9',
  'Mon, ',
  '2026-11-',
];

describe('patterns that read what vendors write', () => {
  // Each is run on at most 2,048 characters of a message. One that backtracks would not come back before the test is ended.
  it('return quickly for any input', () => {
    for (const seed of seeds) {
      for (const tail of ['', '!', '1', 'm', 'GMT']) {
        const text = seed.repeat(100_000 / seed.length) + tail;
        const headers = {
          date: text,
          'retry-after': text,
          'retry-after-ms': text,
          'x-ratelimit-remaining-tokens': '0',
          'x-ratelimit-reset-tokens': text,
          'x-ratelimit-remaining': '0',
          'x-ratelimit-reset': text,
          'x-request-id': text,
          'x-amzn-errortype': text,
        };
        const body = {
          error: { message: text, code: text, type: text, __type: text, details: [{ '@type': text }] },
        };
        for (const table of [chatCompletionsFailures, anthropicFailures, googleFailures]) {
          for (const status of [400, 403, 413, 429, 500]) {
            const error = classifyFailure({ provider: 'p', status, headers, body }, table);
            expect(error.message.length).toBeLessThan(200);
          }
        }
        const read = new PlainHeaders(headers);
        expect(retryAfterOf(read) ?? 0).toBeLessThanOrEqual(86_400_000);
        expect(retryAfterInText(text, 0) ?? 0).toBeLessThanOrEqual(86_400_000);
        expect(parseDuration(text)).toBeUndefined();
        expect(limitsOf(read)).toHaveLength(1);
        expect(windowResetOf(read) ?? 0).toBeLessThanOrEqual(86_400_000);
      }
    }
  });
});
