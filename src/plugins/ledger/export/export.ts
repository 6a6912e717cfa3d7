import { ConfigError } from '../../../errors.ts';
import { compact } from '../../../util/json.ts';
import { show } from '../../../util/option-check.ts';
import type { LedgerReader, RowFilter } from '../reading.ts';
import { type FocusOptions, focusTable, focusVersions } from './focus.ts';
import { tableOf, toCsv, toLines, toParquet } from './table.ts';

/** Formats of an export. `focus` is CSV by FOCUS 1.4: sums by hour, tenant, tags, target and meter. */
export type ExportFormat = 'csv' | 'jsonl' | 'parquet' | 'focus';

/** Which rows to export, and how. */
export interface ExportOptions extends Omit<RowFilter, 'requestId'>, FocusOptions {}

/**
 * Exports the rows of a ledger, piece by piece. Money is in US$. Prompts and answers are not part of it.
 *
 * `parquet` needs the package `hyparquet-writer`.
 *
 * @throws ConfigError for an unknown format
 * @example
 * for await (const piece of exportLedger(openLedger('usage.db'), 'csv', { from: '2026-11-01' })) file.write(piece);
 */
export function exportLedger(
  reader: Pick<LedgerReader, 'rows'>,
  format: ExportFormat,
  { billingAccount, focusVersion, ...filter }: ExportOptions = {},
): AsyncIterable<string | Uint8Array> {
  if (focusVersion !== undefined && !focusVersions.includes(focusVersion))
    throw new ConfigError('exportLedger().focusVersion', focusVersions.join(' or '), show(focusVersion));
  const rows = reader.rows(filter);
  switch (format) {
    case 'csv':
      return toCsv(tableOf(rows));
    case 'jsonl':
      return toLines(rows);
    case 'focus':
      return toCsv(focusTable(rows, compact({ billingAccount, focusVersion })));
    case 'parquet':
      return once(() => toParquet(tableOf(rows)));
    default:
      throw new ConfigError('exportLedger()', 'csv, jsonl, parquet or focus', show(format));
  }
}

async function* once(make: () => Promise<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield await make();
}
