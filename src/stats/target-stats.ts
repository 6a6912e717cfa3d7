import type { TargetStats } from '../types/options/strategy.ts';
import { decayingMean } from './decaying-mean.ts';

/** Measurements of one successful attempt, in milliseconds. */
export interface Sample {
  readonly total: number;
  readonly firstToken: number | undefined;
  readonly outputTokens: number | undefined;
}

/** Measures one target. All figures decay with time. */
export interface StatsRecorder {
  start(now: number): void;
  /** Records the end of an attempt: `sample` for a success, `failed` for a failure of the target. */
  end(now: number, outcome: { readonly sample?: Sample; readonly failed?: boolean }): void;
  /** Statistics except those counted elsewhere. */
  read(now: number): Omit<TargetStats, 'inFlight' | 'gap'>;
  /** Start of the last attempt; `-Infinity` before the first. */
  readonly lastStart: number;
  /** Typical duration of an attempt in milliseconds. */
  usualDuration(now: number): number | undefined;
  /** Typical time to the first token of a stream in milliseconds. */
  firstToken(now: number): number | undefined;
  /** Output tokens per second. */
  throughput(now: number): number | undefined;
  /** Output tokens of a typical answer. */
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
      // Streams produce tokens after the first token; other answers over the whole duration.
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
    firstToken: firstToken.read,
    throughput: throughput.read,
    usualDuration: total.read,
    usualOutput: output.read,
  };
  return self;
}
