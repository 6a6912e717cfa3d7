import { AsyncLocalStorage } from 'node:async_hooks';
import type { Plugin, RequestContext, RequestObserver, RequestSummary } from 'signalbox';
import { describe, expect, it } from 'vitest';
import { read, rejection, world } from '../support/requests.ts';

const ask = { prompt: 'Hi' };
const broken = { error: { kind: 'server', status: 500 } } as const;

/** A plugin that follows every request, and what it has seen. */
function follows(observer: (log: string[]) => RequestObserver) {
  const log: string[] = [];
  const plugin: Plugin = { name: 'follows', observe: () => observer(log) };
  return { plugin, log };
}

/** Writes all down. */
const everything = (log: string[]): RequestObserver => ({
  routed: ({ candidates }) => log.push(`routed ${candidates.map(({ target }) => target)}`),
  attempt({ target, attempt }) {
    log.push(`attempt ${attempt} at ${target.id}`);
    return {
      around(call) {
        log.push('call');
        return call();
      },
      firstToken: () => log.push('first token'),
      end: ({ outcome }) => log.push(`end of attempt: ${outcome}`),
    };
  },
  part: (part) => log.push(part.type),
  answer: () => log.push('answer'),
  end: ({ outcome }) => log.push(`end: ${outcome}`),
});

