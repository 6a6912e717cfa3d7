import { describe, expect, it } from 'vitest';
import { overFetch } from '../support/over-fetch.ts';
import { overNodeHTTP } from '../support/over-node-http.ts';
import { playedElsewhere, rows } from './rows.ts';
import { vendors } from './vendors.ts';

describe.each(rows)('row $number: $fault', ({ vendors: names, play, expected }) => {
  it.each(names)('%s', async (name) => {
    expect(await play(vendors[name], false)).toEqual(expected(vendors[name]));
  });
});

describe.each([
  ['fetch', overFetch],
  ['node:http', overNodeHTTP],
])('where requests go over %s', (_, over) => {
  over();
  // What is kept of huge answers is measured once for each client, in a process that has not measured it before.
  const isElsewhere = (number: number): boolean => over === overNodeHTTP && (number === 36 || number === 37);
  const rowsOf = rows.filter(
    ({ number, vendors: names }) => names.includes('openai-compatible') && !isElsewhere(number),
  );
  it.each(rowsOf)('row $number: $fault', async ({ play, expected }) => {
    const vendor = vendors['openai-compatible'];
    expect(await play(vendor, false)).toEqual(expected(vendor));
  });
});

describe('the matrix', () => {
  it('has all of its rows, each played or with a word on where', () => {
    const numbers = [...rows, ...playedElsewhere].map(({ number }) => number);
    const all = Array.from({ length: 85 }, (_, index) => index + 1);
    expect(numbers.toSorted((a, b) => a - b)).toEqual(all);
  });
});
