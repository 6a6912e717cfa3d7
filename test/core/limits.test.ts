import { describe, expect, it } from 'vitest';
import { world } from '../support/requests.ts';

const ask = { prompt: 'Hi' };

describe('concurrency', () => {
  it('lets no more requests at a target than it says, and serves the others in turn', async () => {
    const { router, clock, providers } = world({ a: [{ delay: 100 }] }, { concurrency: 2 });
    const answers = Promise.all(Array.from({ length: 6 }, () => router.chat(ask)));
    for (let round = 1; round <= 3; round++) {
      await clock.advance(99);
      expect(providers['a']?.open).toBe(2);
      await clock.advance(1);
    }
    expect(await answers).toHaveLength(6);
    expect(providers['a']?.open).toBe(0);
  });

  it('sends what finds no place to the next target, before anyone waits', async () => {
    const { router, clock } = world({ a: [{ delay: 100 }], b: [{ delay: 100 }] }, { concurrency: 1 });
    const answers = Promise.all([router.chat(ask), router.chat(ask)]);
    await clock.advance(100);
    expect((await answers).map(({ target }) => target)).toEqual(['a', 'b']);
  });

  it('frees the place of a failed attempt', async () => {
    const { router, clock } = world(
      { a: [{ error: { kind: 'server', status: 500 } }, {}] },
      { concurrency: 1 },
    );
    const answer = router.chat(ask);
    await clock.advance(1_000);
    expect((await answer).text).toBe('ok');
  });

  it('holds a stream’s place until it has been read or left', async () => {
    const { router, clock, providers } = world({ a: [{ text: 'one two three' }] }, { concurrency: 1 });
    const stream = await router.stream(ask);
    const waiting = router.chat(ask);
    await clock.advance(10);
    expect(providers['a']?.calls).toHaveLength(1);
    for await (const _part of stream) break;
    expect((await waiting).text).toBe('one two three');
  });
});

describe('maxCost', () => {
  it('leaves out targets that are expected to cost more, and those of unknown price', async () => {
    const { router } = world({ a: [{}], b: [{}] });
    const decision = await router.explain({ prompt: 'Hi', maxOutputTokens: 100 });
    const [cheap, dear] = decision.candidates.map(({ estimatedCost }) => estimatedCost ?? 0);
    expect(dear).toBeGreaterThan(cheap ?? 0);
    const result = await router.chat({ prompt: 'Hi', maxOutputTokens: 100 }, { maxCost: cheap ?? 0 });
    expect(result.target).toBe('a');
  });

  it('rejects with BudgetError when all are too expensive', async () => {
    const { router, of } = world({ a: [{}], b: [{}] });
    await expect(router.chat(ask, { maxCost: 0.000_000_1 })).rejects.toMatchObject({
      code: 'budget',
      maxCost: 0.000_000_1,
    });
    expect(of('request-end')[0]?.decision?.skipped.map(({ reason }) => reason)).toEqual([
      'too-expensive',
      'too-expensive',
    ]);
  });
});
