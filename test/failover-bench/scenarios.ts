// The sixteen scenarios of Failover Bench (github.com/failoverbench/failoverbench, methodology v0.1, the rules by which its scorecard of
// 2026-09-12 was made) and what each of them is judged by. Figures are the benchmark's own, in seconds.
import type { Arrival } from './vendor.ts';

/** What the caller and the vendor saw of a scenario. */
export interface Seen {
  /** `error`: an error instead of an answer. `hang`: nothing in time. */
  readonly outcome: 'success' | 'error' | 'hang';
  /** Whether the answer was whole: word for word the one that the vendor had. */
  readonly whole: boolean;
  readonly error: string | undefined;
  readonly seconds: number;
  /** The model that the answer says it is from, and whether it says how many tokens it took. */
  readonly model: string | undefined;
  readonly counted: boolean;
  /** Of the primary model, and of the fallback. */
  readonly primary: readonly Arrival[];
  readonly fallback: readonly Arrival[];
  /** A request that nothing is wrong with, afterwards and through the same system, was answered. */
  readonly alive: boolean;
  /** The single requests of a scenario that has many. */
  readonly requests: readonly { readonly at: number; readonly outcome: Seen['outcome'] }[];
}

export interface Check {
  /** The benchmark's name of it. */
  readonly id: string;
  readonly holds: (seen: Seen) => boolean;
  /** Missing it makes a rescue `partial` rather than a failure. */
  readonly advisory?: true;
  /** Not asked of systems that have no fallback. */
  readonly ofFallback?: true;
}

export interface Scenario {
  readonly id: string;
  readonly title: string;
  readonly model: string;
  readonly fallback: string;
  /** What the caller should come away with. */
  readonly ideal: 'success' | 'error';
  /** Seconds after which no answer is a hang: of the one request, or of each of many. */
  readonly patience: number;
  /** Many requests, one after the other. */
  readonly sequence?: { readonly count: number; readonly every: number };
  readonly checks: readonly Check[];
}

const noHang: Check = {
  id: 'no_hang',
  holds: ({ outcome, requests }) => ![outcome, ...requests.map((each) => each.outcome)].includes('hang'),
};
const notCutShort: Check = {
  id: 'no_truncated_success',
  holds: ({ outcome, whole }) => outcome !== 'success' || whole,
};
const alive: Check = { id: 'alive_after', holds: (seen) => seen.alive };
const atMost = (most: number, id = 'bounded_attempts'): Check => ({
  id,
  holds: ({ primary }) => primary.length <= most,
});
const atLeast = (least: number, id: string): Check => ({
  id,
  advisory: true,
  holds: ({ primary }) => primary.length >= least,
});
const within = (id: string, seconds: number): Check => ({
  id,
  holds: (seen) => seen.outcome !== 'hang' && seen.seconds <= seconds,
});
/** No more than so many attempts in the first seconds. */
const noHammer = (most: number, seconds: number): Check => ({
  id: 'no_hammer',
  holds: ({ primary }) => primary.filter(({ at }) => at - (primary[0]?.at ?? 0) < seconds).length <= most,
});
const once: Check = { id: 'no_same_model_retry', holds: ({ primary }) => primary.length === 1 };
const counted: Omit<Check, 'id'> = { advisory: true, holds: (seen) => seen.counted };

/** How long the primary of the fifteenth scenario is down. */
const outage = 60;
const during = (seen: Seen): Seen['requests'] => seen.requests.filter(({ at }) => at < outage);

const scenario = (
  id: string,
  title: string,
  model: string,
  patience: number,
  checks: readonly Check[],
  rest: Partial<Scenario> = {},
): Scenario => ({ id, title, model, fallback: 'fb-ok', ideal: 'success', patience, checks, ...rest });

