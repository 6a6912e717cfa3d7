import { expect, it } from 'vitest';
import { undocumented } from './undocumented.ts';

// Here rather than in the test, because compiling all types takes longer than a test may.
const missing = undocumented();

it('every public export and each of its fields has a doc comment', () => {
  expect(missing).toEqual([]);
});
