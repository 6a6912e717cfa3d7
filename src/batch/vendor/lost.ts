import { neverSentCodes } from '../../errors/never-sent.ts';
import { isRouterError, ProviderError } from '../../errors.ts';
import type { BatchCall } from '../../types/batch/batch.ts';
import type { ProviderBatches } from '../../types/provider.ts';
import type { ChunkRecord } from './host.ts';
import { quickStep, slowStep, type VendorSteps } from './steps.ts';

/** How long to try to cancel a batch of a vendor that stopped answering, in milliseconds. */
const longest = 86_400_000;

/** Cancels and deletes the batch of a vendor that stopped answering, should it answer again: it may be charged. */
export async function clearLost(
  batches: ProviderBatches,
  record: ChunkRecord,
  steps: VendorSteps,
): Promise<void> {
  const patience = () => longest;
  const find = (call: BatchCall) => batches.find(record, call);
  const id = record.vendorId ?? (await steps.untilDone(slowStep, find, patience));
  if (id === undefined || id === 'unclear') return;
  await steps.untilDone(quickStep, (call) => batches.cancel(id, call), patience);
  await steps.untilDone(slowStep, (call) => batches.remove(id, call), patience);
}

/** A request of a canceled batch must not go to another target. */
export function canceled(error: Error): ProviderError {
  const provider = isRouterError(error, 'provider') ? error.provider : 'provider';
  return new ProviderError({ kind: 'aborted', provider, summary: 'the batch was canceled' });
}

/**
 * Why a request of a batch has no answer: its vendor stopped answering. It may be charged if the vendor may have the batch.
 */
export function lost(target: string, cause: unknown, mayHaveIt: boolean): ProviderError {
  const { kind } = isRouterError(cause, 'provider') ? cause : { kind: 'network' as const };
  const code = mayHaveIt ? 'batch_lost' : 'batch_not_run';
  return new ProviderError({ kind, provider: target, code, summary: 'the vendor stopped answering', cause });
}

export function asFailure(target: string, cause: unknown): ProviderError {
  if (isRouterError(cause, 'provider')) return cause;
  return new ProviderError({ kind: 'unknown', provider: target, summary: 'the batch failed', cause });
}

/** Whether a submission failed in a way that created no batch: it was refused, or never sent. */
export function createdNothing(error: unknown): boolean {
  if (!isRouterError(error, 'provider')) return false;
  const { status, vendorCode = '' } = error;
  return neverSentCodes.includes(vendorCode) || (status !== undefined && status < 500);
}
