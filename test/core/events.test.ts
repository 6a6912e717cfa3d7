import fc from 'fast-check';
import { createRouter, isRouterError } from 'signalbox';
import { type Script, scriptedProvider } from 'signalbox/testing';
import { describe, expect, it } from 'vitest';
import { outcome, read, rejection, textOf, world } from '../support/requests.ts';

const ask = { prompt: 'Hi' };

describe('events', () => {
  it('report a request in order, with the caller’s metadata', async () => {
    const { router, events } = world({ a: [{ error: { kind: 'server', status: 500 } }], b: [{}] });
    await router.chat(ask, { metadata: { user: 7 } });
    expect(events.map(({ type }) => type)).toEqual([
      'attempt-start',
      'attempt-end',
      'attempt-start',
      'attempt-end',
      'usage',
      'request-end',
    ]);
    for (const event of events) expect(event).toMatchObject({ metadata: { user: 7 }, route: 'default' });
  });

  it('charge nothing for an attempt that the vendor refused', async () => {
    const { router, of } = world({ a: [{ error: { kind: 'server', status: 500 } }], b: [{}] });
    await router.chat(ask);
    expect(of('usage').map(({ target }) => target)).toEqual(['b']);
    expect(of('request-end')[0]?.wastedCost).toBe(0);
  });

  it('report wasted cost separately from the cost of the answer', async () => {
    const { router, of } = world(
      { a: [{ text: ['one', 'two'], after: 1, cut: true }], b: [{}] },
      { interrupted: 'restart' },
    );
    await read(await router.stream(ask));
    const [wasted, answer] = of('usage');
    expect(wasted).toMatchObject({ outcome: 'failed', billed: 'unknown' });
    expect(answer).toMatchObject({ outcome: 'success', billed: 'yes' });
    expect(of('request-end')[0]).toMatchObject({ cost: answer?.cost, wastedCost: wasted?.cost?.total });
  });

  it('report the cost of the last attempt at the end of a request, also if it is aborted during a restart', async () => {
    const { router, clock, of } = world(
      { a: [{ text: ['one'], after: 1, cut: true }], b: [{ hang: true }] },
      { interrupted: 'restart' },
    );
    const received: unknown[] = [];
    router.on('request-end', ({ attempts, wastedCost }) => received.push([attempts.length, wastedCost]));
    const abort = new AbortController();
    const reading = rejection(router.stream(ask, { signal: abort.signal }).then(read));
    await clock.advance(100);
    abort.abort('enough');
    expect(await reading).toBe('enough');
    const [first, second] = of('usage').map(({ cost }) => cost?.total ?? Number.NaN);
    expect(received).toEqual([[2, (first ?? 0) + (second ?? 0)]]);
  });

  it('begin with request-start, which the request-end of the same id follows', async () => {
    const { router, clock } = world({ a: [{}] });
    const seen: unknown[] = [];
    router.on('request-start', ({ requestId, kind, startedAt }) => seen.push([requestId, kind, startedAt]));
    router.on('request-end', ({ requestId, startedAt }) => seen.push([requestId, startedAt]));
    await router.chat(ask);
    const [[id] = []] = seen as [string][];
    expect(seen).toEqual([
      [id, 'chat', clock.date()],
      [id, clock.date()],
    ]);
  });

  it('all reach a listener of *, each once', async () => {
    const { router } = world({ a: [{ error: { kind: 'server', status: 500 } }], b: [{}] });
    const types: string[] = [];
    const remove = router.on('*', ({ type }) => types.push(type));
    await router.chat(ask);
    expect(types).toEqual([
      'request-start',
      'attempt-start',
      'attempt-end',
      'attempt-start',
      'attempt-end',
      'usage',
      'request-end',
    ]);
    remove();
    await router.chat(ask);
    expect(types).toHaveLength(7);
  });

  it('do no harm where a listener of * throws', async () => {
    const { router } = world({ a: [{}] });
    router.on('*', () => {
      throw new Error('mine');
    });
    expect((await router.chat(ask)).target).toBe('a');
  });

  it('name the vendor’s id and model of an answer at the end of its attempt', async () => {
    const { router, of } = world({ a: [{}] });
    const { attempts } = await router.chat(ask);
    expect(attempts[0]?.response).toEqual({ id: 'a-1', model: 'model' });
    await read(await router.stream(ask));
    expect(of('attempt-end')[1]?.response).toEqual({ id: 'a-2', model: 'model' });
  });

  it('hold the trace of the decision', async () => {
    const { router, of } = world({ a: [{}], b: [{}] });
    await router.chat(ask, { only: ['b'] });
    expect(of('request-end')[0]?.decision).toEqual({
      route: 'default',
      strategy: 'priority',
      candidates: [{ target: 'b', inFlight: 0 }],
      skipped: [{ target: 'a', reason: 'excluded' }],
    });
  });

  it('are not disturbed by listeners that throw, reject or never settle', async () => {
    const { router } = world({ a: [{}] });
    router.on('request-end', () => {
      throw new Error('listener');
    });
    router.on('usage', () => Promise.reject(new Error('listener')));
    router.on('attempt-end', () => new Promise(() => {}));
    expect((await router.chat(ask)).text).toBe('ok');
  });

  it('are no longer sent to a listener that was taken off', async () => {
    const { router } = world({ a: [{}] });
    const seen: string[] = [];
    const listener = (): number => seen.push('x');
    const off = router.on('request-end', listener);
    router.on('request-end', listener);
    off();
    await router.chat(ask);
    expect(seen).toHaveLength(1);
  });

  it('report an unknown price once per target', async () => {
    const provider = scriptedProvider('a');
    const router = createRouter({ targets: [{ provider, model: 'm' }], catalog: false });
    const seen: string[] = [];
    router.on('price-unknown', ({ target }) => seen.push(target));
    expect((await router.chat(ask)).cost).toBeUndefined();
    await router.chat(ask);
    expect(seen).toEqual(['a/m']);
  });
});

