import type { TargetStats } from '../types/options/strategy.ts';
import { decayingMean } from './decaying-mean.ts';

/** What one good attempt showed. Milliseconds. */
export interface Sample {
  readonly total: number;
  readonly firstToken: number | undefined;
  readonly outputTokens: number | undefined;
}

/** Measures one target. Every figure forgets with time. */
export interface StatsRecorder {
  start(now: number): void;
  /** The attempt is over: `sample` for a good one, `failed` for one that says something against the target. */
  end(now: number, outcome: { readonly sample?: Sample; readonly failed?: boolean }): void;
  /** But for what others count. */
  read(now: number): Omit<TargetStats, 'inFlight' | 'gap'>;
  /** When an attempt last began; `-Infinity` before the first. */
  readonly lastStart: number;
  /** Milliseconds of a usual attempt, from its start to its end. */
  usualDuration(now: number): number | undefined;
  /** Milliseconds to the first token of a stream. */
  firstToken(now: number): number | undefined;
  /** Output tokens per second. */
  throughput(now: number): number | undefined;
  /** Output tokens of a usual answer. */
  usualOutput(now: number): number | undefined;
}

export function statsRecorder(): StatsRecorder {
  const firstToken = decayingMean();
  const total = decayingMean();
  const throughput = decayingMean();
  const errorRate = decayingMean();
  const output = decayingMean();
  let attempts = 0;
  let failures = 0;
  const self: { -readonly [Field in keyof StatsRecorder]: StatsRecorder[Field] } = {
    lastStart: Number.NEGATIVE_INFINITY,
    start(now) {
      attempts += 1;
      self.lastStart = now;
    },
    end(now, { sample, failed = false }) {
      if (failed) failures += 1;
      if (failed || sample !== undefined) errorRate.add(failed ? 1 : 0, now);
      if (sample === undefined) return;
      total.add(sample.total, now);
      if (sample.firstToken !== undefined) firstToken.add(sample.firstToken, now);
      if (sample.outputTokens === undefined) return;
      output.add(sample.outputTokens, now);
      // Tokens come after the first one has; for an answer in one piece the whole time counts.
      const duration = sample.total - (sample.firstToken ?? 0);
      if (duration > 0) throughput.add((sample.outputTokens * 1000) / duration, now);
    },
    read: (now) => ({
      firstToken: firstToken.read(now),
      total: total.read(now),
      throughput: throughput.read(now),
      errorRate: errorRate.read(now) ?? 0,
      attempts,
      failures,
    }),
    firstToken: (now) => firstToken.read(now),
    throughput: (now) => throughput.read(now),
    usualDuration: (now) => total.read(now),
    usualOutput: (now) => output.read(now),
  };
  return self;
}
