import { isRouterError, type OutputError, type ProviderError } from '../../errors.ts';
import type { FallbackKind, ProviderErrorKind } from '../../types/error.ts';

/** What follows from a failed attempt. */
export interface FailurePolicy {
  /** Whether another target may do better. If not, the caller gets the error at once. */
  readonly failover: boolean;
  /** Whether the same target may do better a little later. */
  readonly retry: boolean;
  /** Whether the same target may do better with another key. */
  readonly anotherKey: boolean;
  /**
   * What it says about the target. `failure`: counts for its breaker. `cooldown`: well, but not to be asked until a
   * moment. `quarantine`: misconfigured. `nothing`: it is the request, not the target.
   */
  readonly health: 'failure' | 'cooldown' | 'quarantine' | 'nothing';
  /** Milliseconds to leave it alone where the vendor did not say. */
  readonly pause: number;
}

/** How long a misconfigured target is left alone before it is looked at again. */
const quarantine = 600_000;
const quotaPause = 900_000;
const rateLimitPause = 5_000;

const table: Readonly<Record<ProviderErrorKind, Omit<FailurePolicy, 'anotherKey'>>> = {
  'rate-limit': { failover: true, retry: true, health: 'cooldown', pause: rateLimitPause },
  quota: { failover: true, retry: false, health: 'cooldown', pause: quotaPause },
  overloaded: { failover: true, retry: true, health: 'failure', pause: 0 },
  server: { failover: true, retry: true, health: 'failure', pause: 0 },
  network: { failover: true, retry: true, health: 'failure', pause: 0 },
  timeout: { failover: true, retry: true, health: 'failure', pause: 0 },
  auth: { failover: true, retry: false, health: 'quarantine', pause: quarantine },
  'not-found': { failover: true, retry: false, health: 'quarantine', pause: quarantine },
  'bad-request': { failover: false, retry: false, health: 'nothing', pause: 0 },
  // Another model may have more room.
  'context-length': { failover: true, retry: false, health: 'nothing', pause: 0 },
  'content-filter': { failover: false, retry: false, health: 'nothing', pause: 0 },
  malformed: { failover: true, retry: true, health: 'failure', pause: 0 },
  truncated: { failover: true, retry: true, health: 'failure', pause: 0 },
  aborted: { failover: false, retry: false, health: 'nothing', pause: 0 },
  unknown: { failover: true, retry: false, health: 'failure', pause: 0 },
};

/** What is wrong with a key, or with what its vendor grants it. */
const ofKey: readonly ProviderErrorKind[] = ['auth', 'quota', 'rate-limit'];

/** What can be wrong with an attempt: the target failed, or its answer is not what was asked for. */
export type AttemptError = ProviderError | OutputError;

export function isAttemptError(error: unknown): error is AttemptError {
  return isRouterError(error, 'provider') || isRouterError(error, 'output');
}

/** Looks up what a failure means. `fallbackOn` is the route's: kinds on which to go on although the table says to stop. */
export function failurePolicyOf(error: AttemptError, fallbackOn: readonly FallbackKind[]): FailurePolicy {
  if (isRouterError(error, 'output')) {
    const failover = error.by !== 'schema' || fallbackOn.includes('output');
    return { failover, retry: false, anotherKey: false, health: 'nothing', pause: 0 };
  }
  const { kind, scope } = error;
  const usual = table[kind];
  // What one model does not take, such as a parameter, or one account does not have, such as a file, says nothing about others.
  const onlyHere = kind === 'bad-request' && (scope === 'deployment' || scope === 'key');
  const failover = usual.failover || onlyHere || fallbackOn.includes(kind);
  const blamed = usual.health === 'failure' || usual.health === 'quarantine';
  const health = blamed && scope === 'request' ? 'nothing' : usual.health;
  const anotherKey = ofKey.includes(kind) || (kind === 'bad-request' && scope === 'key');
  return { ...usual, failover, health, anotherKey };
}

const staleSocketCodes = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);

/**
 * Whether a kept-alive connection had been closed by the other side just as it was used again: common and harmless. The
 * request was not looked at, so it is sent once more on a fresh connection, and nothing is held against the target.
 */
export function isStaleSocket(error: AttemptError): boolean {
  return (
    isRouterError(error, 'provider') &&
    error.kind === 'network' &&
    !error.answered &&
    staleSocketCodes.has(error.vendorCode ?? '')
  );
}

const neverSentCodes = new Set([
  'sdk_not_loaded',
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** Whether the vendor can have charged for a failed attempt: not for a refusal, and not where there was no connection. */
export function billedOf(error: ProviderError, firstTokenCame: boolean): 'no' | 'unknown' {
  if (firstTokenCame) return 'unknown';
  if (error.status !== undefined && error.status >= 400) return 'no';
  return neverSentCodes.has(error.vendorCode ?? '') ? 'no' : 'unknown';
}

/** All kinds, for checks. */
export const fallbackKinds: readonly string[] = [...Object.keys(table), 'output'];
