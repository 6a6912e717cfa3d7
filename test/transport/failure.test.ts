import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anthropicFailures } from '../../src/providers/anthropic/failures.ts';
import { chatCompletionsFailures } from '../../src/providers/chat-completions/failures.ts';
import { googleFailures } from '../../src/providers/google/failures.ts';
import { classifyFailure } from '../../src/transport/failure/failure.ts';

const tables = [[], chatCompletionsFailures, anthropicFailures, googleFailures];

describe('classifyFailure', () => {
  it('turns any JSON, status and headers into a ProviderError', () => {
    const headers = fc.dictionary(
      fc.constantFrom('retry-after', 'retry-after-ms', 'date', 'x-request-id'),
      fc.string(),
    );
    fc.assert(
      fc.property(
        fc.jsonValue(),
        fc.option(fc.integer({ min: 100, max: 999 }), { nil: undefined }),
        headers,
        (body, status, sent) => {
          for (const table of tables) {
            const error = classifyFailure({ provider: 'p', status, headers: sent, body }, table);
            expect(error.kind).toBeTypeOf('string');
            expect(error.message.length).toBeLessThan(200);
          }
        },
      ),
    );
  });

  it('turns anything that resembles a vendor’s error into a valid ProviderError', () => {
    const word = fc.oneof(
      fc.string(),
      fc.constantFrom(
        'insufficient_quota',
        'rate_limit_error',
        'enforced_spend_limit_reached',
        'openrouter_key_limit',
        'RESOURCE_EXHAUSTED',
        'limit: 0',
        'per day',
        'Please retry in 9999h',
        '__proto__',
        '34.07s',
        '2026-11-20T00:00:00Z',
        '429',
      ),
      fc.integer(),
      fc.constantFrom(null, true, 429, 402, 403, -1, 1e21),
      fc.jsonValue(),
    );
    const fields = fc.constantFrom(
      'message',
      'code',
      'type',
      'status',
      'param',
      'detail',
      'error_code',
      'limit_source',
      'resets_at',
      'reasons',
      '@type',
      'retryDelay',
      'quotaId',
      '__type',
    );
    const { value } = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        word,
        fc.dictionary(fields, tie('value')),
        fc.record(
          {
            error: tie('value'),
            details: tie('value'),
            metadata: tie('value'),
            innererror: tie('value'),
            headers: tie('value'),
            violations: tie('value'),
            message: word,
            code: word,
            type: word,
          },
          { requiredKeys: [] },
        ),
        fc.array(tie('value'), { maxLength: 3 }),
      ),
    }));
    const headers = fc.dictionary(
      fc.constantFrom(
        'retry-after',
        'retry-after-ms',
        'date',
        'x-request-id',
        'x-amzn-errortype',
        'x-ratelimit-reset',
        'x-ratelimit-remaining',
        'x-ratelimit-remaining-tokens',
        'anthropic-ratelimit-unified-reset',
      ),
      fc.oneof(
        fc.string(),
        fc.double().map(String),
        fc.constantFrom('0', 'Sat, 31 Dec 275759 00:00:00 GMT', 'ThrottlingException:'),
      ),
    );
    const status = fc.option(fc.constantFrom(200, 302, 400, 402, 403, 413, 422, 429, 498, 503, 529, 999), {
      nil: undefined,
    });
    const limits = ['requests', 'concurrency', 'tokens', 'daily', 'ramp', 'credit', undefined];
    fc.assert(
      fc.property(
        fc.oneof(fc.record({ error: value }), value),
        status,
        headers,
        fc.constantFrom('p', 'groq'),
        (body, sent, answerHeaders, provider) => {
          for (const table of tables) {
            const error = classifyFailure({ provider, status: sent, headers: answerHeaders, body }, table);
            const { kind, limit, retryAfter = 0, status: stands = 500 } = error;
            expect(limits).toContain(limit);
            expect(limit !== undefined && kind !== 'quota' && kind !== 'rate-limit').toBe(false);
            expect(retryAfter >= 0 && retryAfter <= 86_400_000).toBe(true);
            expect(Number.isInteger(stands)).toBe(true);
            expect(error.answered).toBe(true);
            expect(error.message.length).toBeLessThan(200);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it('ignores objects in place of strings', () => {
    const trap = JSON.parse('{"toString":1,"valueOf":1,"constructor":1}') as unknown;
    const body = {
      error: { code: trap, type: trap, message: trap, details: trap, metadata: { headers: { a: trap } } },
    };
    for (const table of tables)
      expect(classifyFailure({ provider: 'p', body }, table)).toMatchObject({ kind: 'unknown' });
  });

  it('reads only the beginning of a long message', () => {
    const message = `${'x'.repeat(3_000)} Please try again in 7s. This model's maximum context length is 1 token.`;
    const error = classifyFailure({ provider: 'p', status: 400, body: { error: { message } } });
    expect(error).toMatchObject({ kind: 'bad-request', retryAfter: undefined });
    expect(error.unredacted().message).toHaveLength(2048);
  });

  it.each(['x-request-id', 'request-id', 'x-generation-id', 'x-amzn-requestid', 'apim-request-id'])(
    'reads the request’s id from %s',
    (name) => {
      const headers = { [name]: 'req_011CSHo' };
      expect(classifyFailure({ provider: 'p', status: 500, headers }).requestId).toBe('req_011CSHo');
    },
  );

  it('never shows the vendor’s message by default', () => {
    fc.assert(
      fc.property(fc.constantFrom('message', 'type', 'code', 'status', 'detail', 'param'), (field) => {
        const secret = 'my prompt, word by word';
        for (const body of [{ error: { [field]: secret } }, { [field]: secret }, { error: secret }, secret]) {
          const shown = inspect(classifyFailure({ provider: 'p', status: 400, body }), {
            depth: 20,
            showHidden: true,
          });
          expect(shown).not.toContain(secret);
        }
      }),
    );
  });

  it('keeps the vendor’s message for `unredacted()`', () => {
    const error = classifyFailure({
      provider: 'p',
      status: 400,
      body: { error: { message: 'tools[0] has no name' } },
    });
    expect(error.unredacted().message).toBe('tools[0] has no name');
  });

  it('reads the request’s id from the headers', () => {
    expect(
      classifyFailure({ provider: 'p', status: 500, headers: { 'x-request-id': 'req-7' } }).requestId,
    ).toBe('req-7');
  });
});
