import { RouterError } from '../../errors.ts';
import type { BatchRequest, BatchResult } from '../../types/batch/job.ts';
import { fromStored, toStored } from '../../util/json.ts';

/** Requests and results as text for the store. */

export function encodeRequests(requests: readonly BatchRequest[]): string {
  return toStored(requests);
}

export function decodeRequests(text: string): readonly BatchRequest[] {
  return fromStored(text) as readonly BatchRequest[];
}

/** Without `raw`, which is large and not needed to store a result. */
export function encodeResult({ result, error, ...of }: BatchResult): string {
  const failure = error === undefined ? undefined : describe(error);
  const { raw: _, ...kept } = (result ?? {}) as Readonly<Record<string, unknown>>;
  return JSON.stringify({
    ...of,
    ...(result && { result: kept }),
    ...(failure && { failure }),
  });
}

function describe(error: Error): Readonly<Record<string, unknown>> {
  const { code, kind } = error as Error & { readonly code?: unknown; readonly kind?: unknown };
  return { name: error.name, message: error.message, code, kind };
}

export function decodeResult(text: string): BatchResult {
  const { failure, ...result } = JSON.parse(text) as BatchResult & {
    readonly failure?: {
      readonly name: string;
      readonly message: string;
      readonly code?: RouterError['code'];
    };
  };
  if (failure === undefined) return result;
  const error =
    failure.code === undefined ? new Error(failure.message) : new RouterError(failure.code, failure.message);
  error.name = failure.name;
  return { ...result, error };
}
