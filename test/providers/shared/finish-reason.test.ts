import { describe, expect, it } from 'vitest';
import {
  type Ended,
  finishReasonOf,
  givenReason,
} from '../../../src/providers/shared/answer/finish-reason.ts';

const ended = (reason: string | undefined, more: Partial<Ended> = {}): Ended => ({
  provider: 'p',
  reason,
  callsTools: false,
  hasContent: true,
  ...more,
});

describe('the reason why an answer ended', () => {
  it.each([
    ['stop', 'stop'],
    ['STOP', 'stop'],
    ['end_turn', 'stop'],
    ['eos', 'stop'],
    ['eos_token', 'stop'],
    ['COMPLETE', 'stop'],
    ['length', 'length'],
    ['MAX_TOKENS', 'length'],
    ['max-tokens', 'length'],
    ['model_length', 'length'],
    ['model_context_window_exceeded', 'length'],
    ['content_filter', 'content-filter'],
    ['content-filter', 'content-filter'],
    ['SAFETY', 'content-filter'],
    ['sensitive', 'content-filter'],
    ['guardrail_intervened', 'content-filter'],
    ['refusal', 'content-filter'],
    ['something_new', 'other'],
  ])('is understood in any vendor’s words: %s', (reason, expected) => {
    expect(finishReasonOf(ended(reason))).toBe(expected);
  });

  it.each(['stop', 'end_turn', 'STOP', 'something_new', undefined])(
    'is the calls of an answer that has them, where it says %s',
    (reason) => {
      expect(finishReasonOf(ended(reason, { callsTools: true }))).toBe('tool-calls');
    },
  );

  it.each(['length', 'content_filter'] as const)('stays %s for calls that may be cut', (reason) => {
    expect(finishReasonOf(ended(reason, { callsTools: true }))).toBe(reason.replace('_', '-'));
  });

  it.each(['tool_calls', 'tool_use', 'FUNCTION_CALL', 'tool_call'])(
    'is not %s where there are no calls: what there is is text, or nothing',
    (reason) => {
      expect(finishReasonOf(ended(reason))).toBe('stop');
      expect(() => finishReasonOf(ended(reason, { hasContent: false }))).toThrow(
        expect.objectContaining({ kind: 'malformed', scope: 'request', vendorCode: reason }),
      );
    },
  );

  it('may be missing only where there is content', () => {
    expect(finishReasonOf(ended(undefined))).toBe('other');
    expect(() => finishReasonOf(ended(undefined, { hasContent: false }))).toThrow(
      expect.objectContaining({ kind: 'truncated' }),
    );
  });

  it('may be missing for a whole call, and not for one that is cut', () => {
    const cut = ended(undefined, { callsTools: true, isCut: true });
    expect(() => finishReasonOf(cut)).toThrow(expect.objectContaining({ kind: 'truncated' }));
    expect(finishReasonOf({ ...cut, reason: 'length' })).toBe('length');
  });

  it.each([
    ['abort', 'truncated'],
    ['cancelled', 'truncated'],
    ['error', 'server'],
    ['network_error', 'server'],
    ['insufficient_system_resource', 'overloaded'],
    ['timeout', 'timeout'],
    ['MALFORMED_FUNCTION_CALL', 'malformed'],
  ])('is a failure if the value means one: %s', (reason, kind) => {
    expect(() => finishReasonOf(ended(reason, { callsTools: true }))).toThrow(
      expect.objectContaining({ code: 'provider', kind, vendorCode: reason }),
    );
  });

  it('is a refusal where the model refuses', () => {
    expect(finishReasonOf(ended('stop', { refuses: true, hasContent: false }))).toBe('content-filter');
  });

  it.each(['', 'null', 'None', 'FINISH_REASON_UNSPECIFIED', null, undefined, 7, {}])(
    'is none where a server says %j',
    (said) => {
      expect(givenReason(said)).toBeUndefined();
    },
  );
});
