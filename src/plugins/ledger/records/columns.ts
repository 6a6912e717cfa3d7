import type { Cost, Usage } from '../../../types/result/usage.ts';
import { fromNanos, toNanos } from '../../shared/nanos.ts';
import type { LedgerRow } from '../reading.ts';

export type Value = string | number | null;
type Read = (row: LedgerRow) => Value;

/** A column of the table, and of the hashed content of rows. */
interface Column {
  readonly name: string;
  readonly type: 'text' | 'integer';
  readonly value: Read;
}

const plain = (name: keyof LedgerRow, type: Column['type']): Column => ({
  name: snake(name),
  type,
  value: (row) => {
    const value = row[name];
    return typeof value === 'boolean' ? Number(value) : (value as Value);
  },
});
const json = (name: 'tags' | 'decision' | 'metadata'): Column => ({
  name,
  type: 'text',
  value: (row) => {
    const value = row[name];
    return value === null || (Array.isArray(value) && value.length === 0) ? null : JSON.stringify(value);
  },
});

const usageFields = [
  'inputTokens',
  'outputTokens',
  'cacheReadTokens',
  'cacheWriteTokens',
  'cacheWrite1hTokens',
  'reasoningTokens',
  'audioInputTokens',
  'audioOutputTokens',
  'imageInputTokens',
  'imageOutputTokens',
  'images',
  'webSearches',
  'fileSearches',
  'codeExecutions',
  'unpricedUses',
] as const satisfies readonly (keyof Usage)[];

const costFields = [
  'total',
  'input',
  'output',
  'cacheRead',
  'cacheWrite',
  'request',
  'webSearch',
  'fileSearch',
  'codeExecution',
  'image',
] as const satisfies readonly (keyof Cost)[];

const costColumn = (name: (typeof costFields)[number]): string =>
  name === 'total' ? 'cost' : `cost_${snake(name)}`;

/**
 * The columns of the table in the order in which they are hashed. A new one goes to the end, after `hashed`, with a new version of the tables
 * in `sql/schema.ts`.
 */
export const columns: readonly Column[] = [
  plain('chain', 'text'),
  plain('seq', 'integer'),
  plain('at', 'integer'),
  plain('requestId', 'text'),
  plain('operation', 'text'),
  plain('requestOutcome', 'text'),
  plain('main', 'integer'),
  plain('failover', 'integer'),
  plain('row', 'integer'),
  plain('attempts', 'integer'),
  plain('charge', 'text'),
  plain('outcome', 'text'),
  plain('billed', 'text'),
  plain('hedge', 'integer'),
  plain('mirror', 'integer'),
  plain('route', 'text'),
  plain('target', 'text'),
  plain('provider', 'text'),
  plain('model', 'text'),
  plain('key', 'integer'),
  plain('tenant', 'text'),
  plain('user', 'text'),
  plain('session', 'text'),
  json('tags'),
  plain('responseId', 'text'),
  plain('responseModel', 'text'),
  plain('serviceTier', 'text'),
  plain('region', 'text'),
  ...usageFields.map(
    (name): Column => ({ name: snake(name), type: 'integer', value: ({ usage }) => whole(usage[name]) }),
  ),
  ...costFields.map(
    (name): Column => ({
      name: costColumn(name),
      type: 'integer',
      value: ({ cost }) => (cost === null ? null : toNanos(cost[name])),
    }),
  ),
  { name: 'price_source', type: 'text', value: ({ cost }) => cost?.source ?? null },
  {
    name: 'estimated',
    type: 'integer',
    value: ({ cost }) => (cost === null ? null : Number(cost.estimated)),
  },
  { name: 'saved', type: 'integer', value: ({ saved }) => toNanos(saved) },
  plain('lookup', 'text'),
  plain('started', 'integer'),
  plain('duration', 'integer'),
  plain('firstToken', 'integer'),
  plain('requestDuration', 'integer'),
  plain('requestFirstToken', 'integer'),
  plain('errorKind', 'text'),
  plain('errorStatus', 'integer'),
  plain('errorCode', 'text'),
  plain('requestError', 'text'),
  json('decision'),
  json('metadata'),
  plain('promptHash', 'text'),
  plain('answerHash', 'text'),
  plain('promptCache', 'text'),
  {
    name: 'prompt_cache_saved',
    type: 'integer',
    value: ({ promptCacheSaved }) => (promptCacheSaved === null ? null : toNanos(promptCacheSaved)),
  },
];

