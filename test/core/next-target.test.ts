import { describe, expect, it } from 'vitest';
import { nextTarget, type Option, type Situation } from '../../src/core/failover/next-target.ts';

const now = 1_000;
const freed = Number.POSITIVE_INFINITY;

/** An option that nothing speaks against, but for what is said. */
function option(channel: string, more: Partial<Option<string>> = {}): Option<string> {
  return {
    channel,
    target: channel,
    isFresh: true,
    mayRetry: false,
    state: 'healthy',
    isHealthy: true,
    hasCapacity: true,
    declaredUntil: now,
    forecastUntil: now,
    returnsAt: 0,
    retryAt: 0,
    canFinish: true,
    ...more,
  };
}

const busy = { hasCapacity: false };
const failing = { state: 'failing', isHealthy: false } as const;
const recovering = { state: 'recovering', isHealthy: false } as const;
const cooling = (returnsAt: number) => ({ state: 'cooling-down', isHealthy: false, returnsAt }) as const;
const misconfigured = { state: 'misconfigured', isHealthy: false } as const;
const limited = (declaredUntil: number) => ({
  declaredUntil,
  forecastUntil: declaredUntil,
  isHealthy: false,
});
const forecast = (forecastUntil: number) => ({ forecastUntil, isHealthy: false });
/** It has failed, and may be asked again from a moment on. */
const failed = (retryAt: number) => ({ isFresh: false, mayRetry: true, retryAt });
const done = { isFresh: false };

function next(options: readonly Option<string>[], more: Partial<Situation<string>> = {}) {
  const situation = {
    options,
    tries: 0,
    maxAttempts: 10,
    last: undefined,
    wasUnread: false,
    wouldStay: false,
    maxDelay: 8_000,
    maxWait: 30_000,
    timeLeft: 60_000,
    isPatient: true,
    ...more,
  };
  const found = nextTarget(situation, now);
  return found && [found.channel, found.at];
}

type Row = [
  behavior: string,
  expected: readonly [string, number] | undefined,
  options: readonly Option<string>[],
  situation?: Partial<Situation<string>>,
];

describe('nextTarget for the first attempt', () => {
  it.each<Row>([
    ['takes the first', ['a', now], [option('a'), option('b')]],
    ['passes over one without a place', ['b', now], [option('a', busy), option('b')]],
    ['passes over one that fails', ['b', now], [option('a', failing), option('b')]],
    ['passes over one at its limits', ['b', now], [option('a', limited(now + 1)), option('b')]],
    ['passes over one that may not be asked', ['b', now], [option('a', done), option('b')]],
    ['waits for a place where all are busy', ['a', freed], [option('a', busy), option('b', busy)]],
    ['uses one that fails rather than none', ['a', now], [option('a', failing)]],
    [
      'uses one that fails rather than wait',
      ['a', now],
      [option('a', failing), option('b', cooling(now + 5))],
    ],
    [
      'uses one that fails rather than wait for a place at a healthy one',
      ['a', now],
      [option('a', failing), option('b', busy)],
    ],
    [
      'waits for the one that returns first',
      ['b', now + 5],
      [option('a', cooling(now + 9)), option('b', cooling(now + 5))],
    ],
    ['waits until its own limits let it in', ['a', now + 7], [option('a', limited(now + 7))]],
    ['waits for a forecast', ['a', now + 7], [option('a', forecast(now + 7))]],
    [
      'does not wait for a forecast of longer than it may wait',
      ['a', now],
      [option('a', forecast(now + 40_000))],
    ],
    [
      'does not wait for a forecast when its patience is over',
      ['a', now],
      [option('a', forecast(now + 7))],
      { isPatient: false },
    ],
    ['does not wait longer than it may', undefined, [option('a', cooling(now + 30_001))]],
    ['does not wait beyond its own time', undefined, [option('a', cooling(now + 500))], { timeLeft: 500 }],
    ['asks one that is misconfigured last of all', ['a', now], [option('a', misconfigured)]],
    [
      'waits rather than ask one that is misconfigured',
      ['b', now + 5],
      [option('a', misconfigured), option('b', cooling(now + 5))],
    ],
    [
      'exceeds no limit to ask one that fails',
      ['a', now + 3],
      [option('a', { ...failing, declaredUntil: now + 3 })],
    ],
    ['has none where there are none', undefined, []],
  ])('%s', (_, expected, options, situation) => {
    expect(next(options, situation)).toEqual(expected);
  });
});

