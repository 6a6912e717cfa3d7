import {
  type Baseline,
  balanced,
  createRouter,
  lowestCost,
  lowestLatency,
  type Price,
  priority,
  type Router,
  type RouterOptions,
} from 'signalbox';
import {
  type Script,
  type ScriptedProvider,
  scriptedProvider,
  seededRandom,
  type VirtualClock,
  virtualClock,
} from 'signalbox/testing';
import { describe, expect, it } from 'vitest';

interface Plan {
  readonly price: Price;
  readonly script?: Script | ((call: number) => Script);
  readonly baseline?: Baseline;
}

interface Traffic {
  readonly router: Router;
  readonly clock: VirtualClock;
  readonly providers: Readonly<Record<string, ScriptedProvider>>;
}

function traffic(plans: Readonly<Record<string, Plan>>, options: Omit<RouterOptions, 'targets'>): Traffic {
  const clock = virtualClock();
  const providers: Record<string, ScriptedProvider> = {};
  const targets = Object.entries(plans).map(([id, { price, script = {}, baseline }]) => {
    let calls = 0;
    const provider = scriptedProvider(
      id,
      () => (typeof script === 'function' ? script(calls++) : script),
      clock,
    );
    providers[id] = provider;
    return { provider, model: 'm', id, price, ...(baseline === undefined ? {} : { baseline }) };
  });
  const router: Router = createRouter({ targets, clock, random: seededRandom(5), ...options });
  return { router, clock, providers };
}

const words = (count: number): string => 'word '.repeat(count);
const tokensPerCall = (inputTokens: number, outputTokens: number): Script => ({
  usage: { inputTokens, outputTokens },
});

describe('the expected cost of a request', () => {
  it('compares by its own tokens: an expensive output matters only for long answers', async () => {
    const { router } = traffic(
      {
        'expensive output': { price: { input: 1, output: 10 } },
        'expensive input': { price: { input: 4, output: 1 } },
      },
      { strategy: lowestCost() },
    );
    const first = async (prompt: string, maxOutputTokens: number): Promise<string | undefined> =>
      (await router.explain({ prompt, maxOutputTokens })).candidates[0]?.target;
    expect(await first(words(2_000), 10)).toBe('expensive output');
    expect(await first('Hi', 2_000)).toBe('expensive input');
  });

  it('goes by the tier that its size falls into', async () => {
    const tiered = { input: 1, output: 1, tiers: [{ above: 1_000, input: 10, output: 10 }] };
    const { router } = traffic(
      { tiered: { price: tiered }, flat: { price: { input: 2, output: 2 } } },
      { strategy: lowestCost() },
    );
    const first = async (prompt: string): Promise<string | undefined> =>
      (await router.explain({ prompt })).candidates[0]?.target;
    expect(await first('Hi')).toBe('tiered');
    expect(await first(words(2_000))).toBe('flat');
  });

  it('learns how long the answers of a route are, and of each target there', async () => {
    const { router } = traffic(
      {
        wordy: { price: { input: 1, output: 1 }, script: tokensPerCall(10, 3_000) },
        brief: { price: { input: 1, output: 2 }, script: tokensPerCall(10, 100) },
      },
      {
        strategy: lowestCost(),
        routes: { long: { targets: ['wordy'] }, both: {} },
      },
    );
    const costs = async (route: string): Promise<(number | undefined)[]> => {
      const { candidates } = await router.explain({ prompt: 'Hi' }, { route });
      return candidates
        .toSorted((a, b) => (a.target < b.target ? 1 : -1))
        .map(({ estimatedCost = 0 }) => Math.round(estimatedCost * 1e6));
    };
    // 500 tokens where nothing is known.
    expect(await costs('both')).toEqual([505, 1_005]);
    for (let index = 0; index < 40; index++) {
      await router.chat({ prompt: 'Hi' }, { route: 'both', only: [index % 2 === 0 ? 'wordy' : 'brief'] });
    }
    const [wordy = 0, brief = 0] = await costs('both');
    expect(wordy).toBeGreaterThan(2_000);
    expect(brief).toBeLessThan(1_500);
    expect((await router.explain({ prompt: 'Hi' }, { route: 'both' })).candidates[0]?.target).toBe('brief');
    // What is learned on one route says nothing about another one, except for the target's own answers.
    expect(await costs('long')).toEqual([3_005]);
  });

  it('keeps a session where its prompt is cached while that is cheaper, and no longer', async () => {
    let cached = 0;
    const { router, clock } = traffic(
      {
        // More expensive, except for what it has cached.
        warm: {
          price: { input: 3, output: 3, cacheRead: 0.3 },
          script: () => {
            const cacheReadTokens = cached;
            cached = 2_000;
            return { usage: { inputTokens: 2_000, outputTokens: 10, cacheReadTokens } };
          },
        },
        cold: { price: { input: 2, output: 2 }, script: tokensPerCall(2_000, 10) },
      },
      { strategy: lowestCost() },
    );
    const request = { prompt: words(2_000), maxOutputTokens: 10 };
    for (let turn = 0; turn < 3; turn++) {
      await router.chat(request, { session: 's', only: ['warm'] });
      await clock.advance(60_000);
    }
    const first = async (session: string): Promise<string | undefined> =>
      (await router.explain(request, { session })).candidates[0]?.target;
    expect(await first('s')).toBe('warm');
    expect(await first('another session')).toBe('cold');
    await clock.advance(300_000);
    expect(await first('s')).toBe('cold');
  });
});

