import { type Body, readText, toWeb } from './body.ts';
import type { ResponseHeaders } from './headers.ts';

/** A vendor's HTTP response, as soon as its headers arrive. */
export interface Answer {
  readonly status: number;
  readonly headers: ResponseHeaders;
  readonly body: Body;
}

/** https://fetch.spec.whatwg.org/#null-body-status */
const bodiless = new Set([204, 205, 304]);

/**
 * A response as SDKs expect it from `fetch`. Implements the members that SDKs read on every request and creates the
 * runtime's own `Response` only for the others, because creating one costs as much as sending the request.
 */
export class LeanResponse implements Response {
  declare readonly status: number;
  declare readonly url: string;
  /** Whether the body has been asked for, so that it cannot be read elsewhere. */
  declare isTaken: boolean;
  declare private readonly received: ResponseHeaders;
  declare private readonly answered: Body;
  declare private made: Headers | undefined;
  declare private full: Response | undefined;
  /** Whether the body has been read, so that it cannot be read again. */
  declare used: boolean;

  constructor({ status, headers, body }: Answer, url: string) {
    this.status = status;
    this.url = url;
    this.received = headers;
    this.answered = body;
    this.made = undefined;
    this.full = undefined;
    this.used = false;
    this.isTaken = false;
  }

  get ok(): boolean {
    return this.status >= 200 && this.status < 300;
  }

  get statusText(): string {
    return '';
  }

  get redirected(): boolean {
    return false;
  }

  get type(): ResponseType {
    return 'basic';
  }

  get headers(): Headers {
    this.made ??= toHeaders(this.received);
    return this.made;
  }

  get body(): Response['body'] {
    return this.used ? null : this.whole().body;
  }

  get bodyUsed(): boolean {
    return this.used || (this.full?.bodyUsed ?? false);
  }

  async text(): Promise<string> {
    if (this.full !== undefined || this.used) return this.whole().text();
    this.used = true;
    this.isTaken = true;
    return readText(this.answered);
  }

  async json(): Promise<unknown> {
    return JSON.parse(await this.text());
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    return this.whole().arrayBuffer();
  }

  async bytes(): Promise<Uint8Array<ArrayBuffer>> {
    return this.whole().bytes();
  }

  async blob(): Promise<Blob> {
    return this.whole().blob();
  }

  async formData(): Promise<FormData> {
    return this.whole().formData();
  }

  clone(): Response {
    return this.whole().clone();
  }

  private whole(): Response {
    if (this.used) throw new TypeError('the body has been read');
    this.isTaken = true;
    const { status } = this;
    this.full ??= new Response(bodiless.has(status) ? null : toWeb(this.answered), {
      status,
      headers: this.received.record(),
    });
    return this.full;
  }
}

/**
 * A minimal `Headers`. Its data is not enumerable, because SDKs list the fields of `Headers` that are not the
 * runtime's own.
 */
function toHeaders(headers: ResponseHeaders): Headers {
  return Object.create(headersMethods, { [held]: { value: headers } });
}

const held = Symbol('headers');

interface HeldHeaders extends Headers {
  readonly [held]: ResponseHeaders;
}

const headersMethods: ThisType<HeldHeaders> & Headers = {
  get(name) {
    return this[held].get(name.toLowerCase()) ?? null;
  },
  has(name) {
    return this[held].get(name.toLowerCase()) !== undefined;
  },
  entries() {
    return Object.entries(this[held].record()).values();
  },
  keys() {
    return Object.keys(this[held].record()).values();
  },
  values() {
    return Object.values(this[held].record()).values();
  },
  [Symbol.iterator]() {
    return this.entries();
  },
  forEach(each) {
    for (const [name, value] of this.entries()) each(value, name, this);
  },
  getSetCookie() {
    return new Headers(this[held].record()).getSetCookie();
  },
  append: refuse,
  delete: refuse,
  set: refuse,
};

function refuse(): never {
  throw new TypeError('the headers of a response cannot be changed');
}