describe('nextTarget after a failure', () => {
  const a = option('a', failed(now + 100));
  const after = { tries: 1, last: a };
  it.each<Row>([
    ['goes to another target at once', ['b', now], [a, option('b')], after],
    ['asks the same one again where there is no other, after a pause', ['a', now + 100], [a], after],
    [
      'asks none that may not be asked again',
      undefined,
      [option('a', done)],
      { tries: 1, last: option('a', done) },
    ],
    [
      'waits for another one or asks again, whichever is sooner',
      ['b', now + 50],
      [a, option('b', cooling(now + 50))],
      after,
    ],
    [
      'keeps attempts back for those that have not been asked',
      ['b', now + 500],
      [a, option('b', cooling(now + 500))],
      { ...after, maxAttempts: 2 },
    ],
    ['makes no more attempts than it may', undefined, [a, option('b')], { ...after, maxAttempts: 1 }],
    [
      'asks no target that cannot finish in time',
      undefined,
      [option('a', done), option('b', { canFinish: false })],
      { tries: 1 },
    ],
    [
      'rather retries a healthy target than one that is known to fail',
      ['a', now + 100],
      [a, option('b', { ...failed(now + 10), state: 'failing' })],
      after,
    ],
    [
      'retries one that is known to fail where there is no other',
      ['b', now + 10],
      [option('a', done), option('b', { ...failed(now + 10), state: 'failing' })],
      { tries: 2 },
    ],
    [
      'uses one that is being probed rather than wait',
      ['b', now],
      [option('a', done), option('b', recovering)],
      { tries: 1 },
    ],
  ])('%s', (_, expected, options, situation) => {
    expect(next(options, situation)).toEqual(expected);
  });
});

describe('nextTarget after a connection closed before the request was read', () => {
  const a = option('a', failed(now));
  const unread = { tries: 1, last: a, wasUnread: true };
  it.each<Row>([
    ['sends it again on a fresh connection, before another target', ['a', now], [a, option('b')], unread],
    [
      'goes elsewhere where it may not',
      ['b', now],
      [option('a', done), option('b')],
      { ...unread, last: option('a', done) },
    ],
    [
      'goes elsewhere where the target is held back',
      ['b', now],
      [a, option('b')],
      { ...unread, last: option('a', { ...failed(now), ...cooling(now + 5) }) },
    ],
    [
      'goes elsewhere where the target is full',
      ['b', now],
      [a, option('b')],
      { ...unread, last: option('a', { ...failed(now), ...busy }) },
    ],
    [
      'goes elsewhere where there is no attempt to spare',
      ['b', now],
      [a, option('b')],
      { ...unread, maxAttempts: 2 },
    ],
  ])('%s', (_, expected, options, situation) => {
    expect(next(options, situation)).toEqual(expected);
  });
});

describe('nextTarget on a route that prefers the same target', () => {
  const a = option('a', failed(now + 100));
  const stays = { tries: 1, last: a, wouldStay: true };
  it.each<Row>([
    ['waits for the same one', ['a', now + 100], [a, option('b')], stays],
    ['does not wait longer than its longest delay', ['b', now], [a, option('b')], { ...stays, maxDelay: 99 }],
    [
      'goes elsewhere where the target has been found to fail',
      ['b', now],
      [a, option('b')],
      { ...stays, last: option('a', { ...failed(now + 100), ...failing }) },
    ],
    [
      'waits until its vendor wants it to come back',
      ['a', now + 300],
      [a, option('b')],
      { ...stays, last: option('a', { ...failed(now + 100), ...cooling(now + 300) }) },
    ],
    [
      'uses another key of the same target at once',
      ['a2', now],
      [a, option('b'), option('a2', { target: 'a' })].toReversed(),
      stays,
    ],
    [
      'goes elsewhere where it could not finish',
      ['b', now],
      [a, option('b')],
      { ...stays, last: option('a', { ...failed(now), canFinish: false }) },
    ],
  ])('%s', (_, expected, options, situation) => {
    expect(next(options, situation)).toEqual(expected);
  });
});
