import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { fromBase64, toBase64 } from '../../src/util/data-content.ts';

afterEach(() => vi.unstubAllGlobals());

/** The ways of the runtimes: `Uint8Array`'s own, Node's, and neither. */
const ways = {
  'Uint8Array.toBase64': () => {},
  Buffer: () => {},
  neither: () => vi.stubGlobal('Buffer', undefined),
};

describe('base64', () => {
  for (const [way, prepare] of Object.entries(ways)) {
    it(`decodes to the same bytes, by ${way}`, () => {
      prepare();
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(20), (whole, start) => {
          const bytes: Uint8Array & { toBase64?: () => string } = whole.subarray(start);
          const expected = btoa(String.fromCharCode(...bytes));
          if (way === 'Uint8Array.toBase64') bytes.toBase64 = () => expected;
          expect(toBase64(bytes)).toBe(expected);
          expect([...fromBase64(expected)]).toEqual([...bytes]);
        }),
      );
    });
  }

  it('is `undefined` if the text is not base64', () => {
    expect(fromBase64('not base64!')).toHaveLength(0);
  });
});
