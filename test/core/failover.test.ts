import { isRouterError } from 'signalbox';
import { describe, expect, it } from 'vitest';
import { outcome, rejection, world } from '../support/requests.ts';

const overloaded = { error: { kind: 'overloaded', status: 503 } } as const;
const ask = { prompt: 'Hi' };

describe('failover', () => {
  it('answers from the next target when the first fails, and reports both attempts', async () => {
    const { router } = world({ a: [overloaded], b: [{ text: 'from b' }] });
    const result = await router.chat(ask);
    expect(result.text).toBe('from b');
    expect(result.target).toBe('b');
    expect(result.attempts.map(({ target, outcome: end, error }) => [target, end, error?.kind])).toEqual([
      ['a', 'failed', 'overloaded'],
      ['b', 'success', undefined],
    ]);
  });

  it('sends nothing to the second target while the first answers', async () => {
    const { router, providers } = world({ a: [{}], b: [{}] });
    await router.chat(ask);
    expect(providers['b']?.calls).toHaveLength(0);
  });

  it('tries every target of a long route before it gives up', async () => {
    const ids = ['a', 'b', 'c', 'd', 'e', 'f'];
    const { router } = world(Object.fromEntries(ids.map((id) => [id, [id === 'f' ? {} : overloaded]])));
    expect((await router.chat(ask)).target).toBe('f');
  });

  it('rejects with every attempt when all targets fail', async () => {
    const { router, clock } = world({ a: [overloaded], b: [{ error: { kind: 'server', status: 500 } }] });
    const failing = rejection(router.chat(ask));
    await clock.advance(10_000);
    const error = await failing;
    expect(isRouterError(error, 'all-targets-failed')).toBe(true);
    if (!isRouterError(error, 'all-targets-failed')) return;
    expect(error.attempts.map(({ target }) => target)).toEqual(['a', 'b', expect.any(String)]);
    expect(error.message).toContain('a (overloaded 503)');
  });

  it('gives a refusal of the request itself to the caller at once, without asking another target', async () => {
    const { router, providers } = world({ a: [{ error: { kind: 'bad-request', status: 400 } }], b: [{}] });
    const error = await rejection(router.chat(ask));
    expect(isRouterError(error, 'provider') && error.kind).toBe('bad-request');
    expect(providers['b']?.calls).toHaveLength(0);
  });

  it('fails over after a refusal where the route allows it', async () => {
    const { router } = world(
      { a: [{ error: { kind: 'bad-request', status: 400 } }], b: [{}] },
      { fallbackOn: ['bad-request'] },
    );
    expect((await router.chat(ask)).target).toBe('b');
  });

  it('treats a withheld answer as an answer, or as a failure if the route says so', async () => {
    const scripts = { a: [{ text: '', finishReason: 'content-filter' }], b: [{}] } as const;
    expect((await world(scripts).router.chat(ask)).finishReason).toBe('content-filter');
    expect((await world(scripts, { fallbackOn: ['content-filter'] }).router.chat(ask)).target).toBe('b');
    expect((await world(scripts, { fallbackOn: ['content-filter'] }).router.stream(ask)).target).toBe('b');
  });

  it('passes on the error of a provider that is no ProviderError as unknown, and fails over', async () => {
    const { router, providers } = world({ a: [{}], b: [{}] });
    const broken = providers['a'];
    if (broken === undefined) throw new Error('no provider');
    broken.chat = () => Promise.reject(new RangeError('a bug'));
    const result = await router.chat(ask);
    expect(result.target).toBe('b');
    expect(result.attempts[0]?.error?.kind).toBe('unknown');
  });

  it('does the same for a provider that throws instead of rejecting', async () => {
    const { router, providers } = world({ a: [{}], b: [{}] });
    const broken = providers['a'];
    if (broken === undefined) throw new Error('no provider');
    broken.chat = () => {
      throw new RangeError('a bug');
    };
    broken.stream = () => {
      throw new RangeError('a bug');
    };
    expect((await router.chat(ask)).target).toBe('b');
    expect((await router.stream(ask)).target).toBe('b');
  });
});

