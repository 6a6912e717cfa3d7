import type { LedgerRow } from '../reading.ts';
import { flatColumns } from '../records/columns.ts';

export type Cell = string | number | boolean | null;

/** A table of cells, row by row. */
export interface Table {
  readonly names: readonly string[];
  readonly rows: AsyncIterable<readonly Cell[]>;
}

/** All columns of the ledger, with money in US$. */
export function tableOf(rows: AsyncIterable<LedgerRow>): Table {
  const names = flatColumns.map(({ name }) => name);
  const cells = async function* () {
    for await (const row of rows) yield flatColumns.map(({ cell }) => cell(row));
  };
  return { names, rows: cells() };
}

/** CSV by RFC 4180, with a header. */
export async function* toCsv({ names, rows }: Table): AsyncGenerator<string> {
  yield `${names.join(',')}\r\n`;
  for await (const row of rows) yield `${row.map(quoted).join(',')}\r\n`;
}

/**
 * A text that a spreadsheet would interpret as a formula gets a leading apostrophe, because names come from
 * outside (https://owasp.org/www-community/attacks/CSV_Injection).
 */
function quoted(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return String(cell).replace('e', 'E'); // the line end that FOCUS requires and all programs accept
  if (typeof cell !== 'string') return String(cell);
  const safe = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export async function* toLines(rows: AsyncIterable<LedgerRow>): AsyncGenerator<string> {
  for await (const row of rows) yield `${JSON.stringify(row)}\n`;
}

/** A Parquet file, by the optional peer `hyparquet-writer`. It holds all rows in memory. */
export async function toParquet({ names, rows }: Table): Promise<Uint8Array> {
  const { parquetWriteBuffer } = await parquetWriter();
  const columns: Cell[][] = names.map(() => []);
  for await (const row of rows) for (const [index, cell] of row.entries()) columns[index]?.push(cell);
  const columnData = columns.map((cells, index) => {
    const isText = cells.some((cell) => typeof cell === 'string');
    const isFlag = cells.some((cell) => typeof cell === 'boolean');
    const type = isText ? ('STRING' as const) : isFlag ? ('BOOLEAN' as const) : ('DOUBLE' as const);
    return { name: names[index] ?? '', data: cells, type, nullable: true };
  });
  return new Uint8Array(parquetWriteBuffer({ columnData }));
}

async function parquetWriter() {
  try {
    return await import('hyparquet-writer'); // in a `try`, so bundlers tolerate a missing package
  } catch (cause) {
    throw new Error('an export to Parquet needs the package hyparquet-writer', { cause });
  }
}
