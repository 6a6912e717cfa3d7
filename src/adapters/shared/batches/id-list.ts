import type { Store } from '../../../types/store.ts';

/** An entry of a list. */
export interface Entry {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
  readonly bytes: number;
}

/** How long a list outlives its last change: longer than any entry. */
const keep = 400 * 86_400_000;

/** A list of ids in a store, newest first, that several processes may change at once. */
export class IdList {
  readonly #store: Store;
  readonly #key: string;

  constructor(store: Store, key: string) {
    this.#store = store;
    this.#key = key;
  }

  async entries(): Promise<readonly Entry[]> {
    const [found] = await this.#store.get([this.#key]);
    return found === undefined ? [] : current(found.value);
  }

  /**
   * Adds an entry, if `admit` allows it beside the others.
   *
   * @returns whether it is in the list
   */
  add(entry: Entry, admit: (others: readonly Entry[]) => boolean = () => true): Promise<boolean> {
    return this.#change((entries) => (admit(entries) ? [entry, ...entries] : undefined));
  }

  async remove(id: string): Promise<void> {
    await this.#change((entries) => entries.filter((entry) => entry.id !== id));
  }

  /** Compare-and-set until it succeeds; at each failure another process has made progress. */
  async #change(next: (entries: readonly Entry[]) => readonly Entry[] | undefined): Promise<boolean> {
    for (;;) {
      const [found] = await this.#store.get([this.#key]);
      const entries = next(found === undefined ? [] : current(found.value));
      if (entries === undefined) return false;
      const onlyIf = found === undefined ? 'absent' : { version: found.version };
      const version = await this.#store.set(this.#key, JSON.stringify(entries), { ttl: keep, onlyIf });
      if (version !== undefined) return true;
    }
  }
}

function current(text: string): readonly Entry[] {
  const now = Date.now();
  return (JSON.parse(text) as readonly Entry[]).filter(({ expiresAt }) => expiresAt > now);
}
