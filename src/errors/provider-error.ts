import type { HitLimit, ProviderErrorKind, ProviderErrorScope } from '../types/error.ts';

import { RouterError, type Unredacted } from './router-error.ts';

/** The fields of a new `ProviderError`. */
export interface ProviderErrorInit {
  /** What failed, in one word. */
  readonly kind: ProviderErrorKind;
  /** The provider's name. Default: `provider`. */
  readonly provider?: string | undefined;
  /** HTTP status, if any; for an error inside a stream, the equivalent status. */
  readonly status?: number | undefined;
  /** The vendor's error code or type, or the code of a network error (`ECONNRESET`). */
  readonly code?: string | undefined;
  /** The vendor's error type, such as `invalid_request_error`. */
  readonly type?: string | undefined;
  /** The field of the request that the vendor rejects, by the vendor's name. */
  readonly param?: string | undefined;
  /** The vendor limit that was exceeded, if known. */
  readonly limit?: HitLimit | undefined;
  /** Milliseconds after which to retry, according to the vendor. */
  readonly retryAfter?: number | undefined;
  /** The same as a point in time: milliseconds since 1970. `retryAfter` wins. */
  readonly retryAt?: number | undefined;
  /** The vendor's id of the request. */
  readonly requestId?: string | undefined;
  /** Default: what the kind implies. */
  readonly scope?: ProviderErrorScope | undefined;
  /** Whether the vendor had started to answer. @default whether there is a status */
  readonly answered?: boolean | undefined;
  /** A short description in our own words. */
  readonly summary?: string | undefined;
  /** The vendor's message and the SDK's error. Kept separate, see `unredacted()` and `disclose()`. */
  readonly vendorMessage?: string | undefined;
  /** The error that the SDK or the network threw. */
  readonly cause?: unknown;
}

/** Removes sensitive parts from a vendor's text. Returns `undefined` if the text must not be shown at all. */
export type Redact = (text: string) => string | undefined;

const scopeOfKind: Record<ProviderErrorKind, ProviderErrorScope> = {
  'rate-limit': 'deployment',
  quota: 'key',
  overloaded: 'deployment',
  server: 'deployment',
  network: 'endpoint',
  timeout: 'deployment',
  auth: 'key',
  'not-found': 'deployment',
  'bad-request': 'request',
  'context-length': 'request',
  'content-filter': 'request',
  malformed: 'deployment',
  truncated: 'deployment',
  aborted: 'request',
  unknown: 'deployment',
};

/** All kinds. */
export const providerErrorKinds: readonly string[] = /* @__PURE__ */ Object.keys(scopeOfKind);

/** One attempt failed. The only error that a provider throws. */
export class ProviderError extends RouterError {
  /** What failed, in one word. */
  declare readonly kind: ProviderErrorKind;
  /** The provider's name. */
  declare readonly provider: string;
  /** The HTTP status, if the vendor answered. */
  declare readonly status: number | undefined;
  /** The vendor's code. `code` identifies the class of `RouterError`. */
  declare readonly vendorCode: string | undefined;
  /** The vendor's error type, such as `invalid_request_error`. */
  declare readonly vendorType: string | undefined;
  /**
   * The vendor's message, at most 300 characters. Parts of the prompt, the key and the headers are replaced by `[redacted]`.
   * `undefined` if there is none, or none that can be shown. See the router option `errors`.
   */
  declare readonly vendorMessage: string | undefined;
  /** The field of the request that the vendor rejects, by the vendor's name, such as `messages[0].content`. */
  declare readonly param: string | undefined;
  /** For the kinds `rate-limit` and `quota`: the vendor limit that was exceeded, if known. */
  declare readonly limit: HitLimit | undefined;
  /** Milliseconds from the error until a retry is welcome, according to the vendor. */
  declare readonly retryAfter: number | undefined;
  /** The same as a point in time: milliseconds since 1970. */
  declare readonly retryAt: number | undefined;
  /** The vendor's id of the request, for its support. */
  declare readonly requestId: string | undefined;
  /** What the failure concerns: one key, one deployment, or the whole endpoint. */
  declare readonly scope: ProviderErrorScope;
  /** Whether the vendor had started to answer. If not, it has most likely neither done nor charged anything. */
  declare readonly answered: boolean;
  readonly #init: ProviderErrorInit;

