import { type DecayingMean, decayingMean } from './decaying-mean.ts';

/** How long the answers to a route's requests are, in tokens: some models say more than others. */
export interface OutputLengths {
  add(target: string, tokens: number, now: number): void;
  /** `undefined` before the first answer. */
  expect(target: string, now: number): number | undefined;
}

/** What is known of a route counts as so many answers of each of its targets. */
const pooled = 10;
const halfLife = 600_000;

export function outputLengths(): OutputLengths {
  const all = decayingMean(halfLife);
  const targets = new Map<string, DecayingMean>();
  return {
    add(target, tokens, now) {
      all.add(tokens, now);
      const own = targets.get(target) ?? decayingMean(halfLife);
      targets.set(target, own);
      own.add(tokens, now);
    },
    expect(target, now) {
      const usual = all.read(now);
      const own = targets.get(target);
      const mean = own?.read(now);
      if (usual === undefined || own === undefined || mean === undefined) return usual;
      const weight = own.weight(now);
      return (weight * mean + pooled * usual) / (weight + pooled);
    },
  };
}