describe('observe', () => {
  it('follows a chat through its attempts to its end', async () => {
    const { plugin, log } = follows(everything);
    const { router } = world({ a: [broken], b: [{}] }, { plugins: [plugin] });
    await router.chat(ask);
    expect(log).toEqual([
      'routed a,b',
      'attempt 1 at a',
      'call',
      'end of attempt: failed',
      'attempt 2 at b',
      'call',
      'answer',
      'end of attempt: success',
      'end: success',
    ]);
  });

  it('follows embeddings and images', async () => {
    const { plugin, log } = follows((lines) => ({
      ...everything(lines),
      end: ({ outcome, result }) => lines.push(`end: ${outcome} of ${result?.target}`),
    }));
    const { router } = world({ a: [{}] }, { plugins: [plugin] });
    await router.embed({ values: ['x'] });
    await router.image({ prompt: 'x' });
    expect(log.filter((line) => line.startsWith('end:'))).toEqual(['end: success of a', 'end: success of a']);
  });

  it('is called within the call, so that it finds the context that is active there', async () => {
    const context = new AsyncLocalStorage<boolean>();
    const seen: (boolean | undefined)[] = [];
    const { router } = world(
      { a: [{}] },
      { plugins: [{ name: 'x', observe: () => void seen.push(context.getStore()) }] },
    );
    await context.run(true, () =>
      Promise.all([router.chat(ask), router.stream(ask), router.embed({ values: ['x'] })]),
    );
    expect(seen).toEqual([true, true, true]);
  });

  it('gets one context for each request, the same at every station', async () => {
    const contexts = new Set<RequestContext>();
    const add = (context: RequestContext): undefined => void contexts.add(context);
    const plugin: Plugin = {
      name: 'x',
      observe: add,
      inspect: add,
      exclude: (_, context) => add(context),
      reserve: ({ context }) => add(context),
      review: (_, context) => add(context),
    };
    const { router } = world({ a: [{}] }, { plugins: [plugin] });
    await router.chat(ask);
    expect(contexts.size).toBe(1);
    await router.chat(ask);
    expect(contexts.size).toBe(2);
  });

  it('sees the tenant and user, the start and the deadline', async () => {
    const seen: unknown[] = [];
    const plugin: Plugin = {
      name: 'x',
      observe({ id, operation, tenant, user, tags, session, metadata, route, startedAt, deadline, shadow }) {
        seen.push({
          id,
          operation,
          tenant,
          user,
          tags,
          session,
          metadata,
          route,
          startedAt,
          deadline,
          shadow,
        });
        return undefined;
      },
    };
    const all = world({ a: [{}] }, { plugins: [plugin] });
    const options = {
      tenant: 't',
      user: 'u',
      tags: ['x'],
      session: 's',
      metadata: { m: 1 },
      timeout: { request: 1_000 },
    };
    await all.router.chat(ask, options);
    const startedAt = Date.UTC(2026, 0, 1);
    expect(seen).toEqual([
      {
        id: all.of('request-end')[0]?.requestId,
        operation: 'chat',
        tenant: 't',
        user: 'u',
        tags: ['x'],
        session: 's',
        metadata: { m: 1 },
        route: 'default',
        startedAt,
        deadline: startedAt + 1_000,
        shadow: false,
      },
    ]);
  });

  it('learns of the route when it has been selected', async () => {
    const seen: unknown[] = [];
    const plugin: Plugin = {
      name: 'x',
      observe(context) {
        seen.push(context.route);
        return { routed: () => seen.push(context.route, context.decision?.selected) };
      },
    };
    const { router } = world({ a: [{}] }, { plugins: [plugin], select: () => 'a' });
    await router.chat(ask);
    expect(seen).toEqual([undefined, 'a', { by: 'select', route: 'a' }]);
  });

  it.each<[string, object, Partial<RequestSummary>]>([
    ['an answer', {}, { outcome: 'success', target: 'b', error: undefined }],
    ['a failure', { only: ['a'] }, { outcome: 'failed', target: undefined, error: expect.anything() }],
    ['an abort', { signal: AbortSignal.abort('enough') }, { outcome: 'aborted', error: 'enough' }],
  ])('ends once, with a summary: %s', async (_, options, expected) => {
    const ends: RequestSummary[] = [];
    const plugin: Plugin = { name: 'x', observe: () => ({ end: (summary) => ends.push(summary) }) };
    const { router } = world({ a: [broken], b: [{}] }, { plugins: [plugin], maxAttempts: 2, retry: false });
    const result = await router.chat(ask, options).catch(() => undefined);
    expect(ends).toMatchObject([{ ...expected, result, lookup: undefined }]);
  });

  it('ends when a stream has been read, left or broken', async () => {
    const { plugin, log } = follows((lines) => ({ end: ({ outcome }) => lines.push(outcome) }));
    const { router } = world(
      { a: [{ text: ['one', 'two'] }, { text: ['one', 'two'] }, { text: ['one'], after: 1, cut: true }] },
      { plugins: [plugin], maxAttempts: 1 },
    );
    const stream = await router.stream(ask);
    expect(log).toEqual([]);
    await read(stream);
    for await (const _ of await router.stream(ask)) break;
    await rejection(router.stream(ask).then(read));
    expect(log).toEqual(['success', 'aborted', 'failed']);
  });

  it('runs the provider within its own context, one observer inside the other', async () => {
    const stack: string[] = [];
    const seen: string[][] = [];
    const within = (name: string): Plugin => ({
      name,
      observe: () => ({
        attempt: () => ({
          around(call) {
            stack.push(name);
            const result = call();
            stack.pop();
            return result;
          },
        }),
      }),
    });
    const { router, providers } = world({ a: [{}] }, { plugins: [within('outer'), within('inner')] });
    const { chat } = providers['a'] ?? {};
    Object.assign(providers['a'] ?? {}, {
      chat(call: never) {
        seen.push([...stack]);
        return chat?.(call);
      },
    });
    await router.chat(ask);
    expect(seen).toEqual([['outer', 'inner']]);
  });

  it('cannot keep the call from happening, nor make it happen twice, nor change its answer', async () => {
    const naughty: NonNullable<RequestObserver['attempt']>[] = [
      () => ({ around: () => undefined as never }),
      () => ({
        around(call) {
          call();
          call();
          return 'something else' as never;
        },
      }),
      () => ({
        around(call) {
          call();
          throw new Error('a bug');
        },
      }),
    ];
    for (const attempt of naughty) {
      const all = world(
        { a: [{ text: 'an answer' }] },
        { plugins: [{ name: 'x', observe: () => ({ attempt }) }] },
      );
      expect((await all.router.chat(ask)).text).toBe('an answer');
      expect(all.providers['a']?.calls).toHaveLength(1);
    }
  });

  it('affects no request, for any error at any point', async () => {
    const bug = (): never => {
      throw new Error('a bug');
    };
    const late = (): never => Promise.reject(new Error('later')) as never;
    const observers: (() => RequestObserver | undefined)[] = [
      bug,
      () => ({ routed: bug, attempt: bug, part: bug, answer: bug, end: bug }),
      () => ({ routed: late, answer: late, end: late }),
      () => ({ attempt: () => ({ around: bug, firstToken: bug, end: bug }) }),
    ];
    for (const observe of observers) {
      const { plugin: other, log } = follows(everything);
      const all = world({ a: [{ text: ['one', 'two'] }] }, { plugins: [{ name: 'breaks', observe }, other] });
      expect((await all.router.chat(ask)).text).toBe('onetwo');
      await read(await all.router.stream(ask));
      await all.clock.advance(0);
      expect(log.filter((line) => line === 'end: success')).toHaveLength(2);
      expect(all.of('plugin-error').length).toBeGreaterThan(0);
      for (const event of all.of('plugin-error'))
        expect(event).toMatchObject({ plugin: 'breaks', station: 'observe' });
    }
  });

  it('names the request in the event', async () => {
    const error = new Error('a bug');
    const breaks: Plugin = {
      name: 'breaks',
      observe() {
        throw error;
      },
    };
    const all = world({ a: [{}] }, { plugins: [breaks] });
    await all.router.chat(ask);
    const { requestId } = all.of('request-end')[0] ?? {};
    expect(all.of('plugin-error')).toEqual([
      { type: 'plugin-error', plugin: 'breaks', station: 'observe', requestId, error },
    ]);
  });

  it('has nothing to do with explain()', async () => {
    const { plugin, log } = follows(everything);
    const { router } = world({ a: [{}] }, { plugins: [plugin] });
    await router.explain(ask);
    expect(log).toEqual([]);
  });

  it('follows mirrored copies, and can recognize them', async () => {
    const seen: unknown[] = [];
    const plugin: Plugin = {
      name: 'x',
      observe: ({ shadow }) => ({ end: ({ target }) => seen.push([target, shadow]) }),
    };
    const { router, clock } = world(
      { a: [{}], b: [{}] },
      { plugins: [plugin], mirror: { target: 'b', ratio: 1 } },
    );
    await router.chat(ask);
    await clock.advance(0);
    expect(seen).toEqual([
      ['a', false],
      ['b', true],
    ]);
  });

  it('does not join two answers where a stream breaks after its first token', async () => {
    const broken = { text: ['one ', 'two'], after: 1, error: { kind: 'server' } } as const;
    const plugins: Plugin[] = [{ name: 'follows', observe: () => ({ part() {} }) }];
    for (const interrupted of ['error', 'continue'] as const) {
      const { router } = world({ a: [broken], b: [{ text: 'three' }] }, { plugins, interrupted });
      const failed = await rejection(router.stream(ask).then(read));
      expect(failed).toMatchObject({ code: 'stream-interrupted', partial: { text: 'one ' } });
    }
  });
});
