import { limits } from 'signalbox/budgets';
import { memory } from 'signalbox/memory';
import { sharedHealth } from 'signalbox/shared-health';
import { type VirtualClock, virtualClock } from 'signalbox/testing';
import { describe, expect, it } from 'vitest';
import { world } from '../support/requests.ts';

const ask = { prompt: 'Hi', maxOutputTokens: 20 };

/** The clock of a serverless function: time passes between requests, but no timer runs. */
function pausedClock(): { readonly clock: VirtualClock; pass(ms: number): void } {
  const still = virtualClock();
  let passed = 0;
  return {
    clock: { ...still, now: () => still.now() + passed, date: () => still.date() + passed },
    pass: (ms) => {
      passed += ms;
    },
  };
}

/** `waitUntil` of a runtime: keeps what it is given. */
function waiting() {
  const work: Promise<unknown>[] = [];
  return { work, defer: (each: Promise<unknown>) => void work.push(each), done: () => Promise.all(work) };
}

describe('sharedHealth({ defer }), where no timer runs', () => {
  it('exchanges the processes’ state after requests', async () => {
    const { clock, pass } = pausedClock();
    const store = memory({ clock });
    const limited = { error: { kind: 'rate-limit', status: 429, retryAfter: 60_000 } } as const;
    const { defer, done } = waiting();
    const [one, other] = [
      { a: [limited], b: [{}] },
      { a: [{}], b: [{}] },
    ].map((targets) => world(targets, { clock, store, plugins: [sharedHealth({ defer })] }).router);
    expect((await other?.chat(ask))?.target).toBe('a');
    await one?.chat(ask);
    pass(1_000);
    await one?.chat(ask);
    await done();
    await other?.chat(ask);
    await done();
    expect((await other?.chat(ask))?.target).toBe('b');
  });

  it('exchanges once per interval, however many requests end', async () => {
    const { clock, pass } = pausedClock();
    const { work, defer, done } = waiting();
    const { router } = world(
      { a: [{}] },
      { clock, store: memory({ clock }), plugins: [sharedHealth({ defer })] },
    );
    await router.chat(ask);
    expect(work).toEqual([]);
    pass(1_000);
    for (let n = 0; n < 10; n++) await router.chat(ask);
    await done();
    expect(work).toHaveLength(1);
  });
});

describe('limits(…, { defer }), where no timer runs', () => {
  it('books after requests what they cost', async () => {
    const { clock, pass } = pausedClock();
    const store = memory({ clock });
    const { defer, done } = waiting();
    const plugin = limits([{ by: 'route', usd: 1, per: 'day' }], { defer });
    const { router } = world({ a: [{}] }, { clock, store, plugins: [plugin] });
    const first = await router.chat(ask);
    pass(10_000);
    const second = await router.chat(ask);
    await done();
    const later = limits([{ by: 'route', usd: 1, per: 'day' }], { defer });
    const another = world({ a: [{}] }, { clock, store, plugins: [later] });
    const third = await another.router.chat(ask);
    pass(10_000);
    const fourth = await another.router.chat(ask);
    await done();
    const spent = [first, second, third, fourth].map(({ cost }) => cost?.total ?? 0);
    expect(spent.every((each) => each > 0)).toBe(true);
    expect(later.methods.budgets()[0]?.used).toBeCloseTo(
      spent.reduce((sum, each) => sum + each),
      9,
    );
  });
});
