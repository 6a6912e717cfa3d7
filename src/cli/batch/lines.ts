import { isRouterError } from '../../errors.ts';
import { addUsd } from '../../pricing/money.ts';
import type { BatchResult } from '../../types/batch/job.ts';
import type { AttemptSummary } from '../../types/result/result.ts';
import type { Input } from './input.ts';

/**
 * How results are written: in OpenAI's output form for requests in OpenAI's form, otherwise as `{ id, result }` or `{ id, error
 * }`. The field `signalbox` of each line has its cost and its saving, in US$.
 *
 * @param batch the id of the batch
 */
export async function lineWriter(
  { form, directory }: Pick<Input, 'form' | 'directory'>,
  batch: string,
): Promise<(result: BatchResult) => object> {
  if (form === 'own' || directory === undefined) return ownLine;
  const { toOutputLine } = await import('../../adapters/openai-fetch/batches/output.ts');
  return (result) => ({ ...toOutputLine(result, batch, directory, false), signalbox: moneyOf(result) });
}

function ownLine(found: BatchResult): object {
  const { id, result, error, data } = found;
  const of = { id, ...(data === undefined ? {} : { data }) };
  if (result === undefined) return { ...of, error: describe(error), signalbox: moneyOf(found) };
  const { raw: _, decision: __, ...kept } = result;
  return { ...of, result: kept, signalbox: moneyOf(found) };
}

function describe(error: Error | undefined): object {
  const { name = 'Error', message = 'no answer' } = error ?? {};
  return { name, message, ...(isRouterError(error) ? { code: error.code } : {}) };
}

/** The cost of all attempts, not only of the one that answered. */
function moneyOf({ result, error, saved }: BatchResult): { readonly cost: number; readonly saved?: number } {
  const attempts =
    result?.attempts ??
    (error as { readonly attempts?: readonly AttemptSummary[] } | undefined)?.attempts ??
    [];
  const all = addUsd(...attempts.map(({ cost }) => cost?.total ?? 0));
  // The answer of a plugin has no attempt, and images have one for each call.
  const cost = Math.max(all, result?.cost?.total ?? 0);
  return { cost, ...(saved === undefined ? {} : { saved }) };
}
