import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  type Anchor,
  type ExportFormat,
  exportLedger,
  focusVersions,
  type LedgerDimension,
  type LedgerGroup,
  type LedgerQuery,
} from '../../plugins/ledger/index.ts';
import { UsageError } from '../../simulator/usage-error.ts';
import { ledgerHelp } from '../help.ts';
import type { Output } from '../output.ts';
import { filterOf, parseFlags, readingFlags, withLedger } from './open.ts';
import { table, usd } from './text.ts';

const flags = {
  ...readingFlags,
  by: { type: 'string' },
  where: { type: 'string', multiple: true },
  json: { type: 'boolean' },
  format: { type: 'string' },
  out: { type: 'string' },
  key: { type: 'string' },
  anchors: { type: 'string' },
  'billing-account': { type: 'string' },
  'focus-version': { type: 'string' },
} as const;

type Values = ReturnType<typeof parse>['values'];

const parse = (args: readonly string[]) => parseFlags('signalbox ledger', args, flags, true);

/**
 * `signalbox ledger query|verify|export`.
 *
 * @returns the exit code: 1 where `verify` finds something
 * @throws UsageError for a wrong flag or file
 */
export async function ledger(args: readonly string[], output: Output): Promise<number> {
  const { values, positionals } = parse(args);
  const [verb, ...more] = positionals;
  if (values.help === true) {
    output.out(ledgerHelp);
    return 0;
  }
  if (more.length > 0)
    throw new UsageError('signalbox ledger', 'one of query, verify, export', positionals.join(' '));
  if (verb === 'query') return query(values, output);
  if (verb === 'verify') return verify(values, output);
  if (verb === 'export') return exportTo(values, output);
  throw new UsageError(
    'signalbox ledger',
    'query, verify or export',
    verb === undefined ? 'none' : `'${verb}'`,
  );
}

async function query(values: Values, { out }: Output): Promise<number> {
  const by = (values.by?.split(',') ?? ['day']) as LedgerDimension[];
  const where = whereOf(values.where ?? []);
  const groups = await withLedger(values, (reader) => reader.query({ ...filterOf(values), by, where }));
  out(values.json === true ? `${JSON.stringify(groups, null, 2)}\n` : textOf(groups, by));
  return 0;
}

/** `tenant=acme`, and `tenant=` for requests without one. */
function whereOf(conditions: readonly string[]): NonNullable<LedgerQuery['where']> {
  const entries = new Map<string, (string | null)[]>();
  for (const condition of conditions) {
    const at = condition.indexOf('=');
    if (at < 1) throw new UsageError('--where', "a condition such as 'tenant=acme'", `'${condition}'`);
    const [name, value] = [condition.slice(0, at), condition.slice(at + 1)];
    entries.set(name, [...(entries.get(name) ?? []), value === '' ? null : value]);
  }
  return Object.fromEntries(entries);
}

function textOf(groups: readonly LedgerGroup[], by: readonly LedgerDimension[]): string {
  const isWatched = groups.some(({ promptCache: { hits, misses } }) => hits + misses > 0);
  const head = [
    ...by,
    'requests',
    'failed',
    'failovers',
    'cached',
    'input tokens',
    'output tokens',
    'cost',
    'wasted',
    'saved',
    ...(isWatched ? ['prompt cache hits', 'misses', 'prompt cache savings'] : []),
  ];
  const rows = groups.map(({ key, requests, failed, failovers, cached, tokens, cost, promptCache }) => [
    ...by.map((name) => key[name] ?? '–'),
    String(requests),
    String(failed),
    String(failovers),
    String(cached),
    String(tokens.input),
    String(tokens.output),
    usd(cost.total),
    usd(cost.failed + cost.hedged + cost.aborted),
    usd(cost.saved),
    ...(isWatched ? [String(promptCache.hits), String(promptCache.misses), usd(promptCache.saved)] : []),
  ]);
  return table(head, rows, by.length);
}

async function verify(values: Values, { out }: Output): Promise<number> {
  const anchors = values.anchors === undefined ? [] : await anchorsIn(values.anchors);
  const key = values.key ?? process.env['SIGNALBOX_LEDGER_KEY'];
  const report = await withLedger(values, (reader) => reader.verify({ anchors, ...(key && { key }) }));
  if (values.json === true) out(`${JSON.stringify(report, null, 2)}\n`);
  else {
    const problems = report.problems.map(
      ({ problem, chain, seq, requestId, line }) =>
        `${problem}: row ${seq} of chain ${chain}${line === undefined ? '' : `, line ${line}`}${requestId === undefined ? '' : `, request ${requestId}`}\n`,
    );
    out(
      `${problems.join('')}${report.rows} rows, ${report.ok ? 'all unchanged' : `${report.problems.length} problems`}\n`,
    );
  }
  return report.ok ? 0 : 1;
}

/** The `heads` of an earlier `verify --json`. */
async function anchorsIn(path: string): Promise<readonly Anchor[]> {
  try {
    const { heads } = JSON.parse(await readFile(path, 'utf8')) as { heads?: unknown };
    if (Array.isArray(heads)) return heads;
  } catch {
    // Below.
  }
  throw new UsageError(path, 'the output of `signalbox ledger verify --json`', 'something else');
}

const formats: readonly ExportFormat[] = ['csv', 'jsonl', 'parquet', 'focus'];

async function exportTo(values: Values, { out }: Output): Promise<number> {
  const format = formats.find((each) => each === (values.format ?? 'csv'));
  if (format === undefined) throw new UsageError('--format', formats.join(', '), `'${values.format}'`);
  if (format === 'parquet' && values.out === undefined)
    throw new UsageError('--out', 'a file, for Parquet', 'none');
  const account = values['billing-account'];
  const asked = values['focus-version'];
  const version = focusVersions.find((each) => each === asked);
  if (asked !== undefined && version === undefined)
    throw new UsageError('--focus-version', focusVersions.join(' or '), `'${asked}'`);
  const options = {
    ...filterOf(values),
    where: whereOf(values.where ?? []),
    ...(account && { billingAccount: account }),
    ...(version && { focusVersion: version }),
  };
  await withLedger(values, async (reader) => {
    const pieces = exportLedger(reader, format, options);
    if (values.out !== undefined) await pipeline(Readable.from(pieces), createWriteStream(values.out));
    else for await (const piece of pieces) out(String(piece));
  });
  return 0;
}
