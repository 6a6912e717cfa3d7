import { type DecayingMean, decayingMean } from './decaying-mean.ts';

/** How long the answers to a route's requests are, in tokens: some models say more than others. */
export interface OutputLengths {
  add(target: string, tokens: number, now: number): void;
  /** `undefined` before the first answer. */
  expect(target: string, now: number): number | undefined;
}

/**
 * A target's answers are of another length than the route's where their means differ by more than so many standard errors, and
 * then by as much less as chance may explain (the estimator of James and Stein, 1961, its positive part). Else which target is
 * the cheapest would be left to chance where prices are close.
 */
const deviations = 2;
const halfLife = 600_000;

export function outputLengths(): OutputLengths {
  const all = decayingMean(halfLife);
  /** Of the squares of how far answers are from what was expected. */
  const squares = decayingMean(halfLife);
  const targets = new Map<string, DecayingMean>();

  const expect: OutputLengths['expect'] = (target, now) => {
    const usual = all.read(now);
    const own = targets.get(target);
    const mean = own?.read(now);
    if (usual === undefined || own === undefined || mean === undefined || mean === usual) return usual;
    const error = (squares.read(now) ?? 0) / own.weight(now);
    const byChance = (deviations ** 2 * error) / (mean - usual) ** 2;
    return usual + (mean - usual) * Math.max(0, 1 - byChance);
  };

  return {
    expect,
    add(target, tokens, now) {
      const own = targets.get(target) ?? decayingMean(halfLife);
      targets.set(target, own);
      squares.add((tokens - (own.read(now) ?? all.read(now) ?? 0)) ** 2, now);
      all.add(tokens, now);
      own.add(tokens, now);
    },
  };
}
