import { type DecayingMean, decayingMean } from './decaying-mean.ts';

/** Expected length of answers on a route, in tokens: some models are more verbose than others. */
export interface OutputLengths {
  add(target: string, tokens: number, now: number): void;
  /** `undefined` before the first answer. */
  expect(target: string, now: number): number | undefined;
  /** Called with each answer, if set. */
  onSample: ((target: string, tokens: number) => void) | undefined;
  /** Decayed number of answers. */
  weight(now: number): number;
}

/**
 * Number of standard errors by which a target's mean must differ from the route's to count. Beyond that, the
 * difference is reduced by what chance may explain (positive part of the estimator of James and Stein, 1961),
 * so that chance does not decide which target is cheapest when prices are close.
 */
const deviations = 2;
const halfLife = 600_000;

export function outputLengths(): OutputLengths {
  const all = decayingMean(halfLife);
  /** Mean squared deviation of answers from the expected length. */
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

  const self: OutputLengths = {
    expect,
    onSample: undefined,
    weight: all.weight,
    add(target, tokens, now) {
      self.onSample?.(target, tokens);
      const own = targets.get(target) ?? decayingMean(halfLife);
      targets.set(target, own);
      squares.add((tokens - (own.read(now) ?? all.read(now) ?? 0)) ** 2, now);
      all.add(tokens, now);
      own.add(tokens, now);
    },
  };
  return self;
}
