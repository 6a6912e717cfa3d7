import type { ResponseHeaders } from '../../transport/headers.ts';
import { limitsOf } from '../../transport/limits/rate-limits.ts';
import type { ProviderResponsePart } from '../../types/provider.ts';
import type { ResponseInfo, Warning } from '../../types/result/result.ts';

/** Response metadata from the body of an answer. */
type InfoInBody = Omit<ResponseInfo, 'headers' | 'limits'>;

/** The key for the headers in metadata. Not enumerable, so that metadata are copied as plain data. */
const source = Symbol('headers');

/**
 * One descriptor for all answers, because V8 would give each object with a getter of its own a hidden class of its own.
 * Few applications read the headers, and a record of all of them costs more than the rest of the metadata.
 */
const decodedOnRead: PropertyDescriptor & ThisType<{ readonly [source]: ResponseHeaders }> = {
  get() {
    return this[source].record();
  },
  set(value) {
    Object.defineProperty(this, 'headers', { value, writable: true, enumerable: true, configurable: true });
  },
  enumerable: true,
  configurable: true,
};

/**
 * Adds the headers to new metadata, as a field of plain data whose value is made when it is read, and the remaining
 * vendor limits.
 */
export function responseInfo(info: InfoInBody, headers: ResponseHeaders, limited = true): ResponseInfo {
  Object.defineProperty(info, source, { value: headers });
  Object.defineProperty(info, 'headers', decodedOnRead);
  const response = info as { -readonly [Field in keyof ResponseInfo]: ResponseInfo[Field] };
  const limits = limited ? limitsOf(headers) : [];
  if (limits.length > 0) response.limits = limits;
  return response;
}

/** The start of a stream. */
export function responseStart(headers: ResponseHeaders, warnings: readonly Warning[]): ProviderResponsePart {
  const response = responseInfo({}, headers);
  const { limits } = response;
  const start = {
    type: 'response',
    response,
    warnings,
    ...(limits === undefined ? {} : { limits }),
  } as const;
  Object.defineProperty(start, source, { value: headers });
  return Object.defineProperty(start, 'headers', decodedOnRead);
}
