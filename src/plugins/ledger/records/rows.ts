import type { Note } from '../../../types/result/decision.ts';
import { spentOn } from '../../shared/charge.ts';
import { fromNanos, toNanos } from '../../shared/nanos.ts';
import type { LedgerRow } from '../reading.ts';
import type { AttemptRecord, RequestRecord } from '../types.ts';

/** A row before it has its place in a chain. */
export type NewRow = Omit<LedgerRow, 'chain' | 'seq'>;

/** The rows of a request: one for each attempt; one without an attempt where there was none. */
export function rowsOf(record: RequestRecord): readonly NewRow[] {
  const { attempts } = record;
  if (attempts.length === 0) return [requestRow(record)];
  const rows = attempts.map((attempt, index) => attemptRow(record, attempt, index));
  const main = rows.findLastIndex(({ charge }) => charge === 'answer');
  return rows.map((row, index) => ({ ...row, main: index === (main === -1 ? rows.length - 1 : main) }));
}

/** A plugin's notes about vendors' prompt caches, one for each answer. */
function promptCacheNotes({ decision }: RequestRecord): readonly Note['facts'][] {
  return (decision?.notes ?? []).flatMap(({ facts }) =>
    facts['promptCache'] === 'hit' || facts['promptCache'] === 'miss' ? [facts] : [],
  );
}

/** Of several answers by one target, each has its own note, in the same order. */
function promptCacheOf(
  record: RequestRecord,
  index: number,
): Pick<NewRow, 'promptCache' | 'promptCacheSaved'> {
  const notes = record.mirror === true ? [] : promptCacheNotes(record);
  const attempt = record.attempts[index];
  if (notes.length === 0 || attempt?.outcome !== 'success') return none;
  const before = record.attempts
    .slice(0, index)
    .filter(({ target, outcome }) => target === attempt.target && outcome === 'success').length;
  const facts = notes.filter(({ target }) => target === attempt.target)[before];
  if (facts === undefined) return none;
  const { promptCache, promptCacheMiss, promptCacheSaved } = facts;
  return {
    promptCache: promptCache === 'hit' ? 'hit' : String(promptCacheMiss ?? 'unknown'),
    promptCacheSaved: typeof promptCacheSaved === 'number' ? fromNanos(toNanos(promptCacheSaved)) : null,
  };
}

const none = { promptCache: null, promptCacheSaved: null };

function attemptRow(record: RequestRecord, attempt: AttemptRecord, index: number): NewRow {
  const { response, error } = attempt;
  return {
    ...requestRow(record),
    row: index + 1,
    charge: spentOn(
      { mirror: record.mirror === true, outcome: record.outcome, target: record.target },
      attempt,
    ),
    outcome: attempt.outcome,
    billed: attempt.billed,
    hedge: attempt.hedge === true,
    target: attempt.target,
    // Logs may lack it.
    provider: attempt.provider === '' ? null : attempt.provider,
    model: attempt.model,
    key: attempt.key ?? null,
    responseId: response?.id ?? null,
    responseModel: response?.model ?? null,
    serviceTier: attempt.serviceTier ?? null,
    region: attempt.region ?? null,
    usage: attempt.billed === 'no' ? {} : (attempt.usage ?? {}),
    cost: attempt.billed === 'no' ? null : (attempt.cost ?? null),
    saved: 0,
    started: Math.round(attempt.started),
    duration: Math.round(attempt.duration),
    firstToken: rounded(attempt.firstToken),
    errorKind: error?.kind ?? null,
    errorStatus: error?.status ?? null,
    errorCode: error?.code ?? null,
    ...promptCacheOf(record, index),
  };
}

function requestRow(record: RequestRecord): NewRow {
  const { lookup, content, duration } = record;
  return {
    at: record.startedAt,
    requestId: record.requestId,
    operation: record.kind,
    requestOutcome: record.outcome,
    main: true,
    failover: record.outcome === 'success' && record.attempts.some(({ outcome }) => outcome === 'failed'),
    row: 1,
    attempts: record.attempts.length,
    charge: lookup === undefined ? 'failed' : 'cached',
    outcome: null,
    billed: 'no',
    hedge: false,
    mirror: record.mirror === true,
    route: record.route ?? null,
    target: lookup === undefined ? null : (record.target ?? null),
    provider: null,
    model: null,
    key: null,
    tenant: record.tenant ?? null,
    user: record.user ?? null,
    session: record.session ?? null,
    tags: record.tags ?? [],
    responseId: null,
    responseModel: null,
    serviceTier: null,
    region: null,
    usage: {},
    cost: null,
    saved: lookup?.savedCost ?? 0,
    lookup: lookup?.source ?? null,
    started: 0,
    duration: Math.round(duration),
    firstToken: null,
    requestDuration: Math.round(duration),
    requestFirstToken: rounded(record.firstToken),
    errorKind: null,
    errorStatus: null,
    errorCode: null,
    requestError: record.error ?? null,
    decision: record.decision ?? null,
    metadata: record.metadata ?? null,
    promptHash: content?.promptHash ?? null,
    answerHash: content?.answerHash ?? null,
    ...none,
  };
}

function rounded(ms: number | undefined): number | null {
  return ms === undefined ? null : Math.round(ms);
}
