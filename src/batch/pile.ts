import { ProviderError } from '../errors.ts';
import type { BatchKind } from '../types/batch/batch.ts';
import type { DeferredChannel } from '../types/batch/desk.ts';
import type { ProviderBatches } from '../types/provider.ts';
import type { Entry } from './entry.ts';

/** Calls that are collected for the next batch of one kind. */
export interface Pile {
  readonly channel: DeferredChannel;
  readonly batches: ProviderBatches;
  readonly kind: BatchKind;
  readonly model: string;
  /** The batch of ours that they belong to; `undefined` for single calls. */
  readonly job: string | undefined;
  readonly entries: Map<string, Entry>;
  bytes: number;
  /** When it is submitted at the latest; monotonic milliseconds. */
  dueAt: number;
  cancelTimer: () => void;
}

/** The batch interface of a channel's provider. */
export async function loaded({ provider }: DeferredChannel): Promise<ProviderBatches> {
  const batches = await provider.batches?.();
  if (batches !== undefined) return batches;
  throw new ProviderError({
    kind: 'bad-request',
    scope: 'deployment',
    provider: provider.name,
    summary: 'no batches',
  });
}

export function nameOf(target: string, key: number): string {
  return `${target}\n${key}`;
}

/** `JOB-INDEX-PRINT` → `JOB-INDEX` */
export function itemOf(id: string): string {
  return id.slice(0, id.lastIndexOf('-'));
}

/** `JOB-INDEX` or `JOB.NUMBER` → `JOB` */
export function jobOf(name: string): string {
  return name.replace(/[-.][^-.]*$/, '');
}