/** Any script that ends by itself or through the router's time-outs. */
const script: fc.Arbitrary<Script> = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Script>({ text: 'a whole answer' }) },
  fc.record({ text: fc.constant('slow but whole'), delay: fc.nat(3_000), gap: fc.nat(1_500) }),
  fc.record({ text: fc.constant('never seen whole'), after: fc.nat(2), cut: fc.constant(true) }),
  fc.record({ text: fc.constant('never seen whole'), after: fc.nat(2), hang: fc.constant(true) }),
  fc
    .constantFrom(
      'rate-limit',
      'quota',
      'overloaded',
      'server',
      'network',
      'timeout',
      'auth',
      'malformed',
      'bad-request',
    )
    .chain((kind) => fc.record({ error: fc.record({ kind: fc.constant(kind), retryAfter: fc.nat(4_000) }) })),
) as fc.Arbitrary<Script>;

describe('whatever providers do', () => {
  it('each request has one end, its attempts stay within the limit, and no timer or call is left', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(script, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 4 }),
        fc.array(
          fc.record({ stream: fc.boolean(), restart: fc.boolean(), abortAt: fc.option(fc.nat(5_000)) }),
          {
            minLength: 1,
            maxLength: 6,
          },
        ),
        async (scripts, requests) => {
          const names = scripts.map((_, index) => String.fromCharCode(97 + index));
          const { router, clock, of, providers } = world(
            Object.fromEntries(names.map((name, index) => [name, scripts[index] ?? []])),
            { timeout: { request: 20_000, attempt: 10_000, firstToken: 2_000, idle: 1_000 } },
          );
          const running = requests.map(({ stream, restart, abortAt }) => {
            const abort = new AbortController();
            if (abortAt !== null) clock.after(abortAt, () => abort.abort(new Error('left')));
            const options = { signal: abort.signal, interrupted: restart ? 'restart' : 'error' } as const;
            return outcome(
              stream
                ? router.stream(ask, options).then(read).then(textOf)
                : router.chat(ask, options).then(({ text }) => text),
            );
          });
          await clock.advance(60_000);
          const outcomes = await Promise.all(running);
          for (const settled of outcomes) {
            if ('value' in settled) expect(['a whole answer', 'slow but whole']).toContain(settled.value);
            else
              expect(isRouterError(settled.error) || (settled.error as Error).message === 'left').toBe(true);
          }
          expect(of('request-end')).toHaveLength(requests.length);
          expect(of('attempt-end')).toHaveLength(of('attempt-start').length);
          for (const end of of('request-end')) {
            expect(end.attempts.length).toBeLessThanOrEqual(Math.max(3, scripts.length + 1));
            expect(end.duration).toBeLessThanOrEqual(20_000);
          }
          expect(clock.timers).toBe(0);
          expect(router.stats().every(({ inFlight }) => inFlight === 0)).toBe(true);
          expect(Object.values(providers).every(({ open }) => open === 0)).toBe(true);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('1,000 overlapping requests over a failing first target all reach the healthy second one', async () => {
    const { router } = world({ a: [{ error: { kind: 'overloaded', status: 503 } }], b: [{ text: 'fine' }] });
    const answers = await Promise.all(Array.from({ length: 1_000 }, () => router.chat(ask)));
    expect(new Set(answers.map(({ text }) => text))).toEqual(new Set(['fine']));
    expect(router.stats()[1]?.attempts).toBe(1_000);
  });

  it('keys, prompts and answers show in no error and no event', async () => {
    const { inspect } = await import('node:util');
    const secret = 'canary-4711';
    const { router, events, clock } = world({
      a: [{ text: [secret, secret], after: 1, cut: true }],
      b: [
        {
          error: {
            kind: 'bad-request',
            status: 400,
            code: `code with ${secret}`,
            vendorMessage: secret,
            cause: new Error(secret),
          },
        },
      ],
    });
    const first = await rejection(read(await router.stream({ prompt: secret })));
    const second = await rejection(router.chat({ prompt: secret }, { route: 'b' }));
    await clock.advance(1_000);
    for (const shown of [second, events, router.stats(), await router.explain({ prompt: secret })]) {
      expect(inspect(shown, { depth: 20, showHidden: true })).not.toContain(secret);
    }
    // The partial answer is there for who asks for it, and not for who prints the error.
    expect(JSON.stringify(first) + inspect(first, { depth: 20 }) + String(first)).not.toContain(secret);
    expect(isRouterError(first, 'stream-interrupted') && first.partial.text).toBe(secret);
    expect(isRouterError(second, 'provider') && second.unredacted().message).toBe(secret);
  });
});
