/** How many chunks are kept at the beginning of a stream, and at its end. Vendors report ids first, and tokens and cost last. */
const edge = 8;

/** A chunk, or its JSON as long as it is not parsed. */
interface Kept {
  chunk: unknown;
  data: string | undefined;
}

/** The chunks of a stream, for `raw` of its result: all where the request has `includeRaw`, else the first and the last few. */
export class RawChunks {
  declare private readonly first: Kept[];
  /** The last chunks after the first ones, in a ring. */
  declare private readonly last: Kept[];
  declare private readonly most: number;
  declare private more: number;

  constructor(includeRaw: boolean | undefined) {
    this.first = [];
    this.last = [];
    this.most = includeRaw === true ? Number.POSITIVE_INFINITY : edge;
    this.more = 0;
  }

  /** @param data its JSON, in place of a chunk that was not parsed */
  add(chunk: unknown, data?: string): void {
    const { first, last } = this;
    if (first.length < this.most) {
      first.push({ chunk, data });
      return;
    }
    const oldest = last[this.more % edge];
    this.more += 1;
    if (oldest === undefined) {
      last.push({ chunk, data });
      return;
    }
    oldest.chunk = chunk;
    oldest.data = data;
  }

  /** In the order they came. */
  list(): readonly unknown[] {
    const { first, last } = this;
    const oldest = this.more % last.length || 0;
    const chunks: unknown[] = [];
    for (let at = 0; at < first.length + last.length; at++) {
      const kept = first[at] ?? last[(at - first.length + oldest) % last.length];
      chunks.push(kept?.data === undefined ? kept?.chunk : JSON.parse(kept.data));
    }
    return chunks;
  }
}
