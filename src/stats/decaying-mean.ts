/** Minimum weight: ten half-lives after a single sample, the mean is unknown again. */
const minWeight = 0.001;

/** A mean in which samples decay with elapsed time, not with the number of later samples. */
export interface DecayingMean {
  add(sample: number, now: number): void;
  /** `undefined` without recent samples. */
  read(now: number): number | undefined;
  /** Decayed number of samples. */
  weight(now: number): number;
}

/** @param halfLife time in milliseconds after which a sample counts half */
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
    // A sample weighs 1 at first, so only old ones take a power to compute.
    read: (now) =>
      weight === 0 || (now - at > 9 * halfLife && weightAt(now) < minWeight) ? undefined : sum / weight,
    weight: weightAt,
  };
}
