import { ConfigError } from '../../../errors.ts';
import { asCount, asObject, asText, compact } from '../../../util/json.ts';
import type { Refuse } from '../../../util/option-check.ts';
import { Verification } from '../chain/verify.ts';
import type { LedgerReader, LedgerRow } from '../reading.ts';
import { rowsOf } from '../records/rows.ts';
import { parseQuery, parseRowFilter } from '../sums/parsed-query.ts';
import { matches, summarize } from '../sums/summarize.ts';
import type { AuditRecord, LedgerRecord } from '../types.ts';
import { files } from './files.ts';
import { readRequest } from './read-request.ts';

/** A line of the file. */
interface Line {
  readonly number: number;
  readonly text: string;
  readonly value: Readonly<Record<string, unknown>>;
}

/**
 * Reads a ledger or a log of router events: skips lines that are neither requests nor audits, and a line that was cut when its
 * process was killed.
 */
export function jsonlReader(path: string, timeZone: string): LedgerReader {
  const records = async function* (): AsyncGenerator<LedgerRecord> {
    for await (const { value, number } of linesOf(path)) {
      if (value['type'] === 'request-end') yield readRequest(value, refuseIn(`${path}:${number}`));
      else if (value['type'] === 'audit') yield readAudit(value);
    }
  };
  const rows = async function* (): AsyncGenerator<LedgerRow> {
    for await (const { value, number } of linesOf(path)) {
      if (value['type'] !== 'request-end') continue;
      const { chain, seq } = value;
      const place = {
        chain: typeof chain === 'string' ? chain : '',
        seq: typeof seq === 'number' ? seq : number,
      };
      for (const row of rowsOf(readRequest(value, refuseIn(`${path}:${number}`)))) yield { ...row, ...place };
    }
  };

  return {
    query: (query = {}) => summarize(rows(), parseQuery(query, timeZone)),
    async *rows(filter = {}) {
      const parsed = parseRowFilter(filter, timeZone);
      const { requestId, limit = Number.POSITIVE_INFINITY } = filter;
      const found: LedgerRow[] = [];
      for await (const row of rows())
        if (matches(row, parsed) && (requestId === undefined || row.requestId === requestId)) found.push(row);
      found.sort((a, b) => b.at - a.at || b.row - a.row);
      yield* found.slice(0, limit);
    },
    async *audits({ limit = Number.POSITIVE_INFINITY, action, ...filter } = {}) {
      const { from, to } = parseRowFilter(filter, timeZone);
      const found: AuditRecord[] = [];
      for await (const record of records())
        if (record.type === 'audit' && record.at >= from && record.at < to)
          if (action === undefined || record.action === action) found.push(record);
      yield* found.toReversed().slice(0, limit);
    },
    async content(requestId) {
      for await (const record of records())
        if (record.type === 'request-end' && record.requestId === requestId && !record.mirror)
          return record.content;
      return undefined;
    },
    async verify(options = {}) {
      const check = new Verification(options, undefined);
      for await (const { value, text, number } of linesOf(path)) {
        const { chain, seq, hash, requestId } = value;
        const id = typeof requestId === 'string' ? { requestId } : {};
        if (typeof chain === 'string' && typeof seq === 'number' && typeof hash === 'string') {
          const content = text.replace(/,"hash":"[\w-]{43}"\}$/, '}');
          check.add({ chain, seq, hash, content, line: number, ...id });
        } else if (value['type'] === 'request-end' || value['type'] === 'audit') {
          check.unlinked({ chain: '', seq: 0, line: number, ...id });
        }
      }
      return check.end();
    },
  };
}

function readAudit(value: Readonly<Record<string, unknown>>): AuditRecord {
  const details = asObject(value['details']);
  return compact({
    type: 'audit' as const,
    at: asCount(value['at']) ?? 0,
    actor: asText(value['actor']) ?? '',
    action: asText(value['action']) ?? '',
    subject: asText(value['subject']),
    before: asText(value['before']),
    after: asText(value['after']),
    details,
  });
}

const refuseIn =
  (place: string): Refuse =>
  (path, expected, got) => {
    throw new ConfigError(`${place}: ${path}`, expected, got);
  };

/** A line that a process did not finish, because it was killed or the disk was full. */
export function isCut(line: string): boolean {
  return line.startsWith('{') && !line.trimEnd().endsWith('}');
}

async function* linesOf(path: string): AsyncGenerator<Line> {
  const file = await files().open(path);
  let number = 0;
  try {
    for await (const text of file.readLines()) {
      number += 1;
      if (text.trim() === '' || isCut(text)) continue;
      yield { number, text, value: parsed(text, `${path}:${number}`) };
    }
  } finally {
    await file.close();
  }
}

function parsed(text: string, place: string): Readonly<Record<string, unknown>> {
  try {
    const value = asObject(JSON.parse(text));
    if (value !== undefined) return value;
  } catch {
    // Below.
  }
  throw new ConfigError(place, 'a JSON object', 'something else');
}
