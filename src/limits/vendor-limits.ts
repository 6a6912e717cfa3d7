import type { VendorLimit } from '../types/options/limit.ts';
import { type TokenDemand, unreportedLimits, type VendorLimits } from './no-limits.ts';

/**
 * Longest forecast, in milliseconds: windows are a minute, and a daily limit admits the next request long
 * before it is full.
 */
const longestWait = 60_000;
/** Assumed window in milliseconds if the vendor reports no reset: most are a minute. */
const usualWindow = 60_000;

/**
 * A limit that refills evenly, like OpenAI's, Anthropic's and Groq's
 * (https://platform.openai.com/docs/guides/rate-limits, https://platform.claude.com/docs/en/api/rate-limits).
 * If its size is unknown, so is its level until it is full.
 */
interface Bucket {
  readonly of: VendorLimit['of'];
  /** The number of the answer that reported it. */
  readonly report: number;
  level: number;
  /** Time of `level`; monotonic milliseconds. */
  at: number;
  /** Capacity; `Infinity` if unknown. */
  readonly limit: number;
  /** Refill per millisecond. */
  readonly rate: number;
  /** From then on, the limit carries no information. */
  readonly fullAt: number;
}

type Mutable = { -readonly [Field in keyof VendorLimits]: VendorLimits[Field] };

/** @param self takes its place; everything that has it keeps it */
export function vendorLimits(self: Mutable = unreportedLimits()): VendorLimits {
  const known = new Map<VendorLimit['of'], Bucket>();
  let reports = 0;

  return Object.assign(self, {
    note(limits, now) {
      self.reported = true;
      reports += 1;
      for (const { of, remaining, limit = Number.POSITIVE_INFINITY, resetAfter = usualWindow } of limits) {
        // Of several limits of one kind, the scarcest counts.
        const before = known.get(of);
        if (before?.report === reports && before.level <= remaining) continue;
        const rate = limit === Number.POSITIVE_INFINITY ? 0 : Math.max(0, limit - remaining) / resetAfter;
        known.set(of, {
          of,
          report: reports,
          level: remaining,
          at: now,
          limit,
          rate,
          fullAt: now + resetAfter,
        });
      }
    },
    use(tokens, now) {
      for (const bucket of known.values()) {
        if (bucket.fullAt <= now) continue;
        bucket.level = levelOf(bucket, now) - wantedOf(bucket.of, tokens);
        bucket.at = now;
      }
    },
    freeAt(tokens, now) {
      let free = now;
      for (const bucket of known.values()) {
        if (bucket.fullAt <= now) continue;
        // A request larger than the bucket is sent when the bucket is full: only the vendor knows whether it
        // is too large.
        const missing = Math.min(wantedOf(bucket.of, tokens), bucket.limit) - levelOf(bucket, now);
        if (missing <= 0) continue;
        const filled = bucket.rate === 0 ? bucket.fullAt : now + Math.ceil(missing / bucket.rate);
        free = Math.max(free, Math.min(filled, bucket.fullAt, now + longestWait));
      }
      return free;
    },
    share(now) {
      if (known.size === 0) return 1; // usual case
      let least = 1;
      for (const bucket of known.values()) {
        if (bucket.fullAt > now && bucket.limit > 0) least = Math.min(least, shareOf(bucket, now));
      }
      return least;
    },
  } satisfies Partial<VendorLimits>);
}

function levelOf({ level, at, limit, rate }: Bucket, now: number): number {
  return Math.min(limit, level + (now - at) * rate);
}

function shareOf(bucket: Bucket, now: number): number {
  const level = Math.max(0, levelOf(bucket, now));
  if (bucket.limit === Number.POSITIVE_INFINITY) return level > 0 ? 1 : 0;
  return level / bucket.limit;
}

function wantedOf(of: VendorLimit['of'], { input, output }: TokenDemand): number {
  if (of === 'requests') return 1;
  if (of === 'input-tokens') return input;
  return of === 'output-tokens' ? output : input + output;
}
