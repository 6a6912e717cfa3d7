/**
 * A distribution of durations that forgets: 180 counters in steps of 8 %, from 1 ms to about ten minutes, so that any
 * percentile is right to 4 %. A sample counts half after five minutes.
 *
 * Forgetting is by forward decay (Cormode, Shkapenyuk, Srivastava, Xu: "Forward Decay", ICDE 2009): later samples weigh
 * more, instead of earlier ones being made less.
 */
export interface Histogram {
  add(ms: number, now: number): void;
  /** All samples took so many times as long: for a target that has become slower or faster. To the nearest step of 8 %. */
  scale(factor: number): void;
  /** Adds what another one has counted, such as one of another process. */
  merge(other: Histogram, now: number): void;
  /** What is counted, by bucket, each as many samples as it is worth now. */
  read(now: number): Float64Array;
  /** How many samples the ones that still count are worth. */
  weight(now: number): number;
  /** The duration below which a share of the samples lies; `undefined` without any. */
  quantile(share: number): number | undefined;
  /**
   * How surprising it is that something has taken `ms` and is not done: the cumulative hazard, -ln of the share of samples
   * that took longer. 0 for what is usual, and never more than `maxHazard`.
   */
  hazard(ms: number): number;
}

/** -ln of one in ten thousand: more than that a distribution of a few hundred samples cannot say. */
export const maxHazard = 9.2;

const growth = 1.08;
const buckets = 180;
const halfLife = 300_000;
const logGrowth = Math.log(growth);
/** Weights are scaled down before they become too large for a double to hold them exactly. */
const rescaleAt = 2 ** 40;

export function histogram(): Histogram {
  // Made when the first sample comes: most targets of most routers never get one.
  let counts: Float64Array | undefined;
  let total = 0;
  let landmark = 0;
  // Hazards at the upper end of each bucket; made when asked for, and void once samples have come.
  let hazards: Float64Array | undefined;
  let sinceHazards = 0;

  const bucketOf = (ms: number): number =>
    ms <= 1 ? 0 : Math.min(buckets - 1, Math.ceil(Math.log(ms) / logGrowth));

  const rescale = (scale: number): void => {
    if (counts !== undefined)
      for (let bucket = 0; bucket < buckets; bucket++) counts[bucket] = (counts[bucket] ?? 0) / scale;
    total /= scale;
  };

  const makeHazards = (of: Float64Array): Float64Array => {
    const made = new Float64Array(buckets);
    let longer = total;
    for (let bucket = 0; bucket < buckets; bucket++) {
      longer -= of[bucket] ?? 0;
      made[bucket] = Math.min(maxHazard, Math.log(total / Math.max(longer, Number.MIN_VALUE)));
    }
    return made;
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
      const before = counts;
      const moved = new Float64Array(buckets);
      for (let bucket = 0; bucket < buckets; bucket++) {
        const to = Math.min(buckets - 1, Math.max(0, bucket + steps));
        moved[to] = (moved[to] ?? 0) + (before[bucket] ?? 0);
      }
      counts = moved;
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
      counts = begin(now);
      let weight = 2 ** ((now - landmark) / halfLife);
      if (weight > rescaleAt) {
        rescale(weight);
        landmark = now;
        weight = 1;
      }
      const bucket = bucketOf(ms);
      counts[bucket] = (counts[bucket] ?? 0) + weight;
      total += weight;
      // A few more samples change little of what many have said.
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
        hazards = makeHazards(counts);
        sinceHazards = 0;
      }
      const bucket = bucketOf(ms);
      return bucket === 0 ? 0 : (hazards[bucket - 1] ?? 0);
    },
  };
}
