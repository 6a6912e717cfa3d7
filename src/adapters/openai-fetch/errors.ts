import { isRouterError, type NoTargetError, type ProviderError } from '../../errors.ts';
import type { ProviderErrorKind } from '../../types/error.ts';

/** A failure, in terms common to both error formats. */
export interface Failure {
  readonly status: number;
  /** The vendor's code if a vendor's response caused the failure, else an OpenAI error code where one fits. */
  readonly code: string;
  /** The vendor's error type if a vendor's response caused the failure. */
  readonly type?: string | undefined;
  /** Safe to show: contains no prompt and no key. */
  readonly message: string;
  /** The invalid field of the request. */
  readonly param?: string | undefined;
  /** Milliseconds since 1970. */
  readonly retryAt?: number | undefined;
  readonly attempts?: number | undefined;
  /** Further fields that Anthropic's SDK reads. Used only in Anthropic's format. */
  readonly details?: object | undefined;
}

/** A request refused before it reaches the router. */
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

/** An error for an invalid field of the request. */
export function invalid(param: string, message: string, code = 'invalid_value'): HttpError {
  return new HttpError({ status: 400, code, message: `${param}: ${message}`, param });
}

/** Status and code by kind of failure, for failures without a vendor's own. */
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
 * Maps any error to what the caller sees. Errors that are not the router's own become a bare 500.
 *
 * @param remote whether the caller is another process, see `fromVendor`
 */
export function failureOf(error: unknown, remote: boolean): Failure {
  if (error instanceof HttpError) return error;
  if (!isRouterError(error)) return { status: 500, code: 'internal_error', message: 'internal error' };
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
  if (isRouterError(error, 'budget'))
    return { status: 429, code: 'insufficient_quota', message, retryAt: error.retryAt };
  if (isRouterError(error, 'refused')) return { status: 400, code: 'request_refused', message };
  if (isRouterError(error, 'output')) {
    return { status: 502, code: 'invalid_output', message, attempts: error.attempts.length };
  }
  return { status: 503, code: error.code === 'closed' ? 'router_closed' : 'router_error', message };
}

/** Failures of the operator's key, model or account, not of the caller's. */
const ofServer: readonly ProviderErrorKind[] = ['auth', 'not-found', 'quota'];

/**
 * A vendor's failure with the vendor's status, code, type and parameter. For a remote caller, failures of the operator's key,
 * model or account keep our own status, because a 401 would mean the caller's token.
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

/** Retrying later helps while a target is busy or cooling down, not when no target can take the request. */
function ofNoTarget({ decision, message, retryAt }: NoTargetError): Failure {
  const { candidates, skipped } = decision;
  const passing = skipped.filter(({ reason }) => !lasting.has(reason));
  if (candidates.length === 0 && passing.length === 0)
    return { status: 400, code: 'no_capable_target', message };
  const broken = candidates.length === 0 && passing.every(({ reason }) => reason === 'misconfigured');
  if (broken) return { status: 502, code: 'upstream_auth', message, retryAt };
  return { status: 429, code: 'no_target', message, retryAt };
}
