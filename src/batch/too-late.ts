import { ProviderError } from '../errors.ts';

/** A request that the vendor has not run by the time its answer is needed. */
export function tooLate(provider: string): ProviderError {
  const summary = 'the batch is not done in time';
  return new ProviderError({ kind: 'timeout', scope: 'request', provider, code: 'batch_not_run', summary });
}
