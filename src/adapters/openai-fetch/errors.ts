import { isRouterError, type NoTargetError, type ProviderError } from '../../errors.ts';
import type { ProviderErrorKind } from '../../types/error.ts';

/** What a failure is told as. */
export interface Failure {
  readonly status: number;
  /** The vendor's own code if a vendor's answer is the reason, else in the words of OpenAI's error codes. */
  readonly code: string;
  /** The vendor's own type, if a vendor's answer is the reason. */
  readonly type?: string | undefined;
  /** Fit to be seen: no prompt, no key. */
  readonly message: string;
  /** The field of the request that is wrong. */
  readonly param?: string | undefined;
  /** Milliseconds since 1970. */
  readonly retryAt?: number | undefined;
  readonly attempts?: number | undefined;
  /** More of it that an SDK looks for. Only in Anthropic's shape. */
  readonly details?: object | undefined;
}

/** A request that is refused before it reaches the router. */
export class HttpError extends Error implements Failure {
  readonly status: number;
  readonly code: string;
  readonly param: string | undefined;
  readonly details: object | undefined;

  constructor({ status, code, message, param, details }: Failure) {
    super(message);
    this.name = 'HttpError';
    this.status = status;
    this.code = code;
    this.param = param;
    this.details = details;
  }
}

/** A request with a wrong field. */
export function invalid(param: string, message: string, code = 'invalid_value'): HttpError {
  return new HttpError({ status: 400, code, message: `${param}: ${message}`, param });
}

/** Status and code of a failed attempt whose vendor gave none. */
const ofKind: Readonly<Record<ProviderErrorKind, readonly [status: number, code: string]>> = {
  'rate-limit': [429, 'rate_limit_exceeded'],
  quota: [429, 'insufficient_quota'],
  overloaded: [503, 'overloaded'],
  server: [502, 'upstream_error'],
  network: [502, 'upstream_error'],
  timeout: [504, 'upstream_timeout'],
  auth: [502, 'upstream_auth'],
  'not-found': [502, 'upstream_not_found'],
  'bad-request': [400, 'upstream_refused'],
  'context-length': [400, 'context_length_exceeded'],
  'content-filter': [400, 'content_filter'],
  malformed: [502, 'upstream_error'],
  truncated: [502, 'upstream_error'],
  aborted: [502, 'upstream_error'],
  unknown: [502, 'upstream_error'],
};

/**
 * Any error as what a caller is told of it. Of errors that are not the router's own nothing is told.
 *
 * @param remote whether the caller is another process, see `fromVendor`
 */
export function failureOf(error: unknown, remote: boolean): Failure {
  if (error instanceof HttpError) return error;
  if (!isRouterError(error))
    return { status: 500, code: 'internal_error', message: 'something went wrong here' };
  const { message } = error;
  if (isRouterError(error, 'request')) {
    return { status: 400, code: 'invalid_value', message, param: error.field };
  }
  if (isRouterError(error, 'provider')) return { ...fromVendor(error, remote), message, attempts: 1 };
  if (isRouterError(error, 'all-targets-failed')) {
    const { last, retryAt = last.retryAt, attempts } = error;
    return { ...fromVendor(last, remote), message, retryAt, attempts: attempts.length };
  }
  if (isRouterError(error, 'no-target')) return ofNoTarget(error);
  if (isRouterError(error, 'stream-interrupted')) {
    const { reason, attempts } = error;
    const [status, code] = ofKind.truncated;
    const failure = reason === undefined ? { status, code } : fromVendor(reason, remote);
    return { ...failure, message, attempts: attempts.length };
  }
  if (isRouterError(error, 'deadline')) {
    return { status: 504, code: 'deadline_exceeded', message, attempts: error.attempts.length };
  }
  if (isRouterError(error, 'cost-limit')) {
    return { status: 402, code: 'max_cost_exceeded', message, param: 'signalbox.maxCost' };
  }
  if (isRouterError(error, 'refused')) return { status: 400, code: 'request_refused', message };
  if (isRouterError(error, 'output')) {
    return { status: 502, code: 'invalid_output', message, attempts: error.attempts.length };
  }
  return { status: 503, code: error.code === 'closed' ? 'router_closed' : 'router_error', message };
}

/** What a vendor refuses to the server, not to the server's caller, whose own token and balance are something else. */
const ofServer: readonly ProviderErrorKind[] = ['auth', 'not-found', 'quota'];

/**
 * A vendor's refusal with the vendor's own status, code, type and parameter. A remote caller gets those of its own requests
 * only: a 401 would read as the refusal of its token.
 */
function fromVendor(error: ProviderError, remote: boolean): Omit<Failure, 'message'> {
  const { kind, retryAt, vendorCode, vendorType, param } = error;
  const [status, code] = ofKind[kind];
  if (remote && ofServer.includes(kind)) return { status, code, retryAt };
  const refused = error.status !== undefined && error.status >= 400;
  return {
    status: refused ? error.status : status,
    code: refused && vendorCode !== undefined && vendorCode !== vendorType ? vendorCode : code,
    ...(vendorType === undefined ? {} : { type: vendorType }),
    ...(param === undefined ? {} : { param }),
    retryAt,
  };
}

const lasting = new Set(['incapable', 'excluded', 'pinned', 'not-ranked', 'over-cost']);

/** It pays to come back where a target is busy or resting; not where none can take the request at all. */
function ofNoTarget({ decision, message, retryAt }: NoTargetError): Failure {
  const { candidates, skipped } = decision;
  const passing = skipped.filter(({ reason }) => !lasting.has(reason));
  if (candidates.length === 0 && passing.length === 0)
    return { status: 400, code: 'no_capable_target', message };
  const broken = candidates.length === 0 && passing.every(({ reason }) => reason === 'misconfigured');
  if (broken) return { status: 502, code: 'upstream_auth', message, retryAt };
  return { status: 429, code: 'no_target', message, retryAt };
}
