import type { HitLimit, ProviderErrorKind, ProviderErrorScope } from '../types/error.ts';

import { RouterError, type Unredacted } from './router-error.ts';

/** What a `ProviderError` is made of. */
export interface ProviderErrorInit {
  readonly kind: ProviderErrorKind;
  /** The provider's name. Default: `provider`. */
  readonly provider?: string | undefined;
  /** HTTP status, where there was one; for an error inside a stream the status it stands for. */
  readonly status?: number | undefined;
  /** The vendor's error code or type, or the code of a network error (`ECONNRESET`). */
  readonly code?: string | undefined;
  /** The vendor's error type, such as `invalid_request_error`. */
  readonly type?: string | undefined;
  /** The field of the request that the vendor rejects, in the vendor's words. */
  readonly param?: string | undefined;
  /** Which of the vendor's limits was hit, where it can be told. */
  readonly limit?: HitLimit | undefined;
  /** Milliseconds after which the vendor wants to be asked again. */
  readonly retryAfter?: number | undefined;
  /** The same as a point in time: milliseconds since 1970. `retryAfter` wins. */
  readonly retryAt?: number | undefined;
  /** The vendor's id of the request. */
  readonly requestId?: string | undefined;
  /** Default: what the kind implies. */
  readonly scope?: ProviderErrorScope | undefined;
  /** Whether the vendor had begun to answer. Default: whether there is a status. */
  readonly answered?: boolean | undefined;
  /** A short phrase of our own about what happened. */
  readonly summary?: string | undefined;
  /** The vendor's own text and error. Kept apart, see `unredacted()` and `disclose()`. */
  readonly vendorMessage?: string | undefined;
  readonly cause?: unknown;
}

/** Takes out of a vendor's text what must not be seen; `undefined` where the text must not be seen at all. */
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

/** One attempt failed. The only error that a provider throws. */
export class ProviderError extends RouterError {
  readonly kind: ProviderErrorKind;
  readonly provider: string;
  readonly status: number | undefined;
  /** Under `vendorCode`, because `code` says which `RouterError` this is. */
  readonly vendorCode: string | undefined;
  /** The vendor's error type, such as `invalid_request_error`. */
  readonly vendorType: string | undefined;
  /**
   * The vendor's own sentence, at most 300 characters, without anything of the prompt, the key or the headers, which reads
   * `[redacted]`. `undefined` if the vendor said nothing, or nothing that can be shown. See the router's option `errors`.
   */
  readonly vendorMessage: string | undefined;
  /** The field of the request that the vendor rejects, in the vendor's words, such as `messages[0].content`. */
  readonly param: string | undefined;
  /** Of kinds `rate-limit` and `quota`: which of the vendor's limits was hit, where it can be told. */
  readonly limit: HitLimit | undefined;
  /** Milliseconds, from when the error arose, after which the vendor wants to be asked again. */
  readonly retryAfter: number | undefined;
  /** The same as a point in time: milliseconds since 1970. */
  readonly retryAt: number | undefined;
  readonly requestId: string | undefined;
  readonly scope: ProviderErrorScope;
  /** Whether the vendor had begun to answer; before that it has most likely done, and charged, nothing. */
  readonly answered: boolean;
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
   * The vendor's own words and the SDK's own error. They can hold parts of the prompt and must not be logged without
   * a look; that is why they are not fields of the error and do not show when it is printed.
   */
  override unredacted(): Unredacted {
    return { message: this.#init.vendorMessage, cause: this.#init.cause };
  }

  /**
   * The same error with the vendor's sentence and parameter in its message, as far as `redact` leaves them. For providers, which
   * know what was sent.
   *
   * @param redact also decides on the vendor's code and type, which are left out if it changes them
   */
  disclose(redact: Redact): ProviderError {
    return new ProviderError({ ...this.#init, retryAt: this.retryAt, retryAfter: this.retryAfter }, redact);
  }
}

/** What of the vendor's words can be seen. */
interface Shown {
  readonly code: string | undefined;
  readonly type: string | undefined;
  readonly param: string | undefined;
  readonly message: string | undefined;
}

/** Longest sentence in an error's message, in characters. */
const longestSentence = 300;

/** Codes and types are one word, so they are seen unless they hold a key; sentence and parameter need `redact`. */
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

// A code is one word. Anything else could carry text of the request, or a key, so it is dropped.
function plainCode(code: string | undefined): string | undefined {
  return plain(code, /^[A-Za-z][\w.]{0,63}$/);
}

function plain(text: string | undefined, form: RegExp): string | undefined {
  return text !== undefined && form.test(text) ? text : undefined;
}
