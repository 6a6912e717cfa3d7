// The messages from the server to the page, as JSON. Times are milliseconds, moments milliseconds since 1970, costs US$.

import type { BudgetReport } from '../plugins/budgets/index.ts';
import type { RouteCacheStats } from '../plugins/cache/index.ts';
import type { Health } from '../types/options/strategy.ts';
import type { AttemptSummary } from '../types/result/result.ts';
import type { Usage } from '../types/result/usage.ts';

/** One line in the list of requests. */
export interface RequestLine {
  readonly id: string;
  readonly at: number;
  readonly kind: string;
  readonly route: string | null;
  readonly tenant: string | null;
  readonly user: string | null;
  readonly tags: readonly string[];
  readonly outcome: 'running' | 'success' | 'failed' | 'aborted';
  readonly target: string | null;
  readonly attempts: number;
  /** It was answered after an attempt had failed. */
  readonly failover: boolean;
  readonly hedged: boolean;
  /** The source of a plugin's answer. */
  readonly lookup: string | null;
  /** Cost of the answer; `null` if unknown. */
  readonly cost: number | null;
  /** Cost of the attempts that did not become the answer. */
  readonly wasted: number;
  readonly duration: number | null;
  readonly firstToken: number | null;
  readonly error: string | null;
}

/** One bar of the waterfall. */
export interface AttemptLine {
  readonly target: string;
  /** Milliseconds after the start of the request. */
  readonly started: number;
  /** `null` while it runs. */
  readonly duration: number | null;
  readonly firstToken: number | null;
  readonly outcome: AttemptSummary['outcome'] | 'running';
  readonly hedge: boolean;
  readonly mirror: boolean;
  /** It became the answer. */
  readonly answer: boolean;
  readonly error: { readonly kind: string; readonly status?: number; readonly code?: string } | null;
  readonly billed: AttemptSummary['billed'] | null;
  readonly cost: number | null;
  readonly usage: Usage | null;
}

export type Facts = Readonly<Record<string, number | string | boolean>>;

/** How the targets of a request were chosen. */
export interface DecisionView {
  readonly route: string;
  /** How `select` chose the route. */
  readonly selected: { readonly route: string; readonly failed?: string } | null;
  readonly strategy: string;
  readonly candidates: readonly {
    readonly target: string;
    readonly estimatedCost?: number;
    readonly inFlight?: number;
    readonly firstToken?: number;
    readonly facts?: Facts;
  }[];
  readonly skipped: readonly {
    readonly target: string;
    readonly reason: string;
    readonly retryAt?: number;
    readonly estimatedCost?: number;
    readonly lacks?: string;
    readonly plugin?: string;
    readonly detail?: string;
    readonly facts?: Facts;
  }[];
  readonly notes: readonly { readonly plugin: string; readonly facts: Facts }[];
}

/** Everything about one request. */
export interface RequestDetail {
  readonly request: RequestLine;
  readonly attempts: readonly AttemptLine[];
  readonly decision: DecisionView | null;
  /** Only with the option `content`, and if the ledger keeps it. */
  readonly content: { readonly prompt: string | null; readonly answer: string | null } | null;
  /** Only with the option `content`. */
  readonly metadata: Readonly<Record<string, unknown>> | null;
}

export interface Percentiles {
  readonly count: number;
  readonly p50: number;
  readonly p95: number;
}

/** A vendor's prompt cache over all routes. */
export interface PromptCacheLine {
  readonly answers: number;
  readonly hits: number;
  /** US$; `null` where no price is known. */
  readonly saved: number | null;
  /** Why nothing was read, the most frequent reason first. */
  readonly misses: readonly { readonly reason: string; readonly count: number }[];
}

export interface TargetLine {
  readonly id: string;
  readonly provider: string;
  readonly model: string;
  /** `null` from a ledger, which does not record it. */
  readonly health: Health | null;
  readonly retryAt: number | null;
  readonly inFlight: number;
  readonly attempts: number;
  readonly failures: number;
  /** Of recent streams. */
  readonly firstToken: Percentiles | null;
  /** Of recent answers, from the start of the attempt to its end. */
  readonly total: Percentiles | null;
  readonly perMinute: number;
  /** Known cost of all its attempts. */
  readonly cost: number;
  /** Input tokens, and how many of them were read from the vendor's prompt cache. */
  readonly input: number;
  readonly cacheRead: number;
  /** The data of `signalbox/cache` about the vendor's prompt cache; `null` if it does not mark prompts. */
  readonly promptCache: PromptCacheLine | null;
  /** Why recent requests skipped it, the most frequent reason first. */
  readonly skipped: readonly {
    readonly reason: string;
    readonly count: number;
    readonly detail: string | null;
  }[];
  /** Attempts per five seconds, the last two minutes. */
  readonly activity: readonly number[];
}

