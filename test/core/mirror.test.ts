import type { Script } from 'signalbox/testing';
import { describe, expect, it } from 'vitest';
import { read, rejection, type World, world } from '../support/requests.ts';

const ask = { prompt: 'Hi' };
const mirror = { target: 'b', ratio: 1 };

/** Target `a` is asked, and `b` gets a copy. */
function mirrored(
  copies: readonly Script[] = [{ text: 'a copy' }],
  options: Parameters<typeof world>[1] = {},
  originals: readonly Script[] = [{ text: 'an answer' }],
): World {
  return world({ a: originals, b: copies }, { mirror, ...options });
}

const callsOf = ({ providers }: World, id = 'b'): number => providers[id]?.calls.length ?? 0;
const copyEnds = ({ of }: World) => of('request-end').filter((event) => event.mirror === true);

describe('mirror', () => {
  it('sends a copy of a chat to a target, and discards its answer', async () => {
    const all = mirrored();
    expect((await all.router.chat(ask)).text).toBe('an answer');
    await all.clock.advance(0);
    expect(all.providers['b']?.calls[0]?.messages).toEqual([{ role: 'user', content: 'Hi' }]);
  });

  it('reports the copy separately: the same request, marked, with its own attempt and end', async () => {
    const all = mirrored();
    await all.router.chat(ask, { metadata: { tenant: 7 } });
    await all.clock.advance(0);
    const facts = all.events.map((event) => [
      event.type,
      'mirror' in event && event.mirror,
      'target' in event && event.target,
    ]);
    expect(facts).toEqual([
      ['attempt-start', false, 'a'],
      ['attempt-end', false, 'a'],
      ['usage', false, 'a'],
      ['request-end', false, 'a'],
      ['attempt-start', true, 'b'],
      ['attempt-end', true, 'b'],
      ['usage', true, 'b'],
      ['request-end', true, 'b'],
    ]);
    const [own, copy] = all.of('request-end');
    expect(copy).toMatchObject({ requestId: own?.requestId, metadata: { tenant: 7 }, route: 'default' });
    expect(copy?.decision).toMatchObject({ strategy: 'mirror', candidates: [{ target: 'b' }] });
    expect(own).toMatchObject({ attempts: [{ target: 'a' }], wastedCost: 0 });
    expect(own?.cost).toEqual(all.of('usage')[0]?.cost);
    expect(copy?.cost).toEqual(all.of('usage')[1]?.cost);
  });

  it('reads the copy of a stream to its end, at its own pace', async () => {
    const all = mirrored([{ text: ['one', 'two', 'three'], delay: 100, gap: 50 }]);
    await read(await all.router.stream(ask));
    await all.clock.advance(200);
    expect(copyEnds(all)).toMatchObject([
      { kind: 'stream', outcome: 'success', firstToken: 100, duration: 200 },
    ]);
    expect(all.router.stats()[1]).toMatchObject({ attempts: 1, failures: 0, firstToken: 100 });
    expect([all.clock.timers, all.providers['b']?.open]).toEqual([0, 0]);
  });

  it('copies the given share of the requests', async () => {
    const all = mirrored([{}], { mirror: { target: 'b', ratio: 0.25 } });
    for (let request = 0; request < 1_000; request++) {
      await all.router.chat(ask);
      await all.clock.advance(0);
    }
    expect(callsOf(all) / 1_000).toBeCloseTo(0.25, 1);
    const none = mirrored([{}], { mirror: { target: 'b', ratio: 0 } });
    await none.router.chat(ask);
    await none.clock.advance(0);
    expect(callsOf(none)).toBe(0);
  });

  it('can be of a route, or switched off for one', async () => {
    const routes = { quiet: { mirror: false as const }, own: { mirror: { target: 'c', ratio: 1 } } };
    const all = world({ a: [{}], b: [{}], c: [{}] }, { mirror, routes });
    for (const route of ['default', 'quiet', 'own', 'a']) {
      await all.router.chat(ask, { route });
      await all.clock.advance(0);
    }
    expect([callsOf(all, 'a'), callsOf(all, 'b'), callsOf(all, 'c')]).toEqual([4, 2, 1]);
  });

  it('takes the messages as they were, and not as they go on', async () => {
    const all = mirrored();
    const messages = [{ role: 'user' as const, content: 'Hi' }];
    await all.router.chat({ messages });
    messages.push({ role: 'user', content: 'And?' });
    await all.clock.advance(0);
    expect(all.providers['b']?.calls[0]?.messages).toHaveLength(1);
  });

  it('holds the copy to the schema, and not to the judgement of the application', async () => {
    let judged = 0;
    const accept = () => {
      judged += 1;
      return true;
    };
    const all = mirrored([{ text: '{}' }, { text: 'no JSON' }], { accept }, [{ text: '{}' }]);
    for (const prompt of ['one', 'two']) {
      await all.router.chat({ prompt, schema: { type: 'object' } });
      await all.clock.advance(0);
    }
    expect(judged).toBe(2);
    const failed = { outcome: 'failed', error: 'output', attempts: [{ billed: 'yes' }] };
    expect(copyEnds(all)).toMatchObject([{ outcome: 'success' }, failed]);
  });
});

