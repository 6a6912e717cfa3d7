import { type Player, sortedBy } from './baselines.ts';

/**
 * Kong's `lowest-latency` (AI Proxy Advanced), a peak EWMA, with `e2e`: of the two times that it offers the nearer one to what counts
 * here. A slow sample counts at once, and all fade over ten seconds, also while nothing comes (Finagle's `PeakEwma`; the ten
 * seconds are those of `kong/runloop/balancer/latency.lua`). A target that was never asked comes first.
 */
export const kong = (): Player => {
  const decay = 10_000;
  const averages = new Map<string, { readonly value: number; readonly at: number }>();
  const read = (id: string, now: number): number => {
    const average = averages.get(id);
    return average === undefined ? 0 : average.value * Math.exp((average.at - now) / decay);
  };
  return {
    strategy: {
      name: 'Kong EWMA',
      rank: (candidates, { now }) => sortedBy(candidates, ({ target }) => read(target.id, now)),
    },
    learn({ target, outcome, duration }, now) {
      if (outcome !== 'success') return;
      const before = averages.get(target);
      const kept = before === undefined ? 0 : Math.exp((before.at - now) / decay);
      const value = (before?.value ?? 0) * kept + duration * (1 - kept);
      averages.set(target, { value: Math.max(value, duration), at: now });
    },
  };
};

interface AxStats {
  successes: number;
  failure: number;
  mean: number;
  squares: number;
}

/** What ax's users have to set: a deadline for the first token, and what a failure or a miss of it costs in US$. */
const axSettings = { deadline: 2_000, badOutcomeCost: 0.002 };

/**
 * The adaptive balancer of ax (`balance_adaptive.ts`): cost, plus what a bad outcome costs times the odds of one. The odds are those
 * of a failure (a moving average, 0.05 at first, a fifth new) and of missing the deadline: by a sample from what is known of the
 * logarithm of the latency (Thompson sampling, normal-inverse-gamma, first guess at half of the deadline). It never forgets.
 */
export const ax = (): Player => {
  const { deadline, badOutcomeCost } = axSettings;
  const stats = new Map<string, AxStats>();
  const of = (id: string): AxStats => stats.get(id) ?? { successes: 0, failure: 0.05, mean: 0, squares: 0 };
  const missOf = ({ successes, mean, squares }: AxStats, chance: () => number): number => {
    const guess = Math.log(deadline / 2);
    const strength = 1 + successes;
    const centre = (guess + successes * mean) / strength;
    const rate = Math.LN2 ** 2 + squares / 2 + (successes * (mean - guess) ** 2) / (2 * strength);
    const variance = rate / gamma(2 + successes / 2, chance);
    const sampled = centre + normal(chance) * Math.sqrt(variance / strength);
    return 1 - normalShare((Math.log(deadline) - sampled) / Math.sqrt(variance));
  };
  return {
    strategy: {
      name: 'ax Thompson',
      rank: (candidates, { random: chance }) =>
        sortedBy(candidates, ({ target, estimatedCost = 0 }) => {
          const known = of(target.id);
          const bad = known.failure + (1 - known.failure) * missOf(known, chance);
          return estimatedCost + badOutcomeCost * bad;
        }),
    },
    learn({ target, outcome, firstToken = 1 }) {
      if (outcome === 'abandoned') return;
      const known = { ...of(target) };
      known.failure = 0.2 * (outcome === 'failed' ? 1 : 0) + 0.8 * known.failure;
      if (outcome === 'success') {
        known.successes += 1;
        const log = Math.log(Math.max(1, firstToken));
        const off = log - known.mean;
        known.mean += off / known.successes;
        known.squares += off * (log - known.mean);
      }
      stats.set(target, known);
    },
  };
};

function normal(chance: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - chance())) * Math.cos(2 * Math.PI * chance());
}

/** Marsaglia, Tsang: "A Simple Method for Generating Gamma Variables", ACM TOMS 26, 2000; for shapes of at least 1. */
function gamma(shape: number, chance: () => number): number {
  const shift = shape - 1 / 3;
  const slope = 1 / Math.sqrt(9 * shift);
  for (;;) {
    const drawn = normal(chance);
    const cube = (1 + slope * drawn) ** 3;
    if (cube <= 0) continue;
    if (Math.log(1 - chance()) < drawn ** 2 / 2 + shift * (1 - cube + Math.log(cube))) return shift * cube;
  }
}

/** The share of a normal distribution below `z` (rational approximation 26.2.17: Abramowitz, Stegun). */
function normalShare(z: number): number {
  const step = 1 / (1 + 0.2316419 * Math.abs(z));
  const series = [1.330274429, -1.821255978, 1.781477937, -0.356563782, 0.31938153];
  const sum = series.reduce((inner, factor) => (inner + factor) * step, 0);
  const above = (Math.exp(-(z ** 2) / 2) / Math.sqrt(2 * Math.PI)) * sum;
  return z >= 0 ? 1 - above : above;
}
