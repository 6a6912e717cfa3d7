import type { HitLimit, ProviderErrorKind, ProviderErrorScope } from '../types/error.ts';

// A registered symbol, so that the guards hold across two copies of the package.
import { RouterError } from './router-error.ts';
/** What a `ProviderError` is made of. */
export interface ProviderErrorInit {
  readonly kind: ProviderErrorKind;
  /** The provider's name. Default: `provider`. */
  readonly provider?: string | undefined;
  /** HTTP status, where there was one; for an error inside a stream the status it stands for. */
  readonly status?: number | undefined;
  /** The vendor's error code or type, or the code of a network error (`ECONNRESET`). */
  readonly code?: string | undefined;
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
  /** The vendor's own text and error. Kept apart, see `unredacted()`. */
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
  /** Under `vendorCode`, because `code` says which `RouterError` this is. */
  readonly vendorCode: string | undefined;
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
   * The vendor's own words and the SDK's own error. They can hold parts of the prompt and must not be logged without
   * a look; that is why they are not fields of the error and do not show when it is printed.
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

// A code is one word. Anything else could carry text of the request, or a key, so it is dropped.
function plainCode(code: string | undefined): string | undefined {
  return plain(code, /^[A-Za-z][\w.]{0,63}$/);
}

function plain(text: string | undefined, form: RegExp): string | undefined {
  return text !== undefined && form.test(text) ? text : undefined;
}
