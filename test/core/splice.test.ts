import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splice } from '../../src/core/calls/stream/continuation.ts';

const beginsAgain = Symbol('begins again');

/** A text in pieces, through the joint: what is new in it, or that it is no continuation. */
function through(
  said: string,
  at: readonly number[],
  before: string,
  echoes: boolean,
): string | typeof beginsAgain {
  const seam = splice(
    {
      asked: { request: { messages: [] }, schema: undefined },
      before,
      prefill: before.trimEnd(),
      id: undefined,
      leavesRoom: true,
    },
    echoes,
  );
  const points = [...new Set([0, ...at.map((cut) => Math.min(cut, said.length)), said.length])].sort(
    (a, b) => a - b,
  );
  const pieces = points.slice(1).map((end, index) => said.slice(points[index], end));
  const found = [...pieces.map((piece) => seam.push(piece)), seam.end()];
  return found.includes(undefined) ? beginsAgain : found.join('');
}

const text = fc.string({ unit: fc.constantFrom('a', 'b', ' ', '\n'), maxLength: 30 });
const cuts = fc.array(fc.nat(60), { maxLength: 6 });

describe('joining a continued text', () => {
  it('gives the whole text once, wherever it broke and however the rest is cut', () => {
    fc.assert(
      fc.property(text, text, cuts, fc.boolean(), (before, after, at, echoes) => {
        const beginning = before.trim();
        fc.pre(beginning !== '' && !(after.trim() === '' && after !== ''));
        const whole = before + after;
        // What a model writes that goes on right after the text it was given.
        const rest = whole.slice(before.trimEnd().length);
        fc.pre(echoes || rest.trimStart()[0] !== beginning[0]);
        expect(before + String(through(echoes ? whole : rest, at, before, echoes))).toBe(whole);
      }),
    );
  });

  it('loses nothing of a target that was thought to repeat the text, and does not', () => {
    fc.assert(
      fc.property(text, text, cuts, (before, after, at) => {
        fc.pre(
          before.trimEnd() === before && before !== '' && after.trimStart()[0] !== before.trimStart()[0],
        );
        expect(through(after, at, before, true)).toBe(after);
      }),
    );
  });

  it('recognizes a target that repeats the text, whether it is known to or not', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '.', ' '), minLength: 3, maxLength: 40 });
    fc.assert(
      fc.property(
        word,
        word,
        cuts,
        fc.boolean(),
        fc.constantFrom('', ' ', '\n\n'),
        (before, after, at, echoes, lead) => {
          fc.pre((before.match(/[abc]/g)?.length ?? 0) >= 3 && before.trim() === before);
          expect(through(lead + before + after, at, before, echoes)).toBe(after);
        },
      ),
    );
  });

  it('never returns a text that started over, in pieces of any size', () => {
    const before = 'Paris is the capi';
    fc.assert(
      fc.property(cuts, fc.boolean(), (at, echoes) => {
        expect(through('Paris is the largest city.', at, before, echoes)).toBe(beginsAgain);
        expect(through('Paris is the capital.', at, before, echoes)).toBe('tal.');
      }),
    );
  });
});

describe('a text that starts over', () => {
  it.each([
    ['in other words, within a sentence', 'Paris is the capi', 'Paris, the capital of France, is'],
    ['and broken off', 'Paris is the capital of Fra', 'Paris is the'],
    ['in other words, after a sentence', 'Paris is the capital. ', 'Paris is the capital city of France.'],
    ['with white space before it', 'The sky is blue because of', '\n\nThe sky is blue, as'],
    ['in a language without spaces', '北京是中华人民共和国的首都', '北京是中华人民共和国的首府'],
    ['so early that it may be chance', '1', '10 reasons'],
  ])('is recognized: %s', (_, before, said) => {
    expect(through(said, [], before, false)).toBe(beginsAgain);
  });

  it.each([
    ['a word that is completed', 'Paris is the capi', 'tal of France.'],
    ['a sentence that goes on', 'Paris is the', ' capital of France.'],
    ['a sentence with the same subject', 'Paris is the capital.', ' Paris is large.'],
    ['the same first word within a sentence', 'Paris is the capital. Everyone loves', ' Paris because'],
    ['the next item of a list', '- one of them\n- one of those\n', '- one of these'],
    [
      'a line of code like those before',
      'INSERT INTO t VALUES (1);\nINSERT INTO t VALUES (2);\n',
      'INSERT INTO t VALUES (3);',
    ],
    ['another character', '1. First\n', '2. Second'],
  ])('is not taken for one: %s', (_, before, said) => {
    expect(through(said, [3], before, false)).toBe(said);
  });
});
