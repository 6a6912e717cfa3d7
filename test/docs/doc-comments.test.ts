import { expect, it } from 'vitest';
import { undocumented } from './undocumented.ts';

/** Of what every application uses: the router, its types and its errors. */
const complete = /^src\/(router|types\/|errors)/;

/** How many fields of the other public types have no doc comment yet. It may only fall. */
const most = 450;

const missing = undocumented();

it('the router, its types and its errors have doc comments, in every field', () => {
  expect(missing.filter((field) => complete.test(field))).toEqual([]);
});

it('no other public field loses its doc comment', () => {
  expect(missing.filter((field) => !complete.test(field)).length).toBeLessThanOrEqual(most);
});
