import type { FallbackKind } from '../../../types/error.ts';
import type { LookupSummary, Note } from '../../../types/result/decision.ts';
import type { AttemptSummary } from '../../../types/result/result.ts';
import type { Cost, Usage } from '../../../types/result/usage.ts';
import { asCount, asNonEmpty, asObject, asObjects, compact, type Wire } from '../../../util/json.ts';
import type { Refuse } from '../../../util/option-check.ts';
import type { AttemptRecord, RecordedContent, RecordedDecision, RequestRecord } from '../types.ts';

/**
 * Reads a `request-end` event, as a ledger or an application wrote it.
 *
 * @param refuse reports a wrong field
 */
export function readRequest(event: Wire, refuse: Refuse): RequestRecord {
  const metadata = asObject(event['metadata']);
  const { tags } = event;
  return compact({
    type: 'request-end' as const,
    requestId: asNonEmpty(event['requestId']) ?? '',
    startedAt: readMoment(event['startedAt'], refuse),
    kind: readWord('kind', event['kind'], ['chat', 'stream', 'embed', 'image'], refuse),
    outcome: readWord('outcome', event['outcome'], ['success', 'failed', 'aborted'], refuse),
    route: asNonEmpty(event['route']),
    target: asNonEmpty(event['target']),
    attempts: asList(event['attempts']).map((attempt, index) =>
      readAttempt(attempt, `attempts[${index}]`, refuse),
    ),
    usage: readUsage(event['usage']),
    cost: readCost(event['cost']),
    wastedCost: asCount(event['wastedCost']) ?? 0,
    duration: readDuration('duration', event['duration'], refuse),
    firstToken: asCount(event['firstToken']),
    error: asNonEmpty(event['error']),
    decision: readDecision(event['decision']),
    lookup: readLookup(event['lookup']),
    mirror: event['mirror'] === true ? (true as const) : undefined,
    tenant: asNonEmpty(event['tenant']),
    user: asNonEmpty(event['user']),
    tags: Array.isArray(tags) ? tags.filter((tag) => typeof tag === 'string') : undefined,
    session: asNonEmpty(event['session'] ?? metadata?.['session']),
    metadata,
    content: readContent(event['content']),
  });
}

