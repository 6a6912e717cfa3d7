import { describe, it } from 'vitest';
import { checkWorlds } from './worlds.ts';

describe('more worlds from seeds', () => {
  it.each(Array.from({ length: 10 }, (_, index) => 5_000 + index * 500))(
    'keep what is promised, in 500 of them from seed %i on',
    (from) => checkWorlds(from, from + 500),
  );
});
