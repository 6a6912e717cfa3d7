import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { fromStored, toStored } from '../../src/util/json.ts';

const again = (value: unknown): unknown => fromStored(toStored(value));

describe('a stored value', () => {
  it('keeps its bytes and addresses', () => {
    const value = {
      list: [new Uint8Array([1, 2, 255]), new URL('https://example.com/a')],
      text: 'ü',
      none: null,
    };
    expect(again(value)).toEqual(value);
  });

  it('keeps a JSON Schema made by Zod', () => {
    const schema = z.toJSONSchema(z.object({ city: z.string() }));
    expect(again({ schema })).toEqual({ schema: JSON.parse(JSON.stringify(schema)) });
  });

  it('omits schemas of libraries, and functions', () => {
    const valibot = { kind: 'schema', '~standard': { version: 1, vendor: 'valibot', validate: () => ({}) } };
    expect(again({ schema: z.object({}), other: valibot, run: () => 1 })).toEqual({});
  });
});
