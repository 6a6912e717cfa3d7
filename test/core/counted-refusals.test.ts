import { createRouter } from 'signalbox';
import { scriptedProvider, virtualClock } from 'signalbox/testing';
import { describe, expect, it } from 'vitest';

/** Answers of a second, then six refusals at a time, then answers again: how many of ten at a time the target gets after that. */
async function afterRefusals(retryAfter: number): Promise<number> {
  const clock = virtualClock();
  let isFull = false;
  const vendor = scriptedProvider(
    'vendor',
    () =>
      isFull
        ? { delay: 100, error: { kind: 'rate-limit', status: 429, retryAfter, limit: 'requests' } }
        : { delay: 1_000 },
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
    expect(await afterRefusals(30_000)).toBe(10);
  });

  it('limit it where places would be free again as answers end', async () => {
    expect(await afterRefusals(500)).toBeLessThan(10);
  });
});