describe('lowestLatency', () => {
  /** Ten requests a second for a while: to whom the last ones went. */
  async function ask({ router, clock }: Traffic, requests: number): Promise<string[]> {
    const answers: Promise<string>[] = [];
    for (let index = 0; index < requests; index++) {
      answers.push(
        router.stream({ prompt: 'Hi' }).then(async (stream) => {
          for await (const _ of stream);
          return (await stream.result).target;
        }),
      );
      await clock.advance(100);
    }
    await clock.advance(20_000);
    return Promise.all(answers);
  }
  const price = { input: 1, output: 1 };

  it('finds the fastest of several, whatever their order', async () => {
    const world = traffic(
      {
        slow: { price, script: { delay: 900 } },
        middle: { price, script: { delay: 600 } },
        fast: { price, script: { delay: 300 } },
      },
      { strategy: lowestLatency() },
    );
    const targets = await ask(world, 300);
    expect(targets.slice(100).filter((target) => target === 'fast').length).toBeGreaterThan(190);
  });

  it('leaves a target that becomes five times slower within five seconds, and comes back when it is fast again', async () => {
    let delay = 300;
    const world = traffic(
      { a: { price, script: () => ({ delay }) }, b: { price, script: { delay: 500 } } },
      { strategy: lowestLatency() },
    );
    const well = await ask(world, 300);
    expect(well.slice(-100).filter((target) => target === 'a').length).toBeGreaterThan(90);
    delay = 1_500;
    const slow = await ask(world, 100);
    expect(slow.slice(50)).not.toContain('a');
    delay = 300;
    const again = await ask(world, 3_600);
    expect(again.slice(-100).filter((target) => target === 'a').length).toBeGreaterThan(90);
  });

  it('uses declared baselines until targets have been measured', async () => {
    const { router } = traffic(
      {
        a: { price, baseline: { firstToken: 900 } },
        b: { price, baseline: { firstToken: 300 } },
      },
      { strategy: lowestLatency({ of: 'firstToken' }) },
    );
    expect((await router.explain({ prompt: 'Hi' })).candidates.map(({ target }) => target)).toEqual([
      'b',
      'a',
    ]);
  });
});

describe('the decision', () => {
  it('has the figures that were used, the same in explain and in request-end', async () => {
    const price = { input: 1, output: 1 };
    const { router } = traffic(
      {
        a: { price, baseline: { firstToken: 1_000, throughput: 100 } },
        b: { price, baseline: { firstToken: 2_000, throughput: 100 } },
        c: { price: { input: 9, output: 9 } },
      },
      { strategy: balanced({ of: 'firstToken', perSecond: 0.001, maxPrice: { input: 2 } }) },
    );
    const decision = await router.explain({ prompt: 'Hi', maxOutputTokens: 100 });
    expect(decision).toMatchObject({
      strategy: 'balanced',
      candidates: [{ target: 'a' }, { target: 'b' }],
      skipped: [{ target: 'c', reason: 'not-ranked', facts: { violates: 'maxPrice.input' } }],
    });
    // The mean of a log-normal with that median, a failure in a hundred, and a tenth of a thousandth of a cent for a token.
    const seconds = Math.exp(0.18) / 0.99;
    const score = decision.candidates[0]?.facts?.['score'];
    expect(score).toBeCloseTo(0.001 * seconds + 0.01 * 0.01 + 0.000_105, 4);
    let received: unknown;
    router.on('request-end', (event) => {
      received = event.decision;
    });
    await router.chat({ prompt: 'Hi', maxOutputTokens: 100 });
    expect(received).toEqual(decision);
  });

  it.each([
    ['is healthy', false],
    ['has failed', true],
  ])('never asks a target that a constraint leaves out, if all others fail and it %s', async (_, failed) => {
    const price = { input: 1, output: 1 };
    const { router, providers, clock } = traffic(
      {
        a: { price, script: { error: { kind: 'server' } } },
        b: {
          price: { input: 9, output: 9 },
          script: (call) =>
            call === 0 && failed ? { error: { kind: 'rate-limit', retryAfter: 1_000 } } : {},
        },
      },
      {
        strategy: priority({ maxPrice: { input: 2 } }),
        routes: { other: { targets: ['b'], strategy: priority(), retry: false } },
      },
    );
    if (failed) await router.chat({ prompt: 'Hi' }, { route: 'other' }).catch(() => {});
    const before = providers['b']?.calls.length;
    const failing = router.chat({ prompt: 'Hi' }).catch((error: unknown) => error);
    await clock.advance(60_000);
    await failing;
    expect(providers['b']?.calls.length).toBe(before);
  });
});

describe('router.stats()', () => {
  it('reports latencies by kind of request and size of prompt', async () => {
    const { router, clock } = traffic(
      { a: { price: { input: 1, output: 1 }, script: { delay: 500, text: ['one ', 'two '], gap: 50 } } },
      {},
    );
    const chat = router.chat({ prompt: 'Hi' });
    await clock.advance(500);
    await chat;
    const stream = router.stream({ prompt: words(2_000) }).then(async (opened) => {
      for await (const _ of opened);
    });
    await clock.advance(1_000);
    await stream;
    const [report] = router.stats();
    expect(report?.latencies.map(({ kind, prompt }) => `${kind} ${prompt}`)).toEqual([
      'stream medium',
      'chat small',
    ]);
    expect(report?.latencies[0]?.mean).toBeCloseTo(500, 6);
    expect(report?.latencies[0]?.samples).toBeCloseTo(1, 2);
  });
});
