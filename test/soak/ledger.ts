import type { AttemptEndEvent, RequestEndEvent, Router } from 'signalbox';
import { type Dialect, expectedAnswer } from './answers.ts';

export const prices: Readonly<Record<Dialect, { readonly input: number; readonly output: number }>> = {
  openai: { input: 1, output: 2 },
  anthropic: { input: 3, output: 5 },
  google: { input: 7, output: 11 },
  'openai-compatible': { input: 13, output: 17 },
};

/** What became of a request in its caller's eyes. */
export type Came = 'whole' | 'wrong' | 'lost' | 'left';

/** What is known of a request that is not settled yet. */
interface Entry {
  came: Came | undefined;
  cost: number | undefined;
  started: number;
  billable: number;
  charged: number;
  bills: number;
  /** Attempts that were under way when it ended. */
  late: number;
  readonly ended: AttemptEndEvent[];
  readonly ends: RequestEndEvent[];
}

/** Books what callers saw and what the router said of it; tells where they differ. */
export interface Ledger {
  open(n: number): void;
  close(n: number, came: Came, cost?: number): void;
  /** Compares all that has been booked, and forgets it. To be called when nothing is under way. */
  settle(): void;
  readonly totals: Readonly<Record<Came | 'requests' | 'attempts' | 'failed' | 'cost', number>>;
  /** Outcomes of attempts that failed, by their kind. */
  readonly kinds: ReadonlyMap<string, number>;
  /** The first discrepancies, in words. */
  readonly discrepancies: readonly string[];
  readonly discrepancyCount: number;
}

export function ledger(router: Router): Ledger {
  const entries = new Map<number, Entry>();
  const totals = { requests: 0, whole: 0, wrong: 0, lost: 0, left: 0, attempts: 0, failed: 0, cost: 0 };
  const kinds = new Map<string, number>();
  const discrepancies: string[] = [];
  let discrepancyCount = 0;

  const complain = (n: number, what: string): void => {
    discrepancyCount += 1;
    if (discrepancies.length < 20) discrepancies.push(`request ${n}: ${what}`);
  };
  const entryOf = ({ metadata }: { readonly metadata: Readonly<Record<string, unknown>> }): Entry => {
    const n = Number(metadata['n']);
    const entry = entries.get(n);
    if (entry !== undefined) return entry;
    complain(n, 'an event after its end, or of an unknown request');
    return fresh();
  };
  router.on('attempt-start', (event) => {
    entryOf(event).started += 1;
  });
  router.on('attempt-end', (event) => {
    const entry = entryOf(event);
    entry.ended.push(event);
    if (event.billed !== 'no' && event.usage !== undefined) entry.billable += 1;
    totals.attempts += 1;
    if (event.error === undefined) return;
    totals.failed += 1;
    kinds.set(event.error.kind, (kinds.get(event.error.kind) ?? 0) + 1);
  });
  router.on('usage', (event) => {
    const entry = entryOf(event);
    entry.bills += 1;
    entry.charged += event.cost?.total ?? Number.NaN;
    totals.cost += event.cost?.total ?? 0;
  });
  router.on('request-end', (event) => {
    const entry = entryOf(event);
    entry.ends.push(event);
    entry.late = entry.started - entry.ended.length;
  });

  const check = (n: number, entry: Entry): void => {
    const { came, ends, ended, started, bills, billable, charged, cost, late } = entry;
    const [end] = ends;
    if (came === undefined) complain(n, 'its caller never heard of it again');
    if (ends.length !== 1 || end === undefined) {
      complain(n, `${ends.length} ends`);
      return;
    }
    if (started !== ended.length) complain(n, `${started} attempts began and ${ended.length} ended`);
    if (end.attempts.length !== ended.length)
      complain(n, `${end.attempts.length} attempts in its end, ${ended.length} by themselves`);
    if (bills !== billable) complain(n, `${bills} bills for ${billable} attempts that may cost`);
    const said = (end.cost?.total ?? 0) + end.wastedCost;
    if (!same(said, charged))
      complain(n, `cost ${said} in its end, ${charged} in its bills, ${late} late: ${courseOf(end)}`);
    const wanted = { whole: 'success', wrong: 'success', lost: 'failed', left: 'aborted' }[came ?? 'lost'];
    if (end.outcome !== wanted) complain(n, `${end.outcome} in its end, ${came} for its caller`);
    if (came === 'lost') complain(n, `lost after ${courseOf(end)}`);
    if (came !== 'whole') return;
    const { inputTokens, outputTokens } = expectedAnswer(n);
    const { input, output } = prices[end.target as Dialect];
    const due = (inputTokens * input + outputTokens * output) / 1e6;
    if (!same(cost, due) || !same(end.cost?.total, due)) complain(n, `cost ${cost} rather than ${due}`);
  };

  return {
    totals,
    kinds,
    discrepancies,
    get discrepancyCount() {
      return discrepancyCount;
    },
    open(n) {
      totals.requests += 1;
      entries.set(n, fresh());
    },
    close(n, came, cost) {
      totals[came] += 1;
      const entry = entries.get(n);
      if (entry === undefined) return;
      if (entry.came !== undefined) complain(n, 'its caller heard of it twice');
      entry.came = came;
      entry.cost = cost;
    },
    settle() {
      for (const [n, entry] of entries) check(n, entry);
      entries.clear();
    },
  };
}

function fresh(): Entry {
  return {
    came: undefined,
    cost: undefined,
    started: 0,
    billable: 0,
    charged: 0,
    bills: 0,
    late: 0,
    ended: [],
    ends: [],
  };
}

function courseOf({ attempts, error, decision }: RequestEndEvent): string {
  const course = attempts.map(({ target, outcome, error: why }) => `${target} ${why?.kind ?? outcome}`);
  const skipped = decision?.skipped.map(({ target, reason }) => `${target} ${reason}`) ?? [];
  return `${course.join(', ')}; skipped: ${skipped.join(', ') || 'none'}; ${error ?? 'no error'}`;
}

function same(a: number | undefined, b: number): boolean {
  return a !== undefined && Math.abs(a - b) < 1e-12;
}
