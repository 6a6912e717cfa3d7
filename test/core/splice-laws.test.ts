import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { breaks, continuing } from '../support/continuing.ts';
import { read, textOf } from '../support/requests.ts';

/** Answers of several different words, so that no word of one is a repetition of another. */
const answers = fc
  .uniqueArray(fc.stringMatching(/^[a-z]{3,9}$/), { minLength: 5, maxLength: 12 })
  .map((words) => `${words[0]?.[0]?.toUpperCase()}${words.join(' ').slice(1)}.`);

/** Ways in which a model writes the same beginning again. */
const spellings: Readonly<Record<string, (text: string) => string>> = {
  'word for word': (text) => text,
  'in upper case': (text) => text.toUpperCase(),
  'in lower case': (text) => text.toLowerCase(),
  'with line breaks for spaces': (text) => text.replaceAll(' ', '\n'),
  'with more spaces': (text) => text.replaceAll(' ', '  '),
  'after a blank line': (text) => `\n\n${text}`,
  'with spaces and in upper case': (text) => ` ${text.toUpperCase().replaceAll(' ', ' \n')}`,
};

const folded = (text: string): string => text.toLowerCase().replace(/\s+/g, ' ').trim();

/** Cuts a text into pieces at the given places. */
function piecesOf(text: string, cuts: readonly number[]): string[] {
  const places = [...new Set([0, ...cuts.map((cut) => cut % text.length), text.length])].sort(
    (a, b) => a - b,
  );
  return places.slice(1).map((end, index) => text.slice(places[index], end));
}

const cuts = fc.array(fc.nat(200), { maxLength: 8 });

async function played(before: string, pieces: readonly string[], interrupted?: 'continue') {
  const cast = { a: breaks(before), b: { scripts: [{ text: [...pieces] }], prefill: true } };
  const { router } = continuing(cast, interrupted);
  const parts = await read(await router.stream({ prompt: 'Tell me' }));
  const restarts = parts.findLastIndex(({ type }) => type === 'restart');
  return textOf(restarts === -1 ? parts : parts.slice(restarts));
}

describe.each(Object.entries(spellings))('a target that begins again %s', (_, spelled) => {
  // From the second word on: with less, a restart cannot be distinguished from a continuation.
  const cases = fc.tuple(answers, fc.nat(), cuts).map(([answer, at, pieces]) => {
    const first = answer.indexOf(' ') + 2;
    const broken = answer.slice(0, first + (at % (answer.length - first)));
    return { answer, broken, pieces: piecesOf(spelled(answer), pieces) };
  });

  it('never has its answer appended to the broken one, for any answer, break and chunks', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ answer, broken, pieces }) => {
        expect(folded(await played(broken, pieces))).toBe(folded(answer));
      }),
    );
  });

  it('gives the one answer or an error where the stream must not restart', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ answer, broken, pieces }) => {
        const text = await played(broken, pieces, 'continue').catch((error: { code?: string }) => error.code);
        expect([folded(answer), 'stream-interrupted']).toContain(
          text === 'stream-interrupted' ? text : folded(text ?? ''),
        );
      }),
    );
  });
});

describe('a target that continues', () => {
  it('has all of its text added, for any answer, break and chunks', async () => {
    const cases = fc.tuple(answers, fc.nat(), cuts).map(([answer, at, pieces]) => {
      const first = answer.indexOf(' ') + 2;
      const broken = answer.slice(0, first + (at % (answer.length - first)));
      return { answer, broken, rest: piecesOf(answer.slice(broken.trimEnd().length), pieces) };
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ answer, broken, rest }) => {
        expect(await played(broken, rest)).toBe(answer);
      }),
    );
  });
});
