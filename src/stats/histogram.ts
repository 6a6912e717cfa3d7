/**
 * A decaying distribution of durations: 180 buckets in steps of 8%, from 1 ms to about ten minutes, so that
 * every percentile is accurate to 4%. The half-life of a sample is five minutes.
 *
 * It uses forward decay (Cormode, Shkapenyuk, Srivastava, Xu: "Forward Decay", ICDE 2009): later samples
 * weigh more, instead of scaling earlier ones down.
 */
export interface Histogram {
  add(ms: number, now: number): void;
  /**
   * Multiplies all samples by a factor, to the nearest step of 8%, after a target became slower or faster.
   */
  scale(factor: number): void;
  /** Adds the counts of another histogram, for example from another process. */
  merge(other: Histogram, now: number): void;
  /** The decayed count of each bucket. */
  read(now: number): Float64Array;
  /** The decayed number of samples. */
  weight(now: number): number;
  /** The duration at a quantile, 0 to 1; `undefined` without samples. */
  quantile(share: number): number | undefined;
  /**
   * Surprise at a duration above `ms`: the cumulative hazard, -ln of the share of samples that took longer. 0
   * for usual durations; the maximum is `maxHazard`.
   */
  hazard(ms: number): number;
}

/** -ln of 1 in 10,000: a few hundred samples support no more. */
export const maxHazard = 9.2;

const growth = 1.08;
const buckets = 180;
const halfLife = 300_000;
const logGrowth = Math.log(growth);
/** Weights are scaled down before a double loses precision. */
const rescaleAt = 2 ** 40;

export function histogram(): Histogram {
  // Allocated with the first sample: many targets never get one.
  let counts: Float64Array | undefined;
  let total = 0;
  let landmark = 0;
  // Computed on first use, and again after enough new samples.
  let hazards: Float64Array | undefined;
  let sinceHazards = 0;

  const rescale = (scale: number): void => {
    if (counts !== undefined)
      for (let bucket = 0; bucket < buckets; bucket++) counts[bucket] = (counts[bucket] ?? 0) / scale;
    total /= scale;
  };

  const begin = (now: number): Float64Array => {
    if (counts !== undefined) return counts;
    landmark = now;
    counts = new Float64Array(buckets);
    return counts;
  };
  const decay = (now: number): number => 2 ** ((landmark - now) / halfLife);

  return {
    scale(factor) {
      const steps = Math.round(Math.log(factor) / logGrowth);
      if (counts === undefined || steps === 0) return;
      counts = shifted(counts, steps);
      hazards = undefined;
    },
    merge(other, now) {
      const own = begin(now);
      const scaled = 1 / decay(now);
      for (const [bucket, count] of other.read(now).entries()) {
        own[bucket] = (own[bucket] ?? 0) + count * scaled;
        total += count * scaled;
      }
      hazards = undefined;
    },
    read: (now) => (counts ?? new Float64Array(buckets)).map((count) => count * decay(now)),
    add(ms, now) {
      counts ??= begin(now);
      let weight = 2 ** ((now - landmark) / halfLife);
      if (weight > rescaleAt) {
        rescale(weight);
        landmark = now;
        weight = 1;
      }
      const bucket = bucketOf(ms);
      counts[bucket] = (counts[bucket] ?? 0) + weight;
      total += weight;
      // A few samples among many change little.
      sinceHazards += weight;
      if (sinceHazards > total / 50) hazards = undefined;
    },
    weight: (now) => (total === 0 ? 0 : total * decay(now)),
    quantile(share) {
      if (counts === undefined || total === 0) return undefined;
      let below = 0;
      for (let bucket = 0; bucket < buckets; bucket++) {
        below += counts[bucket] ?? 0;
        if (below >= share * total) return growth ** (bucket - 0.5);
      }
      return growth ** buckets;
    },
    hazard(ms) {
      if (counts === undefined || total === 0) return 0;
      if (hazards === undefined) {
        hazards = hazardsOf(counts, total);
        sinceHazards = 0;
      }
      const bucket = bucketOf(ms);
      return bucket === 0 ? 0 : (hazards[bucket - 1] ?? 0);
    },
  };
}

function bucketOf(ms: number): number {
  return ms <= 1 ? 0 : Math.min(buckets - 1, Math.ceil(Math.log(ms) / logGrowth));
}

/** All counts shifted by this many buckets; counts that leave the range accumulate at its ends. */
function shifted(counts: Float64Array, steps: number): Float64Array {
  const moved = new Float64Array(buckets);
  for (let bucket = 0; bucket < buckets; bucket++) {
    const to = Math.min(buckets - 1, Math.max(0, bucket + steps));
    moved[to] = (moved[to] ?? 0) + (counts[bucket] ?? 0);
  }
  return moved;
}

/** The cumulative hazard at the upper end of each bucket. */
function hazardsOf(counts: Float64Array, total: number): Float64Array {
  const hazards = new Float64Array(buckets);
  let longer = total;
  for (let bucket = 0; bucket < buckets; bucket++) {
    longer -= counts[bucket] ?? 0;
    hazards[bucket] = Math.min(maxHazard, Math.log(total / Math.max(longer, Number.MIN_VALUE)));
  }
  return hazards;
}
