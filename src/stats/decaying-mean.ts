/** Below this weight the last sample is so old (ten half-lives, for a single one) that nothing is known any more. */
const minWeight = 0.001;

/** A mean in which old samples count less and less, by the time that has passed and not by how many came after. */
export interface DecayingMean {
  add(sample: number, now: number): void;
  /** `undefined` without samples that still count. */
  read(now: number): number | undefined;
  /** How many samples the ones that still count are worth. */
  weight(now: number): number;
}

/** @param halfLife milliseconds after which a sample counts half */
export function decayingMean(halfLife = 60_000): DecayingMean {
  let sum = 0;
  let weight = 0;
  let at = 0;
  const weightAt = (now: number): number => weight * 2 ** ((at - now) / halfLife);
  return {
    add(sample, now) {
      const fade = 2 ** ((at - now) / halfLife);
      sum = sum * fade + sample;
      weight = weight * fade + 1;
      at = now;
    },
    read: (now) => (weight === 0 || weightAt(now) < minWeight ? undefined : sum / weight),
    weight: weightAt,
  };
}