  constructor(init: ProviderErrorInit, redact: Redact = () => undefined) {
    const shown = shownOf(init, redact);
    super('provider', describe(init, shown));
    this.name = 'ProviderError';
    this.kind = init.kind;
    this.provider = init.provider ?? 'provider';
    this.status = init.status;
    this.vendorCode = shown.code;
    this.vendorType = shown.type;
    this.vendorMessage = shown.message;
    this.param = shown.param;
    this.limit = init.limit;
    const now = Date.now();
    this.retryAfter =
      init.retryAfter ?? (init.retryAt === undefined ? undefined : Math.max(0, init.retryAt - now));
    this.retryAt = this.retryAfter === undefined ? undefined : now + this.retryAfter;
    this.requestId = plain(init.requestId, /^[\w.:-]{1,100}$/);
    this.scope = init.scope ?? scopeOfKind[init.kind];
    this.answered = init.answered ?? init.status !== undefined;
    this.#init = init;
  }

  /**
   * The vendor's message and the SDK's error. They can contain parts of the prompt, so check them before you log them; for that
   * reason they are not fields of the error and are not printed with it.
   */
  override unredacted(): Unredacted {
    return { message: this.#init.vendorMessage, cause: this.#init.cause };
  }

  /**
   * Returns the same error with the vendor's message and parameter included, as redacted by `redact`. For providers, which know
   * what was sent.
   *
   * @param redact applies to the vendor's code and type as well, which are omitted if it changes them
   */
  disclose(redact: Redact): ProviderError {
    return new ProviderError({ ...this.#init, retryAt: this.retryAt, retryAfter: this.retryAfter }, redact);
  }
}

/** The visible parts of a vendor's error. */
interface Shown {
  readonly code: string | undefined;
  readonly type: string | undefined;
  readonly param: string | undefined;
  readonly message: string | undefined;
}

/** Maximum length of a vendor's message in ours, in characters. */
const longestSentence = 300;

/** Codes and types are single words, so they are shown unless they contain a key; message and parameter need `redact`. */
function shownOf({ code, type, param, vendorMessage }: ProviderErrorInit, redact: Redact): Shown {
  const unlessSecret = (word: string | undefined): string | undefined =>
    word === undefined || (redact(word) ?? word) === word ? word : undefined;
  const field = plain(param, /^[\w.[\]$-]{1,100}$/);
  const message =
    vendorMessage === undefined ? undefined : redact(vendorMessage)?.replace(/\s+/g, ' ').trim();
  return {
    code: unlessSecret(plainCode(code)),
    type: unlessSecret(plainCode(type)),
    param: field !== undefined && redact(field) === field ? field : undefined,
    message: message === undefined || message === '' ? undefined : shortened(message),
  };
}

function shortened(text: string): string {
  return text.length <= longestSentence ? text : `${text.slice(0, longestSentence - 1)}…`;
}

function describe(init: ProviderErrorInit, { code, param, message }: Shown): string {
  const facts = [
    init.status === undefined ? undefined : `status ${init.status}`,
    code,
    param === undefined ? undefined : `param ${param}`,
  ].filter((fact) => fact !== undefined);
  const what = `${init.provider ?? 'provider'}: ${init.summary ?? init.kind}`;
  const about = facts.length > 0 ? ` (${facts.join(', ')})` : '';
  return `${what}${about}${message === undefined ? '' : `: ${message}`}`;
}

// A code is one word. Anything else could contain text of the request or a key, so it is dropped.
function plainCode(code: string | undefined): string | undefined {
  return plain(code, /^[A-Za-z][\w.]{0,63}$/);
}

function plain(text: string | undefined, form: RegExp): string | undefined {
  return text !== undefined && form.test(text) ? text : undefined;
}