describe('retry on the same target', () => {
  it('retries a sole target, after a pause with full jitter', async () => {
    const { router, clock, providers } = world({ a: [overloaded, { text: 'second' }] });
    const answer = router.chat(ask);
    await clock.advance(0);
    expect(providers['a']?.calls).toHaveLength(1);
    await clock.advance(250);
    expect((await answer).text).toBe('second');
  });

  it('prefers another target to a retry', async () => {
    const { router, providers } = world({ a: [overloaded, {}], b: [{}] });
    expect((await router.chat(ask)).target).toBe('b');
    expect(providers['a']?.calls).toHaveLength(1);
  });

  it('goes to a healthy target that was slow once rather than again to one that is known to fail', async () => {
    const { router, clock } = world(
      { a: [overloaded], b: [{}, {}, { hang: true }, {}] },
      { breaker: { consecutive: 2 }, timeout: { attempt: 1_000 } },
    );
    for (let count = 0; count < 2; count++) await router.chat(ask);
    const answer = router.chat(ask);
    await clock.advance(10_000);
    expect((await answer).attempts.map(({ target }) => target)).toEqual(['b', 'a', 'b']);
  });

  it('retries at most once', async () => {
    const { router, clock, providers } = world({ a: [overloaded] });
    const failing = rejection(router.chat(ask));
    await clock.advance(60_000);
    await failing;
    expect(providers['a']?.calls).toHaveLength(2);
  });

  it('is switched off by maxAttempts: 1', async () => {
    const { router, providers } = world({ a: [overloaded], b: [{}] }, { maxAttempts: 1 });
    expect(isRouterError(await rejection(router.chat(ask)), 'all-targets-failed')).toBe(true);
    expect(providers['b']?.calls).toHaveLength(0);
  });

  it('sends a request again at once when a kept-alive connection turns out to be closed, and blames no target', async () => {
    const stale = { error: { kind: 'network', code: 'ECONNRESET', scope: 'endpoint' } } as const;
    const { router, providers } = world({ a: [stale, {}], b: [{}] }, { breaker: { consecutive: 1 } });
    const result = await router.chat(ask);
    expect(result.target).toBe('a');
    expect(providers['a']?.calls).toHaveLength(2);
    expect(router.stats()[0]).toMatchObject({ health: 'healthy', failures: 0 });
  });

  it('counts a failure of a target that closes the fresh connection too, and fails over', async () => {
    const stale = { error: { kind: 'network', code: 'ECONNRESET', scope: 'endpoint' } } as const;
    const { router, providers } = world({ a: [stale], b: [{}] });
    for (let count = 0; count < 3; count++) expect((await router.chat(ask)).target).toBe('b');
    expect(providers['a']?.calls).toHaveLength(6);
    expect(router.stats()[0]).toMatchObject({ health: 'failing', failures: 3 });
  });

  it('takes no attempt from another target for a request that is sent again for that reason', async () => {
    const stale = { error: { kind: 'network', code: 'ECONNRESET', scope: 'endpoint' } } as const;
    const { router } = world({ a: [stale], b: [stale], c: [stale], d: [{}] });
    const { target, attempts } = await router.chat(ask);
    expect(target).toBe('d');
    expect(attempts.map((attempt) => attempt.target)).toEqual(['a', 'a', 'b', 'c', 'd']);
  });

  it('never asks a target again that refused the key', async () => {
    const { router, clock, providers } = world({ a: [{ error: { kind: 'auth', status: 401 } }] });
    const failing = rejection(router.chat(ask));
    await clock.advance(60_000);
    await failing;
    expect(providers['a']?.calls).toHaveLength(1);
    expect(router.stats()[0]?.health).toBe('misconfigured');
  });

  it('does not resend at once to a target whose vendor has meanwhile sent a Retry-After', async () => {
    const { router, providers, clock } = world({
      a: [
        { error: { kind: 'network', code: 'ECONNRESET' }, delay: 100 },
        { error: { kind: 'rate-limit', status: 429, retryAfter: 5_000 }, delay: 50 },
        {},
      ],
      b: [{ text: 'from b' }],
    });
    const first = router.chat(ask);
    const second = router.chat(ask);
    await clock.advance(100);
    expect((await first).target).toBe('b');
    expect((await second).target).toBe('b');
    expect(providers['a']?.calls).toHaveLength(2);
  });
});

