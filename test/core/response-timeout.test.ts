import {
  type AttemptEndEvent,
  type CallOptions,
  type Capabilities,
  type ChatRequest,
  createRouter,
  isRouterError,
  type ProviderCall,
  type Router,
  type RouterOptions,
} from 'signalbox';
import { scriptedProvider, type VirtualClock, virtualClock } from 'signalbox/testing';
import { describe, expect, it } from 'vitest';
import { outcome, read, rejection } from '../support/requests.ts';

const ask = { prompt: 'Hi' };
const hung = { hang: true } as const;
const minute = 60_000;

type How = 'chat' | 'stream';
const ways: readonly How[] = ['chat', 'stream'];

/** Asks, and reads to the end: who answered, and when. */
function answerOf(
  router: Router,
  clock: VirtualClock,
  how: How,
  request: ChatRequest = ask,
  options: CallOptions = {},
): Promise<{ readonly target: string; readonly after: number }> {
  const start = clock.now();
  const answered = async (): Promise<string> => {
    if (how === 'chat') return (await router.chat(request, options)).target;
    const stream = await router.stream(request, options);
    await read(stream);
    return (await stream.result).target;
  };
  return answered().then((target) => ({ target, after: clock.now() - start }));
}

type Scripts = Parameters<typeof scriptedProvider>[1];

/**
 * A scripted provider whose streams show no sign of life before their first token, but for those at these
 * milliseconds.
 */
function provider(name: string, scripts: Scripts, clock: VirtualClock, signs: readonly number[] = []) {
  const scripted = scriptedProvider(name, scripts, clock);
  const show = ({ onActivity }: ProviderCall): void => {
    for (const sign of signs) clock.after(sign, () => onActivity?.());
  };
  return {
    ...scripted,
    get open() {
      return scripted.open;
    },
    chat(call: ProviderCall) {
      show(call);
      return scripted.chat(call);
    },
    async *stream(call: ProviderCall) {
      show(call);
      for await (const part of scripted.stream(call)) if (part.type !== 'response') yield part;
    },
  };
}

interface Setting extends Omit<RouterOptions, 'targets'> {
  readonly signs?: readonly number[];
  readonly capabilities?: Capabilities;
}

/** A router over such providers, in order of priority; signs and capabilities are of the first one. */
function world(scripts: Readonly<Record<string, Scripts>>, setting: Setting = {}) {
  const { signs = [], capabilities = {}, ...options } = setting;
  const clock = virtualClock();
  const providers = Object.entries(scripts).map(([id, script], index) =>
    provider(id, script, clock, index === 0 ? signs : []),
  );
  const router = createRouter({
    targets: providers.map((each, index) => ({
      provider: each,
      id: each.name,
      model: 'm',
      ...(index === 0 ? { capabilities } : {}),
    })),
    clock,
    random: () => 0.5,
    catalog: false,
    ...options,
  });
  const ends: AttemptEndEvent[] = [];
  router.on('attempt-end', (event) => ends.push(event));
  return {
    router,
    clock,
    ends,
    calls: (id: string) => providers.find(({ name }) => name === id)?.calls ?? [],
  };
}

