import type { Chain } from '../chain/chain.ts';
import { columns, hashedText, valuesOf } from '../records/columns.ts';
import { type NewRow, rowsOf } from '../records/rows.ts';
import type { AuditRecord, LedgerRecord, RequestRecord } from '../types.ts';
import type { Insert, Parameter } from './engine.ts';
import { auditColumns, tables } from './schema.ts';

/** The rows of a batch, linked to the chains. */
export function batchOf(
  batch: readonly LedgerRecord[],
  rowChain: Chain,
  auditChain: Chain,
): { readonly inserts: readonly Insert[]; readonly rows: readonly NewRow[] } {
  const requests = batch
    .filter((record): record is RequestRecord => record.type === 'request-end')
    .map((record) => ({ record, rows: rowsOf(record) }));
  const audits = batch.filter((record): record is AuditRecord => record.type === 'audit');
  const inserts = [
    ...requestInserts(requests, rowChain),
    ...auditInserts(audits, auditChain),
    headInsert([rowChain, auditChain]),
  ];
  return { inserts, rows: requests.flatMap(({ rows }) => rows) };
}

interface RecordedRequest {
  readonly record: RequestRecord;
  readonly rows: readonly NewRow[];
}

function requestInserts(requests: readonly RecordedRequest[], chain: Chain): readonly Insert[] {
  const inserted: Parameter[][] = [];
  const contents: Parameter[][] = [];
  for (const { record, rows } of requests) {
    for (const row of rows) {
      const seq = chain.next;
      const values = valuesOf({ ...row, chain: chain.id, seq });
      inserted.push([...values, chain.link(hashedText(values))]);
      const { prompt, answer } = record.content ?? {};
      if (row.main && (prompt !== undefined || answer !== undefined))
        contents.push([row.requestId, chain.id, seq, row.at, prompt ?? null, answer ?? null]);
    }
  }
  return [
    { into: tables.rows, columns: [...columns.map(({ name }) => name), 'hash'], values: inserted },
    {
      into: tables.contents,
      columns: ['request_id', 'chain', 'seq', 'at', 'prompt', 'answer'],
      values: contents,
    },
  ];
}

function auditInserts(audits: readonly AuditRecord[], chain: Chain): readonly Insert[] {
  const values = audits.map((audit) => {
    const { at, actor, action, subject = null, before = null, after = null, details } = audit;
    const text = details === undefined ? null : JSON.stringify(details);
    const row = [chain.id, chain.next, at, actor, action, subject, before, after, text];
    return [...row, chain.link(JSON.stringify(row))];
  });
  return [{ into: tables.audits, columns: [...auditColumns, 'hash'], values }];
}

function headInsert(chains: readonly Chain[]): Insert {
  return {
    into: tables.chains,
    columns: ['chain', 'seq', 'hash'],
    values: chains.filter(({ head }) => head.seq > 0).map(({ head }) => [head.chain, head.seq, head.hash]),
    conflict: 'ON CONFLICT ("chain") DO UPDATE SET "seq" = excluded."seq", "hash" = excluded."hash"',
  };
}