/** How many columns the first rows had. Later ones are part of a row's hash only up to the last that has a value. */
const hashedAlways = columns.findIndex(({ name }) => name === 'answer_hash') + 1;

/** The columns that ledgers of earlier versions get when they are opened. */
export const laterColumns = columns.slice(hashedAlways);

/**
 * The content that the hash of a row covers. A row from before a column was added is hashed as it was then, because it has no
 * value there.
 */
export function hashedText(values: readonly unknown[]): string {
  const last = values.findLastIndex((value) => value !== null && value !== undefined);
  return JSON.stringify(values.slice(0, Math.max(hashedAlways, last + 1)));
}

const money = new Set<string>([...costFields.map(costColumn), 'saved', 'prompt_cache_saved']);
const flags: readonly string[] = ['main', 'failover', 'hedge', 'mirror', 'estimated'];

/** The columns for people: money in US$, flags as booleans. */
export const flatColumns = columns.map(({ name, value }) => ({
  name,
  cell(row: LedgerRow): string | number | boolean | null {
    const stored = value(row);
    if (typeof stored !== 'number') return stored;
    if (flags.includes(name)) return stored === 1;
    return money.has(name) ? fromNanos(stored) : stored;
  },
}));

/** The values of a row in the order of `columns`. */
export function valuesOf(row: LedgerRow): Value[] {
  return columns.map(({ value }) => value(row));
}

type Stored = Readonly<Record<string, unknown>>;

/** A row as a database returns it: 64-bit integers may come as text. */
export function fromStored(stored: Stored): LedgerRow {
  const number = (name: string): number | null =>
    stored[name] === null || stored[name] === undefined ? null : Number(stored[name]);
  const parsed = (name: string): unknown =>
    typeof stored[name] === 'string' && stored[name] !== '' ? JSON.parse(stored[name]) : null;
  const flat = Object.fromEntries(
    columns.map(({ name, type }) => [
      camel(name),
      type === 'integer' ? number(name) : (stored[name] ?? null),
    ]),
  );
  return {
    ...(flat as Record<keyof LedgerRow, unknown> as LedgerRow),
    main: number('main') === 1,
    failover: number('failover') === 1,
    hedge: number('hedge') === 1,
    mirror: number('mirror') === 1,
    tags: (parsed('tags') ?? []) as readonly string[],
    decision: parsed('decision') as LedgerRow['decision'],
    metadata: parsed('metadata') as LedgerRow['metadata'],
    saved: fromNanos(number('saved') ?? 0),
    promptCacheSaved: usdOf(number('prompt_cache_saved')),
    usage: Object.fromEntries(
      usageFields.flatMap((name) => {
        const count = number(snake(name));
        return count === null ? [] : [[name, count]];
      }),
    ),
    cost: costFrom(stored, number),
  };
}

function usdOf(nanos: number | null): number | null {
  return nanos === null ? null : fromNanos(nanos);
}

/** Databases keep whole numbers; a count with a fraction would not come back as it was hashed. */
function whole(count: number | undefined): number | null {
  return count === undefined || !Number.isFinite(count) ? null : Math.round(count);
}

function costFrom(stored: Stored, number: (name: string) => number | null): Cost | null {
  if (number('cost') === null) return null;
  const amounts = costFields.map((name) => [name, fromNanos(number(costColumn(name)) ?? 0)]);
  return {
    ...(Object.fromEntries(amounts) as Omit<Cost, 'source' | 'estimated'>),
    source: stored['price_source'] as Cost['source'],
    estimated: number('estimated') === 1,
  };
}

function snake(name: string): string {
  return name.replace(/[A-Z]|\d+/g, (part) => `_${part.toLowerCase()}`);
}

function camel(name: string): string {
  return name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
}
