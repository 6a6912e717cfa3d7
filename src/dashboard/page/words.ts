const reasons: Readonly<Record<string, string>> = {
  failing: 'failing: the circuit breaker is open',
  unresponsive: 'unresponsive: silent for longer than usual',
  'cooling-down': 'cooling down after a rate limit',
  'over-limit': 'at its rate or token limit',
  'over-budget': 'over a budget',
  misconfigured: 'misconfigured: wrong key, model or address',
  excluded: 'excluded',
  'over-cost': 'too expensive for the request’s maxCost',
  incapable: 'lacks a capability',
  pinned: 'another target holds the state',
  'not-ranked': 'not ranked by the strategy',
};

/** A reason in words. */
export function reasonOf(reason: string): string {
  return reasons[reason] ?? reason;
}
