import type { ResponseHeaders } from '../headers.ts';

/** Reads the headers of responses: names and values in turn. */
export type HeaderReader = (raw: Pieces) => ResponseHeaders;

type Pieces = readonly (string | Buffer)[];

/** Where a header is among the others; all places of a repeated one. */
type Places = number | readonly number[];

/** Where the headers of a layout are. It does not refer to the layout, so that a kept response keeps no others. */
class Index {
  /** By name in lower case. */
  declare readonly places: Map<string, Places>;
  /** By list of names. */
  declare readonly picked: Map<readonly string[], readonly (Places | undefined)[]>;
  /** A record with the names alone, made when first needed. */
  declare blank: Readonly<Record<string, string>> | undefined;

  constructor(last: Layout) {
    this.places = new Map();
    this.picked = new Map();
    const names: string[] = [];
    for (let layout = last; layout.before !== undefined; layout = layout.before) names.push(layout.name);
    for (const [place, name] of names.reverse().entries()) {
      const key = name.toLowerCase();
      const known = this.places.get(key);
      this.places.set(key, known === undefined ? place : [known, place].flat());
    }
    this.blank = undefined;
  }

  pick(names: readonly string[]): readonly (Places | undefined)[] {
    const picked = names.map((name) => this.places.get(name));
    this.picked.set(names, picked);
    return picked;
  }
}

/**
 * Number of characters in names after which all layouts are forgotten. Vendors send the same few names with every
 * response; those of other servers must not take up more and more memory.
 */
const mostCharacters = 65_536;
/** What a layout counts in addition to its name. */
const layoutSize = 32;

/**
 * The names of headers from the first to this one. Vendors send the same names in the same order, so layouts form a tree
 * in which most responses take the same path, as objects take the same path through their hidden classes in V8.
 */
class Layout {
  /** As the server writes it. */
  declare readonly name: string;
  declare readonly before: Layout | undefined;
  /** What came next last time. */
  declare next: Layout | undefined;
  /** All that have come next, by name. */
  declare others: Map<string, Layout> | undefined;
  /** Made when first needed. */
  declare index: Index | undefined;

  constructor(name: string, before: Layout | undefined) {
    this.name = name;
    this.before = before;
    this.next = undefined;
    this.others = undefined;
    this.index = undefined;
  }
}

/** The headers of one response. */
class LaidOutHeaders implements ResponseHeaders {
  declare private readonly index: Index;
  /** Contains the values. */
  declare private readonly text: string;
  /** The start and end of each value in turn. */
  declare private readonly edges: readonly number[];
  declare private made: Readonly<Record<string, string>> | undefined;

  constructor(layout: Layout, text: string, edges: readonly number[]) {
    layout.index ??= new Index(layout);
    this.index = layout.index;
    this.text = text;
    this.edges = edges;
    this.made = undefined;
  }

  get(name: string): string | undefined {
    const { index, text, edges } = this;
    const places = index.places.get(name);
    if (typeof places === 'number') return text.slice(edges[2 * places], edges[2 * places + 1]);
    return places === undefined ? undefined : this.at(places);
  }

  pick(names: readonly string[]): readonly (string | undefined)[] {
    const { index, text, edges } = this;
    const picked = index.picked.get(names) ?? index.pick(names);
    const values = new Array<string | undefined>(picked.length);
    // Without a call for each name, because it runs for every response.
    for (let at = 0; at < picked.length; at += 1) {
      const places = picked[at];
      if (typeof places === 'number') values[at] = text.slice(edges[2 * places], edges[2 * places + 1]);
      else values[at] = places === undefined ? undefined : this.at(places);
    }
    return values;
  }

  record(): Readonly<Record<string, string>> {
    if (this.made !== undefined) return this.made;
    const { index } = this;
    // A copy of an object from JSON, because one to which so many names are added becomes a dictionary.
    index.blank ??= JSON.parse(
      `{${[...index.places.keys()].map((name) => `${JSON.stringify(name)}:""`).join()}}`,
    );
    const made: Record<string, string> = { ...index.blank };
    for (const [name, places] of index.places) made[name] = this.at(places);
    this.made = made;
    return made;
  }

  private at(places: Places): string {
    if (typeof places !== 'number') return places.map((place) => this.at(place)).join(', ');
    return this.text.slice(this.edges[2 * places], this.edges[2 * places + 1]);
  }
}

/**
 * Creates a reader, which remembers names and their order. It decodes the bytes of all headers at once, because each call
 * of the decoder costs more than what it decodes, and makes a value of them when it is asked for.
 */
export function headerReader(): HeaderReader {
  let start = new Layout('', undefined);
  let size = 0;
  const follow = (layout: Layout, name: string): Layout => {
    layout.others ??= new Map();
    let next = layout.others.get(name);
    if (next === undefined) {
      next = new Layout(name, layout);
      layout.others.set(name, next);
      size += name.length + layoutSize;
    }
    layout.next = next;
    return next;
  };
  const readEach = (raw: Pieces): ResponseHeaders => {
    let layout = start;
    let text = '';
    const edges: number[] = [];
    for (let at = 0; at + 1 < raw.length; at += 2) {
      const value = textOf(raw[at + 1]);
      layout = follow(layout, textOf(raw[at]));
      edges.push(text.length, text.length + value.length);
      text += value;
    }
    return new LaidOutHeaders(layout, text, edges);
  };
  return (raw) => {
    if (size > mostCharacters) {
      start = new Layout('', undefined);
      size = 0;
    }
    const first = raw[0];
    const last = raw.at(-1);
    if (typeof first !== 'object' || typeof last !== 'object') return readEach(raw);
    const { buffer, byteOffset: from } = first;
    const length = last.byteOffset + last.length - from;
    // What arrives in two packets is joined in a buffer of Node's pool. Another buffer is one packet, so that what is between two
    // pieces in it is in it too. Looking at the buffer of each piece costs as much as all the rest.
    const isWhole =
      last.buffer === buffer &&
      (buffer.byteLength !== Buffer.poolSize || raw.every((piece) => isIn(buffer, piece)));
    if (!isWhole || length <= 0) return readEach(raw);
    const text = Buffer.from(buffer, from, length).toString('latin1');
    const edges = new Array<number>(raw.length);
    let layout = start;
    for (let at = 0; at < raw.length; at += 2) {
      const name = raw[at];
      const value = raw[at + 1];
      if (typeof name !== 'object' || typeof value !== 'object') return readEach(raw);
      const begin = name.byteOffset - from;
      const { next }: Layout = layout;
      // `indexOf` costs half of `startsWith` where the name is the same, and searches a few kilobytes where it is another.
      if (next?.name.length === name.length && text.indexOf(next.name, begin) === begin) layout = next;
      // A slice of the text would keep it.
      else layout = follow(layout, textOf(name));
      const edge = value.byteOffset - from;
      edges[at] = edge;
      edges[at + 1] = edge + value.length;
      if (edge < 0 || edge + value.length > length) return readEach(raw);
    }
    return new LaidOutHeaders(layout, text, edges);
  };
}

function textOf(piece: string | Buffer = ''): string {
  return typeof piece === 'string' ? piece : piece.toString('latin1');
}

function isIn(buffer: ArrayBufferLike, piece: string | Buffer): boolean {
  return typeof piece === 'object' && piece.buffer === buffer;
}
