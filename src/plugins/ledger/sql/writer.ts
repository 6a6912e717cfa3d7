import { type Chain, chainId, newChain } from '../chain/chain.ts';
import type { LedgerWriter, Retention } from '../reading.ts';
import { columns, valuesOf } from '../records/columns.ts';
import { type NewRow, rowsOf } from '../records/rows.ts';
import { type Calendar, calendar } from '../sums/days.ts';
import type { AuditRecord, LedgerRecord, RequestRecord } from '../types.ts';
import { type Insert, marks, type Parameter, type SqlEngine } from './engine.ts';
import { sqlReader } from './reader.ts';
import { removeOld } from './retention.ts';
import { auditColumns, prepare, tables } from './schema.ts';
import { resolveGroups, rollupInserts, sumsOf } from './sums.ts';

export interface SqlWriterOptions {
  /** Key of the hash chain. */
  readonly key?: string | undefined;
  readonly timeZone?: string | undefined;
}

/** A writer of rows, sums and chains into a database, all of a batch in one transaction. */
export function sqlWriter(name: string, engine: SqlEngine, options: SqlWriterOptions): LedgerWriter {
  const id = chainId();
  const rowChain = newChain(id, options.key);
  const auditChain = newChain(`${id}.audit`, options.key);
  const groupIds = new Map<string, number>();
  let ready: Promise<Calendar> | undefined;
  let isUncertain = false;

  const open = (): Promise<Calendar> => {
    ready ??= prepare(engine, options.timeZone).then(calendar);
    // A database that cannot be opened now may be there later.
    ready.catch(() => {
      ready = undefined;
    });
    return ready;
  };

  const append = async (batch: readonly LedgerRecord[]): Promise<void> => {
    const days = await open();
    const before = [rowChain.head, auditChain.head] as const;
    try {
      const requests = batch
        .filter((record): record is RequestRecord => record.type === 'request-end')
        .map((record) => ({ record, rows: rowsOf(record) }));
      const audits = batch.filter((record): record is AuditRecord => record.type === 'audit');
      const sums = sumsOf(
        requests.flatMap(({ rows }) => rows),
        days,
      );
      await resolveGroups(engine, sums, groupIds);
      const steps = [
        ...requestInserts(requests, rowChain),
        ...auditInserts(audits, auditChain),
        ...rollupInserts(sums, groupIds),
        headInsert([rowChain, auditChain]),
      ];
      if (isUncertain && (await isWritten(engine, rowChain, auditChain))) return;
      await engine.write(steps.filter((step) => !('values' in step) || step.values.length > 0));
      isUncertain = false;
    } catch (error) {
      // The transaction may have been committed all the same: the answer to a COMMIT gets lost with the connection.
      isUncertain = true;
      rowChain.reset(before[0]);
      auditChain.reset(before[1]);
      throw error;
    }
  };

  return {
    name,
    append,
    async retain(before: Retention) {
      await removeOld(engine, before, await open());
    },
    reader: sqlReader(engine, async () => (await open()).timeZone),
    close: () => engine.close(),
  };
}

/** Whether the heads in the database are those that the batch leads to. */
async function isWritten(engine: SqlEngine, ...chains: readonly Chain[]): Promise<boolean> {
  const found = await engine.rows(
    `SELECT "chain", "hash" FROM ${tables.chains} WHERE "chain" IN (${marks(chains.length)})`,
    chains.map(({ id }) => id),
  );
  const heads = new Map(found.map(({ chain, hash }) => [String(chain), String(hash)]));
  return chains.every(({ id, head }) => head.seq === 0 || heads.get(id) === head.hash);
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
      inserted.push([...values, chain.link(JSON.stringify(values))]);
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
