import type { Random } from '../../types/clock.ts';
import type { AttemptSummary } from '../../types/result/result.ts';
import { isDuring, outagesIn } from '../outages.ts';
import type { Ask } from '../world.ts';
import type { LoggedRequest } from './read-log.ts';
import { isAnswer, isConversation, type Sample } from './sample.ts';

/** The request for which a sample is drawn. */
export interface Wanted
  extends Pick<Sample, 'at' | 'kind' | 'inputTokens'>,
    Pick<Ask, 'target' | 'random' | 'lot'> {}

/** The log's attempts at one target. */
export interface Samples {
  readonly all: readonly Sample[];
  /** Draws the target's outcome at that time; `undefined` if the log has no answer. */
  draw(wanted: Wanted): Sample | undefined;
}

/** Failures and answers are drawn from this many attempts around the moment, */
const around = 60;
/** and an answer from this many of them with the most similar input size. */
const alike = 15;

/** Failures caused by the request or the caller: they are not evidence about the target. */
const notTheTargets = ['bad-request', 'context-length', 'content-filter', 'aborted'];

/**
 * A target's attempts in a log. It fails at random, as often as it did around that time, and in outages: runs of failed
 * attempts. A router rarely asks a target during an outage, so random draws alone would not reproduce one.
 */
export function samplesOf(requests: readonly LoggedRequest[], target: string): Samples {
  const all = requests.flatMap(({ at, kind, attempts, usage }): readonly Sample[] =>
    isConversation(kind)
      ? attempts
          .filter((attempt) => attempt.target === target)
          .map((attempt) => ({ at, kind, attempt, inputTokens: inputOf(attempt, usage) }))
      : [],
  );
  const telling = all.filter(
    ({ attempt: { outcome, error } }) =>
      outcome !== 'abandoned' && !notTheTargets.includes(error?.kind ?? ''),
  );
  const { outages, steady } = outagesIn(telling);
  const answered = telling.filter(({ attempt }) => isAnswer(attempt));
  const streamed = answered.filter(({ kind }) => kind === 'stream');
  const whole = answered.filter(({ kind }) => kind === 'chat');
  return {
    all,
    draw({ at, kind, inputTokens, random, lot }) {
      const outage = outages.find((each) => isDuring(each, at, target, lot));
      const now = pick(outage?.failures ?? nearest(steady, at, around), random);
      if (now === undefined || !isAnswer(now.attempt)) return now;
      const own = kind === 'stream' ? streamed : whole;
      const near = nearest(own.length > 0 ? own : answered, at, around);
      const distance = (sample: Sample): number =>
        Math.abs(Math.log((sample.inputTokens + 1) / (inputTokens + 1)));
      return pick(near.toSorted((a, b) => distance(a) - distance(b)).slice(0, alike), random);
    },
  };
}

/** Input tokens of an attempt. */
function inputOf({ usage }: AttemptSummary, ofRequest: LoggedRequest['usage']): number {
  return usage?.inputTokens ?? ofRequest?.inputTokens ?? 0;
}

/** The `count` samples that are closest in time; `sorted` by time. */
export function nearest(sorted: readonly Sample[], at: number, count: number): readonly Sample[] {
  let from = place(sorted, at);
  let to = from;
  while (to - from < count && (from > 0 || to < sorted.length)) {
    const before = at - (sorted[from - 1]?.at ?? Number.NEGATIVE_INFINITY);
    const after = (sorted[to]?.at ?? Number.POSITIVE_INFINITY) - at;
    if (before <= after) from -= 1;
    else to += 1;
  }
  return sorted.slice(from, to);
}

/** The index of a moment in the list. */
function place(sorted: readonly Sample[], at: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle]?.at ?? 0) < at) low = middle + 1;
    else high = middle;
  }
  return low;
}

function pick<T>(list: readonly T[], random: Random): T | undefined {
  return list[Math.floor(random() * list.length)];
}
