import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { breaker } from '../../src/health/breaker.ts';

const limits = { consecutive: 3, failureRate: 0.5, openFor: 1_000, maxOpenFor: 4_000, probes: 1 };
const middle = (): number => 0.5; // no jitter

function tripped(now = 0) {
  const subject = breaker(middle);
  for (let failure = 0; failure < 3; failure++) subject.failure(subject.enter(now), now, limits);
  return subject;
}

describe('breaker', () => {
  it('opens after the configured number of consecutive failures, and not before', () => {
    const subject = breaker(middle);
    subject.failure(subject.enter(0), 0, limits);
    subject.failure(subject.enter(0), 0, limits);
    expect(subject.state(0)).toBe('closed');
    subject.failure(subject.enter(0), 0, limits);
    expect(subject.state(0)).toBe('open');
    expect(subject.until).toBe(1_000);
  });

  it('starts counting again with each success', () => {
    const subject = breaker(middle);
    for (let round = 0; round < 10; round++) {
      subject.failure(subject.enter(0), 0, limits);
      subject.failure(subject.enter(0), 0, limits);
      for (let good = 0; good < 3; good++) subject.success(subject.enter(0), 0, limits);
    }
    expect(subject.state(0)).toBe('closed');
  });

  it('admits one probe when its time is over, and no second one beside it', () => {
    const subject = tripped();
    expect(subject.admits(999)).toBe(false);
    expect(subject.admits(1_000)).toBe(true);
    subject.enter(1_000);
    expect(subject.admits(1_000)).toBe(false);
  });

  it('closes after a good probe', () => {
    const subject = tripped();
    subject.success(subject.enter(1_000), 1_100, limits);
    expect(subject.state(1_100)).toBe('closed');
  });

  it('opens for a quarter longer after each bad probe, up to the limit', () => {
    const subject = tripped();
    const spans: number[] = [];
    let now = subject.until;
    for (let probe = 0; probe < 7; probe++) {
      subject.failure(subject.enter(now), now, limits);
      spans.push(subject.until - now);
      now = subject.until;
    }
    expect(spans.slice(0, 3)).toEqual([1_250, 1_562.5, 1_953.125]);
    expect(spans.at(-1)).toBe(4_000);
  });

  it('admits the next probe once the one before has its first token', () => {
    const subject = tripped();
    const first = subject.enter(1_000);
    subject.begun(first);
    expect(subject.admits(1_000)).toBe(true);
    subject.enter(1_000);
    subject.leave(first);
    expect(subject.admits(1_000)).toBe(false);
  });

  it('opens again when a probe fails after its first token', () => {
    const subject = tripped();
    const pass = subject.enter(1_000);
    subject.begun(pass);
    subject.failure(pass, 1_100, limits);
    expect(subject.state(1_100)).toBe('open');
  });

  it('lets another probe through when one ends without a verdict', () => {
    const subject = tripped();
    subject.leave(subject.enter(1_000));
    expect(subject.admits(1_000)).toBe(true);
  });

  it('ignores the outcome of attempts from before it opened or closed', () => {
    const subject = breaker(middle);
    const late = Array.from({ length: 10 }, () => subject.enter(0));
    for (const pass of late.slice(0, 3)) subject.failure(pass, 0, limits);
    subject.success(subject.enter(1_000), 1_000, limits);
    for (const pass of late.slice(3)) subject.failure(pass, 1_100, limits);
    expect(subject.state(1_100)).toBe('closed');
  });

  it('opens when half of what it was asked lately failed, even if not in a row', () => {
    const subject = breaker(middle);
    const loose = { ...limits, consecutive: 100 };
    for (let round = 0; round < 9; round++) {
      subject.success(subject.enter(0), 0, loose);
      subject.failure(subject.enter(0), 0, loose);
    }
    expect(subject.state(0)).toBe('closed'); // too few to tell
    subject.success(subject.enter(0), 0, loose);
    subject.failure(subject.enter(0), 0, loose);
    expect(subject.state(0)).toBe('open');
  });

  it('does not hold against it what failed more than ten seconds ago', () => {
    const subject = breaker(middle);
    const loose = { ...limits, consecutive: 100 };
    for (let failure = 0; failure < 15; failure++)
      subject.failure(subject.enter(0), 0, { ...loose, failureRate: 1.1 });
    for (let good = 0; good < 25; good++) subject.success(subject.enter(11_000), 11_000, loose);
    subject.failure(subject.enter(11_000), 11_000, loose);
    expect(subject.state(11_000)).toBe('closed');
  });

  it('does not mistake a start for low traffic while answers are still in flight', () => {
    const many = { ...limits, consecutive: 5 };
    const subject = breaker(middle);
    const passes = Array.from({ length: 25 }, () => subject.enter(0));
    const [first, second, third, ...others] = passes;
    for (const pass of [first, second, third]) {
      if (pass === undefined) continue;
      subject.failure(pass, 10, many);
      subject.leave(pass);
    }
    expect(subject.state(10)).toBe('closed');
    for (const pass of others) subject.leave(pass);
    subject.failure(subject.enter(20), 20, many);
    expect(subject.state(20)).toBe('open');
  });

  it('needs fewer failures in a row where there is little traffic', () => {
    const subject = breaker(middle);
    const patient = { ...limits, consecutive: 5 };
    for (let failure = 0; failure < 3; failure++) subject.failure(subject.enter(0), 0, patient);
    expect(subject.state(0)).toBe('open');
    const busy = breaker(middle);
    for (let good = 0; good < 20; good++) busy.success(busy.enter(0), 0, patient);
    for (let failure = 0; failure < 4; failure++) busy.failure(busy.enter(0), 0, patient);
    expect(busy.state(0)).toBe('closed');
  });

  it('closes after as many good probes as it wants, one at a time', () => {
    const subject = tripped();
    const careful = { ...limits, probes: 3 };
    for (let probe = 0; probe < 3; probe++) {
      expect(subject.state(1_000)).toBe('half-open');
      const pass = subject.enter(1_000);
      expect(subject.admits(1_000)).toBe(false);
      subject.success(pass, 1_000, careful);
    }
    expect(subject.state(1_000)).toBe('closed');
  });

  it('gets its traffic back within five seconds of closing, from a tenth on', () => {
    const subject = tripped();
    expect(breaker(middle).share(0)).toBe(1);
    subject.success(subject.enter(1_000), 1_000, limits);
    expect(subject.share(1_000)).toBeCloseTo(0.1);
    expect(subject.share(3_500)).toBeCloseTo(0.55);
    expect(subject.share(6_000)).toBe(1);
  });

  it('forgives an earlier opening after five healthy minutes', () => {
    const subject = tripped();
    subject.success(subject.enter(1_000), 1_000, limits);
    const later = 301_000;
    for (let failure = 0; failure < 3; failure++) subject.failure(subject.enter(later), later, limits);
    expect(subject.until - later).toBe(1_000);
  });

  it('is never open without failures, and never for longer than its limit', () => {
    const step = fc.record({ what: fc.constantFrom('success', 'failure', 'leave'), wait: fc.nat(3_000) });
    fc.assert(
      fc.property(
        fc.array(step),
        fc.infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true })),
        (steps, random) => {
          const subject = breaker(() => random.next().value);
          let now = 0;
          let failed = false;
          for (const { what, wait } of steps) {
            now += wait;
            const pass = subject.enter(now);
            if (what === 'success') subject.success(pass, now, limits);
            else if (what === 'leave') subject.leave(pass);
            else {
              subject.failure(pass, now, limits);
              failed = true;
            }
            if (!failed) expect(subject.state(now)).toBe('closed');
            if (subject.state(now) === 'open')
              expect(subject.until - now).toBeLessThanOrEqual(limits.maxOpenFor * 1.2);
          }
        },
      ),
    );
  });

  it('is the same whether or not attempts from before its last change still finish', () => {
    const step = fc.record({
      what: fc.constantFrom('success', 'failure', 'leave', 'late success', 'late failure'),
      wait: fc.nat(1_500),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const disturbed = breaker(middle);
        const spared = breaker(middle);
        const early = [disturbed.enter(0), disturbed.enter(0)] as const;
        for (const subject of [disturbed, spared])
          for (let failure = 0; failure < 3; failure++) subject.failure(subject.enter(0), 0, limits);
        let now = 0;
        for (const { what, wait } of steps) {
          now += wait;
          if (what === 'late success') disturbed.success(early[0], now, limits);
          else if (what === 'late failure') disturbed.failure(early[1], now, limits);
          else
            for (const subject of [disturbed, spared]) {
              const pass = subject.enter(now);
              if (what === 'leave') subject.leave(pass);
              else subject[what](pass, now, limits);
            }
          expect([disturbed.state(now), disturbed.until]).toEqual([spared.state(now), spared.until]);
        }
      }),
    );
  });
});
