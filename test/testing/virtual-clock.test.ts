import { virtualClock } from 'signalbox/testing';
import { afterEach, describe, expect, it, vi } from 'vitest';

/** A chain of promises, one after the other, longer than anyone would count. */
async function chain(length: number, then: () => void): Promise<void> {
  for (let link = 0; link < length; link++) await undefined;
  then();
}

describe('virtualClock', () => {
  it('runs timers in the order of their moments, and those of one moment in the order in which they were set', async () => {
    const clock = virtualClock();
    const ran: string[] = [];
    for (const [ms, name] of [
      [30, 'c'],
      [10, 'a'],
      [20, 'b1'],
      [20, 'b2'],
      [20, 'b3'],
    ] as const)
      clock.after(ms, () => ran.push(`${name} at ${clock.now()}`));
    await clock.advance(25);
    expect(ran).toEqual(['a at 10', 'b1 at 20', 'b2 at 20', 'b3 at 20']);
    expect([clock.now(), clock.timers]).toEqual([25, 1]);
  });

  it('removes a canceled timer, and allows canceling it again', async () => {
    for (let cancelled = 0; cancelled < 5; cancelled++) {
      const clock = virtualClock();
      const ran: number[] = [];
      const cancels = [20, 10, 20, 30, 20].map((ms, index) => clock.after(ms, () => ran.push(index)));
      cancels[cancelled]?.();
      cancels[cancelled]?.();
      expect(clock.timers).toBe(4);
      await clock.advance(100);
      expect(ran).toEqual([1, 0, 2, 4, 3].filter((index) => index !== cancelled));
    }
  });

  it('lets all that follows from a timer happen before the next one, however long that takes', async () => {
    const clock = virtualClock();
    const happened: string[] = [];
    clock.after(1, () => void chain(10_000, () => happened.push(`chain at ${clock.now()}`)));
    clock.after(2, () => happened.push('next'));
    await clock.advance(2);
    expect(happened).toEqual(['chain at 1', 'next']);
  });

  it('runs a timer that another one sets for the same moment', async () => {
    const clock = virtualClock();
    const moments: number[] = [];
    clock.after(5, () => clock.after(0, () => moments.push(clock.now())));
    await clock.advance(5);
    expect(moments).toEqual([5]);
  });
});

describe('virtualClock where there is no Node', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.resetModules();
  });

  it('does the same', async () => {
    vi.stubGlobal('setImmediate', undefined);
    vi.resetModules();
    const { virtualClock: portable } = await import('signalbox/testing');
    const clock = portable();
    const happened: string[] = [];
    clock.after(1, () => void chain(10_000, () => happened.push('chain')));
    clock.after(2, () => happened.push('next'));
    expect(await clock.next()).toBe(true);
    expect(happened).toEqual(['chain']);
    expect(await clock.next()).toBe(true);
    expect(await clock.next()).toBe(false);
    expect(happened).toEqual(['chain', 'next']);
  });
});