describe('a copy never touches the request', () => {
  it('begins after it, and is not waited for', async () => {
    const all = mirrored([{ hang: true }], { timeout: { attempt: 5_000 } });
    const answer = all.router.chat(ask);
    expect(callsOf(all)).toBe(0);
    expect((await answer).target).toBe('a');
    expect(all.of('request-end')).toMatchObject([{ outcome: 'success', duration: 0 }]);
    await all.clock.advance(5_000);
    expect(copyEnds(all)).toMatchObject([{ outcome: 'failed', duration: 5_000 }]);
    expect(all.clock.timers).toBe(0);
  });

  it.each<[string, Script]>([
    ['an error', { error: { kind: 'server', status: 500 } }],
    ['a rate limit', { error: { kind: 'rate-limit', retryAfter: 100 } }],
    ['a broken stream', { text: ['one', 'two'], after: 1, cut: true }],
    ['an error in the middle', { text: ['one', 'two'], after: 1, error: { kind: 'network' } }],
  ])('%s of it is its own, is tried once, and counts for the target', async (_, script) => {
    const all = mirrored([script], { interrupted: 'restart', fallbackOn: ['output'] });
    const parts = await read(await all.router.stream(ask));
    expect(parts.at(-1)).toMatchObject({ type: 'finish', target: 'a' });
    await all.clock.advance(60_000);
    expect(callsOf(all)).toBe(1);
    expect(copyEnds(all)).toMatchObject([
      { outcome: 'failed', attempts: [{ target: 'b', outcome: 'failed' }] },
    ]);
    expect(all.router.stats()[1]).toMatchObject({ attempts: 1, failures: 1 });
    expect(all.clock.timers).toBe(0);
  });

  it('continues when the caller has aborted, and ends when the router closes', async () => {
    const all = mirrored([{ hang: true }], {}, [{ hang: true }]);
    const abort = new AbortController();
    const error = rejection(all.router.chat(ask, { signal: abort.signal }));
    await all.clock.advance(10);
    abort.abort('enough');
    expect(await error).toBe('enough');
    expect(all.of('request-end')).toMatchObject([{ outcome: 'aborted' }]);
    expect(all.providers['b']?.open).toBe(1);
    await all.router.close();
    await all.clock.advance(0);
    expect(copyEnds(all)).toMatchObject([{ outcome: 'failed', error: 'closed' }]);
    expect([all.clock.timers, all.providers['b']?.open]).toEqual([0, 0]);
  });

  it('does not begin once the router is closed', async () => {
    const all = mirrored();
    await all.router.chat(ask);
    await all.router.close();
    await all.clock.advance(0);
    expect([callsOf(all), all.clock.timers]).toEqual([0, 0]);
  });

  it('gives its place to a request that needs it, at once', async () => {
    const all = mirrored([{ text: 'a copy', delay: 5_000 }, { text: 'an answer' }], { concurrency: 1 });
    await all.router.chat(ask);
    await all.clock.advance(100);
    const { text, attempts } = await all.router.chat(ask, { route: 'b' });
    expect([text, attempts.length]).toEqual(['an answer', 1]);
    expect(copyEnds(all)).toMatchObject([{ outcome: 'aborted', attempts: [{ outcome: 'abandoned' }] }]);
    await all.clock.advance(10_000);
    expect(all.router.stats()[1]).toMatchObject({ inFlight: 0, failures: 0 });
    expect(all.clock.timers).toBe(0);
  });

  it('also happens where the target has reported its limits', async () => {
    const refused: Script = { error: { kind: 'overloaded', status: 529 }, delay: 10 };
    const refusals = Array.from({ length: 4 }, () => refused);
    const copies = [...refusals, { text: 'a copy', delay: 5_000 }, { text: 'an answer' }];
    const all = mirrored(copies, { retry: false, breaker: false });
    const together = refusals.map(() => rejection(all.router.chat(ask, { route: 'b' })));
    await all.clock.advance(10);
    await Promise.all(together);
    await all.router.chat(ask);
    await all.clock.advance(100);
    expect((await all.router.chat(ask, { route: 'b' })).text).toBe('an answer');
    expect(copyEnds(all)).toMatchObject([{ outcome: 'aborted' }]);
  });
});
