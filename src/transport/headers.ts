type HeaderRecord = Readonly<Record<string, string>>;

/** The headers of a response. They are decoded when they are asked for. */
export interface ResponseHeaders {
  /**
   * The value of one header; repeated ones are joined with commas.
   *
   * @param name in lower case
   */
  get(name: string): string | undefined;
  /**
   * The values of several headers, in the order of their names.
   *
   * @param names in lower case, always the same array, for which their places are remembered
   */
  pick(names: readonly string[]): readonly (string | undefined)[];
  /** All headers, names in lower case. The record is made when it is first asked for. */
  record(): HeaderRecord;
}

/** Headers that are known as a record with names in lower case. */
export class PlainHeaders implements ResponseHeaders {
  declare private readonly known: HeaderRecord;

  constructor(known: HeaderRecord) {
    this.known = known;
  }

  get(name: string): string | undefined {
    return Object.hasOwn(this.known, name) ? this.known[name] : undefined;
  }

  pick(names: readonly string[]): readonly (string | undefined)[] {
    return names.map((name) => this.get(name));
  }

  record(): HeaderRecord {
    return this.known;
  }
}

/** Before a response has arrived, or where there is none. */
export const noHeaders: ResponseHeaders = /* @__PURE__ */ new PlainHeaders({});

/** The headers of a response to `fetch`. */
export class WebHeaders implements ResponseHeaders {
  declare private readonly headers: Headers;
  declare private made: HeaderRecord | undefined;

  constructor(headers: Headers) {
    this.headers = headers;
    this.made = undefined;
  }

  get(name: string): string | undefined {
    return this.headers.get(name) ?? undefined;
  }

  pick(names: readonly string[]): readonly (string | undefined)[] {
    return names.map((name) => this.get(name));
  }

  record(): HeaderRecord {
    this.made ??= Object.fromEntries(this.headers);
    return this.made;
  }
}
