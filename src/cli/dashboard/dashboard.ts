import { access } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { toDashboard } from '../../dashboard/index.ts';
import { type LedgerReader, openLedger } from '../../plugins/ledger/index.ts';
import { UsageError } from '../../simulator/usage-error.ts';
import { dashboardHelp } from '../help.ts';
import { serve } from './serve.ts';

const flags = {
  db: { type: 'string' },
  log: { type: 'string' },
  port: { type: 'string' },
  content: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/**
 * `signalbox dashboard`. The server keeps the process alive until it is ended.
 *
 * @param args the arguments after the command
 * @returns the text to print
 * @throws UsageError for a wrong flag or file
 */
export async function dashboard(args: readonly string[]): Promise<string> {
  const { db, log, port, content, help } = parse(args);
  if (help === true) return dashboardHelp;
  if ((db === undefined) === (log === undefined))
    throw new UsageError('--db', 'either it or --log', db === undefined ? 'neither' : 'both');
  const file = db ?? log ?? '';
  if (log !== undefined && !/\.(jsonl|ndjson|log)$/.test(log))
    throw new UsageError('--log', 'a file that ends in .jsonl, .ndjson or .log', `'${log}'`);
  await access(file).catch(({ code }: { readonly code?: string }) => {
    throw new UsageError(file, 'a file that can be read', code ?? 'an error');
  });
  const ledger = openLedger(file);
  await checkLedger(ledger, file);
  const token = randomToken();
  const handler = toDashboard(undefined, { token, ledger, content: content === true });
  const wanted = toPort(port);
  const { port: actual } = await serve(handler, wanted).catch(
    ({ code = 'an error' }: { readonly code?: string }) => {
      throw new UsageError('--port', 'a free port', `${wanted}: ${code}`);
    },
  );
  return `The dashboard of ${file}: http://127.0.0.1:${actual}/#token=${token}\n`;
}

/** A file that is not a ledger is an error now, instead of a page without data. */
async function checkLedger(ledger: LedgerReader, file: string): Promise<void> {
  try {
    for await (const _ of ledger.rows({ limit: 1 })) break;
  } catch (error) {
    const [line = ''] = String(error instanceof Error ? error.message : error).split('\n');
    throw new UsageError(file, 'a ledger, or a log of request-end events', line);
  }
}

/** 144 random bits. */
function randomToken(): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(18))).toString('base64url');
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: flags }).values;
  } catch (error) {
    const [line = ''] = String((error as Error).message).split('\n');
    throw new UsageError('signalbox dashboard', 'flags as in --help', line);
  }
}

function toPort(text = '0'): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new UsageError('--port', 'a number from 0 to 65535', `'${text}'`);
}