describe('waiting for a target with a Retry-After', () => {
  it('waits for a sole target until its Retry-After', async () => {
    const { router, clock } = world({
      a: [{ error: { kind: 'rate-limit', status: 429, retryAfter: 150 } }, {}],
    });
    const answer = router.chat(ask);
    await clock.advance(149);
    expect(router.stats()[0]?.attempts).toBe(1);
    await clock.advance(1);
    expect((await answer).attempts).toHaveLength(2);
  });

  it('fails at once with the retry time if that is too far away', async () => {
    const { router, clock } = world({
      a: [{ error: { kind: 'rate-limit', status: 429, retryAfter: 100_000 } }],
    });
    const error = await rejection(router.chat(ask, { timeout: { request: 5_000 } }));
    expect(isRouterError(error, 'all-targets-failed') && error.retryAt).toBe(clock.date() + 100_000);
    const next = await rejection(router.chat(ask));
    expect(isRouterError(next, 'no-target') && next.retryAt).toBe(clock.date() + 100_000);
    expect(clock.timers).toBe(0);
  });

  it('waits for the one of two exhausted targets that comes back first', async () => {
    const limit = (retryAfter: number) =>
      [{ error: { kind: 'rate-limit', status: 429, retryAfter } }, {}] as const;
    const { router, clock } = world({ a: limit(9_000), b: limit(2_000) });
    const answer = router.chat(ask);
    await clock.advance(2_000);
    expect((await answer).target).toBe('b');
  });

  it('leaves an exhausted target alone until then, and returns to it after', async () => {
    const { router, clock, providers } = world({
      a: [{ error: { kind: 'rate-limit', status: 429, retryAfter: 7_000 } }, {}],
      b: [{}],
    });
    expect((await router.chat(ask)).target).toBe('b');
    await clock.advance(6_999);
    expect((await router.chat(ask)).target).toBe('b');
    expect(providers['a']?.calls).toHaveLength(1);
    await clock.advance(1);
    expect((await router.chat(ask)).target).toBe('a');
  });

  it('never lets a later, shorter Retry-After shorten an earlier one', async () => {
    const limits = [9_000, 1_000].map(
      (retryAfter) => ({ error: { kind: 'rate-limit', status: 429, retryAfter } }) as const,
    );
    const { router, clock } = world({ a: [...limits, {}], b: [{ delay: 10 }] });
    const answers = Promise.all([router.chat(ask), router.chat(ask)]);
    await clock.advance(10);
    await answers;
    await clock.advance(2_000);
    expect(router.stats()[0]?.health).toBe('cooling-down');
  });
});

