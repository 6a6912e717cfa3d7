import { deviations, lawOf } from '../bench-routing/laws.ts';

/** A law of durations: the one below which a share of all lies. Drawing it for an even share draws from the law. */
type Quantile = (share: number) => number;

const second = 1_000;
const minute = 60_000;
const hour = 3_600_000;

/**
 * The standard tier: time to the first token of a model in the middle of those of modelstats.ai (see ../bench-routing/laws.ts), and
 * output tokens a second of the middle of those of jonathanwrede.de.
 */
export const standard = {
  firstToken: lawOf({ p50: 661, p95: 1_087, p99: 2_169, max: 4_279 }).quantile,
  tokensPerSecond: 58.1,
} as const;

/** How a flex tier does in one state of its vendor. */
export interface FlexState {
  /** How many times as long as on the standard tier an answer takes once it has begun. */
  readonly slowness: Quantile;
  /** Milliseconds in the vendor's queue before that. */
  readonly queue: Quantile;
  /** Share of calls that the vendor refuses at once, for want of room. */
  readonly refused: number;
}

/** Of the five calls below: the ratio of the means, and the spread of the logarithms. */
const flexSlowness: Quantile = (share) => (3.15 / 2.58) * Math.exp(0.3 * deviations(share) - 0.3 ** 2 / 2);

/**
 * Little to do: five calls each, one after another, took 3.15 s on flex (2.29 to 4.96) and 2.58 s on standard, and in another run one
 * was refused with 503 (https://asadani.github.io/gemini-flex-inference/, Gemini 2.5 Flash, April 2026). A third party's, and few. The
 * share of refusals is assumed: no vendor publishes one.
 */
export const calm: FlexState = { slowness: flexSlowness, queue: () => 0, refused: 0.02 };

/**
 * Much to do: Google's target for flex is 1 to 15 minutes (https://ai.google.dev/gemini-api/docs/optimization), taken as where the
 * middle nine tenths of the waits lie. OpenAI gives no figure, and asks for a timeout of 15 minutes
 * (https://developers.openai.com/api/docs/guides/flex-processing). The share of refusals is assumed.
 */
export const busy: FlexState = {
  slowness: flexSlowness,
  queue: between(minute, 15 * minute, 0.05, 0.95),
  refused: 0.2,
};

/** The states of a flex tier over time. */
export interface FlexWorld {
  readonly name: string;
  readonly what: string;
  /** By turns, each for so long. */
  readonly spells: readonly { readonly state: FlexState; readonly duration: number }[];
}

export const flexWorlds: readonly FlexWorld[] = [
  { name: 'calm', what: 'as measured', spells: [{ state: calm, duration: hour }] },
  {
    name: 'mixed',
    what: 'ten minutes calm, five minutes busy, by turns (assumed)',
    spells: [
      { state: calm, duration: 10 * minute },
      { state: busy, duration: 5 * minute },
    ],
  },
  { name: 'busy', what: 'as its vendor’s target', spells: [{ state: busy, duration: hour }] },
];

export function stateAt({ spells }: FlexWorld, now: number): FlexState {
  const whole = spells.reduce((sum, { duration }) => sum + duration, 0);
  let left = now % whole;
  for (const { state, duration } of spells) {
    if (left < duration) return state;
    left -= duration;
  }
  return calm;
}

/** How long a vendor takes to do a whole batch. */
export interface BatchWorld {
  readonly name: string;
  readonly what: string;
  readonly duration: Quantile;
}

export const batchWorlds: readonly BatchWorld[] = [
  {
    // Over 230,000 batches in two weeks (https://openrouter.ai/blog/announcements/batch-api).
    name: 'usual',
    what: 'OpenRouter’s 230,000: half within 7 minutes, 90 % within an hour',
    duration: between(7 * minute, hour, 0.5, 0.9),
  },
  {
    // One author's usage (https://ai-fees.com/blog/batch-api-economics/): 70 %, 20 %, 10 %.
    name: 'slow',
    what: 'ai-fees.com’s: 70 % within an hour, 20 % in 1 to 4, 10 % in 8 to 24',
    duration: steps([
      [0.7, 5 * minute, hour],
      [0.9, hour, 4 * hour],
      [1, 8 * hour, 24 * hour],
    ]),
  },
];

/** All vendors: what is not done by then expires, and is not billed. */
export const expiresAfter = 24 * hour;

/** Milliseconds until a vendor has refused a call: assumed. */
export const refusal = 0.2 * second;

/** The lognormal law that has two durations at two shares. */
function between(low: number, high: number, from: number, to: number): Quantile {
  const spread = Math.log(high / low) / (deviations(to) - deviations(from));
  return (share) => low * Math.exp(spread * (deviations(share) - deviations(from)));
}

/** Even between the ends of each step; `[the share up to which it goes, from, to]`. */
function steps(list: readonly (readonly [upTo: number, low: number, high: number])[]): Quantile {
  return (share) => {
    let from = 0;
    for (const [upTo, low, high] of list) {
      if (share < upTo) return low + ((high - low) * (share - from)) / (upTo - from);
      from = upTo;
    }
    return list.at(-1)?.[2] ?? 0;
  };
}
