import { type JobStore, pageSize } from './store.ts';

/** A page with results that have not been read. */
interface OpenPage {
  /** Its requests so far; the last page may grow. */
  size: number;
  /** `1` for each request whose result has been read. */
  readonly marks: string[];
  /** How many have been read. */
  read: number;
  /** Results read since the last save. */
  fresh: number[];
}

/** Results that may be repeated after a crash. */
const marksAtOnce = 20;

/** Which results of a batch have been read. Saved a few at a time, so that reading costs little. */
export class ReadMarks {
  readonly #store: JobStore;
  readonly #pages = new Map<number, OpenPage>();
  /** Results read since the last save, of all pages. */
  #fresh = 0;

  constructor(store: JobStore) {
    this.#store = store;
  }

  /** Whether nothing is left to read. */
  get isEmpty(): boolean {
    return [...this.#pages.values()].every(({ size, read }) => read === size);
  }

  /**
   * A page has been stored.
   *
   * @param read what an earlier process has read of it
   */
  begin(number: number, size: number, read: ReadonlySet<number> = new Set()): void {
    const page = this.#pages.get(number) ?? { size, marks: [], read: 0, fresh: [] };
    page.size = size;
    for (const at of read) page.marks[at] = '1';
    page.read += read.size;
    this.#pages.set(number, page);
    this.#dropIfDone(number, page);
  }

  /** A result has been read. Returns whether to save. */
  read(index: number): boolean {
    const page = this.#pages.get(Math.floor(index / pageSize));
    if (page === undefined) return false;
    page.marks[index % pageSize] = '1';
    page.read += 1;
    page.fresh.push(index);
    this.#fresh += 1;
    return page.read === page.size || this.#fresh >= marksAtOnce;
  }

  async save(): Promise<void> {
    const changed = [...this.#pages].filter(([, { fresh }]) => fresh.length > 0);
    await Promise.all(changed.map(([number, page]) => this.#save(number, page)));
  }

  async #save(number: number, page: OpenPage): Promise<void> {
    const { fresh, size, read } = page;
    // A full page cannot grow, so it is no longer needed.
    const marks =
      read === pageSize ? undefined : Array.from({ length: size }, (_, at) => page.marks[at] ?? '0').join('');
    page.fresh = [];
    this.#fresh -= fresh.length;
    try {
      await this.#store.saveRead(number, marks, fresh);
    } catch (error) {
      page.fresh.push(...fresh);
      this.#fresh += fresh.length;
      throw error;
    }
    this.#dropIfDone(number, page);
  }

  /** Drops a page whose results have all been read and saved. The last one stays while it may grow. */
  #dropIfDone(number: number, { read, fresh }: OpenPage): void {
    if (read === pageSize && fresh.length === 0) this.#pages.delete(number);
  }
}
