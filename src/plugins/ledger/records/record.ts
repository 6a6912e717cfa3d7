import { isRouterError } from '../../../errors.ts';
import type { AttemptPlan, RequestContext, RequestSummary } from '../../../types/plugin.ts';
import type { Decision, Note } from '../../../types/result/decision.ts';
import type { AttemptSummary } from '../../../types/result/result.ts';
import { compact } from '../../../util/json.ts';
import { sha256Short } from '../chain/hash.ts';
import type { AttemptRecord, RecordedContent, RecordedDecision, RequestRecord } from '../types.ts';

/** A finished attempt. */
export interface EndedAttempt {
  readonly plan: Pick<AttemptPlan['target'], 'provider' | 'model'>;
  readonly started: number;
  readonly summary: AttemptSummary;
}

/** A finished request with as little data as possible; the rest is computed when the batch is written. */
export interface EndedRequest {
  readonly id: string;
  readonly kind: RequestRecord['kind'];
  readonly startedAt: number;
  readonly route: string | undefined;
  readonly tenant: string | undefined;
  readonly user: string | undefined;
  readonly tags: readonly string[];
  readonly session: string | undefined;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly shadow: boolean;
  readonly attempts: readonly EndedAttempt[];
  readonly outcome: RequestSummary['outcome'];
  readonly target: string | undefined;
  readonly usage: RequestRecord['usage'];
  readonly cost: RequestRecord['cost'];
  readonly wastedCost: number;
  readonly duration: number;
  readonly firstToken: number | undefined;
  readonly error: unknown;
  readonly decision: Decision | undefined;
  readonly lookup: RequestSummary['lookup'];
  readonly content: Content | undefined;
}

/** Prompt and answer. Only if the ledger keeps content. */
export interface Content {
  readonly request: unknown;
  readonly answer: unknown;
}

export function endedRequest(
  context: RequestContext,
  summary: RequestSummary,
  attempts: readonly EndedAttempt[],
  content: Content | undefined,
): EndedRequest {
  const { result } = summary;
  return {
    id: context.id,
    kind: context.operation,
    startedAt: context.startedAt,
    route: context.route,
    tenant: context.tenant,
    user: context.user,
    tags: context.tags,
    session: context.session,
    metadata: context.metadata,
    shadow: context.shadow,
    attempts,
    outcome: summary.outcome,
    target: summary.target,
    usage: result?.usage,
    cost: result?.cost,
    wastedCost: summary.wastedCost,
    duration: summary.duration,
    firstToken: summary.firstToken,
    error: summary.error,
    decision: summary.decision,
    lookup: summary.lookup,
    content,
  };
}

/** The record of a request. Everything in it is text, numbers and lists that a database accepts. */
export function toRecord(
  ended: EndedRequest,
  metadata: readonly string[],
  content: RecordedContent | undefined,
): RequestRecord {
  const { kind, startedAt, outcome, attempts, usage, cost, wastedCost, lookup, shadow, tags } = ended;
  const kept = metadata.filter((name) => ended.metadata[name] !== undefined);
  return compact({
    type: 'request-end' as const,
    requestId: ended.id,
    startedAt,
    kind,
    outcome,
    route: text(ended.route),
    target: ended.target,
    attempts: attempts.map(toAttempt),
    usage,
    cost,
    wastedCost,
    duration: ended.duration,
    firstToken: ended.firstToken,
    error: outcome === 'failed' ? (isRouterError(ended.error) ? ended.error.code : 'unknown') : undefined,
    decision: ended.decision === undefined ? undefined : toDecision(ended.decision),
    lookup,
    mirror: shadow ? (true as const) : undefined,
    tenant: text(ended.tenant),
    user: text(ended.user),
    tags: tags.length === 0 ? undefined : tags.map(clean),
    session: ended.session === undefined ? undefined : sha256Short(ended.session),
    metadata:
      kept.length === 0 ? undefined : Object.fromEntries(kept.map((name) => [name, ended.metadata[name]])),
    content,
  });
}

function toAttempt({ plan, started, summary }: EndedAttempt): AttemptRecord {
  const { error, response } = summary;
  return {
    ...summary,
    ...(error === undefined ? {} : { error: compact({ ...error, code: text(error.code) }) }),
    ...(response === undefined
      ? {}
      : { response: compact({ id: text(response.id), model: text(response.model) }) }),
    provider: plan.provider,
    model: plan.model,
    started,
  };
}

function toDecision({ route, strategy, selected, candidates, skipped, notes }: Decision): RecordedDecision {
  return {
    route,
    strategy,
    ...(selected === undefined ? {} : { selected }),
    candidates: candidates.map(({ target }) => ({ target })),
    skipped: skipped.map(({ target, reason }) => ({ target, reason })),
    ...(notes === undefined ? {} : { notes: notes.map(toNote) }),
  };
}

function toNote({ plugin, facts }: Note): Note {
  const kept = Object.entries(facts).map(([name, fact]) => [
    name,
    typeof fact === 'string' ? clean(fact) : fact,
  ]);
  return { plugin, facts: Object.fromEntries(kept) };
}

/** Longer texts are cut: no id, name or code needs more. */
const longestText = 1_000;

function text(value: string | undefined): string | undefined {
  return value === undefined ? undefined : clean(value);
}

/**
 * PostgreSQL accepts neither NUL nor half a surrogate pair in a text, and SQLite and JSON files change them, so that the stored
 * row would not match its hash.
 */
export function clean(value: string): string {
  return value.slice(0, longestText).replace(/[\0\p{Surrogate}]/gu, '\uFFFD');
}
