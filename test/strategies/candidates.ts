import type { Candidate, Candidates, Latency, RankContext, Strategy } from 'signalbox';
import { seededRandom } from 'signalbox/testing';
import { Unchecked } from '../../src/core/routing/more/unchecked.ts';

/** What a candidate is like, where it matters. */
export interface Sketch {
  readonly id: string;
  readonly cost?: number | undefined;
  readonly firstToken?: number | undefined;
  readonly total?: number | undefined;
  readonly throughput?: number | undefined;
  readonly failure?: number;
  readonly samples?: number;
  readonly idle?: number;
  readonly inFlight?: number;
  readonly weight?: number;
  readonly tags?: readonly string[];
  readonly price?: Candidate['target']['price'];
}

export function latency(ms: number | undefined): Latency | undefined {
  return ms === undefined ? undefined : { mean: ms, p50: ms * 0.8, p90: ms * 1.5, p95: ms * 2, p99: ms * 3 };
}

export function candidate({ id, ...of }: Sketch): Candidate {
  const { inFlight = 0, samples = 1_000, firstToken, total = firstToken } = of;
  return {
    target: {
      id,
      provider: 'vendor',
      model: id,
      price: of.price ?? (of.cost === undefined ? undefined : { input: of.cost, output: of.cost }),
      weight: of.weight ?? 1,
      tags: of.tags ?? [],
    },
    stats: {
      inFlight,
      firstToken,
      total,
      throughput: of.throughput,
      gap: undefined,
      errorRate: of.failure ?? 0,
      attempts: samples,
      failures: 0,
    },
    expected: {
      firstToken: latency(firstToken),
      total: latency(total),
      throughput: of.throughput,
      failure: of.failure ?? 0,
      samples,
      idle: of.idle ?? 0,
    },
    estimatedCost: of.cost,
    maxCost: of.cost,
    cachedTokens: 0,
    headroom: 1,
    health: 'healthy',
  };
}

export type Notes = Map<string, Record<string, unknown>>;

export function context(more: Partial<RankContext> = {}, notes: Notes = new Map()): RankContext {
  return {
    request: { prompt: 'Hi' },
    session: undefined,
    metadata: {},
    tenant: undefined,
    user: undefined,
    tags: [],
    timeLeft: Number.POSITIVE_INFINITY,
    stream: true,
    now: 0,
    turn: 0,
    previous: undefined,
    random: seededRandom(1),
    note({ target: { id } }, facts) {
      notes.set(id, { ...notes.get(id), ...facts });
    },
    ...more,
  };
}

/** Candidates as `Strategy.first` gets them, and those that it has had checked. */
export function unchecked(
  list: readonly Candidate[],
  fits: (candidate: Candidate) => boolean = () => true,
  random = seededRandom(1),
): { readonly candidates: Candidates; readonly checked: readonly Candidate[] } {
  const checked: Candidate[] = [];
  const candidates = new Unchecked<Candidate, Candidate>(list, {
    random,
    unchecked: (candidate) => candidate,
    eligible(candidate) {
      checked.push(candidate);
      return fits(candidate) ? candidate : undefined;
    },
  });
  return { candidates, checked };
}

/** The ids in the order of a strategy. */
export function order(
  strategy: Strategy,
  sketches: readonly Sketch[],
  more: Partial<RankContext> = {},
): string {
  return strategy
    .rank(sketches.map(candidate), context(more))
    .map(({ target }) => target.id)
    .join(' ');
}

/** How often each comes first, as shares. */
export function shares(
  strategy: Strategy,
  sketches: readonly Sketch[],
  more: Partial<RankContext> = {},
  draws = 4_000,
): Record<string, number> {
  const random = seededRandom(7);
  const counts: Record<string, number> = Object.fromEntries(sketches.map(({ id }) => [id, 0]));
  for (let turn = 0; turn < draws; turn++) {
    const first = strategy.rank(sketches.map(candidate), context({ random, turn, ...more }))[0]?.target.id;
    if (first !== undefined) counts[first] = (counts[first] ?? 0) + 1;
  }
  return Object.fromEntries(Object.entries(counts).map(([id, count]) => [id, count / draws]));
}
