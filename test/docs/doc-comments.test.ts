import { expect, it } from 'vitest';
import { undocumented } from './undocumented.ts';

it('every public export and each of its fields has a doc comment', () => {
  expect(undocumented()).toEqual([]);
});