export const scenarios: readonly Scenario[] = [
  scenario('S01', '429 with Retry-After: 2, once', 'fb-s01-429-retry-after', 20, [
    atLeast(2, 'retried'),
    {
      id: 'retry_after_honoured',
      advisory: true,
      holds: ({ primary: [before, after] }) =>
        before !== undefined && after !== undefined && after.at - before.at >= 1.8,
    },
    noHammer(2, 1.5),
  ]),
  scenario('S02', '429 without Retry-After, for ever', 'fb-s02-429-persistent', 40, [
    noHammer(4, 3),
    atMost(6),
    noHang,
  ]),
  scenario('S03', 'one 500', 'fb-s03-500-then-200', 20, [noHang, atLeast(2, 'same_provider_retry')]),
  scenario('S04', '503 for ever', 'fb-s04-503-persistent', 40, [atMost(6), noHang]),
  scenario('S05', 'connection reset, once', 'fb-s05-reset', 20, [noHang]),
  scenario('S06', 'no response', 'fb-s06-no-response', 130, [
    within('within_budget', 100),
    noHang,
    { ...atMost(1, 'silent_route_not_retried'), advisory: true },
  ]),
  scenario('S07', 'first token after 20 s', 'fb-s07-slow-ttft', 60, [
    noHang,
    { ...within('ttft_limit', 15), advisory: true, ofFallback: true },
  ]),
  scenario('S08', 'stream cut after 40 of 60 words', 'fb-s08-stream-cut', 40, [notCutShort, noHang]),
  scenario('S09', 'stream silent for 30 s after 20 words', 'fb-s09-stream-stall', 70, [
    within('bounded', 45),
    notCutShort,
    alive,
    noHang,
  ]),
  scenario('S10', 'a chunk that is no JSON', 'fb-s10-malformed-chunk', 30, [
    alive,
    { ...notCutShort, id: 'no_garbage' },
    noHang,
    {
      id: 'recovered_in_place',
      advisory: true,
      holds: ({ outcome, whole }) => outcome === 'success' && whole,
    },
  ]),
  scenario('S11', 'stream without [DONE]', 'fb-s11-no-done', 30, [
    within('prompt_finalise', 8),
    { id: 'usage_reported', ...counted },
  ]),
  scenario('S12', 'too long for the model', 'fb-s12-context-length', 20, [
    {
      id: 'no_blind_retry',
      holds: ({ primary }) =>
        primary.every(
          (each, index) => index === 0 || each.promptTokens < (primary[index - 1]?.promptTokens ?? 0),
        ),
    },
    atMost(2),
    noHang,
  ]),
  scenario('S13', 'refused by the content filter', 'fb-s13-content-filter', 20, [once, noHang], {
    ideal: 'error',
  }),
  scenario(
    'S14',
    'stream cut; the fallback takes no half answers',
    'fb-s14-stream-cut',
    40,
    [
      {
        id: 'no_prefill_masking',
        holds: ({ outcome, fallback }) =>
          outcome !== 'error' || fallback.every(({ action }) => action !== '400'),
      },
      notCutShort,
    ],
    { fallback: 'fb-ok-noprefill' },
  ),
  scenario(
    'S15',
    'down for 60 s; 20 requests, one every 4 s',
    'fb-s15-flap',
    30,
    [
      noHang,
      {
        id: 'served_during_outage',
        ofFallback: true,
        holds: (seen) =>
          during(seen).length > 0 && during(seen).every(({ outcome }) => outcome === 'success'),
      },
      {
        id: 'recovered',
        ofFallback: true,
        holds: ({ primary }) =>
          (primary.find(({ action }) => action === '200')?.at ?? Infinity) - outage <= 30,
      },
    ],
    { sequence: { count: 20, every: 4 } },
  ),
  scenario('S16', '503 for ever: who answered, for how much', 'fb-s16-503-persistent', 40, [
    {
      id: 'reports_fallback_model',
      ofFallback: true,
      holds: ({ model, fallback }) => fallback.length === 0 || model === 'fb-ok',
    },
    { id: 'usage_present', ofFallback: true, ...counted },
    atMost(6),
  ]),
];

export type Verdict = 'pass' | 'partial' | 'safe' | 'fail';

/**
 * `pass`: the caller came away with the ideal, and every check holds. `partial`: with the ideal, but for advice. `safe`: without it,
 * but cleanly and in time. `fail`: no end, half an answer passed off as a whole one, or misconduct.
 */
export function judge(
  { ideal, checks }: Scenario,
  seen: Seen,
  hasFallback: boolean,
): { readonly verdict: Verdict; readonly missed: readonly string[] } {
  const broken = checks.filter(
    ({ ofFallback, holds }) => (ofFallback !== true || hasFallback) && !holds(seen),
  );
  const missed = broken.map(({ id }) => id);
  if (seen.outcome === 'hang') return { verdict: 'fail', missed };
  if (seen.outcome === 'success' && !seen.whole && ideal === 'success') return { verdict: 'fail', missed };
  if (broken.some(({ advisory }) => advisory !== true)) return { verdict: 'fail', missed };
  // Answered in spite of a refusal: somebody else’s policy was asked.
  if (ideal === 'error') return { verdict: seen.outcome === 'error' ? 'pass' : 'partial', missed };
  if (seen.outcome !== 'success') return { verdict: 'safe', missed };
  return { verdict: missed.length === 0 ? 'pass' : 'partial', missed };
}