/** A period in which a target was out of service. */
export interface OutageLine {
  readonly target: string;
  /** Its state at the time, or `failed` if read from a ledger. */
  readonly state: string;
  readonly from: number;
  /** `null` while it lasts. */
  readonly to: number | null;
  /** Requests that failed there and were answered elsewhere. */
  readonly failedOver: number;
  /** Requests that would have gone there first and were answered elsewhere. */
  readonly avoided: number;
}

/** A notice for the operator: a limit that is nearly used up, a broken plugin, a missing price. */
export interface Notice {
  readonly at: number;
  readonly level: 'info' | 'warning';
  readonly text: string;
}

export interface Totals {
  /** When counting began. */
  readonly since: number;
  readonly requests: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly aborted: number;
  readonly failovers: number;
  readonly hedges: number;
  readonly cached: number;
  readonly cost: number;
  readonly wasted: number;
  readonly saved: number;
  readonly perMinute: number;
  /** Requests that ended, and those of them that failed, per five seconds, the last five minutes. */
  readonly activity: readonly number[];
  readonly failures: readonly number[];
}

export interface CacheLine
  extends Pick<RouteCacheStats, 'hits' | 'stale' | 'coalesced' | 'partial' | 'savedCost'> {
  readonly route: string;
  readonly requests: number;
  /** Known if the option `cache` is given. */
  readonly misses: number | null;
  readonly stored: number | null;
}

/** The parts of the page with live updates. */
export interface Live {
  readonly targets: readonly TargetLine[];
  readonly totals: Totals;
  readonly outages: readonly OutageLine[];
  readonly budgets: readonly BudgetReport[] | null;
  readonly caches: readonly CacheLine[];
  readonly notices: readonly Notice[];
  readonly about: About;
}

/** The data sources of the dashboard. */
export interface About {
  readonly live: boolean;
  readonly ledger: boolean;
  readonly content: boolean;
}

/** One event of the stream, with the changes. */
export type Update = Partial<Live> & {
  /** Replaces the list if `all`, otherwise updates it. */
  readonly requests?: readonly RequestLine[];
  readonly all?: true;
  /** Ids of targets that the router no longer has. */
  readonly gone?: readonly string[];
};

export const dimensions = ['tenant', 'route', 'model', 'target', 'provider', 'user', 'tag'] as const;
export type Dimension = (typeof dimensions)[number];

export interface MoneyRow {
  /** `null` for requests without one. */
  readonly name: string | null;
  readonly requests: number;
  readonly failed: number;
  readonly failovers: number;
  readonly cached: number;
  readonly unpriced: number;
  readonly input: number;
  readonly output: number;
  readonly cost: MoneyKinds;
  /** Total cost of each day. */
  readonly days: readonly number[];
}

/** US$ by purpose. */
export interface MoneyKinds {
  readonly total: number;
  readonly answer: number;
  readonly failed: number;
  readonly hedged: number;
  readonly aborted: number;
  readonly mirrored: number;
  readonly saved: number;
}

export interface Money {
  readonly source: 'ledger' | 'live';
  readonly by: Dimension;
  readonly days: readonly string[];
  /** The most expensive first; at most 200. */
  readonly rows: readonly MoneyRow[];
  /** Groups, of which `rows` shows the first. */
  readonly groups: number;
  /** The sums of everything. */
  readonly total: MoneyRow;
  /** Milliseconds that the query took. */
  readonly took: number;
}

export interface SimulatedFigures {
  readonly requests: number;
  readonly answered: number;
  readonly failed: number;
  readonly aborted: number;
  readonly cost: number;
  readonly firstToken?: { readonly p50: number; readonly p95: number };
  readonly total?: { readonly p50: number; readonly p95: number };
  readonly shares: Readonly<Record<string, number>>;
}

export interface WhatIf {
  readonly from: number;
  readonly to: number;
  readonly actual: SimulatedFigures;
  readonly strategies: readonly (SimulatedFigures & {
    readonly strategy: string;
    readonly difference: number;
  })[];
  readonly notes: readonly string[];
  readonly limits: readonly string[];
}
