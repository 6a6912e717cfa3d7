import { type Body, readText, toWeb } from './body.ts';

/** What a vendor answered, once its headers are there. */
export interface Answer {
  readonly status: number;
  /** In lower case; several of one name are joined by commas. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Body;
}

/** https://fetch.spec.whatwg.org/#null-body-status */
const bodiless = new Set([204, 205, 304]);

/**
 * An answer as SDKs want it from their `fetch`. What all of them read on each request is here; the rest is the runtime's
 * own `Response`, made when it is asked for, because making one costs as much as sending the request.
 */
export function toResponse({ status, headers, body }: Answer, url: string): Response {
  return new LeanResponse(status, toHeaders(headers), headers, body, url);
}

class LeanResponse implements Response {
  readonly status: number;
  readonly ok: boolean;
  readonly statusText = '';
  readonly url: string;
  readonly redirected = false;
  readonly type = 'basic';
  readonly headers: Headers;
  readonly #record: Answer['headers'];
  readonly #body: Body;
  #full: Response | undefined;
  #used = false;

  constructor(status: number, headers: Headers, record: Answer['headers'], body: Body, url: string) {
    this.status = status;
    this.ok = status >= 200 && status < 300;
    this.headers = headers;
    this.#record = record;
    this.#body = body;
    this.url = url;
  }

  get body(): Response['body'] {
    return this.#used ? null : this.#whole().body;
  }

  get bodyUsed(): boolean {
    return this.#used || (this.#full?.bodyUsed ?? false);
  }

  async text(): Promise<string> {
    if (this.#full !== undefined || this.#used) return this.#whole().text();
    this.#used = true;
    return readText(this.#body);
  }

  async json(): Promise<unknown> {
    return JSON.parse(await this.text());
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    return this.#whole().arrayBuffer();
  }

  async bytes(): Promise<Uint8Array<ArrayBuffer>> {
    return this.#whole().bytes();
  }

  async blob(): Promise<Blob> {
    return this.#whole().blob();
  }

  async formData(): Promise<FormData> {
    return this.#whole().formData();
  }

  clone(): Response {
    return this.#whole().clone();
  }

  #whole(): Response {
    if (this.#used) throw new TypeError('the body has been read');
    const { status } = this;
    this.#full ??= new Response(bodiless.has(status) ? null : toWeb(this.#body), {
      status,
      headers: this.#record,
    });
    return this.#full;
  }
}

/** The same of `Headers`. Without fields of its own: SDKs list those of an object that is not the runtime's. */
function toHeaders(record: Readonly<Record<string, string>>): Headers {
  return Object.create(headersMethods, { [held]: { value: record } });
}

const held = Symbol('headers');

interface HeldHeaders extends Headers {
  readonly [held]: Readonly<Record<string, string>>;
}

const headersMethods: ThisType<HeldHeaders> & Headers = {
  get(name) {
    const key = name.toLowerCase();
    return Object.hasOwn(this[held], key) ? (this[held][key] ?? null) : null;
  },
  has(name) {
    return Object.hasOwn(this[held], name.toLowerCase());
  },
  entries() {
    return Object.entries(this[held]).values();
  },
  keys() {
    return Object.keys(this[held]).values();
  },
  values() {
    return Object.values(this[held]).values();
  },
  [Symbol.iterator]() {
    return this.entries();
  },
  forEach(each) {
    for (const [name, value] of this.entries()) each(value, name, this);
  },
  getSetCookie() {
    return new Headers(this[held]).getSetCookie();
  },
  append: refuse,
  delete: refuse,
  set: refuse,
};

function refuse(): never {
  throw new TypeError('the headers of an answer cannot be changed');
}
