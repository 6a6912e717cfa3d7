import { access } from 'node:fs/promises';
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { isRouterError } from '../../errors.ts';
import { type LedgerFilter, type LedgerReader, openLedger } from '../../plugins/ledger/index.ts';
import { UsageError } from '../../simulator/usage-error.ts';

/** Flags of all commands that read a ledger. */
export const readingFlags = {
  db: { type: 'string' },
  log: { type: 'string' },
  from: { type: 'string' },
  to: { type: 'string' },
  'time-zone': { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

interface ReadingValues {
  readonly db?: string | undefined;
  readonly log?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly 'time-zone'?: string | undefined;
}

/** Parses flags; leading words without dashes are `positionals`. */
export function parseFlags<T extends NonNullable<ParseArgsConfig['options']>>(
  command: string,
  args: readonly string[],
  options: T,
  allowPositionals = false,
) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals });
  } catch (error) {
    const [line = ''] = String((error as Error).message).split('\n');
    throw new UsageError(command, 'flags as in --help', line);
  }
}

/**
 * Opens the ledger that the flags name, and closes it afterwards.
 *
 * @throws UsageError for a file that is missing or no ledger, and for wrong values
 */
export async function withLedger<T>(
  { db, log, 'time-zone': timeZone }: ReadingValues,
  work: (ledger: LedgerReader, path: string) => Promise<T>,
): Promise<T> {
  const path = db ?? log;
  if (path === undefined || (db !== undefined && log !== undefined))
    throw new UsageError('--db', 'either it or --log', path === undefined ? 'neither' : 'both');
  await access(path).catch(() => {
    throw new UsageError(path, 'a file that can be read', 'none');
  });
  let ledger: LedgerReader | undefined;
  try {
    ledger = openLedger(path, {
      ...(timeZone && { timeZone }),
      format: log === undefined ? 'sqlite' : 'jsonl',
    });
    return await work(ledger, path);
  } catch (error) {
    const isWrongInput = isRouterError(error, 'config');
    if (isWrongInput || isSqliteError(error))
      throw new UsageError(path, 'a ledger, and flags as in --help', error.message);
    throw error;
  } finally {
    await ledger?.close?.();
  }
}

/** A file that is not a database, or has none of the ledger's tables. */
function isSqliteError(error: unknown): error is Error {
  return error instanceof Error && 'errcode' in error;
}

export function filterOf({ from, to, 'time-zone': timeZone }: ReadingValues): LedgerFilter {
  return { ...(from && { from }), ...(to && { to }), ...(timeZone && { timeZone }) };
}
