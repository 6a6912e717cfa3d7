import type { RankContext, SelectContext } from 'signalbox';
import { describe, expect, it } from 'vitest';
import { read, rejection, world } from '../support/requests.ts';

const ask = { prompt: 'Hi' };
const identity = { tenant: 'acme', user: 'u-7', tags: ['search', 'beta'] };

describe('tenant, user and tags of a call', () => {
  it('are in all events of its request', async () => {
    const all = world({ a: [{ error: { kind: 'server' } }], b: [{}] });
    await all.router.chat(ask, identity);
    await read(await all.router.stream(ask, identity));
    const ofRequests = all.events.filter((event) => 'requestId' in event);
    expect(ofRequests.length).toBeGreaterThan(6);
    for (const event of ofRequests) expect(event).toMatchObject(identity);
  });

  it('are left out of events where the call has none', async () => {
    const all = world({ a: [{}] });
    await all.router.chat(ask);
    for (const event of all.events)
      for (const field of Object.keys(identity)) expect(event).not.toHaveProperty(field);
  });

  it('are seen by select and by strategies', async () => {
    const seen: Pick<SelectContext & RankContext, 'tenant' | 'user' | 'tags'>[] = [];
    const { router } = world(
      { a: [{}] },
      {
        select(_, { tenant, user, tags }) {
          seen.push({ tenant, user, tags });
          return 'default';
        },
        strategy: {
          name: 'sees',
          rank(candidates, { tenant, user, tags }) {
            seen.push({ tenant, user, tags });
            return candidates;
          },
        },
      },
    );
    await router.chat(ask, identity);
    await router.chat(ask);
    const none = { tenant: undefined, user: undefined, tags: [] };
    expect(seen).toEqual([identity, identity, none, none]);
  });

  it.each([
    ['tenant', 7, 'a string, got 7'],
    ['user', {}, 'a string, got an object'],
    ['tags', 'beta', "a list of strings, got 'beta'"],
    ['tags', [1], 'a list of strings, got a list of 1'],
    ['deadline', '2026-01-01', 'a moment in milliseconds since 1970'],
    ['deadline', Number.NaN, 'a moment in milliseconds since 1970'],
  ])('are refused where they are wrong: %s = %j', async (option, value, message) => {
    const { router } = world({ a: [{}] });
    const error = await rejection(router.chat(ask, { [option]: value }));
    expect(error).toMatchObject({ code: 'request', field: `options.${option}` });
    expect(String(error)).toContain(message);
  });
});

describe('the deadline of a call', () => {
  const start = Date.UTC(2026, 0, 1);

  it('ends the request at that moment', async () => {
    const all = world({ a: [{ hang: true }] });
    const failed = rejection(all.router.chat(ask, { deadline: start + 2_000 }));
    await all.clock.advance(1_999);
    expect(all.of('request-end')).toEqual([]);
    await all.clock.advance(1);
    const error = await failed;
    expect(error).toMatchObject({ code: 'deadline', timeout: 2_000 });
    expect(String(error)).toContain('deadline');
    expect(all.clock.timers).toBe(0);
  });

  it('does not make a request longer than its timeout', async () => {
    const { router, clock } = world({ a: [{ hang: true }] }, { timeout: { request: 500 } });
    const failed = rejection(router.chat(ask, { deadline: start + 2_000 }));
    await clock.advance(500);
    expect(await failed).toMatchObject({ code: 'deadline', timeout: 500 });
  });

  it('ends a request at once where it has passed', async () => {
    const { router, providers } = world({ a: [{}] });
    expect(await rejection(router.chat(ask, { deadline: start - 1 }))).toMatchObject({ code: 'deadline' });
    expect(providers['a']?.calls).toHaveLength(0);
  });

  it('holds for a stream until it has been read', async () => {
    const { router, clock } = world({ a: [{ text: ['one', 'two'], after: 1, hang: true }] });
    const stream = await router.stream(ask, { deadline: start + 1_000 });
    const failed = rejection(read(stream));
    await clock.advance(1_000);
    expect(await failed).toMatchObject({ code: 'deadline' });
  });
});
