import { isRouterError } from '../../errors.ts';
import type { RequestContext, RequestSummary } from '../../types/plugin.ts';
import type { AttemptSummary } from '../../types/result/result.ts';
import { compact } from '../../util/json.ts';

/** The log entry of one request: its target, latency and cost, never its content. */
export interface LogEntry {
  /** Start of the request: ISO 8601, UTC. */
  readonly time: string;
  /** Id of the request, as in events. */
  readonly requestId: string;
  /** The method of the router: `chat`, `stream`, `embed` or `image`. */
  readonly operation: RequestContext['operation'];
  /** Name of the route. Omitted if the request ended before it was selected. */
  readonly route?: string;
  /** How the request ended. `aborted`: the caller left before the end. */
  readonly outcome: RequestSummary['outcome'];
  /** The target that answered. */
  readonly target?: string;
  /** Milliseconds from the call to the end of the request. */
  readonly duration: number;
  /** Milliseconds from the call to the first token. */
  readonly firstToken?: number;
  /** Input tokens of the answer. Omitted if the vendor reported none. */
  readonly inputTokens?: number;
  /** Output tokens of the answer. Omitted if the vendor reported none. */
  readonly outputTokens?: number;
  /** US$ of the answer; omitted if the price is unknown. */
  readonly cost?: number;
  /** US$ of attempts that did not become the answer; omitted if there were none. */
  readonly wastedCost?: number;
  /** Attempts that did not become the answer, in the order in which they ended. */
  readonly failures?: readonly {
    /** Id of the target. */
    readonly target: string;
    /** The kind of error, such as `rate-limit`. */
    readonly error: string;
    /** The HTTP status. Omitted without a response. */
    readonly status?: number;
  }[];
  /** The plugin that had the answer. */
  readonly lookup?: string;
  /** The code of the error that the caller received. */
  readonly error?: string;
  /** Tenant from the call options. */
  readonly tenant?: string;
  /** Tags from the call options. */
  readonly tags?: readonly string[];
  /** Set for a mirrored copy. */
  readonly shadow?: true;
}

export function entryOf(context: RequestContext, summary: RequestSummary): LogEntry {
  const { id, operation, route, tenant, tags, startedAt, shadow } = context;
  const { outcome, result, error, target, attempts, duration, firstToken, wastedCost, lookup } = summary;
  const failures = attempts.flatMap((attempt) => failureOf(attempt));
  return compact({
    time: new Date(startedAt).toISOString(),
    requestId: id,
    operation,
    route,
    outcome,
    target,
    duration: Math.round(duration),
    firstToken: firstToken === undefined ? undefined : Math.round(firstToken),
    inputTokens: result?.usage.inputTokens,
    outputTokens: result?.usage.outputTokens,
    cost: result?.cost?.total,
    wastedCost: wastedCost === 0 ? undefined : wastedCost,
    failures: failures.length === 0 ? undefined : failures,
    lookup: lookup === undefined ? undefined : `${lookup.source} of ${lookup.plugin}`,
    error: outcome === 'failed' ? (isRouterError(error) ? error.code : 'unknown') : undefined,
    tenant,
    tags: tags.length === 0 ? undefined : tags,
    shadow: shadow ? (true as const) : undefined,
  });
}

function failureOf({ target, outcome, error }: AttemptSummary): NonNullable<LogEntry['failures']> {
  if (outcome === 'success') return [];
  return [compact({ target, error: error?.kind ?? outcome, status: error?.status })];
}

/**
 * A log line for people: `12:00:03 chat default → haiku 812 ms, 120 → 45 tokens, $0.00031, after
 * openai/gpt-5-mini (server 503)`.
 */
export function textOf(entry: LogEntry): string {
  const { time, operation, route, outcome, target, error, failures = [], lookup, tenant, shadow } = entry;
  const came = outcome === 'success' ? `→ ${target}` : `✗ ${outcome === 'aborted' ? outcome : error}`;
  const facts = [
    duration(entry),
    tokens(entry),
    entry.cost === undefined ? undefined : dollars(entry.cost),
    entry.wastedCost === undefined ? undefined : `${dollars(entry.wastedCost)} wasted`,
    lookup,
    failures.length === 0 ? undefined : `after ${failures.map(describeFailure).join(', ')}`,
    tenant === undefined ? undefined : `for ${tenant}`,
    shadow ? 'shadow' : undefined,
  ].filter((fact) => fact !== undefined);
  return `${time.slice(11, 19)} ${operation} ${route ?? ''} ${came}  ${facts.join(', ')}`;
}

function describeFailure({ target, error, status }: NonNullable<LogEntry['failures']>[number]): string {
  return `${target} (${error}${status === undefined ? '' : ` ${status}`})`;
}

function duration({ duration: ms, firstToken }: LogEntry): string {
  return firstToken === undefined ? `${ms} ms` : `${firstToken} ms to the first token, ${ms} ms`;
}

function tokens({ inputTokens, outputTokens }: LogEntry): string | undefined {
  if (inputTokens === undefined && outputTokens === undefined) return undefined;
  return `${inputTokens ?? '?'} → ${outputTokens ?? '?'} tokens`;
}

/** Formats US$ with enough digits to compare cheap requests. */
function dollars(cost: number): string {
  return `$${cost === 0 || cost >= 1 ? cost.toFixed(2) : String(Number(cost.toPrecision(3)))}`;
}
