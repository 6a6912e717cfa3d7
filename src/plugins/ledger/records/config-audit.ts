import { sha256 } from '../chain/hash.ts';
import type { LedgerReader } from '../reading.ts';
import type { AuditRecord } from '../types.ts';
import { canonical } from './audit.ts';
import { clean } from './record.ts';

/** The declarations, by kind and name: `target gpt`, `route chat`, `limit tenant`, `option timeout`. */
type Parts = ReadonlyMap<string, string>;

/** Not part of the declarations: they differ between processes, or belong to plugins. */
const ignored = ['targets', 'routes', 'plugins', 'clock', 'random', 'store'];
const stateAction = 'config.state';

/**
 * Audit entries for declarations that differ from those when the ledger was last written: one for each target, route, limit,
 * plugin and option that was added, changed or removed, and one with the hashes of all of them. None if nothing has changed.
 */
export async function configAudits(
  options: object,
  reader: Pick<LedgerReader, 'audits'> | undefined,
  at: number,
): Promise<readonly AuditRecord[]> {
  const parts = partsOf(options);
  const whole = sha256(canonical([...parts]));
  const before = await lastState(reader);
  if (before?.after === whole) return [];
  const known = new Map(
    Object.entries(before?.details?.['parts'] ?? {}).map(([name, hash]) => [name, String(hash)]),
  );
  const entry = (
    name: string,
    change: string,
    hashes: Pick<AuditRecord, 'before' | 'after'>,
  ): AuditRecord => {
    const space = name.indexOf(' ');
    const action = `${name.slice(0, space)}.${change}`;
    return { type: 'audit', at, actor: 'createRouter', action, subject: name.slice(space + 1), ...hashes };
  };
  const changed: AuditRecord[] = [];
  if (before !== undefined) {
    for (const [name, after] of parts) {
      const was = known.get(name);
      if (was === undefined) changed.push(entry(name, 'add', { after }));
      else if (was !== after) changed.push(entry(name, 'change', { before: was, after }));
    }
    for (const [name, was] of known)
      if (!parts.has(name)) changed.push(entry(name, 'remove', { before: was }));
  }
  const state: AuditRecord = {
    type: 'audit',
    at,
    actor: 'createRouter',
    action: stateAction,
    ...(before?.after === undefined ? {} : { before: before.after }),
    after: whole,
    details: { parts: Object.fromEntries(parts) },
  };
  return [...changed, state];
}

async function lastState(reader: Pick<LedgerReader, 'audits'> | undefined): Promise<AuditRecord | undefined> {
  if (reader === undefined) return undefined;
  for await (const record of reader.audits({ action: stateAction, limit: 1 })) return record;
  return undefined;
}

/** The hashes of all declarations, in the order of their names. */
function partsOf(options: object): Parts {
  const parts = new Map<string, string>();
  const add = (kind: string, name: string, value: unknown): void => {
    parts.set(clean(`${kind} ${name}`), sha256(canonical(plain(value))));
  };
  const {
    targets = [],
    routes = {},
    plugins = [],
  } = options as {
    readonly targets?: readonly Readonly<Record<string, unknown>>[];
    readonly routes?: object;
    readonly plugins?: readonly { readonly name: string; readonly config?: object }[];
  };
  for (const target of targets) add('target', targetName(target), target);
  for (const [name, route] of Object.entries(routes)) add('route', name, route);
  for (const { name, config = {} } of plugins) {
    add('plugin', name, true);
    for (const [kind, entries] of Object.entries(config))
      for (const [entry, value] of Object.entries(entries)) add(kind, entry, value);
  }
  for (const [name, value] of Object.entries(options))
    if (!ignored.includes(name) && value !== undefined) add('option', name, value);
  return new Map([...parts].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function targetName({ id, provider, model }: Readonly<Record<string, unknown>>): string {
  if (typeof id === 'string') return id;
  return `${nameOf(provider)}/${typeof model === 'string' ? model : nameOf(model)}`;
}

/** As plain data: providers, strategies and stores by their names, and functions only as such. Only a hash of it is stored. */
function plain(value: unknown): unknown {
  if (typeof value === 'function') return 'function';
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(plain);
  if ('name' in value && Object.values(value).some((each) => typeof each === 'function'))
    return nameOf(value);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && prototype !== Object.prototype) return value.constructor.name;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, plain(each)]));
}

function nameOf(value: unknown): string {
  const { name, modelId } = (value ?? {}) as { readonly name?: unknown; readonly modelId?: unknown };
  return String(name ?? modelId ?? 'unknown');
}
