import type { VendorLimit } from '../types/options/limit.ts';

/** Tokens that an attempt is expected to take. */
export interface TokenDemand {
  readonly input: number;
  readonly output: number;
}

/**
 * What a vendor says is left of its limits, less what has been used of it since. It is a forecast: it says where a request is
 * best sent and when, and never that it is refused, which only the vendor can say.
 */
export interface VendorLimits {
  note(limits: readonly VendorLimit[], now: number): void;
  /** Whether a vendor has ever said anything. */
  readonly told: boolean;
  /** An attempt of so many tokens starts. */
  use(tokens: TokenDemand, now: number): void;
  /** When an attempt of so many tokens is expected to be let in; monotonic milliseconds, not after `now` where it is. */
  freeAt(tokens: TokenDemand, now: number): number;
  /** Free share of the scarcest limit, 0 to 1. */
  share(now: number): number;
}

/** The longest forecast: windows are a minute, and a limit of a day lets the next request in long before it is full. */
const longestWait = 60_000;
/** Where a vendor does not say when a limit is full again: most have windows of a minute. */
const usualWindow = 60_000;

/**
 * A limit fills evenly until it is full, as OpenAI's, Anthropic's and Groq's do
 * (https://platform.openai.com/docs/guides/rate-limits, https://platform.claude.com/docs/en/api/rate-limits). Of one whose size is
 * not known nothing is known until it is full.
 */
interface Bucket {
  level: number;
  /** Of `level`; monotonic milliseconds. */
  at: number;
  /** What it holds when nothing has been used; `Infinity` where that is not known. */
  readonly limit: number;
  /** What comes back in each millisecond. */
  readonly rate: number;
  readonly fullAt: number;
}

const none: readonly never[] = [];

export function vendorLimits(): VendorLimits {
  const known = new Map<VendorLimit['of'], Bucket>();
  // What is full again is as good as unknown.
  const live = (now: number): readonly [VendorLimit['of'], Bucket][] =>
    known.size === 0 ? none : [...known].filter(([, { fullAt }]) => fullAt > now);

  const self: { -readonly [Field in keyof VendorLimits]: VendorLimits[Field] } = {
    told: false,
    note(limits, now) {
      self.told = true;
      const seen = new Set<VendorLimit['of']>();
      for (const { of, remaining, limit = Number.POSITIVE_INFINITY, resetAfter = usualWindow } of limits) {
        // Of several limits of one kind the scarcest counts.
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
        // What never fits goes when the bucket is full: the vendor knows whether it is too much.
        const missing = Math.min(wantedOf(of, tokens), bucket.limit) - levelOf(bucket, now);
        if (missing <= 0) continue;
        const filled = bucket.rate === 0 ? bucket.fullAt : now + Math.ceil(missing / bucket.rate);
        free = Math.max(free, Math.min(filled, bucket.fullAt, now + longestWait));
      }
      return free;
    },
    share(now) {
      if (known.size === 0) return 1; // as a rule
      let least = 1;
      for (const [, bucket] of live(now)) {
        if (bucket.limit > 0) least = Math.min(least, shareOf(bucket, now));
      }
      return least;
    },
  };
  return self;
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
