import { createRouter, type Timeouts } from 'signalbox';
import { type Script, scriptedProvider, seededRandom, virtualClock } from 'signalbox/testing';
import { describe, expect, it } from 'vitest';
import { outcome, read, rejection } from '../support/requests.ts';

const ask = { prompt: 'Hi' };
const price = { input: 1, output: 1 };
const words = (count: number): string => Array.from({ length: count }, () => 'word').join(' ');

/** A target whose streams give a word each `gap` ms, and one that takes over. */
function flowing(gap: number, scripts: readonly Script[], timeout: Timeouts = {}) {
  const clock = virtualClock();
  const streams = 30;
  const pace: Script = { text: words(200), gap };
  const first = scriptedProvider('first', [...Array(streams).fill(pace), ...scripts], clock);
  const spare = scriptedProvider('spare', [{ text: 'spare' }], clock);
  const router = createRouter({
    targets: [first, spare].map((provider) => ({ provider, model: 'm', id: provider.name, price })),
    clock,
    random: seededRandom(1),
    timeout,
  });
  /** Reads some whole streams, so that the target's pace is known. */
  const learn = async () => {
    const learnt = Promise.all(Array.from({ length: streams }, async () => read(await router.stream(ask))));
    await clock.advance(gap * 200);
    await learnt;
  };
  return { clock, router, learn };
}

const stops = (after: number, gap = 50): Script => ({ text: words(200), gap, after, hang: true });

describe('streams that stop in the middle', () => {
  it('are given up within two seconds where all of a target stop at once', async () => {
    const { clock, router, learn } = flowing(50, [stops(10)]);
    await learn();
    const streams = await Promise.all(Array.from({ length: 8 }, () => router.stream(ask)));
    const failures = streams.map((stream) => rejection(read(stream)));
    await clock.advance(9 * 50 + 2_000);
    for (const failure of failures) {
      const error = await failure;
      expect(error).toMatchObject({ code: 'stream-interrupted', reason: { kind: 'timeout' } });
    }
    expect(clock.timers).toBe(0);
  });

  it('are waited for longer where the others of the target go on', async () => {
    const { clock, router, learn } = flowing(50, [stops(10), { text: words(200), gap: 50 }]);
    await learn();
    const silent = rejection(read(await router.stream(ask)));
    const others = await Promise.all(Array.from({ length: 7 }, () => router.stream(ask)));
    const reading = others.map((stream) => read(stream));
    let failed = false;
    void silent.then(() => {
      failed = true;
    });
    await clock.advance(9 * 50 + 4_900);
    expect(failed).toBe(false);
    await clock.advance(200);
    expect(failed).toBe(true);
    await clock.advance(10_000);
    for (const parts of await Promise.all(reading)) expect(parts.at(-1)?.type).toBe('finish');
  });

  it('are awaited for the caller’s timeout', async () => {
    const { clock, router, learn } = flowing(50, [stops(10)], { idle: 7_000 });
    await learn();
    const streams = await Promise.all(Array.from({ length: 8 }, () => router.stream(ask)));
    let failed = 0;
    for (const stream of streams) void rejection(read(stream)).then(() => (failed += 1));
    await clock.advance(9 * 50 + 6_900);
    expect(failed).toBe(0);
    await clock.advance(200);
    expect(failed).toBe(8);
  });
});

describe('timeout.idle by default', () => {
  const silentAfter = async (gap: number): Promise<number> => {
    const { clock, router, learn } = flowing(gap, [stops(3, gap)]);
    await learn();
    const started = clock.now();
    const failure = outcome(router.stream(ask).then((stream) => read(stream))).then(
      () => clock.now() - started,
    );
    await clock.advance(200_000);
    return (await failure) - 2 * gap;
  };

  it('is five times the longest usual pause, at least five seconds and at most sixty', async () => {
    expect(await silentAfter(100)).toBe(5_000);
    const slow = await silentAfter(1_500);
    expect(slow).toBeGreaterThan(5 * 1_500 * 0.95);
    expect(slow).toBeLessThan(5 * 1_500 * 1.05);
  });

  it('is twenty seconds for a target that is not known', async () => {
    const clock = virtualClock();
    const router = createRouter({
      targets: [{ provider: scriptedProvider('only', [stops(3, 0)], clock), model: 'm', price }],
      clock,
      retry: false,
    });
    const failure = rejection(read(await router.stream(ask)));
    await clock.advance(19_999);
    expect(clock.timers).toBeGreaterThan(0);
    await clock.advance(1);
    expect(await failure).toMatchObject({ code: 'stream-interrupted' });
  });
});
