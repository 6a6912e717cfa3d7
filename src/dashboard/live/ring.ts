import type {
  AttemptEndEvent,
  AttemptStartEvent,
  RequestEndEvent,
  RequestStartEvent,
} from '../../types/event.ts';
import type { Decision } from '../../types/result/decision.ts';
import type { AttemptSummary } from '../../types/result/result.ts';
import type { AttemptLine, DecisionView, RequestDetail, RequestLine } from '../protocol.ts';

/** An attempt of a request in the ring. */
interface Attempt {
  readonly number: number;
  readonly target: string;
  readonly started: number;
  readonly mirror: boolean;
  summary: AttemptSummary | undefined;
}

/** A request in the ring. */
export interface Entry {
  readonly start: RequestStartEvent;
  /** Monotonic time of the start. */
  readonly began: number;
  readonly attempts: Attempt[];
  end: RequestEndEvent | undefined;
  /** The number of its last change. */
  change: number;
}

/** How many requests are kept. */
export const ringSize = 1_000;

/** The last requests, with a number for each change, so that a reader can ask for the changes since then. */
export class Ring {
  readonly #entries = new Map<string, Entry>();
  readonly #onEvict: (entry: Entry) => void;
  /** The number of the last change. */
  change = 0;

  constructor(onEvict: (entry: Entry) => void) {
    this.#onEvict = onEvict;
  }

  start(start: RequestStartEvent, now: number): void {
    this.#entries.set(start.requestId, {
      start,
      began: now,
      attempts: [],
      end: undefined,
      change: ++this.change,
    });
    if (this.#entries.size <= ringSize) return;
    for (const [id, entry] of this.#entries) {
      this.#entries.delete(id);
      this.#onEvict(entry);
      return;
    }
  }

  attemptStart(event: AttemptStartEvent, now: number): void {
    const { requestId, attempt, target } = event;
    const entry = this.#entries.get(requestId);
    if (entry === undefined) return;
    const started = now - entry.began;
    const mirror = event.mirror === true;
    entry.attempts.push({ number: attempt, target, started, mirror, summary: undefined });
    entry.change = ++this.change;
  }

  attemptEnd(event: AttemptEndEvent): void {
    const entry = this.#entries.get(event.requestId);
    if (entry === undefined) return;
    const { attempt: number } = event;
    const mirror = event.mirror === true;
    const attempt = entry.attempts.find((each) => each.number === number && each.mirror === mirror);
    if (attempt !== undefined) attempt.summary = event;
    entry.change = ++this.change;
  }

  end(event: RequestEndEvent): Entry | undefined {
    const entry = this.#entries.get(event.requestId);
    if (entry === undefined || event.mirror === true) return undefined;
    entry.end = event;
    entry.change = ++this.change;
    return entry;
  }

  get(id: string): Entry | undefined {
    return this.#entries.get(id);
  }

  /** In the order of their start. */
  changedSince(change: number): readonly Entry[] {
    return [...this.#entries.values()].filter((entry) => entry.change > change);
  }

  values(): readonly Entry[] {
    return [...this.#entries.values()];
  }
}

export function lineOf({ start, end, attempts }: Entry): RequestLine {
  const last = attempts.at(-1);
  const failed = attempts.some(({ summary, mirror }) => summary?.outcome === 'failed' && !mirror);
  return {
    id: start.requestId,
    at: start.startedAt,
    kind: start.kind,
    // A call that `select` routes does not know its route at the start.
    route: (end ?? start).route || null,
    tenant: start.tenant ?? null,
    user: start.user ?? null,
    tags: start.tags ?? [],
    outcome: end?.outcome ?? 'running',
    target: end === undefined ? (last?.target ?? null) : (end.target ?? last?.target ?? null),
    attempts: attempts.filter(({ mirror }) => !mirror).length,
    failover: failed && end?.outcome === 'success',
    hedged: attempts.some(({ summary }) => summary?.hedge === true),
    lookup: end?.lookup?.source ?? null,
    cost: end?.cost?.total ?? null,
    wasted: end?.wastedCost ?? 0,
    duration: end?.duration ?? null,
    firstToken: end?.firstToken ?? null,
    error: end?.error ?? null,
  };
}

export function detailOf(entry: Entry, content: boolean): RequestDetail {
  return {
    request: lineOf(entry),
    attempts: entry.attempts.map((attempt) => attemptLine(attempt, entry.end)),
    decision: entry.end?.decision === undefined ? null : decisionView(entry.end.decision),
    content: null,
    metadata: content ? entry.start.metadata : null,
  };
}

function attemptLine(
  { target, started, mirror, summary }: Attempt,
  end: RequestEndEvent | undefined,
): AttemptLine {
  return {
    target,
    started,
    duration: summary?.duration ?? null,
    firstToken: summary?.firstToken ?? null,
    outcome: summary?.outcome ?? 'running',
    hedge: summary?.hedge === true,
    mirror,
    answer: summary?.outcome === 'success' && !mirror && end?.target === target,
    error: summary?.error === undefined ? null : errorView(summary.error),
    billed: summary?.billed ?? null,
    cost: summary?.cost?.total ?? null,
    usage: summary?.usage ?? null,
  };
}

function errorView({ kind, status, code }: NonNullable<AttemptSummary['error']>): AttemptLine['error'] {
  return { kind, ...(status === undefined ? {} : { status }), ...(code === undefined ? {} : { code }) };
}

function decisionView({
  route,
  selected,
  strategy,
  candidates,
  skipped,
  notes = [],
}: Decision): DecisionView {
  return { route, selected: selected ?? null, strategy, candidates, skipped, notes };
}
