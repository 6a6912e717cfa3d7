import { fewestSamples } from '../../health/failure-detector.ts';
import type { Latencies } from '../../stats/latency.ts';
import { shortestLearned } from '../options/policies.ts';
import type { RequestState } from '../request.ts';
import type { Target } from '../targets/target.ts';

/** Timeout to the first token in milliseconds while a target is not measured. */
const unknownFirstToken = 30_000;
const someSamples = 10;
/** The shortest learned timeout in milliseconds from few samples. */
const uncertain = 10_000;
/**
 * The longest learned timeout, unless the target's usual answers take longer: attempts that were given up count as
 * samples, so in an outage the timeout would grow with each of them.
 */
const longestLearned = 60_000;
/**
 * The time without a sign of life that an unmeasured target gets: as long as a person waits, and longer for a model that can
 * reason.
 */
const unknownResponse = 10_000;
const unknownReasoning = 20_000;
/** The least for requests that may take long, and from how many output tokens they do. */
const longResponse = 20_000;
const longOutput = 4_096;
const longestResponse = 60_000;
const longestOutput = 16_384;
/**
 * The share of the wanted response time that a target on a best-effort tier gets; the rest is left for another target. Such tiers
 * wait for room at the vendor, so silence is usual: up to 15 minutes (https://ai.google.dev/gemini-api/docs/optimization,
 * https://developers.openai.com/api/docs/guides/flex-processing).
 */
const patience = 0.8;
/** Timeout between two tokens in milliseconds: unmeasured, bounds, and when the target seems stalled. */
const unknownIdle = 20_000;
const shortestIdle = 5_000;
const longestIdle = 60_000;
const shortestStopped = 1_000;

/** The default timeout to the first token, in milliseconds, adapted to the target's slowest answers. */
export function firstTokenTimeout({ latencies: { stream } }: Target, request: Measured, now: number): number {
  const learned = stream.weight(now) < someSamples ? undefined : learnedTimeout(stream, now);
  return Math.max(learned ?? unknownFirstToken, leastFor(request));
}

/**
 * The default time without a sign of life, in milliseconds: adapted to the target's slowest answers, and to what the
 * request asks for.
 */
export function responseTimeout(target: Target, request: Measured & Wanted, now: number): number {
  const { latencies, capabilities } = target;
  const wanted = target.bestEffort ? wantedWithin(request, now) : undefined;
  if (wanted !== undefined) return wanted * patience;
  const learned = learnedTimeout(latencies[request.operation.measuredAs ?? 'chat'], now);
  const usual = capabilities.reasoning === true ? unknownReasoning : unknownResponse;
  return Math.max(learned ?? usual, leastFor(request));
}

/**
 * The milliseconds in which the strategy or the call wants an answer, from the request's start; `undefined` if neither sets a
 * time.
 */
function wantedWithin({ route, options, startedAt, timeLeft }: Wanted, now: number): number | undefined {
  const called = options.deadline === undefined ? Number.POSITIVE_INFINITY : now - startedAt + timeLeft;
  const wanted = Math.min(route.policies.strategy.deadline ?? Number.POSITIVE_INFINITY, called);
  return wanted === Number.POSITIVE_INFINITY ? undefined : wanted;
}

/** A request, as far as its duration can be foreseen. */
type Measured = Pick<RequestState, 'operation' | 'needs' | 'size'>;

/** A request, as far as it says when its answer is wanted. */
type Wanted = Pick<RequestState, 'route' | 'options' | 'startedAt' | 'timeLeft'>;

function learnedTimeout(latencies: Latencies, now: number): number | undefined {
  const slowest = latencies.quantile(0.99);
  if (slowest === undefined) return undefined;
  const [times, least] = latencies.weight(now) < fewestSamples ? [4, uncertain] : [2, shortestLearned];
  const most = Math.max(longestLearned, 4 * (latencies.quantile(0.5) ?? 0));
  return Math.min(most, Math.max(least, times * slowest));
}

/** Most of a target's samples may be of easier requests. */
function leastFor({ operation, needs, size }: Measured): number {
  const outputTokens = operation.streamed ? 0 : needs.outputTokens;
  if (needs.reasoning || outputTokens > longestOutput) return longestResponse;
  return size === 2 || outputTokens > longOutput ? longResponse : 0;
}

/** The default timeout between two tokens, in milliseconds. */
export function idleTimeout({ stall }: Target, now: number): number {
  const longest = (stall?.gaps.weight(now) ?? 0) < fewestSamples ? undefined : stall?.gaps.quantile(0.99);
  return longest === undefined ? unknownIdle : Math.min(longestIdle, Math.max(shortestIdle, 5 * longest));
}

/** The timeout between two tokens when all of a target's streams stall at once, in milliseconds. */
export function stoppedTimeout({ stall }: Target): number {
  return Math.max(shortestStopped, 3 * (stall?.gaps.quantile(0.99) ?? 0));
}
