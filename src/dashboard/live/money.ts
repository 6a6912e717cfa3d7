import { addUsd } from '../../pricing/money.ts';
import type { RequestEndEvent, RequestFacts } from '../../types/event.ts';
import type { AttemptSummary } from '../../types/result/result.ts';
import type { TargetReport } from '../../types/router.ts';
import { type Dimension, dimensions, type Money, type MoneyKinds, type MoneyRow } from '../protocol.ts';

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };
type Sums = Mutable<Omit<MoneyRow, 'name' | 'cost' | 'days'>> & {
  readonly cost: Mutable<MoneyKinds>;
  readonly byDay: Map<string, number>;
};

/** Maximum groups per dimension; further ones are counted together. */
const most = 500;
const rest = 'others';
/** Maximum number of targets whose provider and model are remembered. */
const mostTargets = 2_000;

/** Money since the start of the process, for dashboards without a ledger. Days are those of UTC. */
export class LiveMoney {
  readonly #groups = new Map<Dimension, Map<string | null, Sums>>(dimensions.map((by) => [by, new Map()]));
  readonly #total = emptySums();
  readonly #days = new Set<string>();
  readonly #targets: () => readonly TargetReport[];
  readonly #known = new Map<string, Pick<TargetReport, 'provider' | 'model'> | undefined>();

  /** @param targets those that the router has now */
  constructor(targets: () => readonly TargetReport[]) {
    this.#targets = targets;
  }

  #targetOf(id: string): Pick<TargetReport, 'provider' | 'model'> | undefined {
    if (this.#known.has(id)) return this.#known.get(id);
    if (this.#known.size >= mostTargets) this.#known.clear();
    for (const target of this.#targets()) this.#known.set(target.id, target);
    const found = this.#known.get(id);
    this.#known.set(id, found);
    return found;
  }

  end(event: RequestEndEvent, date: number): void {
    const day = new Date(date).toISOString().slice(0, 10);
    this.#days.add(day);
    for (const attempt of event.attempts) if (attempt.billed !== 'no') this.#attempt(event, attempt, day);
    if (event.mirror === true) return;
    const { outcome, attempts, lookup, target = attempts.at(-1)?.target } = event;
    for (const sums of this.#sumsOf(event, target)) {
      sums.requests += 1;
      if (outcome === 'failed') sums.failed += 1;
      if (outcome === 'success' && attempts.some((each) => each.outcome === 'failed')) sums.failovers += 1;
      if (lookup === undefined || lookup.source === 'partial') continue;
      sums.cached += 1;
      sums.cost.saved = addUsd(sums.cost.saved, lookup.savedCost ?? 0);
    }
  }

  read(by: Dimension): Money {
    const days = [...this.#days].toSorted();
    const groups = [...(this.#groups.get(by) ?? [])].map(([name, sums]) => toRow(name, sums, days));
    const rows = groups.toSorted((a, b) => b.cost.total - a.cost.total).slice(0, 200);
    return {
      source: 'live',
      by,
      days,
      rows,
      groups: groups.length,
      total: toRow(null, this.#total, days),
      took: 0,
    };
  }

  #attempt(event: RequestEndEvent, attempt: AttemptSummary, day: string): void {
    const { cost, usage, target } = attempt;
    const kind = chargeOf(event, attempt);
    for (const sums of this.#sumsOf(event, target)) {
      sums.input += usage?.inputTokens ?? 0;
      sums.output += usage?.outputTokens ?? 0;
      if (cost === undefined) sums.unpriced += 1;
      sums.cost.total = addUsd(sums.cost.total, cost?.total ?? 0);
      sums.cost[kind] = addUsd(sums.cost[kind], cost?.total ?? 0);
      sums.byDay.set(day, addUsd(sums.byDay.get(day) ?? 0, cost?.total ?? 0));
    }
  }

  #sumsOf({ tenant, user, route, tags }: RequestFacts, target: string | undefined): readonly Sums[] {
    const { provider, model } = (target === undefined ? undefined : this.#targetOf(target)) ?? {};
    const values = { tenant, user, route, target, provider, model };
    const found = [this.#total];
    for (const by of dimensions) {
      if (by !== 'tag') found.push(this.#sums(by, values[by] ?? null));
      else for (const tag of tags ?? []) found.push(this.#sums(by, tag));
    }
    return found;
  }

  #sums(by: Dimension, name: string | null): Sums {
    const groups = this.#groups.get(by) ?? new Map<string | null, Sums>();
    const key = groups.size < most || groups.has(name) ? name : rest;
    const known = groups.get(key) ?? emptySums();
    groups.set(key, known);
    return known;
  }
}

function emptySums(): Sums {
  return {
    requests: 0,
    failed: 0,
    failovers: 0,
    cached: 0,
    unpriced: 0,
    input: 0,
    output: 0,
    cost: { total: 0, answer: 0, failed: 0, hedged: 0, aborted: 0, mirrored: 0, saved: 0 },
    byDay: new Map(),
  };
}

function toRow(name: string | null, { byDay, ...sums }: Sums, days: readonly string[]): MoneyRow {
  return { name, ...sums, days: days.map((day) => byDay.get(day) ?? 0) };
}

/** The purpose of an attempt's cost, as in the ledger. */
function chargeOf(
  { mirror, outcome, target }: RequestEndEvent,
  attempt: AttemptSummary,
): Exclude<keyof MoneyKinds, 'total' | 'saved'> {
  if (mirror === true) return 'mirrored';
  if (attempt.outcome === 'success') return attempt.target === target ? 'answer' : 'failed';
  if (attempt.outcome === 'failed' || outcome === 'failed') return 'failed';
  return outcome === 'aborted' ? 'aborted' : 'hedged';
}
