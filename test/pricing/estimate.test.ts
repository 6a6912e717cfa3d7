import fc from 'fast-check';
import { estimateTokenCount } from 'tokenx';
import { describe, expect, it } from 'vitest';
import { estimateInput, estimateTokens } from '../../src/pricing/estimate.ts';

const words = ['the', 'router', 'measures', 'latency', 'of', 'each', 'target,', 'and', 'considerably.', 'is'];
const lines = [
  'export function latencyOf(target: Target, now: number): number | undefined {\n',
  '  for (const { id, weight } of channels) if (weight > 0.5) return known.get(id);\n',
  '    throw new RangeError("no target: " + id);\n}\n\n',
];
const chinese = ['我们今天去公园散步，', '天气很好。', 'これはテストです。', '모델은 답을 좋아한다. '];
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Text of one kind: pieces in an order that a seed decides. */
const text = fc
  .record({
    pieces: fc.constantFrom<readonly string[]>(
      words.map((word) => `${word} `),
      lines,
      chinese,
      [...alphabet],
      ['{"id":12345,', '"name":"item","tags":["a","b"],', '"ratio":0.25},\n'],
    ),
    length: fc.integer({ min: 2_000, max: 40_000 }),
    seed: fc.integer({ min: 1, max: 2 ** 31 - 2 }),
  })
  .map(({ pieces, length, seed }) => {
    let made = '';
    let state = seed;
    while (made.length < length) {
      state = (state * 16_807) % (2 ** 31 - 1);
      made += pieces[state % pieces.length];
    }
    return made;
  });

describe('the estimate of tokens', () => {
  it('is a full count for short texts', () => {
    const short = words.join(' ').repeat(100);
    expect(estimateTokens(short)).toBe(estimateTokenCount(short));
    expect(estimateTokens('')).toBe(0);
  });

  it('is within 10% of the full count for long texts of any kind', () => {
    fc.assert(
      fc.property(text, (long) => {
        fc.pre(long.length > 8_192);
        expect(Math.abs(estimateTokens(long) / estimateTokenCount(long) - 1)).toBeLessThan(0.1);
      }),
    );
  });

  it('is within 20% for long texts of several kinds', () => {
    fc.assert(
      fc.property(fc.array(text, { minLength: 3, maxLength: 6 }), (texts) => {
        const long = texts.join('\n');
        fc.pre(long.length > 8_192);
        expect(Math.abs(estimateTokens(long) / estimateTokenCount(long) - 1)).toBeLessThan(0.2);
      }),
    );
  });

  it('samples many short messages as one long text', () => {
    const messages = Array.from(
      { length: 1_000 },
      () => ({ role: 'user', content: words.join(' ') }) as const,
    );
    const full = messages.reduce((sum, { content }) => sum + 4 + estimateTokenCount(content), 0);
    expect(Math.abs(estimateInput(messages) / full - 1)).toBeLessThan(0.1);
  });
});
