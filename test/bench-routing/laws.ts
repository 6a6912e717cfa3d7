/** How long a target takes to its first token, in milliseconds: a law with a body and a heavy tail. */
export interface Law {
  /** The duration below which a share of all requests lies: drawing it for an even share draws from the law. */
  quantile(share: number): number;
  readonly mean: number;
}

/** What is published of a target's time to the first token, in milliseconds. */
export interface Figures {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/**
 * Times to the first token of ten models through their vendors' APIs, by one look every five minutes for 24 hours:
 * modelstats.ai, "LLM API Latency Spikes: What Average TTFT Doesn't Tell You". A third party's measurement, read in 2026; which
 * model a row is of does not matter here, only that such rows exist.
 */
export const measured: readonly [Figures, ...(readonly Figures[])] = [
  { p50: 311, p95: 1_142, p99: 3_080, max: 3_334 },
  { p50: 477, p95: 776, p99: 1_309, max: 1_879 },
  { p50: 536, p95: 844, p99: 4_461, max: 5_946 },
  { p50: 541, p95: 1_591, p99: 4_117, max: 11_611 },
  { p50: 639, p95: 1_144, p99: 4_517, max: 7_010 },
  { p50: 661, p95: 1_087, p99: 2_169, max: 4_279 },
  { p50: 726, p95: 1_220, p99: 1_946, max: 4_813 },
  { p50: 941, p95: 2_939, p99: 4_787, max: 5_453 },
  { p50: 1_479, p95: 1_926, p99: 2_492, max: 3_105 },
  { p50: 1_626, p95: 2_420, p99: 3_797, max: 5_291 },
];

/**
 * Output tokens per second of six models: jonathanwrede.de, "I monitored 6 LLM APIs for 7 days", 10,000 looks at each. A third
 * party's measurement, read in 2026.
 */
export const tokenRates: readonly [number, ...(readonly number[])] = [26, 48.3, 58.1, 105.3, 136.8, 191.6];

/** Where the body ends and the tail begins, in shares of all requests and in standard deviations. */
const tail = 0.95;
const tailDeviations = 1.644854;
const farTail = 0.99;
/** The mean is that of as many even shares. */
const steps = 2_000;

/**
 * The law that has these figures: lognormal up to p95, a power law (Pareto) from there through p99, and nothing above the longest
 * that was seen.
 */
export function lawOf({ p50, p95, p99, max }: Figures): Law {
  const spread = Math.log(p95 / p50) / tailDeviations;
  const power = Math.log(p99 / p95) / Math.log((1 - tail) / (1 - farTail));
  const quantile = (share: number): number =>
    share <= tail
      ? p50 * Math.exp(spread * deviations(share))
      : Math.min(max, p95 * ((1 - tail) / (1 - share)) ** power);
  let sum = 0;
  for (let step = 0; step < steps; step++) sum += quantile((step + 0.5) / steps);
  return { quantile, mean: sum / steps };
}

/** The same law, so many times as slow. */
export function scaled({ quantile, mean }: Law, factor: number): Law {
  return { quantile: (share) => factor * quantile(share), mean: factor * mean };
}

/**
 * How many standard deviations above the mean a share of a normal distribution ends; right to about a thousandth (rational approximation 26.2.23: Abramowitz, Stegun, "Handbook of Mathematical Functions").
 */
export function deviations(share: number): number {
  const below = share < 0.5;
  const far = Math.sqrt(-2 * Math.log(Math.max(1e-9, below ? share : 1 - share)));
  const over = 2.515517 + far * (0.802853 + far * 0.010328);
  const under = 1 + far * (1.432788 + far * (0.189269 + far * 0.001308));
  const distance = far - over / under;
  return below ? -distance : distance;
}
