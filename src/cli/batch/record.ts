import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { UsageError } from '../../simulator/usage-error.ts';
import type { Store } from '../../types/store.ts';
import { type OpenedStore, openStore } from '../keys/open-store.ts';
import type { BatchFlags } from './flags.ts';
import type { Input } from './input.ts';

/** Data stored for a run beside the batch itself, found by the file of its results. */
export interface RunRecord extends Pick<Input, 'form' | 'total' | 'digest'> {
  readonly batchId: string;
  readonly route: string | undefined;
  /** Milliseconds since 1970. */
  readonly deadline: number;
}

const keep = 60 * 86_400_000;

/** Finds the store of a run: the flag's, otherwise that of the application's module, otherwise a file beside the results. */
export async function openState(
  { store, out }: Pick<BatchFlags, 'store' | 'out'>,
  exported: Store | undefined,
): Promise<OpenedStore> {
  if (store !== undefined)
    return /^(redis|rediss|valkey|valkeys):/.test(store)
      ? openStore({ redis: store })
      : openStore({ file: store });
  if (exported === undefined) return openStore({ file: `${out}.db` });
  if (exported.name === 'memory')
    throw new UsageError('the store of --module', 'one that outlives the process', 'memory');
  return { store: exported, close: async () => {} };
}

export async function readRecord(store: Store, out: string): Promise<RunRecord | undefined> {
  const [found] = await store.get([keyOf(out)]);
  return found === undefined ? undefined : (JSON.parse(found.value) as RunRecord);
}

export async function saveRecord(store: Store, out: string, record: RunRecord): Promise<void> {
  await store.set(keyOf(out), JSON.stringify(record), { ttl: keep });
}

function keyOf(out: string): string {
  return `cli-batch/${createHash('sha256').update(resolve(out)).digest('hex').slice(0, 32)}`;
}
