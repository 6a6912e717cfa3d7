import { userInfo } from 'node:os';
import { parseArgs } from 'node:util';
import { isRouterError } from '../../errors.ts';
import { ledger, sqlite as ledgerFile } from '../../plugins/ledger/index.ts';
import {
  type KeyOptions,
  type KeyRecord,
  type VirtualKeys,
  virtualKeys,
} from '../../plugins/virtual-keys/index.ts';
import { UsageError } from '../../simulator/usage-error.ts';
import { keysHelp } from '../help.ts';
import { openStore } from './open-store.ts';

const flags = {
  file: { type: 'string' },
  redis: { type: 'string' },
  module: { type: 'string' },
  prefix: { type: 'string' },
  ledger: { type: 'string' },
  tenant: { type: 'string' },
  name: { type: 'string' },
  user: { type: 'string' },
  models: { type: 'string' },
  tags: { type: 'string' },
  role: { type: 'string' },
  expires: { type: 'string' },
  'usd-per-day': { type: 'string' },
  'usd-per-month': { type: 'string' },
  'requests-per-minute': { type: 'string' },
  concurrency: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

type Values = ReturnType<typeof parse>['values'];

/**
 * `signalbox keys`.
 *
 * @param args the arguments after the command
 * @returns the text to print
 * @throws UsageError for a wrong flag, file, address or module
 */
export async function keys(args: readonly string[]): Promise<string> {
  const { values, positionals } = parse(args);
  if (values.help === true) return keysHelp;
  const [action, id] = positionals;
  const opened = await openStore(values);
  const audit = values.ledger === undefined ? undefined : ledger(ledgerFile(values.ledger));
  const actor = userInfo().username;
  try {
    const own = virtualKeys(opened.store, audit === undefined ? {} : { audit, actor });
    return await act(action, id, own, values);
  } catch (error) {
    if (isRouterError(error, 'config')) throw new UsageError(error.option, 'a valid value', error.message);
    throw error;
  } finally {
    await audit?.close();
    await opened.close();
  }
}

async function act(action: string | undefined, id: string | undefined, own: VirtualKeys, values: Values) {
  if (action === 'list') return listed(await own.list(), values.json === true);
  if (action === 'create') {
    const { token, key } = await own.create(optionsOf(values));
    if (values.json === true) return `${JSON.stringify({ token, ...withoutDigest(key) })}\n`;
    return `${token}\n\nThis is the only time that it is shown. Its id is ${key.id}.\n`;
  }
  if (action !== 'enable' && action !== 'disable' && action !== 'delete')
    throw new UsageError('signalbox keys', 'create, list, enable, disable or delete', action ?? 'none');
  if (id === undefined || !(await own.list()).some((key) => key.id === id))
    throw new UsageError(`signalbox keys ${action}`, 'the id of a key', id ?? 'none');
  if (action === 'delete') await own.delete(id);
  else await own.update(id, { disabled: action === 'disable' });
  return `${id}: ${action}d\n`;
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: flags, allowPositionals: true });
  } catch (error) {
    throw new UsageError('signalbox keys', 'known flags', (error as Error).message);
  }
}

function optionsOf(values: Values): KeyOptions {
  const { tenant, name, user, models, tags, role, expires } = values;
  if (tenant === undefined) throw new UsageError('--tenant', 'a name', 'none');
  const limits = {
    usdPerDay: numberOf(values, 'usd-per-day'),
    usdPerMonth: numberOf(values, 'usd-per-month'),
    requestsPerMinute: numberOf(values, 'requests-per-minute'),
    concurrency: numberOf(values, 'concurrency'),
  };
  const options = {
    name,
    user,
    models: models?.split(','),
    tags: tags?.split(','),
    role: role as KeyOptions['role'],
    expiresAt: expires === undefined ? undefined : momentOf(expires),
    limits: Object.values(limits).some((limit) => limit !== undefined) ? defined(limits) : undefined,
  };
  return { tenant, ...defined(options) } as KeyOptions;
}

function defined(fields: object): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

function numberOf(
  values: Values,
  flag: 'usd-per-day' | 'usd-per-month' | 'requests-per-minute' | 'concurrency',
) {
  const text = values[flag];
  if (text === undefined) return undefined;
  if (text.trim() === '' || !Number.isFinite(Number(text)))
    throw new UsageError(`--${flag}`, 'a number', `'${text}'`);
  return Number(text);
}

const day = 86_400_000;

/** `30d`, or a date. */
function momentOf(text: string): number {
  const days = /^(\d+)d$/.exec(text)?.[1];
  const moment = days === undefined ? Date.parse(text) : Date.now() + Number(days) * day;
  if (Number.isNaN(moment)) throw new UsageError('--expires', 'days such as 30d, or a date', `'${text}'`);
  return moment;
}

function withoutDigest({ digest: _, ...rest }: KeyRecord): Omit<KeyRecord, 'digest'> {
  return rest;
}

function listed(all: readonly KeyRecord[], asJson: boolean): string {
  if (asJson) return `${JSON.stringify(all.map(withoutDigest))}\n`;
  if (all.length === 0) return 'no keys\n';
  return all
    .map(({ id, tenant, name, role, models, expiresAt, disabled }) => {
      const state =
        disabled === true
          ? 'disabled'
          : (expiresAt ?? Number.POSITIVE_INFINITY) <= Date.now()
            ? 'expired'
            : 'active';
      const until = expiresAt === undefined ? '' : ` until ${new Date(expiresAt).toISOString()}`;
      return `${id}  ${state}${until}  ${role}  ${tenant}  ${models?.join(',') ?? 'all models'}  ${name ?? ''}`.trimEnd();
    })
    .join('\n')
    .concat('\n');
}
