import { isRouterError } from '../../../errors.ts';

/** Why a request of a batch was not run: its time was over, or the batch was canceled; `undefined` for other failures. */
export function notRun(error: unknown): 'expired' | 'cancelled' | undefined {
  if (isRouterError(error, 'deadline')) return 'expired';
  if (isRouterError(error, 'closed')) return 'cancelled';
  const last = isRouterError(error, 'all-targets-failed') ? error.last : error;
  if (!isRouterError(last, 'provider')) return undefined;
  if (last.kind === 'aborted') return 'cancelled';
  return last.kind === 'timeout' && last.vendorCode === 'batch_not_run' ? 'expired' : undefined;
}