describe.each(ways)('a %s at a target that gives no sign of life', (how) => {
  it('is answered by another target after ten seconds where nothing is known', async () => {
    const { router, clock, calls, ends } = world({ a: [hung], b: [{}] });
    const answer = answerOf(router, clock, how);
    await clock.advance(9_999);
    expect(calls('b')).toHaveLength(0);
    await clock.advance(1);
    expect(await answer).toEqual({ target: 'b', after: 10_000 });
    expect(ends[0]).toMatchObject({ target: 'a', outcome: 'failed', error: { kind: 'timeout' } });
    expect(router.stats()[0]?.failures).toBe(1);
    expect(clock.timers).toBe(0);
  });

  it('goes to another target at once when three have found it so', async () => {
    const { router, clock, calls } = world({ a: () => hung, b: [{}] });
    for (const _ of [1, 2, 3]) {
      const answer = answerOf(router, clock, how);
      await clock.advance(10_000);
      await answer;
    }
    expect(await answerOf(router, clock, how)).toEqual({ target: 'b', after: 0 });
    expect(calls('a')).toHaveLength(3);
  });

  it.each([
    ['four times its slowest where little is known', 20, 4_000, 16_000],
    ['ten seconds at least where little is known', 20, 500, 10_000],
    ['twice the slowest in a hundred where much is known', 120, 4_000, 8_000],
    ['two seconds at least where much is known', 120, 500, 2_000],
  ])('is answered by another target after %s', async (_, known, delay, limit) => {
    const { router, clock } = world({ a: [...Array(known).fill({ delay }), hung], b: [{}] });
    const learned = Promise.all(Array.from({ length: known }, () => answerOf(router, clock, how)));
    await clock.advance(delay);
    await learned;
    const answer = answerOf(router, clock, how);
    await clock.advance(minute);
    const { target, after } = await answer;
    expect(target).toBe('b');
    expect(Math.abs(after - limit)).toBeLessThan(limit * 0.05);
  });

  it('is not counted as slow answers are, while little is known', async () => {
    const { router, clock } = world({ a: [{ delay: 1_000 }, hung, hung], b: [{}] });
    const first = answerOf(router, clock, how);
    await clock.advance(1_000);
    await first;
    for (const _ of [1, 2]) {
      const answer = answerOf(router, clock, how);
      await clock.advance(minute);
      expect((await answer).after).toBe(10_000);
    }
  });

  it('is retried where no other target is free, and ends only at timeout.attempt', async () => {
    const { router, clock, calls } = world({ a: [hung, { delay: 200_000 }] });
    const answer = answerOf(router, clock, how);
    await clock.advance(10_000);
    expect(calls('a')).toHaveLength(2);
    await clock.advance(200_000);
    expect(await answer).toEqual({ target: 'a', after: 210_000 });
  });

  it('is not asked twice with `retry: false`, and fails at timeout.attempt', async () => {
    const { router, clock, calls } = world({ a: [hung] }, { retry: false });
    const answer = outcome(answerOf(router, clock, how));
    await clock.advance(299_999);
    expect(calls('a')).toHaveLength(1);
    await clock.advance(1);
    expect(isRouterError((await answer).error, 'all-targets-failed')).toBe(true);
  });

  it('does not keep a request from a target that failed once and is up again', async () => {
    const down = { error: { kind: 'server', status: 500 } } as const;
    const { router, clock } = world({ a: [hung], b: [down, {}] });
    const answer = answerOf(router, clock, how);
    await clock.advance(10_250);
    const { target, after } = await answer;
    expect(target).toBe('b');
    expect(after).toBeGreaterThanOrEqual(10_000);
  });

  it('is passed over by the second target too, for the third', async () => {
    const { router, clock } = world({ a: [hung], b: [hung], c: [{}] });
    const answer = answerOf(router, clock, how);
    await clock.advance(20_000);
    expect(await answer).toEqual({ target: 'c', after: 20_000 });
  });

  it('leaves the request half of its time', async () => {
    const { router, clock } = world({ a: [hung], b: [{}] });
    const answer = answerOf(router, clock, how, ask, { timeout: { request: 3_000 } });
    await clock.advance(1_500);
    expect(await answer).toEqual({ target: 'b', after: 1_500 });
    expect(router.stats()[0]?.failures).toBe(0);
    const byDeadline = answerOf(router, clock, how, ask, { deadline: clock.date() + 3_000 });
    await clock.advance(1_500);
    expect((await byDeadline).target).toBe('b');
  });

  it('gets the time of timeout.response', async () => {
    const { router, clock } = world({ a: [hung], b: [{}] }, { timeout: { response: 500 } });
    const answer = answerOf(router, clock, how);
    await clock.advance(500);
    expect(await answer).toEqual({ target: 'b', after: 500 });
  });

  it('is not passed over with infinite timeouts', async () => {
    const { router, clock, calls } = world(
      { a: [hung], b: [{}] },
      { timeout: { response: Infinity, firstToken: Infinity } },
    );
    const answer = answerOf(router, clock, how);
    await clock.advance(299_999);
    expect(calls('b')).toHaveLength(0);
    await clock.advance(1);
    expect((await answer).target).toBe('b');
  });

  it('is waited for where the request must not be sent twice', async () => {
    const { router, clock, calls } = world({ a: [{ delay: 25_000 }], b: [{}] });
    const tools = [{ type: 'provider', id: 'x.search', name: 'search', args: {} }] as const;
    const answer = answerOf(router, clock, how, { ...ask, tools });
    await clock.advance(25_000);
    expect((await answer).target).toBe('a');
    expect(calls('b')).toHaveLength(0);
  });
});

describe('a request that may take long', () => {
  /** After how many milliseconds another target is asked. */
  const companyAfter = async (how: How, request: Partial<ChatRequest>, reasons = false): Promise<number> => {
    const capabilities = reasons ? { reasoning: true } : {};
    const { router, clock } = world({ a: [hung], b: [{}] }, { capabilities });
    const answer = answerOf(router, clock, how, { ...ask, ...request } as ChatRequest);
    await clock.advance(2 * minute);
    return (await answer).after;
  };

  it.each([
    ['a model that can reason', {}, true, 20_000, 20_000],
    ['a prompt above 16,000 tokens', { prompt: 'word '.repeat(20_000) }, false, 20_000, 20_000],
    ['more than 4,096 output tokens', { maxOutputTokens: 8_000 }, false, 20_000, 10_000],
    ['32,000 output tokens', { maxOutputTokens: 32_000 }, false, 60_000, 10_000],
    ['reasoning', { reasoning: 'high' }, false, 60_000, 60_000],
    ['no reasoning', { reasoning: 'none' }, false, 10_000, 10_000],
  ] as const)('gets longer: %s', async (_, request, reasons, chat, stream) => {
    expect(await companyAfter('chat', request, reasons)).toBe(chat);
    expect(await companyAfter('stream', request, reasons)).toBe(stream);
  });
});

