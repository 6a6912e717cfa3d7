import type { Store } from '../../../types/store.ts';

/** Values to read at once. */
const group = 50;

/** Texts of many parts in a store. */
export class Parts {
  readonly #store: Store;
  readonly #prefix: string;

  constructor(store: Store, prefix: string) {
    this.#store = store;
    this.#prefix = prefix;
  }

  /** @param expiresAt milliseconds since 1970 */
  async set(name: string, index: number, text: string, expiresAt: number): Promise<void> {
    await this.#store.set(this.#key(name, index), text, { ttl: Math.max(1, expiresAt - Date.now()) });
  }

  /** The existing parts, in their order. */
  async *read(name: string, count: number): AsyncGenerator<readonly [index: number, text: string]> {
    let index = 0;
    for (const keys of this.#groups(name, count))
      for (const found of await this.#store.get(keys)) {
        if (found !== undefined) yield [index, found.value];
        index += 1;
      }
  }

  async remove(name: string, count: number): Promise<void> {
    for (const keys of this.#groups(name, count)) await this.#store.delete(keys);
  }

  *#groups(name: string, count: number): Generator<readonly string[]> {
    for (let from = 0; from < count; from += group) {
      const size = Math.min(group, count - from);
      yield Array.from({ length: size }, (_, at) => this.#key(name, from + at));
    }
  }

  #key(name: string, index: number): string {
    return `${this.#prefix}/part/${name}/${index}`;
  }
}

/** The lines of a text in pieces that are not empty, with their numbers from 1. */
export async function* linesIn(
  pieces: AsyncIterable<readonly [index: number, text: string]>,
): AsyncGenerator<readonly [line: string, number: number]> {
  let rest = '';
  let number = 0;
  for await (const [, piece] of pieces) {
    const lines = (rest + piece).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      number += 1;
      if (line.trim() !== '') yield [line, number];
    }
  }
  if (rest.trim() !== '') yield [rest, number + 1];
}
