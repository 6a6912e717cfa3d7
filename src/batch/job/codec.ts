import { RouterError } from '../../errors.ts';
import type { BatchRequest, BatchResult } from '../../types/batch/job.ts';

/** Requests and results as text for the store. Bytes and addresses keep their types; functions are left out. */

const bytesKey = '$bytes';
const urlKey = '$url';

export function encodeRequests(requests: readonly BatchRequest[]): string {
  return JSON.stringify(requests.map(storable));
}

export function decodeRequests(text: string): readonly BatchRequest[] {
  return JSON.parse(text, revive) as readonly BatchRequest[];
}

function storable(value: unknown): unknown {
  if (value instanceof Uint8Array) return { [bytesKey]: toBase64(value) };
  if (value instanceof URL) return { [urlKey]: value.href };
  if (Array.isArray(value)) return value.map(storable);
  if (typeof value !== 'object' || value === null) return value;
  // A schema of a library is an object of functions; its caller restores it.
  if ('~standard' in value) return undefined;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, storable(each)]));
}

function revive(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const { [bytesKey]: bytes, [urlKey]: url } = value as Readonly<Record<string, unknown>>;
  if (typeof bytes === 'string') return Uint8Array.from(atob(bytes), (letter) => letter.charCodeAt(0));
  return typeof url === 'string' ? new URL(url) : value;
}

const most = 8_192;

function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += most)
    text += String.fromCharCode(...bytes.subarray(at, at + most));
  return btoa(text);
}

/** Without `raw`, which is large, and not needed to settle a result. */
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
