import { ProviderError } from '../../../errors.ts';
import { classifyFailure } from '../../../transport/failure/failure.ts';
import type { FailureRow } from '../../../transport/failure/failure-table.ts';

/**
 * A request that the vendor did not run because its batch expired, was canceled or failed as a whole. It is not charged, and says
 * nothing about the target's health.
 */
export function notRun(provider: string, why: string): ProviderError {
  return new ProviderError({
    kind: 'server',
    scope: 'request',
    provider,
    code: 'batch_not_run',
    summary: `the batch ${why} before the request was run`,
  });
}

/**
 * A request of a batch that the vendor refused. Another target may take it: not every model and option is available in batches.
 */
export function refusedInBatch(
  provider: string,
  body: unknown,
  status: number | undefined,
  failures: readonly FailureRow[],
): ProviderError {
  const error = classifyFailure({ provider, status, headers: {}, body }, failures);
  if (error.kind !== 'bad-request' || error.scope !== 'request') return error;
  return new ProviderError({
    kind: 'bad-request',
    scope: 'deployment',
    provider,
    status: error.status,
    code: error.vendorCode,
    type: error.vendorType,
    vendorMessage: error.unredacted().message,
    cause: error,
  });
}
