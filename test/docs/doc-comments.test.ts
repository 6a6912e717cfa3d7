import { expect, it } from 'vitest';
import { undocumented } from './undocumented.ts';

/** Of what every application uses: options, requests' results, events, errors and the router. */
const complete = /^src\/(router|types\/(options|result)\/|types\/(event|error|router)\.ts|errors\/)/;

/** How many fields of the other public types have no doc comment yet. It may only fall. */
const most = 456;

const missing = undocumented();

it('every field of options, results, events, errors and the router has a doc comment', () => {
  expect(missing.filter((field) => complete.test(field))).toEqual([]);
});

it('no other public field loses its doc comment', () => {
  expect(missing.filter((field) => !complete.test(field)).length).toBeLessThanOrEqual(most);
});
