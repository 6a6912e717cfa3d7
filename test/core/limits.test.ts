import { createRouter, type Provider } from 'signalbox';
import { type Script, scriptedProvider, seededRandom, virtualClock } from 'signalbox/testing';
import { describe, expect, it } from 'vitest';
import { outcome, world } from '../support/requests.ts';

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
    const [cheap, expensive] = decision.candidates.map(({ estimatedCost }) => estimatedCost ?? 0);
    expect(expensive).toBeGreaterThan(cheap ?? 0);
    const result = await router.chat({ prompt: 'Hi', maxOutputTokens: 100 }, { maxCost: cheap ?? 0 });
    expect(result.target).toBe('a');
  });

  it('rejects with CostLimitError when all are too expensive', async () => {
    const { router, of } = world({ a: [{}], b: [{}] });
    await expect(router.chat(ask, { maxCost: 0.000_000_1 })).rejects.toMatchObject({
      code: 'cost-limit',
      maxCost: 0.000_000_1,
    });
    expect(of('request-end')[0]?.decision?.skipped.map(({ reason }) => reason)).toEqual([
      'over-cost',
      'over-cost',
    ]);
  });
});

describe('rpm and tpm', () => {
  const price = { input: 1, output: 1 };
  const limited = (
    limits: { rpm?: number; tpm?: number },
    more: readonly string[] = ['spare'],
    scripts: readonly Script[] = [{}],
  ) => {
    const clock = virtualClock();
    const provider = scriptedProvider('limited', scripts);
    const router = createRouter({
      targets: [
        { provider, model: 'm', id: 'limited', price, ...limits },
        ...more.map((name) => ({ provider: scriptedProvider(name), model: 'm', id: name, price })),
      ],
      clock,
    });
    return { clock, provider, router };
  };

  it('send what is too much for a minute to another target', async () => {
    const { router, provider, clock } = limited({ rpm: 3 });
    const targets: string[] = [];
    for (let request = 0; request < 6; request++) targets.push((await router.chat({ prompt: 'Hi' })).target);
    expect(targets.filter((target) => target === 'limited').length).toBeLessThanOrEqual(3);
    expect(targets.at(-1)).toBe('spare');
    const { skipped } = await router.explain({ prompt: 'Hi' });
    expect(skipped).toMatchObject([{ target: 'limited', reason: 'over-limit', retryAt: expect.any(Number) }]);
    await clock.advance(60_000);
    await router.chat({ prompt: 'Hi' });
    expect(provider.calls.length).toBeGreaterThan(3);
  });

  it('count tokens as the vendor counted them', async () => {
    const { router, provider } = limited({ tpm: 1_000 });
    // 15 tokens each by the vendor's count; the estimate reserves about 500.
    for (let request = 0; request < 20; request++) await router.chat({ prompt: 'Hi', maxOutputTokens: 500 });
    expect(provider.calls.length).toBeGreaterThan(10);
  });

  it('make a request wait where there is no other target', async () => {
    const { router, clock, provider } = limited({ rpm: 60 }, []);
    for (let request = 0; request < 60; request++) await router.chat({ prompt: 'Hi' });
    const waiting = router.chat({ prompt: 'Hi' });
    await clock.advance(900);
    expect(provider.calls).toHaveLength(60);
    await clock.advance(200);
    expect((await waiting).target).toBe('limited');
  });

  it.each([
    ['whose breaker is open', { kind: 'server', status: 500 }],
    ['that is misconfigured', { kind: 'auth', status: 401 }],
  ] as const)('hold for the last target that is left, one %s', async (_state, error) => {
    const { router, provider, clock } = limited({ rpm: 4 }, [], [{ error }]);
    const answers = Array.from({ length: 20 }, () => outcome(router.chat({ prompt: 'Hi' })));
    await clock.advance(10);
    expect(provider.calls).toHaveLength(4);
    await clock.advance(60_000);
    expect(provider.calls.length).toBeLessThanOrEqual(8);
    await router.close();
    await Promise.all(answers);
  });
});

describe('what a vendor says is left of its limits', () => {
  it('moves traffic away before the vendor has to refuse', async () => {
    const clock = virtualClock();
    let left = 8;
    let refused = 0;
    const scarce: Provider = {
      ...scriptedProvider('scarce'),
      chat: (call) => {
        left -= 1;
        if (left < 0) refused += 1;
        const limits = [
          { of: 'requests', remaining: Math.max(0, left), limit: 100, resetAfter: 30_000 },
        ] as const;
        return Promise.resolve({
          content: [{ type: 'text', text: 'Hi' }],
          finishReason: 'stop',
          usage: { inputTokens: 1, outputTokens: 1 },
          response: { model: call.model, headers: {}, limits },
          warnings: [],
          raw: undefined,
        });
      },
    };
    const router = createRouter({
      targets: [scarce, scriptedProvider('spare')].map((provider) => ({
        provider,
        model: 'm',
        id: provider.name,
        price: { input: 1, output: 1 },
      })),
      clock,
      random: seededRandom(1),
    });
    const targets: string[] = [];
    for (let request = 0; request < 40; request++) targets.push((await router.chat({ prompt: 'Hi' })).target);
    expect(refused).toBe(0);
    expect(targets.filter((target) => target === 'spare').length).toBeGreaterThan(30);
    await clock.advance(30_000);
    left = 100;
    expect((await router.chat({ prompt: 'Hi' })).target).toBe('scarce');
  });
});
