import type { Breaker, Pass } from './breaker.ts';

const pass: Pass = { epoch: 0, probe: false };

/** A breaker until outcomes count: it is closed, and counts the attempts under way. `breaker` takes its place. */
export function closedBreaker(): Breaker {
  const self: { -readonly [Field in keyof Breaker]: Breaker[Field] } = {
    counts: false,
    underWay: 0,
    tripped: false,
    hasTripped: false,
    until: 0,
    state: () => 'closed',
    admits: () => true,
    share: () => 1,
    hint() {},
    enter() {
      self.underWay += 1;
      return pass;
    },
    success() {},
    failure() {},
    leave() {
      self.underWay -= 1;
    },
  };
  return self;
}
