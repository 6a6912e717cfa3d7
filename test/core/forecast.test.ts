import { createRouter, type Provider, type QueuePolicy, type VendorLimit } from 'signalbox';
import { scriptedProvider, seededRandom, virtualClock } from 'signalbox/testing';
import { describe, expect, it } from 'vitest';
import { outcome } from '../support/requests.ts';

/** A vendor that says with each answer what is left of its limits, and refuses nothing. */
function forecasting(limits: readonly VendorLimit[]): Provider & { readonly asked: number[] } {
  const clock = virtualClock();
  const asked: number[] = [];
  const answer = {
    finishReason: 'stop',
    usage: { inputTokens: 1, outputTokens: 1 },
    response: { headers: {}, limits },
    warnings: [],
    raw: undefined,
  } as const;
  return {
    ...scriptedProvider('forecasting', [{}], clock),
    asked,
    async chat() {
      asked.push(asked.length);
      return { ...answer, content: [{ type: 'text', text: 'Hi' }] };
    },
    async embed({ values }) {
      asked.push(asked.length);
      return { ...answer, embeddings: values.map(() => [1]) };
    },
    embedLimits: { values: 1, characters: 1_000 },
  };
}

const price = { input: 1, output: 1 };
/** The next request is expected to be let in after longer than a request waits by default. */
const nothing: VendorLimit = { of: 'requests', remaining: 0, limit: 1, resetAfter: 50_000 };

function world(limits: readonly VendorLimit[], queue: QueuePolicy = {}, more: readonly string[] = []) {
  const clock = virtualClock();
  const provider = forecasting(limits);
  const router = createRouter({
    targets: [
      { provider, model: 'm', id: 'only', price },
      ...more.map((id) => ({ provider: scriptedProvider(id, [{}], clock), model: 'm', id, price })),
    ],
    clock,
    queue,
    random: seededRandom(1),
  });
  return { clock, provider, router };
}

describe('a vendor’s reported remaining limits, without another target', () => {
  it('delays a request until as much has come back', async () => {
    const slow: VendorLimit = { of: 'requests', remaining: 0, limit: 21, resetAfter: 42_000 };
    const { router, clock, provider } = world([slow]);
    await router.chat({ prompt: 'Hi' });
    const waiting = router.chat({ prompt: 'Hi' });
    await clock.advance(1_999);
    expect(provider.asked).toHaveLength(1);
    await clock.advance(1);
    expect((await waiting).target).toBe('only');
  });

  it('delays a large request for the tokens that are missing', async () => {
    // Half a token comes back in each millisecond.
    const scarce: VendorLimit = { of: 'tokens', remaining: 9_000, limit: 30_000, resetAfter: 42_000 };
    const { router, clock, provider } = world([scarce]);
    await router.chat({ prompt: 'Hi' });
    const waiting = router.chat({ prompt: 'word '.repeat(10_000) });
    await clock.advance(1_000);
    expect(provider.asked).toHaveLength(1);
    await clock.advance(3_000);
    expect((await waiting).target).toBe('only');
  });

  it.each([
    ['than a request may wait', {}],
    ['than queue.maxWait', { maxWait: 1_000 }],
  ] as const)('does not delay a request where that takes longer %s', async (_, queue) => {
    const { router, clock } = world([nothing], queue);
    await router.chat({ prompt: 'Hi' });
    expect((await router.chat({ prompt: 'Hi' })).target).toBe('only');
    expect(clock.now()).toBe(0);
  });

  it('does not delay a request beyond its deadline', async () => {
    const { router, clock } = world([{ ...nothing, resetAfter: 20_000 }]);
    await router.chat({ prompt: 'Hi' });
    expect((await router.chat({ prompt: 'Hi' }, { timeout: { request: 5_000 } })).target).toBe('only');
    expect(clock.now()).toBe(0);
  });

  it('refuses no request that the queue has no room for', async () => {
    const { router, clock } = world([{ ...nothing, resetAfter: 20_000 }], { size: 2 });
    await router.chat({ prompt: 'Hi' });
    const all = Promise.all(Array.from({ length: 10 }, () => outcome(router.chat({ prompt: 'Hi' }))));
    await clock.advance(60_000);
    expect((await all).filter((settled) => 'error' in settled)).toEqual([]);
  });

  it('refuses no request that one of a higher priority takes the queue’s room from', async () => {
    const { router, clock } = world([{ ...nothing, resetAfter: 20_000 }], { size: 1 });
    await router.chat({ prompt: 'Hi' });
    const sheddable = outcome(router.chat({ prompt: 'Hi' }, { priority: 'sheddable' }));
    await clock.advance(10);
    const critical = outcome(router.chat({ prompt: 'Hi' }, { priority: 'critical' }));
    expect(await sheddable).toMatchObject({ value: { target: 'only' } });
    await clock.advance(60_000);
    expect(await critical).toMatchObject({ value: { target: 'only' } });
  });

  it('delays no request for longer than queue.maxWait in all, however often the forecast changes', async () => {
    const { router, clock } = world([{ ...nothing, resetAfter: 900 }], { maxWait: 1_000 });
    await router.chat({ prompt: 'Hi' });
    const all = Promise.all(Array.from({ length: 20 }, () => outcome(router.chat({ prompt: 'Hi' }))));
    await clock.advance(1_000);
    expect((await all).filter((settled) => 'error' in settled)).toEqual([]);
  });

  it('lets no request that can wait for a forecast keep one behind it that cannot', async () => {
    const slow: VendorLimit = { of: 'requests', remaining: 0, limit: 10, resetAfter: 250_000 };
    const { router, clock, provider } = world([slow]);
    await router.chat({ prompt: 'Hi' });
    const patient = Promise.all(Array.from({ length: 5 }, () => outcome(router.chat({ prompt: 'Hi' }))));
    const urgent = outcome(router.chat({ prompt: 'Hi' }, { timeout: { request: 10_000 } }));
    await clock.advance(5_000);
    expect(await urgent).toMatchObject({ value: { target: 'only' } });
    expect(provider.asked).toHaveLength(2);
    await clock.advance(60_000);
    expect((await patient).filter((settled) => 'error' in settled)).toEqual([]);
  });

  it('delays the calls of one request for embeddings, and refuses none', async () => {
    const { router, clock, provider } = world([{ ...nothing, resetAfter: 20_000 }], { maxWait: 1_000 });
    const all = outcome(router.embed({ values: Array.from({ length: 8 }, () => 'word') }));
    await clock.advance(10_000);
    expect(await all).toMatchObject({ value: { target: 'only' } });
    expect(provider.asked).toHaveLength(8);
  });
});

describe('a vendor’s reported remaining limits, with another target', () => {
  it('sends a request there, and delays it nowhere', async () => {
    const { router, clock } = world([nothing], {}, ['spare']);
    await router.chat({ prompt: 'Hi' });
    expect((await router.chat({ prompt: 'Hi' })).target).toBe('spare');
    expect(clock.now()).toBe(0);
    const { skipped } = await router.explain({ prompt: 'Hi' });
    expect(skipped).toMatchObject([{ target: 'only', reason: 'over-limit', retryAt: expect.any(Number) }]);
  });
});
