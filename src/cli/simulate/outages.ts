import { isAnswer, type Sample } from '../log/sample.ts';
import type { Ask } from './world.ts';

/** A time in which a target did nothing but fail. */
export interface Outage {
  readonly failures: readonly Sample[];
  /** When the last answer before it was asked for, and the first one after it; left out at the log's ends. */
  readonly before: number | undefined;
  readonly after: number | undefined;
}

/** So many failures in a row are no chance. */
const inARow = 3;

/** Tells the attempts in outages from all others, whose failures are chance. */
export function outagesIn(attempts: readonly Sample[]): {
  readonly outages: readonly Outage[];
  readonly steady: readonly Sample[];
} {
  const outages: Outage[] = [];
  const steady: Sample[] = [];
  let failures: Sample[] = [];
  const close = (after: number | undefined): void => {
    if (failures.length >= inARow) outages.push({ failures, before: steady.at(-1)?.at, after });
    else steady.push(...failures);
    failures = [];
  };
  for (const sample of attempts) {
    if (!isAnswer(sample.attempt)) {
      failures.push(sample);
      continue;
    }
    close(sample.at);
    steady.push(sample);
  }
  close(undefined);
  return { outages, steady };
}

/**
 * Whether a moment is in an outage. When it began and ended lies somewhere between an answer and a failure; where is drawn once, so
 * that it is the same for all requests.
 */
export function isDuring(
  { failures, before, after }: Outage,
  at: number,
  target: string,
  lot: Ask['lot'],
): boolean {
  const first = failures[0]?.at ?? 0;
  const last = failures.at(-1)?.at ?? 0;
  if (at >= first && at <= last) return true;
  if (at < first)
    return before === undefined || at > first - lot(`${target} from ${first}`) * (first - before);
  return after === undefined || at < last + lot(`${target} to ${last}`) * (after - last);
}
