import { neverSentCodes } from '../../../errors/never-sent.ts';
import { isRouterError, type ProviderError } from '../../../errors.ts';
import type { FallbackFailure, ProviderErrorKind } from '../../../types/error.ts';
import { compact } from '../../../util/json.ts';
import type { FallbackRule } from '../../options/fallback.ts';
import type { AttemptError } from '../attempt-error.ts';

/** The consequences of a failed attempt. */
export interface FailurePolicy {
  /** Whether another target may succeed. If not, the caller gets the error at once. */
  readonly failover: boolean;
  /** Whether the same target may succeed a little later. */
  readonly retry: boolean;
  /** Whether the same target may succeed with another key. */
  readonly anotherKey: boolean;
  /**
   * Effect on the target's health. `failure`: counts toward the breaker. `cooldown`: healthy, but not called
   * until a given time. `quarantine`: misconfigured. `nothing`: the request is at fault.
   */
  readonly health: 'failure' | 'cooldown' | 'quarantine' | 'nothing';
  /** Default pause in milliseconds where the vendor gives none. */
  readonly pause: number;
}

/** Milliseconds before a misconfigured target is tried again. */
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
  // Another model may have a larger context.
  'context-length': { failover: true, retry: false, health: 'nothing', pause: 0 },
  'content-filter': { failover: false, retry: false, health: 'nothing', pause: 0 },
  malformed: { failover: true, retry: true, health: 'failure', pause: 0 },
  truncated: { failover: true, retry: true, health: 'failure', pause: 0 },
  aborted: { failover: false, retry: false, health: 'nothing', pause: 0 },
  unknown: { failover: true, retry: false, health: 'failure', pause: 0 },
};

/** Errors about a key or what the vendor grants it. */
const ofKey: readonly ProviderErrorKind[] = ['auth', 'quota', 'rate-limit'];

/** Whether a failure concerns the key of the call. */
export function isAboutKey({ kind }: ProviderError): boolean {
  return ofKey.includes(kind);
}

/** Whether a failure lasts until someone acts: sets a key, corrects a model, pays a bill. */
export function isLasting({ kind }: ProviderError): boolean {
  return kind === 'auth' || kind === 'not-found' || kind === 'quota';
}

/** A failure as `fallbackOn` sees it. */
function failureSeen({ kind, provider, status, vendorCode: code, param }: ProviderError): FallbackFailure {
  return compact({ kind, provider, status, code, param });
}

/** Looks up the policy for a failure. `fallbackOn` is the route's rule about failing over. */
export function failurePolicyOf(error: AttemptError, fallbackOn: FallbackRule): FailurePolicy {
  if (isRouterError(error, 'output')) {
    const { by } = error;
    const required = by === 'schema' ? 'output' : by === 'guard' ? 'guard' : undefined;
    const failover = required === undefined || fallbackOn({ kind: required }) === true;
    return { failover, retry: false, anotherKey: false, health: 'nothing', pause: 0 };
  }
  const { kind, scope } = error;
  // Providers in JavaScript may name kinds that do not exist.
  const usual = table[kind] ?? table.unknown;
  // What one model rejects (a parameter) or one account lacks (a file) implies nothing about others.
  const onlyHere = kind === 'bad-request' && (scope === 'deployment' || scope === 'key');
  const decided = kind === 'aborted' ? undefined : fallbackOn(failureSeen(error));
  const failover = decided ?? (usual.failover || onlyHere);
  const retry = usual.retry && decided !== false;
  const blamed = usual.health === 'failure' || usual.health === 'quarantine';
  const health = blamed && scope === 'request' ? 'nothing' : usual.health;
  const anotherKey = ofKey.includes(kind) || (kind === 'bad-request' && scope === 'key');
  return { ...usual, failover, retry, health, anotherKey: anotherKey && decided !== false };
}

const staleSocketCodes = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);

/**
 * Whether the peer closed a kept-alive connection just as it was reused, which is common and harmless. The
 * request was not processed, so it is resent on a fresh connection and does not count against the target.
 */
export function isStaleSocket(error: AttemptError): boolean {
  return (
    isRouterError(error, 'provider') &&
    error.kind === 'network' &&
    !error.answered &&
    staleSocketCodes.has(error.vendorCode ?? '')
  );
}

const unsentCodes = new Set(['sdk_not_loaded', 'batch_not_run', 'no_api_key', ...neverSentCodes]);

/** Whether the vendor may charge for a failed attempt: not for a rejection or without a connection. */
export function billedOf(error: ProviderError, firstTokenCame: boolean): 'no' | 'unknown' {
  if (firstTokenCame) return 'unknown';
  if (error.status !== undefined && error.status >= 400) return 'no';
  return unsentCodes.has(error.vendorCode ?? '') ? 'no' : 'unknown';
}
