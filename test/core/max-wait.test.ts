import { isRouterError } from 'signalbox';
import type { Script } from 'signalbox/testing';
import { describe, expect, it } from 'vitest';
import { outcome, read, rejection, world } from '../support/requests.ts';

const ask = { prompt: 'Hi' };
const refused = { error: { kind: 'overloaded', status: 503 } } as const;
const long = { text: ['one ', 'two'], gap: 60_000 } as const;
const patient = { timeout: { idle: 100_000 } };

describe('queue.maxWait', () => {
  it('bounds the wait of a chat for a place that `concurrency` keeps taken', async () => {
    const { router, clock } = world(
      { a: [{ delay: 60_000 }] },
      { concurrency: 1, queue: { maxWait: 1_000 } },
    );
    const first = outcome(router.chat(ask));
    const failing = rejection(router.chat(ask));
    await clock.advance(999);
    expect(router.stats()[0]?.attempts).toBe(1);
    await clock.advance(1);
    const error = await failing;
    expect(isRouterError(error, 'no-target') && error.shed).toBe(true);
    expect(String(error)).toContain('a (busy), and none of them is free in time');
    await clock.advance(60_000);
    expect('value' in (await first)).toBe(true);
    expect(clock.timers).toBe(0);
  });

  it('bounds the wait of a stream behind one that is never read', async () => {
    const { router, clock } = world({ a: [long] }, { concurrency: 1, queue: { maxWait: 2_000 } });
    await router.stream(ask);
    const failing = rejection(router.stream(ask));
    await clock.advance(2_000);
    expect(isRouterError(await failing, 'no-target')).toBe(true);
    await router.close();
  });

  it('limits the wait of each request separately, at any position in the queue', async () => {
    const { router, clock } = world({ a: [{ delay: 1_500 }] }, { concurrency: 1, queue: { maxWait: 2_600 } });
    const answers = [1, 2, 3].map(() => outcome(router.chat(ask)));
    await clock.advance(500);
    const late = outcome(router.chat(ask)); // after 2,500 ms, 4,500 ms after the first
    await clock.advance(10_000);
    const settled = await Promise.all([...answers, late]);
    expect(settled.map((each) => 'value' in each)).toEqual([true, true, false, true]);
  });

  it('bounds the wait before a further attempt, which fails with what the one before failed with', async () => {
    const { router, clock } = world(
      { a: [{ delay: 60_000 }], b: [refused] },
      { concurrency: 1, queue: { maxWait: 1_000 }, retry: { sameTarget: 0 } },
    );
    const first = outcome(router.chat(ask));
    const failing = rejection(router.chat(ask));
    await clock.advance(1_000);
    expect(await failing).toMatchObject({ code: 'all-targets-failed', last: { kind: 'overloaded' } });
    await clock.advance(60_000);
    await first;
  });

  it('bounds the wait of embeddings between their calls', async () => {
    const { router, clock, providers } = world(
      { a: [{ delay: 100 }, { delay: 60_000 }] },
      { concurrency: 1, queue: { maxWait: 1_000 } },
    );
    const failing = rejection(router.embed({ values: Array.from({ length: 100 }, () => 'x') }));
    await clock.advance(0); // loads the code for embeddings
    const chat = outcome(router.chat(ask)); // gets its place between the two calls
    await clock.advance(1_100);
    expect(isRouterError(await failing, 'no-target')).toBe(true);
    await clock.advance(60_000);
    await chat;
    expect(providers['a']?.open).toBe(0);
  });

  it('does not fail a request because its own calls take the places that there are', async () => {
    const { router, clock } = world({ a: [{ delay: 5_000 }] }, { concurrency: 2, queue: { maxWait: 1_000 } });
    const chat = outcome(router.chat(ask));
    const embedding = outcome(router.embed({ values: Array.from({ length: 300 }, () => 'x') }));
    await clock.advance(30_000);
    expect('value' in (await embedding)).toBe(true);
    await chat;
  });
});

describe('a refusal', () => {
  it('sets no limit if it is the only one: the retry follows its backoff', async () => {
    const { router, clock } = world({ a: [long, refused, {}] }, patient);
    const stream = await router.stream(ask);
    const answer = router.chat(ask);
    await clock.advance(250);
    expect((await answer).attempts.map(({ outcome: end }) => end)).toEqual(['failed', 'success']);
    const reading = read(stream);
    await clock.advance(60_000);
    await reading;
  });

  it('sets no limit if it occurs from time to time', async () => {
    let index = 0;
    // Every second request is refused once while a stream runs.
    const { router, clock } = world(
      { a: () => (index++ === 0 ? long : index % 3 === 0 ? refused : {}) },
      patient,
    );
    const stream = await router.stream(ask);
    for (let request = 0; request < 8; request++) {
      const answer = outcome(router.chat(ask));
      await clock.advance(5_000);
      expect('value' in (await answer)).toBe(true);
    }
    const reading = read(stream);
    await clock.advance(60_000);
    await reading;
  });

  it('delays requests if it is one of many, and refuses none for that reason alone', async () => {
    let index = 0;
    const busy: Script = { delay: 300_000 };
    // Four at a time, forever: more are refused, until no more come.
    const { router, clock, providers } = world(
      { a: () => (index++ < 4 ? busy : index < 12 ? refused : {}) },
      { queue: { maxWait: 10_000 }, retry: { sameTarget: 0 } },
    );
    const held = [1, 2, 3, 4].map(() => outcome(router.chat(ask)));
    const turnedAway = await Promise.all([1, 2, 3, 4].map(() => outcome(router.chat(ask))));
    expect(turnedAway.every((each) => 'error' in each)).toBe(true);
    await clock.advance(60_000);
    index = 12;
    const before = providers['a']?.calls.length ?? 0;
    const waiting = router.chat(ask);
    await clock.advance(9_999);
    expect(providers['a']?.calls).toHaveLength(before);
    await clock.advance(1);
    expect((await waiting).target).toBe('a');
    await clock.advance(300_000);
    await Promise.all(held);
  });
});
