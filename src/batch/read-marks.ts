import { type JobStore, pageSize } from './job-store.ts';

/** A page with results that have not been read. */
interface OpenPage {
  /** `1` for each request whose result has been read. */
  readonly marks: string[];
  /** Results read since the last save. */
  fresh: number[];
  /** Results to come. */
  left: number;
}

/** Results that may be repeated after a crash, per page of requests. */
const marksAtOnce = 20;

/** Which results of a batch have been read. Saved a few at a time, so that reading costs little. */
export class ReadMarks {
  readonly #store: JobStore;
  readonly #pages = new Map<number, OpenPage>();

  constructor(store: JobStore) {
    this.#store = store;
  }

  /** Whether nothing is left to read. */
  get isEmpty(): boolean {
    return this.#pages.size === 0;
  }

  /** A request's result will come. */
  expect(index: number): void {
    this.#open(Math.floor(index / pageSize)).left += 1;
  }

  /** What an earlier process has read of a page. */
  restore(number: number, read: ReadonlySet<number>): void {
    if (read.size === 0) return;
    const page = this.#open(number);
    for (const at of read) page.marks[at] = '1';
  }

  /** A result has been read. Returns whether to save its page. */
  read(index: number): boolean {
    const page = this.#open(Math.floor(index / pageSize));
    page.marks[index % pageSize] = '1';
    page.fresh.push(index);
    page.left -= 1;
    return page.left === 0 || page.fresh.length >= marksAtOnce;
  }

  async save(number: number): Promise<void> {
    const page = this.#open(number);
    const { fresh } = page;
    const marks = Array.from({ length: pageSize }, (_, at) => page.marks[at] ?? '0').join('');
    await this.#store.saveRead(number, marks, fresh);
    page.fresh = page.fresh.filter((index) => !fresh.includes(index));
    this.drop(number);
  }

  /** Forgets a page if nothing of it is left. */
  drop(number: number): void {
    const page = this.#open(number);
    if (page.left === 0 && page.fresh.length === 0) this.#pages.delete(number);
  }

  async saveAll(): Promise<void> {
    const changed = [...this.#pages].filter(([, { fresh }]) => fresh.length > 0);
    await Promise.all(changed.map(([number]) => this.save(number)));
  }

  #open(number: number): OpenPage {
    const page = this.#pages.get(number) ?? { marks: [], fresh: [], left: 0 };
    this.#pages.set(number, page);
    return page;
  }
}
