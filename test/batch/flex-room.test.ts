import { createRouter, lowestCost, type Provider, priority, type Strategy } from 'signalbox';
import { type Script, scriptedProvider, virtualClock } from 'signalbox/testing';
import { describe, expect, it } from 'vitest';

const price = { input: 1, output: 10, serviceTiers: { flex: 0.5 } };
const noRoom: Script = { error: { kind: 'overloaded', status: 429, code: 'resource_unavailable' } };

/** A router over the tiers flex and standard; `flex` says what the calls of flex do, in order. */
function setUp(flex: (call: number) => Script, strategy: Strategy = lowestCost()) {
  const clock = virtualClock();
  let calls = 0;
  const scripted = scriptedProvider(
    'vendor',
    ({ providerOptions }) => (providerOptions?.['vendor'] ? flex(calls++) : { delay: 1_000 }),
    clock,
  );
  const provider: Provider = {
    ...scripted,
    tiers: { flex: { vendor: { service_tier: 'flex' } } },
    servedAs: ({ vendor }) => (vendor ? { serviceTier: 'flex' } : {}),
  };
  const router = createRouter({
    targets: [{ provider, model: 'm', price, tiers: ['flex', 'standard'] }],
    strategy,
    timeout: { request: 3_600_000, attempt: 1_800_000 },
    clock,
  });
  return { clock, router };
}

describe('a flex tier that sheds some of its calls', () => {
  it('gets every further one while it takes others', async () => {
    // Every third one is refused, and answers take a minute.
    const { clock, router } = setUp(
      (call) => (call % 3 === 0 ? noRoom : { delay: 60_000 }),
      lowestCost({ deadline: 600_000 }),
    );
    const answers: Promise<string>[] = [];
    for (let request = 0; request < 60; request++) {
      answers.push(router.chat({ prompt: 'hi' }).then(({ target }) => target));
      await clock.advance(500);
    }
    await clock.advance(120_000);
    const flex = (await Promise.all(answers)).filter((target) => target === 'vendor/m#flex');
    expect(flex).toHaveLength(40);
    expect(router.stats().find(({ id }) => id === 'vendor/m#flex')?.health).toBe('healthy');
  });

  it('gets no further one when it takes none', async () => {
    const { clock, router } = setUp(() => noRoom);
    for (let request = 0; request < 20; request++) {
      const answer = router.chat({ prompt: 'hi' });
      await clock.advance(2_000);
      expect((await answer).target).toBe('vendor/m');
    }
    expect(router.stats().find(({ id }) => id === 'vendor/m#flex')?.attempts).toBeLessThan(10);
  });
});

describe('a flex tier under a deadline', () => {
  it.each([
    ['of the strategy', lowestCost({ deadline: 60_000 }), 48_000],
    ['of the strategy, far away', lowestCost({ deadline: 600_000 }), 480_000],
    ['that there is none of', lowestCost(), 10_000],
  ])('has four fifths of it before standard is asked as well: %s', async (_, strategy, wait) => {
    const { clock, router } = setUp(() => ({ hang: true }), strategy);
    const answer = router.chat({ prompt: 'hi' });
    await clock.advance(wait + 1_000);
    const { target, attempts } = await answer;
    expect(target).toBe('vendor/m');
    expect(attempts.map(({ duration }) => duration)).toEqual([wait + 1_000, 1_000]);
  });

  it('has half of the time left of a call that ends at its deadline', async () => {
    const { clock, router } = setUp(() => ({ hang: true }));
    const answer = router.chat({ prompt: 'hi' }, { deadline: clock.date() + 60_000 });
    await clock.advance(31_000);
    expect((await answer).target).toBe('vendor/m');
  });
});

describe.each(['priority', 'fast'])('a tier that answers at once, like standard: %s', (tier) => {
  const asQuick = (script: () => Script, strategy: Strategy) => {
    const clock = virtualClock();
    const scripted = scriptedProvider(
      'vendor',
      ({ providerOptions }) => (providerOptions?.['vendor'] ? script() : { delay: 1_000 }),
      clock,
    );
    const provider: Provider = { ...scripted, tiers: { [tier]: { vendor: { service_tier: tier } } } };
    const router = createRouter({
      targets: [{ provider, model: 'm', price, tiers: [tier, 'standard'] }],
      strategy,
      retry: false,
      timeout: { request: 3_600_000, attempt: 1_800_000 },
      clock,
    });
    return { clock, router };
  };

  it('has no more time under a deadline', async () => {
    const { clock, router } = asQuick(() => ({ hang: true }), priority());
    const answer = router.chat({ prompt: 'hi' }, { deadline: clock.date() + 600_000 });
    await clock.advance(12_000);
    expect((await answer).target).toBe('vendor/m');
  });

  it('is left when it is overloaded, also while it answers others', async () => {
    let calls = 0;
    const { clock, router } = asQuick(() => (calls++ === 0 ? { delay: 600_000 } : noRoom), priority());
    const first = router.chat({ prompt: 'hi' }, { only: [`vendor/m#${tier}`] });
    await clock.advance(100);
    for (let request = 0; request < 10; request++) {
      const answer = router.chat({ prompt: 'hi' });
      await clock.advance(2_000);
      await answer;
    }
    expect(calls).toBeLessThan(9);
    expect(router.stats().find(({ id }) => id === `vendor/m#${tier}`)?.health).not.toBe('healthy');
    await clock.advance(600_000);
    await first;
  });
});
