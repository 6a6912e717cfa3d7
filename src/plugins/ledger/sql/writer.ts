import { type Chain, chainId, newChain } from '../chain/chain.ts';
import type { LedgerWriter, Retention } from '../reading.ts';
import { type Calendar, calendar } from '../sums/days.ts';
import type { LedgerRecord } from '../types.ts';
import { marks, type SqlEngine } from './engine.ts';
import { batchOf } from './inserts.ts';
import { prepare } from './open.ts';
import { sqlReader } from './reader.ts';
import { removeOld } from './retention.ts';
import { tables } from './schema.ts';
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
    // A database that cannot be opened now may be available later.
    ready.catch(() => {
      ready = undefined;
    });
    return ready;
  };

  const append = async (batch: readonly LedgerRecord[]): Promise<void> => {
    const days = await open();
    const before = [rowChain.head, auditChain.head] as const;
    try {
      const { inserts, rows } = batchOf(batch, rowChain, auditChain);
      const sums = sumsOf(rows, days);
      await resolveGroups(engine, sums, groupIds);
      const steps = [...inserts, ...rollupInserts(sums, groupIds)];
      if (isUncertain && (await isWritten(engine, rowChain, auditChain))) return;
      await engine.write(steps.filter(({ values }) => values.length > 0));
      isUncertain = false;
    } catch (error) {
      // The transaction may have been committed nevertheless: the answer to a COMMIT is lost with the connection.
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

/** Whether the heads in the database match the end of the batch. */
async function isWritten(engine: SqlEngine, ...chains: readonly Chain[]): Promise<boolean> {
  const found = await engine.rows(
    `SELECT "chain", "hash" FROM ${tables.chains} WHERE "chain" IN (${marks(chains.length)})`,
    chains.map(({ id }) => id),
  );
  const heads = new Map(found.map(({ chain, hash }) => [String(chain), String(hash)]));
  return chains.every(({ id, head }) => head.seq === 0 || heads.get(id) === head.hash);
}
