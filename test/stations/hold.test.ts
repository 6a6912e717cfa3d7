import type { Plugin, PluginHost, RequestContext, RequestSummary } from 'signalbox';
import { describe, expect, it } from 'vitest';
import { outcome, read, rejection, textOf, type World, world } from '../support/requests.ts';

const ask = { prompt: 'Hi' };
const slow = { text: ['one ', 'two'], delay: 100, gap: 100 };

/** Keeps requests going, and notes their outcomes. */
function keeper() {
  let host: PluginHost | undefined;
  const contexts: RequestContext[] = [];
  const parts: string[] = [];
  const ends: RequestSummary[] = [];
  const plugin: Plugin = {
    name: 'keeper',
    install(own) {
      host = own;
      return undefined;
    },
    lookup: (context) => void contexts.push(context),
    observe: () => ({
      part: (part) => void ('text' in part && parts.push(part.text)),
      end: (summary) => void ends.push(summary),
    }),
  };
  const hold = (index = 0): (() => void) | undefined => {
    const context = contexts[index];
    return context === undefined ? undefined : host?.hold(context);
  };
  return { plugin, hold, parts, ends };
}

const stage = (script: typeof slow | { readonly text: string } = slow) => {
  const kept = keeper();
  const all: World = world({ a: [script] }, { plugins: [kept.plugin] });
  return { ...kept, all };
};

describe('a request that is held', () => {
  it.each(['chat', 'stream'] as const)('continues when its caller aborts: %s', async (kind) => {
    const { all, hold, ends } = stage();
    const abort = new AbortController();
    const failed = rejection(all.router[kind](ask, { signal: abort.signal }));
    await all.clock.advance(10);
    const release = hold();
    abort.abort('enough');
    expect(await failed).toBe('enough');
    expect(all.of('request-end')).toEqual([]);
    await all.clock.advance(1_000);
    expect(ends).toMatchObject([
      { outcome: 'aborted', error: 'enough', result: undefined, forOthers: { text: 'one two' } },
    ]);
    expect(all.of('request-end')).toMatchObject([
      { outcome: 'aborted', wastedCost: 0, attempts: [{ outcome: 'success' }] },
    ]);
    release?.();
    expect(all.clock.timers).toBe(0);
  });

  it('continues past its deadline, which its caller notices', async () => {
    const { all, hold, ends } = stage();
    const failed = rejection(all.router.chat(ask, { timeout: { request: 50 } }));
    await all.clock.advance(10);
    hold();
    await all.clock.advance(1_000);
    expect(await failed).toMatchObject({ code: 'deadline' });
    expect(ends).toMatchObject([{ outcome: 'failed', forOthers: { text: 'one two' } }]);
  });

  it('ends at once when it is released after its caller has left', async () => {
    const { all, hold, ends } = stage();
    const abort = new AbortController();
    const failed = rejection(all.router.chat(ask, { signal: abort.signal }));
    await all.clock.advance(10);
    const release = hold();
    abort.abort('enough');
    await failed;
    release?.();
    await all.clock.advance(0);
    expect(ends).toMatchObject([{ outcome: 'aborted', error: 'enough', forOthers: undefined }]);
    expect([all.providers['a']?.open, all.clock.timers]).toEqual([0, 0]);
  });

  it('ends with the router', async () => {
    const { all, hold, ends } = stage();
    const failed = rejection(all.router.chat(ask));
    await all.clock.advance(10);
    hold();
    await all.router.close();
    expect(await failed).toMatchObject({ code: 'closed' });
    expect(ends).toHaveLength(1);
  });

  it('reads its stream on although its reader does not, who then gets all of it', async () => {
    const { all, hold, parts } = stage();
    const opening = all.router.stream(ask);
    await all.clock.advance(100);
    const stream = await opening;
    hold();
    await all.clock.advance(1_000);
    expect(parts).toEqual(['one ', 'two']);
    expect(textOf(await read(stream))).toBe('one two');
    expect(await stream.result).toMatchObject({ text: 'one two' });
    expect(all.of('request-end')).toMatchObject([{ outcome: 'success' }]);
  });

  it('reads its stream on beside a reader who waits', async () => {
    const { all, hold } = stage();
    const opening = all.router.stream(ask);
    await all.clock.advance(100);
    const reading = read(await opening);
    hold();
    await all.clock.advance(1_000);
    expect(textOf(await reading)).toBe('one two');
  });

  it('continues when the reader of its stream leaves, also while it waits for a part', async () => {
    const { all, hold, parts, ends } = stage();
    const opening = all.router.stream(ask);
    await all.clock.advance(100);
    const stream = await opening;
    hold();
    const iterator = stream[Symbol.asyncIterator]();
    await iterator.next();
    const waiting = iterator.next();
    const result = outcome(stream.result);
    expect(await iterator.return?.()).toMatchObject({ done: true });
    expect(await waiting).toMatchObject({ done: true });
    expect(await iterator.next()).toMatchObject({ done: true });
    expect(await result).toMatchObject({ error: { code: 'stream-interrupted' } });
    await all.clock.advance(1_000);
    expect(parts).toEqual(['one ', 'two']);
    expect(ends).toMatchObject([{ outcome: 'aborted', forOthers: { text: 'one two' } }]);
    expect(all.clock.timers).toBe(0);
  });

  it('throws the reason of an abort at its reader, once', async () => {
    const { all, hold } = stage();
    const abort = new AbortController();
    const opening = all.router.stream(ask, { signal: abort.signal });
    await all.clock.advance(100);
    const iterator = (await opening)[Symbol.asyncIterator]();
    hold();
    await iterator.next();
    const waiting = rejection(iterator.next());
    abort.abort('enough');
    expect(await waiting).toBe('enough');
    expect(await iterator.next()).toMatchObject({ done: true });
  });

  it('cannot be held once it is over', async () => {
    const { all, hold } = stage({ text: 'done' });
    await all.router.chat(ask);
    expect(hold()).toBeUndefined();
  });
});
