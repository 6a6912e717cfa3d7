import { isAnswer, type Sample } from './log/sample.ts';
import type { Ask } from './world.ts';

/** A period in which every attempt at a target failed. */
export interface Outage {
  readonly failures: readonly Sample[];
  /** The start of the last success before it, and of the first one after it; absent at the ends of the log. */
  readonly before: number | undefined;
  readonly after: number | undefined;
}

/** This many failures in a row count as an outage. */
const inARow = 3;

/** Separates attempts in outages from the others, whose failures are random. */
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
 * Whether a moment is in an outage. It began and ended somewhere between a success and a failure; that moment is drawn once, so
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
