import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { models } from 'signalbox/catalog';
import { expect, it } from 'vitest';

// Prices begin and end.
const date = Date.UTC(2026, 10, 1);
const file = join(import.meta.dirname, '..', '..', 'src', 'types', 'options', 'known-models.ts');
const known = [...readFileSync(file, 'utf8').matchAll(/readonly (\w+):([^;]+);/g)].map(
  ([, vendor = '', list = '']) => [vendor, [...list.matchAll(/'([^']+)'/g)].map(([, name]) => name)] as const,
);

it.each(known)(
  'the catalog has a price for each model that editors complete for %s',
  async (provider, names) => {
    const listed = new Set((await models({ provider, date })).map(({ model }) => model));
    expect(names.filter((name) => name === undefined || !listed.has(name))).toEqual([]);
  },
);
