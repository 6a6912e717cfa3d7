import { describe, expect, it } from 'vitest';
import { faces } from './faces.ts';
import { type Cell, matrix, unguarded } from './matrix.ts';

describe.each(faces.map(({ name }) => name))('every guard below %s', (name) => {
  it('keeps every value from vendor and caller, in chats and streams, and restores it', {
    timeout: 120_000,
  }, async () => {
    const failures: string[] = [];
    for (const { mode, request, answer, restored } of await matrix(name)) {
      const report = (kind: string, cells: Readonly<Record<string, Cell | undefined>>): void => {
        for (const [place, each] of Object.entries(cells))
          for (const guard of each?.failures ?? []) failures.push(`${mode} ${kind} ${place}: ${guard}`);
      };
      report('request', request);
      report('answer', answer);
      report('restored', restored);
    }
    expect(failures).toEqual([]);
  });
});

describe.each(faces.map((face) => [face.name, face] as const))('without a guard, below %s', (_, face) => {
  it.each(['chat', 'stream'] as const)(
    'values do reach vendor and caller: %s',
    { timeout: 60_000 },
    async (mode) => {
      const reached = await unguarded(face, mode);
      // Reasoning without a signature of the vendor is not sent to it, and not every interface shows reasoning.
      const expected = face.places
        .filter((place) => place !== 'reasoning')
        .map((place) => `to vendor: ${place}`);
      expect(reached).toEqual(
        expect.arrayContaining([...expected, 'to caller: text', 'to caller: tool arguments']),
      );
    },
  );
});