describe('a long correct answer', () => {
  it.each(ways)('is never cut: four minutes, while another target hangs (%s)', async (how) => {
    const { router, clock } = world({ a: [{ delay: 240_000 }, hung], b: [hung] });
    const answer = answerOf(router, clock, how);
    await clock.advance(240_000);
    expect(await answer).toEqual({ target: 'a', after: 240_000 });
    expect(router.stats()[0]?.failures).toBe(0);
  });

  it.each(ways)('is never cut: four minutes, where there is no other target (%s)', async (how) => {
    const { router, clock } = world({ a: () => ({ delay: 240_000 }) });
    const answer = answerOf(router, clock, how);
    await clock.advance(240_000);
    expect(await answer).toEqual({ target: 'a', after: 240_000 });
  });

  it('is not sent to another target while bytes of it come', async () => {
    const signs = Array.from({ length: 30 }, (_, index) => 8_000 * (index + 1));
    const { router, clock, calls } = world({ a: [{ delay: 240_000 }], b: [{}] }, { signs });
    const answer = answerOf(router, clock, 'chat');
    await clock.advance(240_000);
    expect((await answer).target).toBe('a');
    expect(calls('b')).toHaveLength(0);
  });

  it('of a stream has until the soft limit of its first token, once its headers have come', async () => {
    const { router, clock, calls } = world({ a: [{ delay: 29_000 }], b: [{}] }, { signs: [5_000] });
    const answer = answerOf(router, clock, 'stream');
    await clock.advance(29_000);
    expect((await answer).target).toBe('a');
    expect(calls('b')).toHaveLength(0);
  });

  it('of a stream is not cut at the soft limit of its first token', async () => {
    const { router, clock } = world({ a: [{ delay: 240_000 }], b: [hung] }, { signs: [5_000] });
    const answer = answerOf(router, clock, 'stream');
    await clock.advance(240_000);
    expect(await answer).toEqual({ target: 'a', after: 240_000 });
  });
});

describe('signs of life', () => {
  it('are expected again after the headers of a chat', async () => {
    const { router, clock } = world({ a: [hung], b: [{}] }, { signs: [4_000] });
    const answer = answerOf(router, clock, 'chat');
    await clock.advance(14_000);
    expect(await answer).toEqual({ target: 'b', after: 14_000 });
    expect(router.stats()[0]?.failures).toBe(1);
  });

  it('after the limit clear a target that loses all the same', async () => {
    const scripts = { a: [{ delay: 240_000 }], b: [{ delay: 5_000 }] };
    const { router, clock } = world(scripts, { signs: [12_000] });
    const answer = answerOf(router, clock, 'chat');
    await clock.advance(15_000);
    expect((await answer).target).toBe('b');
    expect(router.stats()[0]?.failures).toBe(0);
  });

  it('of a stream are not tokens: another target starts when the first token takes too long', async () => {
    const { router, clock } = world({ a: [hung], b: [{}] }, { signs: [1_000, 11_000, 21_000, 29_000] });
    const answer = answerOf(router, clock, 'stream');
    await clock.advance(30_000);
    expect(await answer).toEqual({ target: 'b', after: 30_000 });
    expect(router.stats()[0]?.failures).toBe(1);
  });

  it('are missed by no target where the request itself turns out to be at fault', async () => {
    const refusal = { error: { kind: 'content-filter', status: 400 } } as const;
    const { router, clock } = world({ a: [hung], b: [refusal] });
    const failing = rejection(router.chat(ask));
    await clock.advance(10_000);
    expect(await failing).toMatchObject({ kind: 'content-filter' });
    expect(router.stats()[0]).toMatchObject({ failures: 0, health: 'healthy' });
  });
});

describe('explicit timeouts', () => {
  it('stay hard limits: timeout.attempt', async () => {
    const { router, clock } = world({ a: [hung] }, { timeout: { attempt: 5_000 }, retry: false });
    const failing = rejection(router.chat(ask));
    await clock.advance(5_000);
    expect(isRouterError(await failing, 'all-targets-failed')).toBe(true);
  });

  it('stay hard limits: timeout.firstToken', async () => {
    const { router, clock } = world({ a: [hung] }, { timeout: { firstToken: 5_000 }, retry: false });
    const failing = rejection(router.stream(ask));
    await clock.advance(5_000);
    expect(isRouterError(await failing, 'all-targets-failed')).toBe(true);
  });
});

describe('embeddings', () => {
  it('are waited for: they take as long as they are large', async () => {
    const { router, clock } = world({ a: [{ delay: 50_000 }], b: [{}] });
    const answer = router.embed({ values: ['x'] });
    await clock.advance(50_000);
    expect((await answer).target).toBe('a');
    expect((await answer).attempts).toHaveLength(1);
  });
});
