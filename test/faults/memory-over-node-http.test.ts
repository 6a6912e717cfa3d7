import { describe, expect, it } from 'vitest';
import { overNodeHTTP } from '../support/over-node-http.ts';
import { rows } from './rows.ts';
import { vendors } from './vendors.ts';

describe('where requests go over node:http', () => {
  overNodeHTTP();
  const huge = rows.filter(({ number }) => number === 36 || number === 37);
  it.each(huge)('row $number: $fault', async ({ play, expected }) => {
    const vendor = vendors['openai-compatible'];
    expect(await play(vendor, false)).toEqual(expected(vendor));
  });
});
