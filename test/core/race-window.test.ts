import { type VirtualClock, virtualClock } from 'signalbox/testing';
import { describe, expect, it } from 'vitest';
import { rejection, world } from '../support/requests.ts';

/** Reads what has arrived for two milliseconds before `afterInput`, as the runtime's clock does between two timers. */
function readingClock(): VirtualClock {
  const clock = virtualClock();
  clock.afterInput = (run) => void clock.after(2, run);
  return clock;
}

/** A hedge wins after 600 ms, and the race ends at 602 ms. */
function hedged() {
  const scripts = { slow: [{ delay: 5_000 }], fast: [{ delay: 100 }] };
  return world(scripts, { clock: readingClock(), hedge: { delay: 500 } });
}

describe('between the first token of a race and its end', () => {
  it('an abort rejects the stream and ends the request', async () => {
    const { router, clock, of, providers } = hedged();
    const leaving = new AbortController();
    const opening = rejection(router.stream({ prompt: 'Hi' }, { signal: leaving.signal }));
    await clock.advance(601);
    leaving.abort(new Error('gone'));
    await clock.advance(1);
    expect(await opening).toMatchObject({ message: 'gone' });
    expect(of('request-end')).toMatchObject([{ outcome: 'aborted' }]);
    expect(of('attempt-end')).toMatchObject([{ outcome: 'abandoned' }, { outcome: 'abandoned' }]);
    expect([clock.timers, providers['slow']?.open, providers['fast']?.open]).toEqual([0, 0, 0]);
  });

  it('the deadline rejects the stream and ends the request', async () => {
    const { router, clock, of } = hedged();
    const opening = rejection(router.stream({ prompt: 'Hi' }, { timeout: { request: 601 } }));
    await clock.advance(602);
    expect(await opening).toMatchObject({ code: 'deadline' });
    expect(of('request-end')).toMatchObject([{ outcome: 'failed' }]);
    expect(clock.timers).toBe(0);
  });

  it('`close` rejects the stream and ends the request', async () => {
    const { router, clock, of } = hedged();
    const opening = rejection(router.stream({ prompt: 'Hi' }));
    await clock.advance(601);
    const closed = router.close();
    await clock.advance(1);
    await closed;
    expect(await opening).toMatchObject({ code: 'closed' });
    expect(of('request-end')).toHaveLength(1);
  });

  it('the deadline does not withhold a complete answer', async () => {
    const { router, clock, of } = hedged();
    const answer = router.chat({ prompt: 'Hi' }, { timeout: { request: 601 } });
    await clock.advance(602);
    expect((await answer).target).toBe('fast');
    expect(of('request-end')).toMatchObject([{ outcome: 'success' }]);
  });

  it('a loser that answers is billed in full', async () => {
    const scripts = { slow: [{ delay: 601 }], fast: [{ delay: 100 }] };
    const { router, clock, of } = world(scripts, { clock: readingClock(), hedge: { delay: 500 } });
    const answer = router.chat({ prompt: 'Hi' });
    await clock.advance(602);
    expect((await answer).target).toBe('fast');
    expect(of('usage')).toMatchObject([
      { target: 'fast', outcome: 'success', billed: 'yes' },
      { target: 'slow', outcome: 'abandoned', billed: 'yes', usage: { outputTokens: 5 } },
    ]);
  });
});
