import type { LedgerRow } from '../../plugins/ledger/index.ts';
import { addUsd } from '../../pricing/money.ts';
import type { AttemptLine, DecisionView, RequestDetail, RequestLine } from '../protocol.ts';

/** The rows of one request, in the order of its attempts. */
export type RequestRows = readonly [LedgerRow, ...LedgerRow[]];

/** Request ids are unique within a process, and a process writes one chain. */
export function idOf({ chain, requestId }: LedgerRow): string {
  return chain === '' ? requestId : `${requestId}@${chain}`;
}

export function parseId(id: string): { readonly requestId: string; readonly chain: string | undefined } {
  const at = id.lastIndexOf('@');
  return at === -1
    ? { requestId: id, chain: undefined }
    : { requestId: id.slice(0, at), chain: id.slice(at + 1) };
}

/** Combines rows, the latest first, into requests, the latest first. Requests with missing rows are skipped. */
export async function groupRows(
  rows: AsyncIterable<LedgerRow>,
  most = Number.POSITIVE_INFINITY,
): Promise<readonly RequestRows[]> {
  const groups = new Map<string, [LedgerRow, ...LedgerRow[]]>();
  for await (const row of rows) {
    const id = `${idOf(row)} ${row.mirror}`;
    const group = groups.get(id);
    if (group !== undefined) group.push(row);
    else if (groups.size >= most) break;
    else groups.set(id, [row]);
  }
  return [...groups.values()]
    .filter((group) => group.length === Math.max(1, group[0].attempts))
    .map((group) => {
      group.sort((a, b) => a.row - b.row);
      return group;
    });
}

/** The row that represents a request. */
export function mainOf(rows: RequestRows): LedgerRow {
  return rows.find(({ main }) => main) ?? rows[0];
}

export function lineOfRows(rows: RequestRows): RequestLine {
  const main = mainOf(rows);
  const isAnswer = main.charge === 'answer' || main.charge === 'cached';
  return {
    id: idOf(main),
    at: main.at,
    kind: main.operation,
    route: main.route,
    tenant: main.tenant,
    user: main.user,
    tags: main.tags,
    outcome: main.requestOutcome,
    target: main.target,
    attempts: main.attempts,
    failover: main.failover,
    hedged: rows.some(({ hedge }) => hedge),
    lookup: main.lookup,
    cost: isAnswer ? (main.cost?.total ?? null) : null,
    wasted: addUsd(...rows.filter((row) => row !== main || !isAnswer).map(({ cost }) => cost?.total ?? 0)),
    duration: main.requestDuration,
    firstToken: main.requestFirstToken,
    error: main.requestError,
  };
}

export function detailOfRows(rows: RequestRows, content: boolean): RequestDetail {
  const main = mainOf(rows);
  return {
    request: lineOfRows(rows),
    attempts: rows.filter(({ outcome }) => outcome !== null).map(attemptOf),
    decision: main.decision === null ? null : decisionOf(main.decision),
    content: null,
    metadata: content ? main.metadata : null,
  };
}

function attemptOf(row: LedgerRow): AttemptLine {
  const { errorKind: kind, errorStatus: status, errorCode: code } = row;
  return {
    target: row.target ?? 'unknown',
    started: row.started,
    duration: row.duration,
    firstToken: row.firstToken,
    outcome: row.outcome ?? 'failed',
    hedge: row.hedge,
    mirror: row.mirror,
    answer: row.charge === 'answer',
    error:
      kind === null
        ? null
        : { kind, ...(status === null ? {} : { status }), ...(code === null ? {} : { code }) },
    billed: row.billed,
    cost: row.cost?.total ?? null,
    usage: row.usage,
  };
}

function decisionOf({
  route,
  selected,
  strategy,
  candidates,
  skipped,
}: NonNullable<LedgerRow['decision']>): DecisionView {
  return { route, selected: selected ?? null, strategy, candidates, skipped, notes: [] };
}
