import { describe, expect, it } from 'vitest';
import { faces } from './faces/index.ts';
import { matrix, modes, unguarded } from './matrix.ts';

describe.each(faces.map(({ name }) => name))('every guard below %s', (name) => {
  it('keeps every value from vendor and caller, in chats and streams, and restores it', {
    timeout: 600_000,
  }, async () => {
    const trials = await matrix(name);
    const failures = trials
      .filter(({ holds }) => !holds)
      .map(({ mode, kind, vendor, cell }) => `${kind}, ${mode}, ${vendor}, ${cell}`);
    expect(failures).toEqual([]);
  });
});

describe.each(faces.map((face) => [face.name, face] as const))('without a guard, below %s', (_, face) => {
  it.each(modes)('values do reach vendor and caller: %s', async (mode) => {
    const reached = await unguarded(face, mode);
    const sent = face.places.map((place) => `to vendor: ${place}`);
    const shown = face.shows.map((place) => `to caller: ${place}`);
    expect(new Set<string>(reached)).toEqual(new Set([...sent, ...shown]));
  });
});
