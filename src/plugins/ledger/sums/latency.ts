import type { LatencySummary, Quantiles } from '../reading.ts';
import type { NewRow } from '../records/rows.ts';

/** The measured durations, by their stored number. */
export const samples = [
  'request',
  'firstToken',
  'attempt',
  'attemptFirstToken',
] as const satisfies readonly (keyof LatencySummary)[];

/** Slots per doubling: neighbors differ by 19 %, so their middle is within 10% of the measured value. */
export const perDoubling = 4;

/** Counts by sample and slot, combined in one number. */
export type Slots = Map<number, number>;

function slotOf(ms: number): number {
  return Math.round(Math.log2(Math.max(0, ms) + 1) * perDoubling);
}

function middleOf(slot: number): number {
  return Math.round(2 ** (slot / perDoubling) - 1);
}

/** More slots than any duration has. */
export const perSample = 1_000;

export function addSlot(slots: Slots, key: number, count: number): void {
  slots.set(key, (slots.get(key) ?? 0) + count);
}

/** Adds the durations of a row. */
export function addLatency(slots: Slots, row: NewRow): void {
  if (!row.main || row.mirror || row.requestOutcome !== 'success') return;
  const answered = row.charge === 'answer';
  const measured = [
    row.requestDuration,
    row.requestFirstToken,
    answered ? row.duration : null,
    answered ? row.firstToken : null,
  ];
  for (const [sample, ms] of measured.entries())
    if (ms !== null) addSlot(slots, sample * perSample + slotOf(ms), 1);
}

export function latencyOf(slots: Slots): LatencySummary {
  const counts: [number, number][][] = samples.map(() => []);
  for (const [key, count] of slots) {
    counts[Math.floor(key / perSample)]?.push([key % perSample, count]);
  }
  const [request, firstToken, attempt, attemptFirstToken] = counts.map(quantiles);
  return { request, firstToken, attempt, attemptFirstToken };
}

function quantiles(counts: [number, number][]): Quantiles | undefined {
  const sorted = counts.toSorted(([a], [b]) => a - b);
  const count = sorted.reduce((sum, [, each]) => sum + each, 0);
  if (count === 0) return undefined;
  const at = (share: number): number => {
    let left = Math.ceil(share * count);
    for (const [slot, each] of sorted) {
      left -= each;
      if (left <= 0) return middleOf(slot);
    }
    return 0;
  };
  return { count, p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}
