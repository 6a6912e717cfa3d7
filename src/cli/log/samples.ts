import type { Random } from '../../types/clock.ts';
import type { AttemptSummary } from '../../types/result/result.ts';
import { isDuring, outagesIn } from '../simulate/outages.ts';
import type { Ask } from '../simulate/world.ts';
import type { LoggedRequest } from './read-log.ts';
import { isAnswer, isConversation, type Sample } from './sample.ts';

/** What is asked of a target's samples. */
export interface Wanted
  extends Pick<Sample, 'at' | 'kind' | 'inputTokens'>,
    Pick<Ask, 'target' | 'random' | 'lot'> {}

/** All that the log tells of one target. */
export interface Samples {
  readonly all: readonly Sample[];
  /** What the target would have done at that time, by chance; `undefined` where the log tells of no answer. */
  draw(wanted: Wanted): Sample | undefined;
}

/** How often it fails by chance, and how it answers, is drawn from so many attempts around the moment; */
const around = 60;
/** an answer from those of them whose requests were most alike in size. */
const alike = 15;

/** Failures that are the request's own, or ours: they say nothing of what the target does with others. */
const notItsDoing = ['bad-request', 'context-length', 'content-filter', 'aborted'];

/**
 * A target's attempts in a log. It fails in two ways: by chance, as often as it did around that time; and in an outage, which
 * is when several attempts in a row failed. A router asks a target that is out so rarely that chance alone would not show it.
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
    ({ attempt: { outcome, error } }) => outcome !== 'abandoned' && !notItsDoing.includes(error?.kind ?? ''),
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

/** How many tokens went in. */
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

/** Where in the list a moment is. */
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
