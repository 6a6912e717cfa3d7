import { zeroCost } from '../../pricing/cost.ts';
import type { AttemptSummary } from '../../types/result/result.ts';
import type { Cost, Usage } from '../../types/result/usage.ts';
import { UsageError } from '../usage-error.ts';

/** A request in the log: the fields of a `request-end` event that are used. */
export interface LoggedRequest {
  /** When the call came: milliseconds since 1970. */
  readonly at: number;
  readonly kind: 'chat' | 'stream' | 'embed' | 'image';
  readonly route: string;
  readonly outcome: 'success' | 'failed' | 'aborted';
  readonly target: string | undefined;
  readonly attempts: readonly AttemptSummary[];
  readonly usage: Usage | undefined;
  readonly cost: Cost | undefined;
  readonly wastedCost: number;
  readonly duration: number;
  readonly firstToken: number | undefined;
  readonly error: string | undefined;
  readonly decision:
    | {
        readonly candidates: readonly { readonly target: string }[];
        readonly skipped: readonly { readonly target: string; readonly reason: string }[];
      }
    | undefined;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly session: string | undefined;
  /** A mirror copy, only measured. */
  readonly mirror: boolean;
}

/**
 * Reads a log of JSON Lines. Only `request-end` events count. Returns them in order of arrival.
 *
 * @param name of the file, for errors
 * @throws UsageError naming the wrong line
 */
export async function readLog(lines: AsyncIterable<string>, name: string): Promise<readonly LoggedRequest[]> {
  const requests: LoggedRequest[] = [];
  let number = 0;
  for await (const line of lines) {
    number += 1;
    const place = `${name}:${number}`;
    const event = line.trim() === '' ? undefined : parse(line, place);
    if (event?.['type'] === 'request-end') requests.push(toRequest(event, place));
  }
  if (requests.length === 0) throw new UsageError(name, 'at least one request-end event', 'none');
  return requests.toSorted((a, b) => a.at - b.at);
}

type Fields = Readonly<Record<string, unknown>>;

function parse(line: string, place: string): Fields {
  const wanted = 'an event of the router as a JSON object';
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new UsageError(place, wanted, 'invalid JSON');
  }
  if (isObject(value) && typeof value['type'] === 'string') return value;
  throw new UsageError(place, wanted, isObject(value) ? 'one without a type' : 'something else');
}

function toRequest(event: Fields, place: string): LoggedRequest {
  const { kind, outcome, route, target, metadata, session } = event;
  if (kind !== 'chat' && kind !== 'stream' && kind !== 'embed' && kind !== 'image')
    throw new UsageError(`${place}: kind`, 'chat, stream, embed or image', JSON.stringify(kind) ?? 'nothing');
  if (outcome !== 'success' && outcome !== 'failed' && outcome !== 'aborted')
    throw new UsageError(
      `${place}: outcome`,
      'success, failed or aborted',
      JSON.stringify(outcome) ?? 'nothing',
    );
  const given = isObject(metadata) ? metadata : {};
  const ownSession = session ?? given['session'];
  return {
    at: toMoment(event['startedAt'], place),
    kind,
    outcome,
    route: typeof route === 'string' ? route : 'default',
    target: typeof target === 'string' ? target : undefined,
    attempts: listOf(event['attempts']).map((attempt, index) =>
      toAttempt(attempt, `${place}: attempts[${index}]`),
    ),
    usage: toUsage(event['usage']),
    cost: toCost(event['cost']),
    wastedCost: amount(event['wastedCost']) ?? 0,
    duration: needed(event['duration'], `${place}: duration`),
    firstToken: amount(event['firstToken']),
    error: typeof event['error'] === 'string' ? event['error'] : undefined,
    decision: toDecision(event['decision']),
    metadata: given,
    mirror: event['mirror'] === true,
    session: typeof ownSession === 'string' ? ownSession : undefined,
  };
}

/** Milliseconds since 1970, or an ISO date. */
function toMoment(at: unknown, place: string): number {
  const moment = typeof at === 'string' ? Date.parse(at) : at;
  if (typeof moment === 'number' && Number.isFinite(moment)) return moment;
  const wanted = 'when the request came, in milliseconds since 1970 or as an ISO date';
  throw new UsageError(`${place}: startedAt`, wanted, JSON.stringify(at) ?? 'nothing');
}

function toAttempt(value: unknown, place: string): AttemptSummary {
  const attempt = isObject(value) ? value : {};
  const { target, outcome, billed, serviceTier, region } = attempt;
  if (typeof target !== 'string')
    throw new UsageError(`${place}.target`, 'the id of a target', String(target));
  const { error } = attempt;
  const firstToken = amount(attempt['firstToken']);
  const usage = toUsage(attempt['usage']);
  const cost = toCost(attempt['cost']);
  return {
    target,
    outcome: outcome === 'success' || outcome === 'failed' ? outcome : 'abandoned',
    duration: needed(attempt['duration'], `${place}.duration`),
    billed: billed === 'yes' || billed === 'no' ? billed : 'unknown',
    ...(firstToken === undefined ? {} : { firstToken }),
    ...(usage === undefined ? {} : { usage }),
    ...(cost === undefined ? {} : { cost }),
    ...(typeof serviceTier === 'string' ? { serviceTier } : {}),
    ...(typeof region === 'string' ? { region } : {}),
    ...(isAttemptError(error) ? { error } : {}),
  };
}

/** Kinds of later versions count as well. */
function isAttemptError(value: unknown): value is NonNullable<AttemptSummary['error']> {
  return isObject(value) && typeof value['kind'] === 'string';
}

function toDecision(value: unknown): LoggedRequest['decision'] {
  if (!isObject(value)) return undefined;
  const named = (entry: unknown): entry is { target: string; reason: string } =>
    isObject(entry) && typeof entry['target'] === 'string';
  return {
    candidates: listOf(value['candidates']).filter(named),
    skipped: listOf(value['skipped']).filter(named),
  };
}

/** Numbers only. */
function toUsage(value: unknown): Usage | undefined {
  return isObject(value) ? numbersOf(value) : undefined;
}

function toCost(value: unknown): Cost | undefined {
  if (!isObject(value) || amount(value['total']) === undefined) return undefined;
  const { source, estimated } = value;
  return {
    ...zeroCost,
    ...numbersOf(value),
    source: source === 'declared' || source === 'reported' ? source : 'catalog',
    estimated: estimated === true,
  };
}

function numbersOf(value: Fields): Readonly<Record<string, number>> {
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, number] => amount(entry[1]) !== undefined),
  );
}

function needed(value: unknown, place: string): number {
  const found = amount(value);
  if (found !== undefined) return found;
  throw new UsageError(place, 'a number of milliseconds', JSON.stringify(value) ?? 'nothing');
}

function amount(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
