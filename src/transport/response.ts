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
  let full: Response | undefined;
  let used = false;
  const whole = (): Response => {
    if (used) throw new TypeError('the body has been read');
    full ??= new Response(bodiless.has(status) ? null : toWeb(body), { status, headers });
    return full;
  };
  const text = async (): Promise<string> => {
    if (full !== undefined || used) return whole().text();
    used = true;
    return readText(body);
  };
  return {
    status,
    ok: status >= 200 && status < 300,
    statusText: '',
    url,
    redirected: false,
    type: 'basic',
    headers: toHeaders(headers),
    get body() {
      return used ? null : whole().body;
    },
    get bodyUsed() {
      return used || (full?.bodyUsed ?? false);
    },
    text,
    json: () => text().then((read): unknown => JSON.parse(read)),
    arrayBuffer: async () => whole().arrayBuffer(),
    bytes: async () => whole().bytes(),
    blob: async () => whole().blob(),
    formData: async () => whole().formData(),
    clone: () => whole().clone(),
  };
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
