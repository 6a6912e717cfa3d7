/** Milliseconds after which a sample counts half. */
const halfLife = 60_000;
/** Below this weight the last sample is so old (about ten minutes for a single one) that nothing is known any more. */
const minWeight = 0.001;

/** A mean in which old samples count less and less, by the time that has passed and not by how many came after. */
export interface DecayingMean {
  add(sample: number, now: number): void;
  /** `undefined` without samples that still count. */
  read(now: number): number | undefined;
}

export function decayingMean(): DecayingMean {
  let sum = 0;
  let weight = 0;
  let at = 0;
  return {
    add(sample, now) {
      const fade = 2 ** ((at - now) / halfLife);
      sum = sum * fade + sample;
      weight = weight * fade + 1;
      at = now;
    },
    read(now) {
      return weight * 2 ** ((at - now) / halfLife) < minWeight ? undefined : sum / weight;
    },
  };
}
