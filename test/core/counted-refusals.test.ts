import { createRouter, type HitLimit } from 'signalbox';
import { scriptedProvider, virtualClock } from 'signalbox/testing';
import { describe, expect, it } from 'vitest';

interface Refusal {
  readonly retryAfter?: number;
  readonly limit?: HitLimit;
}

/** Answers of a second, then six refusals at a time, then answers again: how many of ten at a time the target gets after that. */
async function afterRefusals(refusal: Refusal): Promise<number> {
  const clock = virtualClock();
  let isFull = false;
  const vendor = scriptedProvider(
    'vendor',
    () =>
      isFull ? { delay: 100, error: { kind: 'rate-limit', status: 429, ...refusal } } : { delay: 1_000 },
    clock,
  );
  const router = createRouter({
    targets: [
      { provider: vendor, model: 'm' },
      { provider: scriptedProvider('other', [{}], clock), model: 'm' },
    ],
    catalog: false,
    log: false,
    clock,
  });
  const atOnce = async (count: number): Promise<number> => {
    const answers = Array.from({ length: count }, () => router.chat({ prompt: 'hi' }));
    await clock.advance(2_000);
    return (await Promise.all(answers)).filter(({ target }) => target === 'vendor/m').length;
  };
  expect(await atOnce(10)).toBe(10);
  isFull = true;
  expect(await atOnce(6)).toBe(0);
  isFull = false;
  await clock.advance(60_000);
  return atOnce(10);
}

describe('refusals for too many requests', () => {
  it('limit no concurrency where the vendor asks for a longer wait than answers take', async () => {
    expect(await afterRefusals({ retryAfter: 30_000 })).toBe(10);
  });

  it('limit it where places would be free again as answers end', async () => {
    expect(await afterRefusals({ retryAfter: 500 })).toBeLessThan(10);
  });

  it.each(['requests', 'tokens'] as const)(
    'limit none where the vendor names a limit of %s in a span of time, and its end',
    async (limit) => {
      expect(await afterRefusals({ retryAfter: 500, limit })).toBe(10);
    },
  );

  it('limit it if the vendor names concurrency, for any retry time', async () => {
    expect(await afterRefusals({ retryAfter: 30_000, limit: 'concurrency' })).toBeLessThan(10);
  });

  it('limit it where the vendor names requests, but no time to come back', async () => {
    expect(await afterRefusals({ limit: 'requests' })).toBeLessThan(10);
  });
});