describe('health', () => {
  it('stops using a target after three failures in a row, and returns to it through three probes', async () => {
    const { router, clock, providers, of } = world({
      a: [overloaded, overloaded, overloaded, {}],
      b: [{}],
    });
    for (let request = 0; request < 7; request++) await router.chat(ask);
    expect(providers['a']?.calls).toHaveLength(3);
    await clock.advance(6_000);
    for (let probe = 0; probe < 3; probe++) {
      expect(router.stats()[0]?.health).toBe('recovering');
      await router.chat(ask);
    }
    expect(router.stats()[0]?.health).toBe('healthy');
    expect(of('target-state').map(({ target, state }) => [target, state])).toEqual([
      ['a', 'failing'],
      ['a', 'recovering'],
      ['a', 'healthy'],
    ]);
  });

  it('sends one probe only, however many requests come at the same moment', async () => {
    const broken = { error: { kind: 'server', status: 500 } } as const;
    const { router, clock, providers } = world({ a: [broken, broken, broken, {}], b: [{}] });
    for (let count = 0; count < 3; count++) await router.chat(ask);
    await clock.advance(6_000);
    const targets = await Promise.all(
      Array.from({ length: 5 }, () => router.chat(ask).then(({ target }) => target)),
    );
    expect(targets.toSorted()).toEqual(['a', 'b', 'b', 'b', 'b']);
    expect(providers['a']?.calls).toHaveLength(4);
  });

  it('hedges a probe that is slower than usual, which then counts as failed', async () => {
    const { router, clock, providers } = world({
      a: [overloaded, overloaded, overloaded, { hang: true }, {}],
      b: [{ delay: 10 }],
    });
    for (let request = 0; request < 3; request++) {
      const answer = router.chat(ask);
      await clock.advance(10);
      await answer;
    }
    await clock.advance(6_000);
    const probe = router.chat(ask);
    await clock.advance(1_010);
    const { target, attempts } = await probe;
    expect(target).toBe('b');
    expect(attempts).toMatchObject([
      { target: 'a', outcome: 'failed', error: { kind: 'timeout' } },
      { target: 'b', outcome: 'success' },
    ]);
    expect(providers['a']?.open).toBe(0);
    expect(router.stats()[0]?.health).toBe('failing');
  });

  it('still uses the last target although its breaker is open', async () => {
    const { router, clock } = world({ a: [overloaded, overloaded, {}] }, { breaker: { consecutive: 2 } });
    const first = outcome(router.chat(ask));
    await clock.advance(1_000);
    await first;
    expect(router.stats()[0]?.health).toBe('failing');
    expect((await router.chat(ask)).target).toBe('a');
  });

  it('holds a broken key against all targets of one provider object, and against no other', async () => {
    const { router, providers } = world({ a: [{ error: { kind: 'auth', status: 401 } }], b: [{}] });
    await router.chat(ask);
    await router.chat(ask);
    expect(providers['a']?.calls).toHaveLength(1);
    expect(router.stats().map(({ health }) => health)).toEqual(['misconfigured', 'healthy']);
  });

  it('does not count what is the fault of the request', async () => {
    const { router } = world(
      { a: [{ error: { kind: 'bad-request', status: 400 } }] },
      { breaker: { consecutive: 1 } },
    );
    await rejection(router.chat(ask));
    expect(router.stats()[0]).toMatchObject({ health: 'healthy', failures: 0, errorRate: 0 });
  });

  it('tries a quarantined target all the same when nothing else is left', async () => {
    const { router } = world({
      a: [{ error: { kind: 'not-found', status: 404 } }, { text: 'it is there now' }],
    });
    await rejection(router.chat(ask));
    expect((await router.chat(ask)).text).toBe('it is there now');
  });
});

describe('a route that prefers the same target', () => {
  const prefer = 'same-target' as const;
  const failure = { error: { kind: 'server', status: 500 } } as const;
  const askedOf = (result: { attempts: readonly { target: string }[] }): readonly string[] =>
    result.attempts.map(({ target }) => target);

  it('retries it after a pause, and then tries another one', async () => {
    const { router, clock } = world({ a: [failure, {}, failure, failure], b: [{}] }, { retry: { prefer } });
    const first = router.chat(ask);
    await clock.advance(250);
    expect(askedOf(await first)).toEqual(['a', 'a']);
    const second = router.chat(ask);
    await clock.advance(250);
    expect(askedOf(await second)).toEqual(['a', 'a', 'b']);
  });

  it('waits as long as the vendor asks for, but no longer than maxDelay', async () => {
    const limited = (retryAfter: number) =>
      ({ error: { kind: 'rate-limit', status: 429, retryAfter } }) as const;
    const patient = world({ a: [limited(2_000), {}], b: [{}] }, { retry: { prefer } });
    const answer = patient.router.chat(ask);
    await patient.clock.advance(1_999);
    expect(patient.providers['a']?.calls).toHaveLength(1);
    await patient.clock.advance(1);
    expect(askedOf(await answer)).toEqual(['a', 'a']);

    const late = world({ a: [limited(9_000), {}], b: [{}] }, { retry: { prefer } });
    expect(askedOf(await late.router.chat(ask))).toEqual(['a', 'b']);
  });

  it('fails over where it is known to fail, timed out, or broke in the middle', async () => {
    const open = world({ a: [failure], b: [{}] }, { retry: { prefer }, breaker: { consecutive: 1 } });
    expect(askedOf(await open.router.chat(ask))).toEqual(['a', 'b']);

    const silent = world(
      { a: [{ hang: true }], b: [{}] },
      { retry: { prefer }, timeout: { attempt: 1_000 } },
    );
    const answer = silent.router.chat(ask);
    await silent.clock.advance(1_000);
    expect(askedOf(await answer)).toEqual(['a', 'b']);

    const cut = world(
      { a: [{ text: 'a b c', after: 1, cut: true }], b: [{}] },
      { retry: { prefer }, interrupted: 'restart' },
    );
    const stream = await cut.router.stream(ask);
    for await (const _ of stream);
    expect(askedOf(await stream.result)).toEqual(['a', 'b']);
  });
});
