import { createRouter, type HedgePolicy, type RouterEvent } from 'signalbox';
import { type ScriptedProvider, scriptedProvider, virtualClock } from 'signalbox/testing';
import { describe, expect, it } from 'vitest';
import { read, textOf, world } from '../support/requests.ts';

type Script = Parameters<typeof scriptedProvider>[1];

function hedging(hedge: HedgePolicy | false, slow: Script, fast: Script = [{ text: 'fast' }]) {
  const clock = virtualClock();
  const first = scriptedProvider('first', slow, clock);
  const second = scriptedProvider('second', fast, clock);
  const price = { input: 1, output: 1 };
  const router = createRouter({
    targets: [first, second].map((provider: ScriptedProvider) => ({
      provider,
      model: 'm',
      id: provider.name,
      price,
    })),
    clock,
    hedge,
  });
  const events: RouterEvent[] = [];
  for (const type of ['usage', 'attempt-end', 'request-end'] as const)
    router.on(type, (event) => events.push(event));
  const usage = () => events.filter((event) => event.type === 'usage');
  return { clock, first, second, router, events, usage };
}

describe('hedging', () => {
  it('sends a request to a second target when the first one is slow, and stops the loser', async () => {
    const { clock, router, first, usage } = hedging({ delay: 500 }, [{ delay: 5_000 }]);
    const stream = router.stream({ prompt: 'Hi' });
    await clock.advance(500);
    expect((await stream).target).toBe('second');
    const parts = await read(await stream);
    expect(parts.at(-1)?.type).toBe('finish');
    expect(first.open).toBe(0);
    expect(usage()).toMatchObject([
      { target: 'first', outcome: 'abandoned', billed: 'unknown', cost: { estimated: true } },
      { target: 'second', outcome: 'success', billed: 'yes' },
    ]);
  });

  it('does the same for an answer in one piece', async () => {
    const { clock, router, first } = hedging({ delay: 500 }, [{ delay: 5_000 }]);
    const answer = router.chat({ prompt: 'Hi' });
    await clock.advance(500);
    expect((await answer).text).toBe('fast');
    expect(first.open).toBe(0);
    expect(router.stats()[0]).toMatchObject({ health: 'healthy', failures: 0, inFlight: 0 });
  });

  it('takes no attempt from a target that has not been asked, should the faster one break off', async () => {
    const { router, clock } = world(
      {
        slow: [{ delay: 5_000 }, { error: { kind: 'server', status: 500 } }],
        fast: [{ text: ['one'], after: 1, cut: true }],
        well: [{ text: 'all of it' }],
      },
      { hedge: { delay: 500 }, interrupted: 'restart' },
    );
    const reading = router.stream({ prompt: 'Hi' }).then(read).then(textOf);
    await clock.advance(1_000);
    expect(await reading).toBe('all of it');
  });

  it('does nothing while the first target is quick enough', async () => {
    const { clock, router, second } = hedging({ delay: 500 }, [{ delay: 400 }]);
    const answer = router.chat({ prompt: 'Hi' });
    await clock.advance(2_000);
    expect((await answer).target).toBe('first');
    expect(second.calls).toHaveLength(0);
  });

  it('still gives the first target’s answer if that comes first after all', async () => {
    const { clock, router, second } = hedging(
      { delay: 500 },
      [{ delay: 700, text: 'slow' }],
      [{ delay: 5_000 }],
    );
    const answer = router.chat({ prompt: 'Hi' });
    await clock.advance(700);
    expect((await answer).text).toBe('slow');
    expect(second.calls).toHaveLength(1);
    expect(second.open).toBe(0);
  });

  it('is off by default', async () => {
    const { clock, router, second } = hedging(false, [{ delay: 9_000 }]);
    const answer = router.chat({ prompt: 'Hi' });
    await clock.advance(9_000);
    expect((await answer).target).toBe('first');
    expect(second.calls).toHaveLength(0);
  });

  it('never sends more than its share of requests twice', async () => {
    const { clock, router, second } = hedging({ delay: 100, ratio: 0.1 }, [{ delay: 1_000 }]);
    for (let request = 0; request < 100; request++) {
      const answer = router.chat({ prompt: 'Hi' });
      await clock.advance(1_000);
      await answer;
    }
    expect(second.calls.length).toBeGreaterThan(5);
    expect(second.calls.length).toBeLessThanOrEqual(11);
  });

  it('goes by the target’s own times, once enough are known', async () => {
    const { clock, router, second } = hedging({ delay: 'p95', ratio: 1 }, (_, index) => ({
      delay: index < 200 ? 200 : 5_000,
    }));
    for (let request = 0; request < 201; request++) {
      const answer = router.chat({ prompt: 'Hi' });
      await clock.advance(300);
      await answer;
    }
    expect(second.calls).toHaveLength(1);
  });

  it('uses no target above its price limit', async () => {
    const { clock, router, second } = hedging({ delay: 100, maxCost: 0.000_000_1 }, [{ delay: 1_000 }]);
    const answer = router.chat({ prompt: 'Hi' });
    await clock.advance(1_000);
    await answer;
    expect(second.calls).toHaveLength(0);
  });

  it('never sends twice what a vendor’s own tools would do twice', async () => {
    const { clock, router, second } = hedging({ delay: 100 }, [{ delay: 1_000 }]);
    const tools = [{ type: 'provider', id: 'first.search', name: 'search', args: {} }] as const;
    const answer = router.chat({ prompt: 'Hi', tools });
    await clock.advance(1_000);
    await answer;
    expect(second.calls).toHaveLength(0);
  });

  it('can be set for one call', async () => {
    const { clock, router, second } = hedging({ delay: 100 }, [{ delay: 1_000 }]);
    const off = router.chat({ prompt: 'Hi' }, { hedge: false });
    await clock.advance(1_000);
    await off;
    expect(second.calls).toHaveLength(0);
  });

  it('takes the second target’s failure for no failure of the request', async () => {
    const { clock, router } = hedging(
      { delay: 100 },
      [{ delay: 1_000, text: 'slow' }],
      [{ error: { kind: 'server', status: 500 } }],
    );
    const answer = router.chat({ prompt: 'Hi' });
    await clock.advance(1_000);
    expect((await answer).text).toBe('slow');
  });

  it('leaves no timer behind', async () => {
    const { clock, router } = hedging({ delay: 500 }, [{ delay: 5_000 }]);
    const answer = router.chat({ prompt: 'Hi' });
    await clock.advance(500);
    await answer;
    expect(clock.timers).toBe(0);
  });
});
