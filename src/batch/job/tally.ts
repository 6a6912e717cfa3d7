import { addUsd } from '../../pricing/money.ts';
import type { BatchReport, BatchResult } from '../../types/batch/job.ts';
import type { JobHost } from './host.ts';

/** The sums of a batch's results. */
export class Tally {
  sums: Pick<BatchReport, 'succeeded' | 'failed' | 'cost' | 'saved'> = {
    succeeded: 0,
    failed: 0,
    cost: 0,
    saved: 0,
  };

  add({ result, error, saved = 0 }: BatchResult): void {
    const { sums } = this;
    this.sums = {
      succeeded: sums.succeeded + (error === undefined ? 1 : 0),
      failed: sums.failed + (error === undefined ? 0 : 1),
      cost: addUsd(sums.cost, result?.cost?.total ?? 0),
      saved: addUsd(sums.saved, saved),
    };
  }
}

/** A result with the saving of its answer compared with the tier `standard`. */
export function withSaved(outcome: BatchResult, standardCost: JobHost['standardCost']): BatchResult {
  const { result } = outcome;
  const standard = result && standardCost(result);
  if (standard === undefined || result?.cost === undefined) return outcome;
  return { ...outcome, saved: addUsd(standard, -result.cost.total) };
}
