import type { Latency } from '../types/options/strategy.ts';
import { type Histogram, histogram } from './histogram.ts';

/** How large a prompt is: up to about 1,000 tokens, up to 16,000, and more. */
export type SizeClass = 0 | 1 | 2;

/** About four characters make a token. */
export function sizeClassOf(characters: number): SizeClass {
  return characters <= 4_000 ? 0 : characters <= 64_000 ? 1 : 2;
}

/**
 * How long a target takes. The shape of the distribution, with its tails, is a histogram over prompts of all sizes; its level is
 * a mean of logarithms for each size, so that a few samples of one size say something.
 *
 * A target that has become faster or slower is not averaged away: when the last eight samples together lie further from what
 * was expected of them than chance explains, the level moves there at once, and what was known before counts for little. (A
 * z test on a sliding window; as in Page, "Continuous Inspection Schemes", Biometrika 41, 1954, but two-sided and with a
 * fixed window.)
 */
export interface Latencies extends Pick<Histogram, 'weight' | 'quantile' | 'hazard'> {
  /** @param size of the prompt. Default: the smallest */
  add(ms: number, now: number, size?: SizeClass): void;
  /** What to expect of a prompt of a size; `undefined` without samples. */
  expect(size: SizeClass, now: number): Latency | undefined;
  /** How many samples there are, of all sizes or of one: they fade, and fewer count after a change. */
  samples(now: number, size?: SizeClass): number;
  /**
   * Peak-sensitive moving average: rises to each slow sample at once and sinks over ten seconds, also while nothing comes
   * (Finagle's `PeakEwma` load metric). 0 without samples.
   */
  peak(now: number): number;
}

const halfLife = 300_000;
const peakTime = 10_000;
/** Samples that a change shows in, and how many standard errors it takes: one in 150,000 by chance. */
const window = 8;
const significant = 4.5;
/** Before so many samples of a size there is nothing to have changed. */
const fewest = 20;
/** Less than 16 % is no change, however steady a target is. */
const leastSpread = 0.1;
/** What is known of all sizes counts as so many samples of each. */
const pooled = 10;
const usualVariance = 0.4;
/** Samples over which the spread is taken. */
const varianceOver = 100;

/** A mean of logarithms in which samples fade. */
interface Level {
  mean: number;
  weight: number;
  at: number;
}

export function latencies(): Latencies {
  const shape = histogram();
  const all = level();
  const sizes = [level(), level(), level()] as const;
  /** Of the samples in the histogram. */
  const base = { ...level(), arithmetic: 0 };
  let variance = usualVariance;
  let recent: number[] = [];
  let peak = 0;
  let peakAt = 0;

  const expected = (size: SizeClass, now: number): number => {
    const own = sizes[size];
    const weight = weightOf(own, now);
    return (weight * own.mean + pooled * all.mean) / (weight + pooled);
  };

  /** The level has moved: by how much, as far as the last samples tell. */
  const move = (by: number): void => {
    for (const each of [all, ...sizes]) {
      each.mean += by;
      each.weight = Math.min(each.weight, window);
    }
    base.mean += by;
    base.arithmetic *= Math.exp(by);
    shape.scale(Math.exp(by));
    recent = [];
  };

  /** Whether the last samples together are out of the ordinary. */
  const look = (residual: number): void => {
    // One wild sample is not to hide the next ones.
    const bounded = Math.min(Math.abs(residual), 3 * Math.sqrt(variance));
    variance += (bounded ** 2 - variance) / varianceOver;
    recent.push(residual);
    if (recent.length > window) recent.shift();
    if (recent.length < window) return;
    const mean = recent.reduce((sum, each) => sum + each, 0) / window;
    const spread = Math.max(leastSpread, Math.sqrt(variance));
    if (Math.abs(mean) > (significant * spread) / Math.sqrt(window)) move(mean);
  };

  return {
    add(ms, now, size = 0) {
      const log = Math.log(Math.max(1, ms));
      const own = sizes[size];
      // Against its own size only: that prompts are larger is no change of the target.
      const residual = weightOf(own, now) < fewest ? undefined : log - own.mean;
      shape.add(ms, now);
      note(all, log, now);
      note(own, log, now);
      const weight = note(base, log, now);
      base.arithmetic += (ms - base.arithmetic) / weight;
      if (residual !== undefined) look(residual);
      const kept = Math.exp((peakAt - now) / peakTime);
      peak = Math.max(ms, peak * kept + ms * (1 - kept));
      peakAt = now;
    },
    expect(size, now) {
      if (weightOf(all, now) < 0.01) return undefined;
      const factor = Math.exp(expected(size, now) - base.mean);
      const quantile = (share: number): number => (shape.quantile(share) ?? 0) * factor;
      return {
        mean: base.arithmetic * factor,
        get p50() {
          return quantile(0.5);
        },
        get p90() {
          return quantile(0.9);
        },
        get p95() {
          return quantile(0.95);
        },
        get p99() {
          return quantile(0.99);
        },
      };
    },
    samples: (now, size) => weightOf(size === undefined ? all : sizes[size], now),
    peak: (now) => peak * Math.exp((peakAt - now) / peakTime),
    weight: shape.weight,
    quantile: shape.quantile,
    hazard: shape.hazard,
  };
}

function level(): Level {
  return { mean: 0, weight: 0, at: 0 };
}

function weightOf({ weight, at }: Level, now: number): number {
  return weight * 2 ** ((at - now) / halfLife);
}

/** Takes a sample in; returns how many samples the mean rests on. */
function note(of: Level, sample: number, now: number): number {
  of.weight = weightOf(of, now) + 1;
  of.at = now;
  of.mean += (sample - of.mean) / of.weight;
  return of.weight;
}
