import { seededRandom } from 'signalbox/testing';

/** Chance, in the forms that a world needs; the same seed gives the same throws. */
export interface Dice {
  chance(odds: number): boolean;
  between(low: number, high: number): number;
  /** Both ends included. */
  whole(low: number, high: number): number;
  pick<T>(list: readonly [T, ...(readonly T[])]): T;
  /** Some of a list, in its order; at least one where there is one. */
  some<T>(list: readonly T[]): T[];
  /** Lognormal, as latencies are; cut off at `most` medians. */
  lognormal(median: number, spread: number, most: number): number;
  /** Time to the next arrival, where `rate` come in a millisecond. */
  arrival(rate: number): number;
}

export function dice(seed: number): Dice {
  const random = seededRandom(seed);
  const whole = (low: number, high: number): number => low + Math.floor(random() * (high - low + 1));
  return {
    chance: (odds) => random() < odds,
    between: (low, high) => low + random() * (high - low),
    whole,
    pick: (list) => list[whole(0, list.length - 1)] ?? list[0],
    some(list) {
      const sure = whole(0, list.length - 1);
      return list.filter((_, index) => random() < 0.6 || index === sure);
    },
    lognormal(median, spread, most) {
      const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
      return median * Math.min(most, Math.exp(spread * normal));
    },
    arrival: (rate) => -Math.log(1 - random()) / rate,
  };
}
