/**
 * Notices when a target has become slower or faster: when the last eight samples deviate together from the expected level by more than
 * chance explains. (A z test on a sliding window; as in Page, "Continuous Inspection Schemes", Biometrika 41, 1954, but two-sided and
 * with a fixed window.)
 */
export interface ChangeDetector {
  /**
   * Adds a sample, as the difference of its logarithm to the expected one.
   *
   * @returns the mean difference of the last samples if it is a change; they are then forgotten
   */
  add(residual: number): number | undefined;
}

/** Samples tested for a change, and the required deviation in standard errors: one in 150,000 by chance. */
export const changeWindow = 8;
const significant = 4.5;
/**
 * Standard deviations that one sample counts as at most. Latencies have heavy tails: without a bound, two or three slow answers of eight
 * made a steady target look slow for minutes.
 */
const outlier = 3;
/** Minimum spread: a deviation under 16% is no change, however steady the target. */
const leastSpread = 0.1;
const usualVariance = 0.4;
/** Number of samples that the spread is averaged over. */
const varianceOver = 100;

export function changeDetector(): ChangeDetector {
  let variance = usualVariance;
  let recent: number[] = [];
  return {
    add(residual) {
      const bounded = Math.min(Math.abs(residual), outlier * Math.sqrt(variance));
      variance += (bounded ** 2 - variance) / varianceOver;
      recent.push(residual);
      if (recent.length > changeWindow) recent.shift();
      if (recent.length < changeWindow) return undefined;
      const spread = Math.max(leastSpread, Math.sqrt(variance));
      const most = outlier * spread;
      let shift = 0;
      let whole = 0;
      for (const each of recent) {
        shift += Math.max(-most, Math.min(most, each)) / changeWindow;
        whole += each / changeWindow;
      }
      if (Math.abs(shift) <= (significant * spread) / Math.sqrt(changeWindow)) return undefined;
      recent = [];
      return whole;
    },
  };
}
