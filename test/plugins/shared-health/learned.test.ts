import { createRouter, type Provider } from 'signalbox';
import { memory } from 'signalbox/memory';
import { sharedHealth } from 'signalbox/shared-health';
import { scriptedProvider, virtualClock } from 'signalbox/testing';
import { describe, expect, it } from 'vitest';
import { world } from '../../support/requests.ts';

const ask = { prompt: 'Hi' };
const broken = { error: { kind: 'server', status: 500 } } as const;
const limited = { error: { kind: 'rate-limit', status: 429, retryAfter: 60_000 } } as const;

/** Two processes with one store: one that learns, and one that has sent nothing yet. */
function pair(scripts: Parameters<typeof world>[0], fresh: Parameters<typeof world>[0] = scripts) {
  const clock = virtualClock();
  const store = memory({ clock });
  const [old, other] = [scripts, fresh].map((each, seed) =>
    world(each, { clock, store, seed, plugins: [sharedHealth()] }),
  ) as [ReturnType<typeof world>, ReturnType<typeof world>];
  const costs = async (options: object = {}) =>
    (await other.router.explain(ask, options)).candidates.map(({ estimatedCost }) => estimatedCost ?? 0);
  return { old, other, clock, costs };
}

describe('sharedHealth() shares', () => {
  it('the length of answers', async () => {
    const usage = { inputTokens: 10, outputTokens: 40 };
    const { old, clock, costs } = pair({ a: [{ usage }] });
    const [before = 0] = await costs();
    await clock.advance(1_100);
    for (let n = 0; n < 30; n++) await old.router.chat(ask);
    await clock.advance(63_000);
    const [after = 0] = await costs();
    const output = 40 * 2e-6;
    expect(before).toBeGreaterThan(3 * output);
    expect(after).toBeGreaterThan(0.9 * output);
    expect(after).toBeLessThan(1.2 * output);
  });

  it('how much of a prompt a vendor caches, and which target holds a session’s prompt', async () => {
    const cached = (isKnown: boolean) => ({
      inputTokens: 100_000,
      outputTokens: 5,
      cacheReadTokens: isKnown ? 90_000 : 0,
    });
    let sent = 0;
    const clock = virtualClock();
    const store = memory({ clock });
    const [old, other] = [1, 2].map(() =>
      createRouter({
        targets: [
          {
            provider: scriptedProvider('a', () => ({ usage: cached(sent++ > 0) }), clock),
            model: 'm',
            id: 'a',
            price: { input: 1, output: 2, cacheRead: 0.1 },
          },
        ],
        clock,
        store,
        plugins: [sharedHealth()],
      }),
    );
    const long = { prompt: 'word '.repeat(100_000) };
    const costOf = async (session: string): Promise<number> =>
      (await other?.explain(long, { session }))?.candidates[0]?.estimatedCost ?? 0;
    const unknown = await costOf('s');
    await clock.advance(1_100);
    for (let n = 0; n < 30; n++) await old?.chat(long, { session: 's' });
    await clock.advance(63_000);
    await old?.chat(long, { session: 's' });
    await clock.advance(23_000);
    expect(await costOf('s')).toBeLessThan(0.5 * unknown);
    // An unknown session does not find its prompt in the cache.
    expect(await costOf('another')).toBeGreaterThan(1.5 * (await costOf('s')));
  });

  it('sessions only as hashes', async () => {
    const clock = virtualClock();
    const real = memory({ clock });
    const published: string[] = [];
    const store = {
      ...real,
      publish: (changes: Parameters<typeof real.publish>[0]) => {
        published.push(JSON.stringify(changes));
        return real.publish(changes);
      },
    };
    const { router } = world({ a: [{}] }, { clock, store, plugins: [sharedHealth()] });
    await clock.advance(1_100); // facts count from the first exchange on
    await router.chat(ask, { session: 'ann@acme.example', tenant: 'acme-tenant' });
    await clock.advance(3_000);
    expect(published.join()).toContain('session/');
    expect(published.join()).not.toContain('acme');
  });

  it('which target and key hold a stored answer', async () => {
    const clock = virtualClock();
    const store = memory({ clock });
    /** A process that picks one of two keys at random. */
    const processWith = (random: number) => {
      const calls: string[] = [];
      const withKey = (key: string): Provider => {
        const scripted = scriptedProvider('a', [{}], clock);
        return {
          ...scripted,
          boundBy: (options) => {
            const id = options['a']?.['previous'];
            return typeof id === 'string' ? { responseId: id } : undefined;
          },
          async chat(call) {
            calls.push(key);
            const answer = await scripted.chat(call);
            return { ...answer, response: { ...answer.response, id: 'resp_7' } };
          },
        };
      };
      const provider = { ...withKey('first'), keys: [withKey('first'), withKey('second')] };
      const router = createRouter({
        targets: [{ provider, model: 'm', id: 'a', price: { input: 1, output: 1 } }],
        clock,
        store,
        random: () => random,
        plugins: [sharedHealth()],
      });
      return { router, calls };
    };
    const old = processWith(0.99);
    await clock.advance(1_100);
    await old.router.chat(ask);
    expect(old.calls).toEqual(['second']);
    await clock.advance(23_000);

    const fresh = processWith(0);
    await clock.advance(2_500);
    await fresh.router.chat({ ...ask, providerOptions: { a: { previous: 'resp_7' } } });
    await fresh.router.chat({ ...ask, providerOptions: { a: { previous: 'unknown' } } });
    expect(fresh.calls).toEqual(['second', 'first']);
  });

  it('an outage of a target’s embeddings, at one request per process and without an effect on chats', async () => {
    const { old, other, clock } = pair({ a: [broken], b: [{}] });
    for (let n = 0; n < 5; n++) await old.router.embed({ values: ['x'] });
    await clock.advance(2_200);
    for (let n = 0; n < 5; n++) expect((await other.router.embed({ values: ['x'] })).target).toBe('b');
    expect(other.providers['a']?.embedCalls).toHaveLength(1);
    expect((await other.router.explain(ask)).skipped).toEqual([]);
  });

  it('no outage of embeddings with a process whose embeddings succeed', async () => {
    const { old, other, clock } = pair({ a: [broken], b: [{}] }, { a: [{}], b: [{}] });
    for (let n = 0; n < 5; n++) await old.router.embed({ values: ['x'] });
    await clock.advance(2_200);
    const used: string[] = [];
    for (let n = 0; n < 4; n++) used.push((await other.router.embed({ values: ['x'] })).target);
    expect(used.slice(1)).toEqual(['a', 'a', 'a']);
  });

  it('a vendor’s cooldown for images', async () => {
    const { old, other, clock } = pair({ a: [limited], b: [{}] }, { a: [{}], b: [{}] });
    await old.router.image({ prompt: 'a cat' });
    await clock.advance(2_200);
    expect((await other.router.image({ prompt: 'a cat' })).target).toBe('b');
    expect(other.providers['a']?.imageCalls).toHaveLength(0);
  });
});
