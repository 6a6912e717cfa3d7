import {
  balanced,
  createRouter,
  highestThroughput,
  lowestCost,
  lowestLatency,
  type Provider,
  priority,
  type RouterOptions,
} from 'signalbox';
import { type Script, scriptedProvider, seededRandom, virtualClock } from 'signalbox/testing';
import { describe, expect, it } from 'vitest';

const down: Script = { error: { kind: 'server' } };

/** A router of many targets, `t0` to `t19`, whose code is loaded; targets of a script in the list do as it says. */
async function routerOf(
  scripts: Readonly<Record<string, Script>>,
  options: Omit<RouterOptions, 'targets'> = {},
  prices: readonly number[] = [],
  concurrency?: number,
) {
  const clock = virtualClock();
  let considered = 0;
  const targets = Array.from({ length: 20 }, (_, index) => {
    const id = `t${index}`;
    const provider: Provider = {
      ...scriptedProvider(id, () => scripts[id] ?? {}, clock),
      lacks() {
        considered += 1;
        return undefined;
      },
    };
    const price = prices[index] ?? 1;
    const limits = concurrency === undefined ? {} : { concurrency };
    return { provider, model: 'm', id, price: { input: price, output: price }, ...limits };
  });
  const router = createRouter({ targets, clock, random: seededRandom(3), ...options });
  await router.warmup();
  const considering = async <T>(work: () => Promise<T>): Promise<readonly [T, number]> => {
    const before = considered;
    const done = await work();
    return [done, considered - before];
  };
  return { router, considering, clock };
}

const ids = (targets: readonly { readonly target: string }[] = []): readonly string[] =>
  targets.map(({ target }) => target);
const inOrder = Array.from({ length: 20 }, (_, index) => `t${index}`);

describe('among many targets', () => {
  it('priority stops at the first that fits', async () => {
    const { router, considering } = await routerOf({});
    const [result, count] = await considering(() => router.chat({ prompt: 'Hi' }));
    expect([result.target, count]).toEqual(['t0', 1]);
  });

  it('the decision that is read has all of them, and stays the same', async () => {
    const { router } = await routerOf({});
    const { decision } = await router.chat({ prompt: 'Hi' });
    expect(ids(decision?.candidates)).toEqual(inOrder);
    const result = await router.chat({ prompt: 'Hi' });
    expect(result.decision).toBe(result.decision);
    expect({ ...result }.decision).toBe(result.decision);
    expect(JSON.parse(JSON.stringify(result)).decision.candidates).toHaveLength(20);
  });

  it('an event has the whole decision', async () => {
    const { router } = await routerOf({});
    const seen: unknown[] = [];
    router.on('request-end', ({ decision }) => seen.push(ids(decision?.candidates)));
    await router.chat({ prompt: 'Hi' });
    expect(seen).toEqual([inOrder]);
  });

  it.each(['chat', 'stream'] as const)(
    'a failure of the first goes to the next, as the decision shows: %s',
    async (kind) => {
      const { router } = await routerOf({ t0: down, t1: down }, { retry: false });
      const result =
        kind === 'chat' ? await router.chat({ prompt: 'Hi' }) : await router.stream({ prompt: 'Hi' });
      if (kind === 'stream') for await (const _ of result as AsyncIterable<unknown>);
      const { target, attempts, decision } =
        kind === 'chat'
          ? (result as Awaited<ReturnType<typeof router.chat>>)
          : await (result as Awaited<ReturnType<typeof router.stream>>).result;
      expect([target, ids(attempts)]).toEqual(['t2', ['t0', 't1', 't2']]);
      expect(ids(decision?.candidates)).toEqual(inOrder);
    },
  );

  it('one that is cooling down is passed over, with its reason', async () => {
    const { router } = await routerOf({ t0: { error: { kind: 'rate-limit' } } }, { retry: false });
    await router.chat({ prompt: 'Hi' });
    const { target, decision } = await router.chat({ prompt: 'Hi' });
    expect(target).toBe('t1');
    expect(decision?.skipped).toMatchObject([{ target: 't0', reason: 'cooling-down' }]);
    expect(ids(decision?.candidates)).toEqual(inOrder.slice(1));
  });

  it('lowestCost takes the cheapest, and ranks the others by cost', async () => {
    const prices = inOrder.map((_, index) => 1 + ((index * 7 + 5) % 20));
    const { router } = await routerOf({}, { strategy: lowestCost() }, prices);
    const { target, decision } = await router.chat({ prompt: 'Hi' });
    const byPrice = inOrder.toSorted(
      (a, b) => (prices[Number(a.slice(1))] ?? 0) - (prices[Number(b.slice(1))] ?? 0),
    );
    expect(target).toBe(byPrice[0]);
    expect(ids(decision?.candidates)).toEqual(byPrice);
  });

  it.each([priority(), lowestCost()])(
    'one without a free slot is passed over, and no more are considered than needed: $name',
    async (strategy) => {
      const prices = inOrder.map((_, index) => index + 1);
      const { router, considering, clock } = await routerOf(
        { t0: { delay: 1_000 } },
        { strategy },
        prices,
        1,
      );
      const slow = router.chat({ prompt: 'Hi' });
      const [{ target }, count] = await considering(() => router.chat({ prompt: 'Hi' }));
      expect([target, count]).toEqual(['t1', 2]);
      await clock.advance(1_000);
      expect((await slow).target).toBe('t0');
    },
  );

  describe.each([lowestLatency(), balanced(), highestThroughput()])('$name', (strategy) => {
    /** The first targets are the slowest. */
    const routerBySpeed = (scripts: Readonly<Record<string, Script>> = {}) => {
      const clock = virtualClock();
      const targets = inOrder.map((id, index) => ({
        provider: scriptedProvider(id, () => scripts[id] ?? {}, clock),
        model: 'm',
        id,
        price: { input: 1, output: 1 },
        baseline: { firstToken: 4_000 - 100 * index, throughput: 10 + index },
      }));
      return createRouter({ targets, strategy, retry: false, clock, random: seededRandom(3) });
    };
    const fastestFirst = inOrder.toReversed();

    it('takes the best, and ranks the others when the decision is read', async () => {
      const stream = await routerBySpeed().stream({ prompt: 'Hi' });
      const { target, decision } = await stream.result;
      expect(target).toBe('t19');
      expect(ids(decision?.candidates)).toEqual(fastestFirst);
    });

    it('passes over one that is cooling down, and goes on to the next best', async () => {
      const router = routerBySpeed({ t19: { error: { kind: 'rate-limit' } }, t18: down });
      const first = await (await router.stream({ prompt: 'Hi' })).result;
      expect(ids(first.attempts)).toEqual(['t19', 't18', 't17']);
      const { target, decision } = await (await router.stream({ prompt: 'Hi' })).result;
      expect(target).not.toBe('t19');
      expect(decision?.skipped).toMatchObject([{ target: 't19', reason: 'cooling-down' }]);
    });
  });

  it('no answer from any of them is an error with all attempts', async () => {
    const { router } = await routerOf(Object.fromEntries(inOrder.map((id) => [id, down])), {
      retry: false,
      maxAttempts: 20,
    });
    const error = await router.chat({ prompt: 'Hi' }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'all-targets-failed' });
    expect(ids((error as { attempts: readonly { target: string }[] }).attempts)).toEqual(inOrder);
  });
});
