import { createRouter, type Provider, type RouterEvent } from 'signalbox';
import { seededRandom, virtualClock } from 'signalbox/testing';
import { describe, expect, it } from 'vitest';
import { outcome } from '../support/requests.ts';

/** Streams at a steady rate over two targets of which the first stops answering for a while, in virtual time. */
async function traffic(options: {
  readonly rate: number;
  readonly dark: readonly [from: number, to: number];
  readonly until: number;
  /** What a dark target does: says nothing, or is slow. */
  readonly darkness?: { readonly hang: true } | { readonly delay: number };
  readonly seed?: number;
}) {
  const { rate, dark, until, darkness = { hang: true }, seed = 1 } = options;
  const clock = virtualClock();
  const random = seededRandom(seed);
  // Lognormal: median 0.45 s, one in twenty over 1.2 s.
  const latency = (): number => {
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    return 450 * Math.exp(0.6 * normal);
  };
  const isDark = (): boolean => clock.now() >= dark[0] && clock.now() < dark[1];
  const pause = (ms: number, signal: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      const cancel = clock.after(ms, resolve);
      signal.addEventListener('abort', () => {
        cancel();
        reject(signal.reason);
      });
    });
  let sent = 0;
  const serverOf = (name: string, pace: number, breaks: boolean): Provider => ({
    name,
    chat: () => Promise.reject(new Error('not asked for')),
    async *stream({ signal }) {
      sent += 1;
      await pause(pace * latency(), signal);
      // Requests that already wait when it stops get nothing either.
      while (breaks && isDark()) await pause('hang' in darkness ? 1_000_000 : darkness.delay, signal);
      yield { type: 'text-delta', text: 'Hi' };
      yield { type: 'finish', finishReason: 'stop', usage: { inputTokens: 1, outputTokens: 1 } };
    },
  });
  const first = serverOf('first', 1, true);
  const second = serverOf('second', 1.2, false);
  const price = { input: 1, output: 1 };
  const router = createRouter({
    targets: [
      { provider: first, model: 'm', id: 'first', price },
      { provider: second, model: 'm', id: 'second', price },
    ],
    clock,
    random: seededRandom(seed),
  });
  const states: { at: number; state: string }[] = [];
  router.on('target-state', ({ target, state }) => {
    if (target === 'first') states.push({ at: clock.now(), state });
  });
  const ends: Extract<RouterEvent, { type: 'request-end' }>[] = [];
  const startedAt: number[] = [];
  router.on('request-end', (event) => ends.push(event));
  const pending: Promise<unknown>[] = [];
  const ask = async (): Promise<void> => {
    startedAt.push(clock.now());
    const stream = await router.stream({ prompt: 'Hi' }, { metadata: { at: clock.now() } });
    for await (const _ of stream);
  };
  for (let at = 0; at < until; at += 1_000 / rate) {
    await clock.advance(at - clock.now());
    pending.push(outcome(ask()));
  }
  await clock.advance(120_000);
  const results = (await Promise.all(pending)) as { error?: unknown }[];
  return {
    failed: results.filter(({ error }) => error !== undefined).length,
    states,
    ends,
    waits: ends.map(({ firstToken = 0 }) => firstToken),
    attempts: sent,
    requests: results.length,
    answeredBy: (target: string, from: number, to: number) =>
      ends.filter(
        ({ target: by, metadata }) =>
          by === target && Number(metadata['at']) >= from && Number(metadata['at']) < to,
      ).length,
    clock,
    router,
  };
}

describe('a target that stops answering under traffic', () => {
  it.each([
    ['says nothing', { hang: true }],
    ['is slow beyond all measure', { delay: 30_000 }],
  ] as const)(
    'is noticed in a fraction of a second when it %s, and no request is lost',
    async (_, darkness) => {
      const { failed, states, waits, attempts, requests, answeredBy } = await traffic({
        rate: 155,
        dark: [10_000, 20_000],
        until: 30_000,
        darkness,
      });
      expect(failed).toBe(0);
      const suspectedAt =
        states.find(({ state }) => state === 'unresponsive')?.at ?? Number.POSITIVE_INFINITY;
      expect(suspectedAt - 10_000).toBeLessThan(300);
      // Who had been waiting is not worse off than twice a slow answer of the other target.
      expect(waits.toSorted((a, b) => a - b)[Math.floor(waits.length * 0.999)]).toBeLessThan(
        2 * 1.2 * 1_820 + 500,
      );
      // Hardly anything is sent twice, and the traffic is back soon after.
      expect(attempts - requests).toBeLessThan(1.5 * 100 + requests / 100);
      expect(answeredBy('first', 25_000, 30_000)).toBeGreaterThan(0.95 * 5 * 155);
      expect(states.at(-1)?.state).toBe('healthy');
    },
  );

  it('is noticed in half a second at 20 requests a second', async () => {
    const { failed, states, waits } = await traffic({ rate: 20, dark: [20_000, 30_000], until: 40_000 });
    expect(failed).toBe(0);
    const suspectedAt = states.find(({ state }) => state === 'unresponsive')?.at ?? Number.POSITIVE_INFINITY;
    expect(suspectedAt - 20_000).toBeLessThan(1_000);
    expect(Math.max(...waits)).toBeLessThan(6_000);
  });

  it('is not suspected without reason: a minute at 155 requests a second', async () => {
    const { states, failed } = await traffic({ rate: 155, dark: [1e9, 1e9], until: 60_000, seed: 7 });
    expect(failed).toBe(0);
    expect(states).toEqual([]);
  });

  it('leaves no timer behind', async () => {
    const { clock } = await traffic({ rate: 50, dark: [5_000, 8_000], until: 12_000 });
    expect(clock.timers).toBe(0);
  });
});
