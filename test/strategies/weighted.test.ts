import { isRouterError, weighted } from 'signalbox';
import { describe, expect, it } from 'vitest';
import { world } from '../support/requests.ts';

async function shares(
  weights: Record<string, number>,
  ids: readonly string[],
  requests = 3_000,
): Promise<Record<string, number>> {
  const { router } = world(Object.fromEntries(ids.map((id) => [id, [{}]])), { strategy: weighted(weights) });
  for (let request = 0; request < requests; request++) await router.chat({ prompt: 'Hi' });
  return Object.fromEntries(router.stats().map(({ id, attempts }) => [id, attempts / requests]));
}

describe('weighted', () => {
  it('shares requests in proportion to the weights', async () => {
    const { a, b } = await shares({ a: 3, b: 1 }, ['a', 'b']);
    expect(a).toBeCloseTo(0.75, 1);
    expect(b).toBeCloseTo(0.25, 1);
  });

  it('does not depend on the order of the targets', async () => {
    const { a, b } = await shares({ a: 3, b: 1 }, ['b', 'a']);
    expect(a).toBeCloseTo(0.75, 1);
    expect(b).toBeCloseTo(0.25, 1);
  });

  it('uses a target of weight 0 only if the others fail', async () => {
    const { router } = world(
      { a: [{}], b: [{}, { error: { kind: 'server' } }, {}] },
      { strategy: weighted({ a: 0, b: 1 }) },
    );
    const targets = [];
    for (let request = 0; request < 3; request++) targets.push((await router.chat({ prompt: 'Hi' })).target);
    expect(targets).toEqual(['b', 'a', 'b']);
  });

  it('repeats its choices with the seed', async () => {
    expect(await shares({ a: 1, b: 2 }, ['a', 'b'], 50)).toEqual(
      await shares({ a: 1, b: 2 }, ['a', 'b'], 50),
    );
  });

  it('rejects an invalid weight', () => {
    for (const weight of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
      try {
        weighted({ a: weight });
        throw new Error('was not refused');
      } catch (error) {
        expect(isRouterError(error, 'config')).toBe(true);
      }
    }
  });
});
