import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { errorLines } from '../../../src/providers/shared/stream/error-lines.ts';

function rewritten(pieces: readonly string[]): string {
  const lines = errorLines();
  return pieces.map((piece) => lines.push(piece)).join('') + lines.end();
}

describe('lines that report an error', () => {
  it.each([
    ['a field of that name', 'error: {"code":1}\n\n', 'event: error\ndata:  {"code":1}\n\n'],
    ['an event without data', 'event: error\n\n', 'event: error\ndata:\n\n'],
    ['JSON outside of any field', '{"error":"x"}\n', 'event: error\ndata: {"error":"x"}\n'],
    ['a list outside of any field', '[{ "error": 1 }]\n', 'event: error\ndata: [{ "error": 1 }]\n'],
  ])('become events: %s', (_, text, expected) => {
    expect(rewritten([text])).toBe(expected);
    expect(rewritten([`data: 1\r\n${text}`])).toBe(`data: 1\r\n${expected}`);
  });

  it.each([
    'data: {"content":"error: none"}\n\n',
    'data: error: none\n\n',
    'event: errors\ndata: {}\n\n',
    'data: {"a":\ndata: {"error": 1}}\n\n',
    ': error: none\n\n',
  ])('are not those inside of a field: %j', (text) => {
    expect(rewritten([text])).toBe(text);
  });

  it('are the same wherever the text is cut', () => {
    const line = fc.constantFrom(
      'error: x',
      'event: error',
      'event:error',
      '{"error":1}',
      'data: error:',
      'e',
      'even',
      '[{',
      '',
    );
    const lineEnd = fc.constantFrom('\n', '\r\n', '\r');
    const text = fc.array(fc.tuple(line, lineEnd)).map((lines) => lines.flat().join(''));
    fc.assert(
      fc.property(text, fc.array(fc.nat(80)), (whole, places) => {
        const at = [0, ...places.map((place) => Math.min(place, whole.length)).sort((a, b) => a - b)];
        const pieces = at.map((start, index) => whole.slice(start, at[index + 1]));
        expect(rewritten(pieces)).toBe(rewritten([whole]));
      }),
      { numRuns: 2_000, seed: 7 },
    );
  });
});
