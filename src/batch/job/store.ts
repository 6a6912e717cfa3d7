import type { BatchRequest, BatchResult } from '../../types/batch/job.ts';
import type { Store } from '../../types/store.ts';
import type { ChunkRecord } from '../vendor/host.ts';
import { decodeRequests, decodeResult, encodeRequests, encodeResult } from './codec.ts';

/** Requests per stored page. */
export const pageSize = 100;

/** The stored description of a batch. */
export interface Manifest {
  readonly id: string;
  /** Call options that JSON can hold. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Number of requests, once all have been read. */
  readonly total?: number;
  readonly canceled?: boolean;
  readonly maxInFlight: number;
}

/** In place of the requests of a full page whose results have all been read. */
const done = 'done';

/** A page of requests, and the state of each. */
export interface Page {
  /** Whether all results of a full page have been read. */
  readonly isDone: boolean;
  readonly requests: readonly BatchRequest[];
  /** Results that have not been read, by position in the page. */
  readonly results: ReadonlyMap<number, BatchResult>;
  /** Positions whose result has been read. */
  readonly read: ReadonlySet<number>;
}

/** Keys to read at once. */
const group = 100;

/** The state of one batch in the store. */
export class JobStore {
  readonly #store: Store;
  readonly #id: string;
  readonly #ttl: number;

  constructor(store: Store, id: string, ttl: number) {
    this.#store = store;
    this.#id = id;
    this.#ttl = Math.max(1, Math.ceil(ttl));
  }

  /** Creates the batch; `false` if its id exists. */
  async create(manifest: Manifest): Promise<boolean> {
    const text = JSON.stringify(manifest);
    return (await this.#store.set(this.#key(''), text, { ttl: this.#ttl, onlyIf: 'absent' })) !== undefined;
  }

  async manifest(): Promise<Manifest | undefined> {
    const [found] = await this.#store.get([this.#key('')]);
    return found === undefined ? undefined : (JSON.parse(found.value) as Manifest);
  }

  saveManifest(manifest: Manifest): Promise<unknown> {
    return this.#set('', JSON.stringify(manifest));
  }

  /** Marks the batch as canceled, for the process that works on it. */
  markCanceled(): Promise<unknown> {
    return this.#set('/cancel', '1');
  }

  async isCanceled(): Promise<boolean> {
    const [mark] = await this.#store.get([this.#key('/cancel')]);
    return mark !== undefined;
  }

  savePage(number: number, requests: readonly BatchRequest[]): Promise<unknown> {
    return this.#set(`/in/${number}`, encodeRequests(requests));
  }

  /** `undefined` if there is none. */
  async page(number: number): Promise<Page | undefined> {
    const outs = Array.from({ length: pageSize }, (_, at) => `/out/${number * pageSize + at}`);
    const keys = [`/in/${number}`, `/read/${number}`, ...outs].map((name) => this.#key(name));
    const [requests, read, ...results] = await this.#store.get(keys);
    if (requests === undefined) return undefined;
    const marks = read?.value ?? '';
    if (requests.value === done) return { requests: [], isDone: true, read: new Set(), results: new Map() };
    return {
      requests: decodeRequests(requests.value),
      isDone: false,
      read: new Set([...marks].flatMap((mark, at) => (mark === '1' ? [at] : []))),
      results: new Map(
        results.flatMap((found, at) => (found === undefined ? [] : [[at, decodeResult(found.value)]])),
      ),
    };
  }

  saveResult(result: BatchResult): Promise<unknown> {
    return this.#set(`/out/${result.index}`, encodeResult(result));
  }

  /**
   * Results of a page have been read.
   *
   * @param marks a `1` for each request; `undefined` if all of a full page have been read, so that its requests are forgotten
   */
  async saveRead(number: number, marks: string | undefined, indices: readonly number[]): Promise<void> {
    if (marks === undefined) await this.#set(`/in/${number}`, done);
    else await this.#set(`/read/${number}`, marks);
    const keys = indices.map((index) => this.#key(`/out/${index}`));
    await this.#store.delete(marks === undefined ? [...keys, this.#key(`/read/${number}`)] : keys);
  }

  saveChunk(record: ChunkRecord): Promise<unknown> {
    return this.#set(`/chunk/${numberOf(record)}`, JSON.stringify(record));
  }

  /** All chunks, in their order. */
  async chunks(): Promise<readonly ChunkRecord[]> {
    const all: ChunkRecord[] = [];
    for (let from = 0; ; from += group) {
      const keys = Array.from({ length: group }, (_, at) => this.#key(`/chunk/${from + at}`));
      const found = (await this.#store.get(keys)).flatMap((each) => each ?? []);
      if (found.length === 0) return all;
      all.push(...found.map(({ value }) => JSON.parse(value) as ChunkRecord));
    }
  }

  /** Takes or renews the right to work on the batch; `false` while another process has it. */
  async own(owner: string, ttl: number): Promise<boolean> {
    const key = this.#key('/owner');
    // Tries twice, because this process's own claim may expire between reading and writing.
    for (let attempt = 0; attempt < 2; attempt++) {
      const [held] = await this.#store.get([key]);
      if (held !== undefined && held.value !== owner) return false;
      const onlyIf = held === undefined ? 'absent' : { version: held.version };
      if ((await this.#store.set(key, owner, { ttl, onlyIf })) !== undefined) return true;
    }
    return false;
  }

  /** Whether a process works on the batch. */
  async isOwned(): Promise<boolean> {
    const [held] = await this.#store.get([this.#key('/owner')]);
    return held !== undefined;
  }

  async disown(owner: string): Promise<void> {
    const key = this.#key('/owner');
    const [held] = await this.#store.get([key]);
    if (held?.value === owner) await this.#store.delete([key]);
  }

  #set(name: string, value: string): Promise<unknown> {
    return this.#store.set(this.#key(name), value, { ttl: this.#ttl });
  }

  #key(name: string): string {
    return `batch/${this.#id}${name}`;
  }
}

/** `JOB.NUMBER`, or `JOB.NUMBER~ATTEMPT` */
export function numberOf({ id }: Pick<ChunkRecord, 'id'>): number {
  return Number.parseInt(id.slice(id.lastIndexOf('.') + 1), 10);
}
