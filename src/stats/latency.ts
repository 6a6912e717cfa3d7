import type { Latency } from '../types/options/strategy.ts';
import { changeDetector, changeWindow } from './change-detector.ts';
import { type Histogram, histogram } from './histogram.ts';
import type { SizeClass } from './size-class.ts';

/**
 * Latency of a target. The shape of the distribution, with its tails, is a histogram over prompts of all
 * sizes; its level is a mean of logarithms per size, so that a few samples of one size are enough.
 *
 * A change of speed is not averaged away: when the last samples deviate from the expected level by more than chance explains, the level
 * moves immediately and older samples lose weight.
 */
export interface Latencies extends Pick<Histogram, 'weight' | 'quantile' | 'hazard'> {
  /** @param size of the prompt (default: the smallest) */
  add(ms: number, now: number, size?: SizeClass): void;
  /** Called with each sample, if set. */
  onSample: ((ms: number, size: SizeClass) => void) | undefined;
  /** Expected latency for a prompt of this size; `undefined` without samples. */
  expect(size: SizeClass, now: number): Latency | undefined;
  /** Decayed number of samples, of all sizes or of one; reduced by a change of level. */
  samples(now: number, size?: SizeClass): number;
  /**
   * Peak-sensitive moving average: rises to each slow sample immediately and decays over ten seconds, also
   * without traffic (Finagle's `PeakEwma` load metric). 0 without samples.
   */
  peak(now: number): number;
}

const halfLife = 300_000;
const peakTime = 10_000;
/** Minimum number of samples of a size to detect a change. */
const fewest = 20;
/** Weight of the estimate over all sizes, in samples of each size. */
const pooled = 10;
/** Milliseconds for which expectations are kept without a new sample: weights decay by 0.2% meanwhile. */
const keepFor = 1_000;

/** A mean of logarithms with decaying samples. */
interface Level {
  mean: number;
  weight: number;
  at: number;
}

export function latencies(): Latencies {
  const shape = histogram();
  const all = level();
  const sizes = [level(), level(), level()] as const;
  /** Level of the samples in the histogram. */
  const base = { ...level(), arithmetic: 0 };
  const changes = changeDetector();
  let peak = 0;
  let peakAt = 0;
  // Kept for a while, or until the next sample: a strategy asks for them of each target with each request.
  /** By size of the prompt. */
  let expectations: (Expected | undefined)[] = [];
  let samples = 0;
  let samplesAt = Number.NEGATIVE_INFINITY;

  const expected = (size: SizeClass, now: number): number => {
    const own = sizes[size];
    const weight = weightOf(own, now);
    return (weight * own.mean + pooled * all.mean) / (weight + pooled);
  };

  /** Moves the level, with as much weight as the last samples have. */
  const move = (by: number): void => {
    for (const each of [all, ...sizes]) {
      each.mean += by;
      each.weight = Math.min(each.weight, changeWindow);
    }
    base.mean += by;
    base.arithmetic *= Math.exp(by);
    shape.scale(Math.exp(by));
  };

  const self: Latencies = {
    onSample: undefined,
    add(ms, now, size = 0) {
      self.onSample?.(ms, size);
      expectations = [];
      samplesAt = Number.NEGATIVE_INFINITY;
      const log = Math.log(Math.max(1, ms));
      const own = sizes[size];
      // Compared with its own size only: a shift to larger prompts is no change of the target.
      const residual = weightOf(own, now) < fewest ? undefined : log - own.mean;
      shape.add(ms, now);
      note(all, log, now);
      note(own, log, now);
      const weight = note(base, log, now);
      base.arithmetic += (ms - base.arithmetic) / weight;
      const change = residual === undefined ? undefined : changes.add(residual);
      if (change !== undefined) move(change);
      const kept = Math.exp((peakAt - now) / peakTime);
      peak = Math.max(ms, peak * kept + ms * (1 - kept));
      peakAt = now;
    },
    expect(size, now) {
      const known = expectations[size];
      if (known !== undefined && Math.abs(now - known.at) < keepFor) return known;
      if (weightOf(all, now) < 0.01) return undefined;
      const made = new Expected(shape, Math.exp(expected(size, now) - base.mean), base.arithmetic, now);
      expectations[size] = made;
      return made;
    },
    samples(now, size) {
      if (size !== undefined) return weightOf(sizes[size], now);
      if (Math.abs(now - samplesAt) < keepFor) return samples;
      samples = weightOf(all, now);
      samplesAt = now;
      return samples;
    },
    peak: (now) => peak * Math.exp((peakAt - now) / peakTime),
    weight: shape.weight,
    quantile: shape.quantile,
    hazard: shape.hazard,
  };
  return self;
}

/** A distribution for prompts of one size, of which most callers read one statistic. */
class Expected implements Latency {
  readonly mean: number;
  readonly at: number;
  readonly #shape: Histogram;
  readonly #factor: number;

  constructor(shape: Histogram, factor: number, mean: number, now: number) {
    this.mean = mean * factor;
    this.at = now;
    this.#shape = shape;
    this.#factor = factor;
  }

  get p50(): number {
    return this.#quantile(0.5);
  }

  get p90(): number {
    return this.#quantile(0.9);
  }

  get p95(): number {
    return this.#quantile(0.95);
  }

  get p99(): number {
    return this.#quantile(0.99);
  }

  #quantile(share: number): number {
    return (this.#shape.quantile(share) ?? 0) * this.#factor;
  }
}

function level(): Level {
  return { mean: 0, weight: 0, at: 0 };
}

function weightOf({ weight, at }: Level, now: number): number {
  return weight * 2 ** ((at - now) / halfLife);
}

/** Adds a sample; returns the number of samples behind the mean. */
function note(of: Level, sample: number, now: number): number {
  of.weight = of.weight * 2 ** ((of.at - now) / halfLife) + 1;
  of.at = now;
  of.mean += (sample - of.mean) / of.weight;
  return of.weight;
}
