/** How many chunks are kept at the beginning of a stream, and at its end. Vendors report ids first, and tokens and cost last. */
const edge = 8;

/** The chunks of a stream, for `raw` of its result: all where the request has `includeRaw`, else the first and the last few. */
export class RawChunks {
  readonly #keepsAll: boolean;
  readonly #first: unknown[] = [];
  /** The last chunks after the first ones, in a ring. */
  #last: unknown[] | undefined;
  #more = 0;

  constructor(includeRaw: boolean | undefined) {
    this.#keepsAll = includeRaw === true;
  }

  add(chunk: unknown): void {
    if (this.#keepsAll || this.#first.length < edge) {
      this.#first.push(chunk);
      return;
    }
    this.#last ??= [];
    this.#last[this.#more % edge] = chunk;
    this.#more += 1;
  }

  /** In the order they came. */
  list(): readonly unknown[] {
    const last = this.#last;
    if (last === undefined) return this.#first;
    const oldest = this.#more > edge ? this.#more % edge : 0;
    return [...this.#first, ...last.slice(oldest), ...last.slice(0, oldest)];
  }
}
