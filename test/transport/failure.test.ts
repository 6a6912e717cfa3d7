import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anthropicFailures } from '../../src/providers/anthropic/failures.ts';
import { chatCompletionsFailures } from '../../src/providers/chat-completions/failures.ts';
import { googleFailures } from '../../src/providers/google/failures.ts';
import { classifyFailure } from '../../src/transport/failure.ts';

const tables = [[], chatCompletionsFailures, anthropicFailures, googleFailures];

describe('classifyFailure', () => {
  it('makes a ProviderError of any JSON, status and headers', () => {
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

  it('never shows the vendor’s own words', () => {
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

  it('keeps them for who asks', () => {
    const error = classifyFailure({
      provider: 'p',
      status: 400,
      body: { error: { message: 'tools[0] has no name' } },
    });
    expect(error.unredacted().message).toBe('tools[0] has no name');
  });

  it('takes the request’s id from the headers', () => {
    expect(
      classifyFailure({ provider: 'p', status: 500, headers: { 'x-request-id': 'req-7' } }).requestId,
    ).toBe('req-7');
  });
});
