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
  level: number;
  /** Time of `level`; monotonic milliseconds. */
  at: number;
  /** Capacity; `Infinity` if unknown. */
  readonly limit: number;
  /** Refill per millisecond. */
  readonly rate: number;
  readonly fullAt: number;
}

const none: readonly never[] = [];

type Mutable = { -readonly [Field in keyof VendorLimits]: VendorLimits[Field] };

/** @param self takes its place; everything that has it keeps it */
export function vendorLimits(self: Mutable = unreportedLimits()): VendorLimits {
  const known = new Map<VendorLimit['of'], Bucket>();
  // A full limit carries no information.
  const live = (now: number): readonly [VendorLimit['of'], Bucket][] =>
    known.size === 0 ? none : [...known].filter(([, { fullAt }]) => fullAt > now);

  return Object.assign(self, {
    note(limits, now) {
      self.reported = true;
      const seen = new Set<VendorLimit['of']>();
      for (const { of, remaining, limit = Number.POSITIVE_INFINITY, resetAfter = usualWindow } of limits) {
        // Of several limits of one kind, the scarcest counts.
        if (seen.has(of) && (known.get(of)?.level ?? 0) <= remaining) continue;
        seen.add(of);
        const rate = limit === Number.POSITIVE_INFINITY ? 0 : Math.max(0, limit - remaining) / resetAfter;
        known.set(of, { level: remaining, at: now, limit, rate, fullAt: now + resetAfter });
      }
    },
    use(tokens, now) {
      for (const [of, bucket] of live(now)) {
        bucket.level = levelOf(bucket, now) - wantedOf(of, tokens);
        bucket.at = now;
      }
    },
    freeAt(tokens, now) {
      let free = now;
      for (const [of, bucket] of live(now)) {
        // A request larger than the bucket is sent when the bucket is full: only the vendor knows whether it
        // is too large.
        const missing = Math.min(wantedOf(of, tokens), bucket.limit) - levelOf(bucket, now);
        if (missing <= 0) continue;
        const filled = bucket.rate === 0 ? bucket.fullAt : now + Math.ceil(missing / bucket.rate);
        free = Math.max(free, Math.min(filled, bucket.fullAt, now + longestWait));
      }
      return free;
    },
    share(now) {
      if (known.size === 0) return 1; // usual case
      let least = 1;
      for (const [, bucket] of live(now)) {
        if (bucket.limit > 0) least = Math.min(least, shareOf(bucket, now));
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
