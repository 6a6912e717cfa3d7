import { type ChainEnds, Verification } from '../chain/verify.ts';
import type { AuditFilter, LedgerReader, LedgerRow, RowFilter } from '../reading.ts';
import { columns, fromStored, hashedText } from '../records/columns.ts';
import { calendar } from '../sums/days.ts';
import { parseQuery, parseRowFilter } from '../sums/parsed-query.ts';
import { summarize } from '../sums/summarize.ts';
import type { AuditRecord } from '../types.ts';
import { type Parameter, quoted, type SqlEngine, type Stored } from './engine.ts';
import { rowConditions } from './query/conditions.ts';
import { isInRollups, queryRollups } from './query/query.ts';
import { isSqlEnough, queryRows } from './query/row-sums.ts';
import { auditColumns, tables } from './schema.ts';

/** Number of rows per read. */
const page = 1_000;

/**
 * @param timeZone opens the ledger; of its days
 * @param hasSums whether it keeps sums
 */
export function sqlReader(engine: SqlEngine, timeZone: () => Promise<string>, hasSums = true): LedgerReader {
  const readRows = async function* (filter: RowFilter): AsyncGenerator<LedgerRow> {
    const parsed = parseRowFilter(filter, await timeZone());
    const { sql, parameters } = rowConditions(parsed, filter.requestId, engine.dialect);
    let left = filter.limit ?? Number.POSITIVE_INFINITY;
    let after: Parameter[] = [Number.MAX_SAFE_INTEGER, '', 0];
    while (left > 0) {
      const found = await engine.rows(
        `SELECT * FROM ${tables.rows} WHERE ${sql} AND ("at", "chain", "seq") < (?, ?, ?)
         ORDER BY "at" DESC, "chain" DESC, "seq" DESC LIMIT ?`,
        [...parameters, ...after, Math.min(page, left)],
      );
      for (const stored of found) yield fromStored(stored);
      const last = found.at(-1);
      if (last === undefined || found.length < page) return;
      left -= found.length;
      after = [Number(last['at']), String(last['chain']), Number(last['seq'])];
    }
  };

  return {
    async query(query = {}) {
      const zone = await timeZone();
      const parsed = parseQuery(query, zone);
      const own = calendar(zone);
      if (hasSums && isInRollups(parsed, own)) return queryRollups(engine, parsed, own);
      if (isSqlEnough(parsed, engine.dialect)) return queryRows(engine, parsed);
      const { by: _by, latency: _latency, ...filter } = query;
      return summarize(readRows(filter), parsed);
    },
    rows: (filter = {}) => readRows(filter),
    audits: (filter = {}) => readAudits(engine, filter, timeZone),
    async content(requestId) {
      await timeZone();
      const [found] = await engine.rows(
        `SELECT r."prompt_hash", r."answer_hash", c."prompt", c."answer" FROM ${tables.rows} r
         LEFT JOIN ${tables.contents} c ON c."request_id" = r."request_id" AND c."chain" = r."chain"
         WHERE r."request_id" = ? AND r."main" = 1 AND r."mirror" = 0 AND r."prompt_hash" IS NOT NULL LIMIT 1`,
        [requestId],
      );
      if (found === undefined) return undefined;
      const optional = (name: string, value: unknown) => (typeof value === 'string' ? { [name]: value } : {});
      return {
        promptHash: String(found['prompt_hash']),
        ...optional('answerHash', found['answer_hash']),
        ...optional('prompt', found['prompt']),
        ...optional('answer', found['answer']),
      };
    },
    async verify(options = {}) {
      await timeZone();
      const check = new Verification(options, await chainEnds(engine));
      const names = columns.map(({ name }) => name);
      const whole = new Set(columns.filter(({ type }) => type === 'integer').map(({ name }) => name));
      await eachLink(engine, tables.rows, (row) => check.add(linkOf(row, names, whole, hashedText)));
      await eachLink(engine, tables.audits, (row) =>
        check.add(linkOf(row, auditColumns, new Set(['seq', 'at']), JSON.stringify)),
      );
      return check.end();
    },
    close: () => engine.close(),
  };
}

async function* readAudits(
  engine: SqlEngine,
  { limit = Number.MAX_SAFE_INTEGER, action, ...filter }: AuditFilter,
  timeZone: () => Promise<string>,
): AsyncGenerator<AuditRecord> {
  const { from, to } = parseRowFilter(filter, await timeZone());
  const found = await engine.rows(
    `SELECT ${quoted(auditColumns)} FROM ${tables.audits} WHERE "at" >= ? AND "at" < ?${action === undefined ? '' : ' AND "action" = ?'}
     ORDER BY "at" DESC, "seq" DESC LIMIT ?`,
    [from, to, ...(action === undefined ? [] : [action]), limit],
  );
  for (const { at, actor, action, details, ...rest } of found) {
    const optional = Object.entries(rest).filter(
      ([name, value]) => ['subject', 'before', 'after'].includes(name) && value !== null,
    );
    yield {
      type: 'audit',
      at: Number(at),
      actor: String(actor),
      action: String(action),
      ...Object.fromEntries(optional),
      ...(typeof details === 'string' ? { details: JSON.parse(details) } : {}),
    };
  }
}

async function chainEnds(engine: SqlEngine): Promise<ReadonlyMap<string, ChainEnds>> {
  const found = await engine.rows(`SELECT * FROM ${tables.chains} ORDER BY "seq"`, []);
  return new Map(
    found.map(({ chain, seq, hash, first_seq, first_hash }) => [
      String(chain),
      {
        last: { seq: Number(seq), hash: String(hash) },
        ...(first_seq === null || first_seq === undefined
          ? {}
          : { first: { seq: Number(first_seq), hash: String(first_hash) } }),
      },
    ]),
  );
}

/** Reads a table by chain, each in its order. */
async function eachLink(engine: SqlEngine, table: string, visit: (row: Stored) => void): Promise<void> {
  let after: Parameter[] = ['', 0];
  for (;;) {
    const found = await engine.rows(
      `SELECT * FROM ${table} WHERE ("chain", "seq") > (?, ?) ORDER BY "chain", "seq" LIMIT ?`,
      [...after, page],
    );
    for (const row of found) visit(row);
    const last = found.at(-1);
    if (last === undefined || found.length < page) return;
    after = [String(last['chain']), Number(last['seq'])];
  }
}

/** A stored row, with the content that its hash covers. */
function linkOf(
  row: Stored,
  names: readonly string[],
  whole: ReadonlySet<string>,
  textOf: (values: readonly unknown[]) => string,
) {
  const values = names.map((name) => {
    const value = row[name] ?? null;
    return value === null || !whole.has(name) ? value : Number(value);
  });
  return {
    chain: String(row['chain']),
    seq: Number(row['seq']),
    hash: String(row['hash']),
    content: textOf(values),
    ...(typeof row['request_id'] === 'string' ? { requestId: row['request_id'] } : {}),
  };
}
