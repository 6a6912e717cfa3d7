import type { TracedRequest } from '../../src/simulator/trace.ts';
import type { Workload } from './worlds.ts';

/** Milliseconds of a part. */
const span = 300_000;
/** Parts with fewer requests are left out. */
const fewest = 20;

/** A trace in parts of five minutes, each of which one world gets: with the bursts and sizes that it has. */
export function partsOf(requests: readonly TracedRequest[]): readonly Workload[] {
  const parts = new Map<number, TracedRequest[]>();
  for (const request of requests) {
    const number = Math.floor(request.at / span);
    const part = parts.get(number) ?? [];
    parts.set(number, part);
    part.push({ ...request, at: request.at - number * span });
  }
  return [...parts.values()]
    .filter((part) => part.length >= fewest)
    .map((part) => ({ duration: span, requests: part }));
}
