import { UsageError } from '../../simulator/usage-error.ts';
import { parseFlags } from '../ledger/open.ts';

const flags = {
  out: { type: 'string' },
  route: { type: 'string' },
  deadline: { type: 'string' },
  module: { type: 'string' },
  store: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** The parsed command line. */
export interface BatchFlags {
  readonly verb: 'run' | 'status' | 'cancel' | 'help';
  /** `undefined` for `status` without it. */
  readonly requests: string | undefined;
  readonly out: string;
  readonly route: string | undefined;
  readonly deadline: string;
  readonly module: string | undefined;
  readonly store: string | undefined;
  readonly json: boolean;
}

/** @throws UsageError naming the wrong flag */
export function readFlags(args: readonly string[]): BatchFlags {
  const { values, positionals } = parseFlags('signalbox batch', args, flags, true);
  const { out = '', route, deadline = '24h', module, store, json = false, help = false } = values;
  const [verb, requests, ...more] = positionals;
  const given = { out, route, deadline, module, store, json, requests };
  if (help) return { ...given, verb: 'help' };
  if (verb !== 'run' && verb !== 'status' && verb !== 'cancel')
    throw new UsageError(
      'signalbox batch',
      'run, status or cancel',
      verb === undefined ? 'none' : `'${verb}'`,
    );
  const where = `signalbox batch ${verb}`;
  if (more.length > 0) throw new UsageError(where, 'one file of requests', positionals.slice(1).join(' '));
  if (requests === undefined && verb !== 'status') throw new UsageError(where, 'a file of requests', 'none');
  if (out === '') throw new UsageError('--out', 'a file for the results', 'none');
  if (out === requests) throw new UsageError('--out', 'another file than that of the requests', `'${out}'`);
  momentOf(deadline, 0);
  return { ...given, verb };
}

const units = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * `90m`, `6h`, `2d` or a date, in milliseconds since 1970.
 *
 * @throws UsageError for anything else, and for a date that is not after `now`
 */
export function momentOf(text: string, now: number): number {
  const [, size, unit] = /^(\d+(?:\.\d+)?)([mhd])$/.exec(text) ?? [];
  const moment =
    size === undefined ? Date.parse(text) : now + Number(size) * units[unit as keyof typeof units];
  if (moment > now) return moment;
  const got = Number.isNaN(moment) ? `'${text}'` : `='${text}', which is in the past`;
  throw new UsageError('--deadline', 'a time such as 90m, 6h or 2d, or a date in the future', got);
}
