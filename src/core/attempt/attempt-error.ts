import { isRouterError, type OutputError, type ProviderError } from '../../errors.ts';

/** Why an attempt failed: the target failed, or its answer was rejected. */
export type AttemptError = ProviderError | OutputError;

export function isAttemptError(error: unknown): error is AttemptError {
  return isRouterError(error, 'provider') || isRouterError(error, 'output');
}
