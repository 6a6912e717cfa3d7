import { ProviderError } from '../errors.ts';
import type { DeferredChannel } from '../types/batch/desk.ts';
import type { ProviderBatches } from '../types/provider.ts';
import { fingerprint } from '../util/fingerprint.ts';

/** The batch interfaces of channels, each loaded once. */
export class Interfaces {
  readonly #loaded = new Map<string, Promise<ProviderBatches>>();

  of(channel: DeferredChannel): Promise<ProviderBatches> {
    const name = nameOf(channel.target, channel.key);
    const before = this.#loaded.get(name);
    if (before !== undefined) return before;
    const loading = load(channel);
    this.#loaded.set(name, loading);
    loading.catch(() => this.#loaded.delete(name)); // the next call tries again
    return loading;
  }
}

/** Ids of requests in vendors' batches, while their calls wait. */
export class WaitingIds {
  readonly #ids = new Set<string>();

  /** `ITEM-PRINT`: the same after a restart, and unique among those that wait. */
  idFor(item: string, body: string): string {
    const id = `${item}-${fingerprint(body)}${fingerprint(body, 1)}`;
    let unique = id;
    // Calls for several images of one request are identical.
    for (let number = 1; this.#ids.has(unique); number++) unique = `${id}_${number}`;
    this.#ids.add(unique);
    return unique;
  }

  delete(id: string): void {
    this.#ids.delete(id);
  }
}

/** The batch interface of a channel's provider. */
async function load({ provider }: DeferredChannel): Promise<ProviderBatches> {
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
