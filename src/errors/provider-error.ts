import type { HitLimit, ProviderErrorKind, ProviderErrorScope } from '../types/error.ts';

// A registered symbol, so that the type guards work across copies of the package.
import { RouterError } from './router-error.ts';
/** The fields of a new `ProviderError`. */
export interface ProviderErrorInit {
  readonly kind: ProviderErrorKind;
  /** The provider's name. Default: `provider`. */
  readonly provider?: string | undefined;
  /** HTTP status, if any; for an error inside a stream, the equivalent status. */
  readonly status?: number | undefined;
  /** The vendor's error code or type, or the code of a network error (`ECONNRESET`). */
  readonly code?: string | undefined;
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
  /** The vendor's message and the SDK's error. Kept separate, see `unredacted()`. */
  readonly vendorMessage?: string | undefined;
  readonly cause?: unknown;
}

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
  /** The vendor's code. `code` identifies the class of `RouterError`. */
  readonly vendorCode: string | undefined;
  /** For the kinds `rate-limit` and `quota`: the vendor limit that was exceeded, if known. */
  readonly limit: HitLimit | undefined;
  /** Milliseconds from the error until a retry is welcome, according to the vendor. */
  readonly retryAfter: number | undefined;
  /** The same as a point in time: milliseconds since 1970. */
  readonly retryAt: number | undefined;
  readonly requestId: string | undefined;
  readonly scope: ProviderErrorScope;
  /** Whether the vendor had started to answer. If not, it has most likely done, and charged, nothing. */
  readonly answered: boolean;
  readonly #vendorMessage: string | undefined;
  readonly #cause: unknown;

  constructor(init: ProviderErrorInit) {
    super('provider', describe(init));
    this.name = 'ProviderError';
    this.kind = init.kind;
    this.provider = init.provider ?? 'provider';
    this.status = init.status;
    this.vendorCode = plainCode(init.code);
    this.limit = init.limit;
    const now = Date.now();
    this.retryAfter =
      init.retryAfter ?? (init.retryAt === undefined ? undefined : Math.max(0, init.retryAt - now));
    this.retryAt = this.retryAfter === undefined ? undefined : now + this.retryAfter;
    this.requestId = plain(init.requestId, /^[\w.:-]{1,100}$/);
    this.scope = init.scope ?? scopeOfKind[init.kind];
    this.answered = init.answered ?? init.status !== undefined;
    this.#vendorMessage = init.vendorMessage;
    this.#cause = init.cause;
  }

  /**
   * The vendor's message and the SDK's error. They can contain parts of the prompt, so check them before you log them; for that
   * reason they are not fields of the error and are not printed with it.
   */
  unredacted(): { message: string | undefined; cause: unknown } {
    return { message: this.#vendorMessage, cause: this.#cause };
  }
}

function describe(init: ProviderErrorInit): string {
  const code = plainCode(init.code);
  const facts = [init.status === undefined ? undefined : `status ${init.status}`, code].filter(
    (fact) => fact !== undefined,
  );
  return `${init.provider ?? 'provider'}: ${init.summary ?? init.kind}${facts.length > 0 ? ` (${facts.join(', ')})` : ''}`;
}

// A code is one word. Anything else could contain text of the request or a key, so it is dropped.
function plainCode(code: string | undefined): string | undefined {
  return plain(code, /^[A-Za-z][\w.]{0,63}$/);
}

function plain(text: string | undefined, form: RegExp): string | undefined {
  return text !== undefined && form.test(text) ? text : undefined;
}
