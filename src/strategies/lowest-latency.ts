import { ConfigError } from '../errors.ts';
import type { Candidate, Latency, RankContext, Strategy } from '../types/options/strategy.ts';
import { type Constraints, constrained } from './shared/constraints.ts';
import { byMeasure, rankByScore } from './shared/rank-by-score.ts';

export interface LatencyTerms {
  /** Which time. Default: to the first token where something is streamed, else to the complete answer. */
  readonly of?: 'firstToken' | 'total';
  /** Of its distribution. Default: `mean`. */
  readonly percentile?: keyof Latency;
}

const measures: readonly unknown[] = [undefined, 'firstToken', 'total'];
const percentiles: readonly unknown[] = [undefined, 'mean', 'p50', 'p90', 'p95', 'p99'];

/**
 * The target that answers soonest, as measured by this process for prompts of this size, with what is lost where it fails. What has
 * not been measured is tried; what has become slow is left within seconds; what has not been used for long is looked at now and
 * then, with at most one request in a hundred.
 *
 * @throws ConfigError for a term or a constraint that is wrong
 * @example
 * createRouter({ targets, strategy: lowestLatency({ percentile: 'p95' }) });
 */
export function lowestLatency({ of, percentile, ...constraints }: LatencyTerms & Constraints = {}): Strategy {
  checkLatencyTerms('lowestLatency', { of, percentile });
  return constrained(
    'lowestLatency',
    constraints,
    (candidates, context) =>
      rankByScore(
        candidates,
        context,
        (candidate) => expectedTime(candidate, context, of, percentile),
        byMeasure,
      ),
    ['of', 'percentile'],
  );
}

/** Milliseconds of an attempt that succeeds. */
export function expectedTime(
  { expected }: Candidate,
  { stream }: RankContext,
  of: LatencyTerms['of'] = stream ? 'firstToken' : 'total',
  percentile: keyof Latency = 'mean',
): number | undefined {
  const latency = expected[of];
  return latency?.[percentile];
}

/** @throws ConfigError for one that is not known */
export function checkLatencyTerms(
  name: string,
  { of, percentile }: { readonly of: unknown; readonly percentile: unknown },
): void {
  if (!measures.includes(of)) throw new ConfigError(`${name}(): of`, 'firstToken or total', String(of));
  if (!percentiles.includes(percentile)) {
    throw new ConfigError(`${name}(): percentile`, 'mean, p50, p90, p95 or p99', String(percentile));
  }
}