function readWord<Word extends string>(
  path: string,
  value: unknown,
  words: readonly Word[],
  refuse: Refuse,
): Word {
  const found = words.find((word) => word === value);
  const list = `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
  return found ?? refuse(path, list, JSON.stringify(value) ?? 'nothing');
}

/** Milliseconds since 1970, or an ISO date. */
function readMoment(at: unknown, refuse: Refuse): number {
  const moment = typeof at === 'string' ? Date.parse(at) : at;
  if (typeof moment === 'number' && Number.isFinite(moment)) return moment;
  const wanted = 'when the request came, in milliseconds since 1970 or as an ISO date';
  return refuse('startedAt', wanted, JSON.stringify(at) ?? 'nothing');
}

function readAttempt(value: unknown, path: string, refuse: Refuse): AttemptRecord {
  const attempt = asObject(value) ?? {};
  const { outcome, billed, hedge } = attempt;
  const target =
    asNonEmpty(attempt['target']) ??
    refuse(`${path}.target`, 'the id of a target', String(attempt['target']));
  const error = asObject(attempt['error']);
  // The default id of a target, if the log has none.
  const slash = target.indexOf('/');
  return compact({
    target,
    provider: asNonEmpty(attempt['provider']) ?? target.slice(0, Math.max(0, slash)),
    model: asNonEmpty(attempt['model']) ?? target.slice(slash + 1),
    started: asCount(attempt['started']) ?? 0,
    key: asCount(attempt['key']),
    hedge: hedge === true ? (true as const) : undefined,
    outcome: outcome === 'success' || outcome === 'failed' ? outcome : 'abandoned',
    duration: readDuration(`${path}.duration`, attempt['duration'], refuse),
    firstToken: asCount(attempt['firstToken']),
    billed: billed === 'yes' || billed === 'no' ? billed : 'unknown',
    usage: readUsage(attempt['usage']),
    cost: readCost(attempt['cost']),
    serviceTier: asNonEmpty(attempt['serviceTier']),
    region: asNonEmpty(attempt['region']),
    error: error === undefined ? undefined : readError(error),
    response: readResponse(attempt['response']),
  });
}

function readError(error: Wire): NonNullable<AttemptSummary['error']> {
  const { limit } = error;
  return compact({
    kind: (asNonEmpty(error['kind']) ?? 'unknown') as FallbackKind,
    status: asCount(error['status']),
    code: asNonEmpty(error['code']),
    limit: asNonEmpty(limit) as NonNullable<AttemptSummary['error']>['limit'],
  });
}

function readResponse(value: unknown): AttemptSummary['response'] {
  const response = asObject(value);
  return response && compact({ id: asNonEmpty(response['id']), model: asNonEmpty(response['model']) });
}

function readDecision(value: unknown): RecordedDecision | undefined {
  const decision = asObject(value);
  if (decision === undefined) return undefined;
  const named = (field: string): readonly Wire[] =>
    asObjects(decision[field]).filter(({ target }) => typeof target === 'string');
  return {
    route: asNonEmpty(decision['route']) ?? '',
    strategy: asNonEmpty(decision['strategy']) ?? '',
    candidates: named('candidates').map(({ target }) => ({ target: String(target) })),
    skipped: named('skipped').map(({ target, reason }) => ({
      target: String(target),
      reason: String(reason),
    })),
    ...(Array.isArray(decision['notes']) ? { notes: asObjects(decision['notes']).map(readNote) } : {}),
  };
}

function readNote({ plugin, facts }: Wire): Note {
  const plain = Object.entries(asObject(facts) ?? {}).filter(
    (entry): entry is [string, string | number | boolean] =>
      ['string', 'number', 'boolean'].includes(typeof entry[1]),
  );
  return { plugin: String(plugin), facts: Object.fromEntries(plain) };
}

function readLookup(value: unknown): LookupSummary | undefined {
  const lookup = asObject(value);
  const source = lookup?.['source'];
  if (source !== 'hit' && source !== 'stale' && source !== 'coalesced') return undefined;
  return compact({
    plugin: asNonEmpty(lookup?.['plugin']) ?? '',
    source,
    savedCost: asCount(lookup?.['savedCost']),
  });
}

function readContent(value: unknown): RecordedContent | undefined {
  const content = asObject(value);
  const promptHash = asNonEmpty(content?.['promptHash']);
  if (promptHash === undefined) return undefined;
  return compact({
    promptHash,
    answerHash: asNonEmpty(content?.['answerHash']),
    prompt: asNonEmpty(content?.['prompt']),
    answer: asNonEmpty(content?.['answer']),
  });
}

/** Numbers only. */
function readUsage(value: unknown): Usage | undefined {
  const usage = asObject(value);
  return usage && numbersOf(usage);
}

function readCost(value: unknown): Cost | undefined {
  const cost = asObject(value);
  if (cost === undefined || asCount(cost['total']) === undefined) return undefined;
  const { source, estimated } = cost;
  const none = {
    input: 0,
    output: 0,
    cacheRead: 0,
    cacheWrite: 0,
    request: 0,
    webSearch: 0,
    fileSearch: 0,
    codeExecution: 0,
    image: 0,
  };
  return {
    total: 0,
    ...none,
    ...numbersOf(cost),
    source: source === 'declared' || source === 'reported' || source === 'lookup' ? source : 'catalog',
    estimated: estimated === true,
  };
}

function numbersOf(value: Wire): Readonly<Record<string, number>> {
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, number] => asCount(entry[1]) !== undefined),
  );
}

function readDuration(path: string, value: unknown, refuse: Refuse): number {
  return asCount(value) ?? refuse(path, 'a number of milliseconds', JSON.stringify(value) ?? 'nothing');
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
