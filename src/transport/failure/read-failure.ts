import { PlainHeaders, type ResponseHeaders } from '../headers.ts';
import { answeredAt } from '../limits/retry-after.ts';
import type { FailureFacts } from './failure-table.ts';

/** A vendor's error response, over HTTP or inside a stream. */
export interface Failure {
  readonly provider: string;
  /** HTTP status; absent for an error inside a stream or a 200 response. */
  readonly status?: number | undefined;
  /** Headers with lower-case names. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** The parsed body, or its text if it is not JSON. */
  readonly body?: unknown;
  readonly cause?: unknown;
}

type Fields = Readonly<Record<string, unknown>>;

/** How many characters of an error text are kept. */
const longestText = 2048;
/** Maximum length of the vendor's response that a gateway embeds as text, to be parsed. */
const longestInner = 16_384;

/** Extracts the parts of a vendor's error that rows match. */
export function readFailure(failure: Failure): {
  readonly facts: FailureFacts;
  readonly code: string | undefined;
  readonly type: string | undefined;
  readonly param: string | undefined;
  readonly text: string;
} {
  const outer = firstOf(failure.body);
  const top = record(outer);
  const error = errorIn(top);
  const metadata = record(error['metadata']) ?? {};
  // OpenRouter: the headers of the upstream vendor.
  const headers = new PlainHeaders({ ...lowerCased(metadata['headers']), ...failure.headers });
  const names = codesIn(top, error, metadata, headers).filter((found) => !/^\d+$/.test(found));
  const text = textIn(outer, top, error, metadata);
  return {
    facts: {
      provider: failure.provider,
      status: failure.status ?? statusIn(error['code']),
      codes: names.map((name) => name.toLowerCase()),
      message: isHTML(failure.body) ? '' : text,
      headers,
      body: failure.body,
      metadata,
      now: answeredAt(headers),
    },
    code: names[0],
    type: word(error['type']) ?? word(error['status']),
    param: word(error['param']) ?? fieldIn(top),
    text,
  };
}

/**
 * Whether the body or a chunk of a 200 response is an error. Google's servers wrap it in an array,
 * Cloudflare's send `success: false`, and servers that always send the field set it to `null` or something
 * empty on success.
 */
export function isFailure(answer: unknown): boolean {
  const top: unknown = Array.isArray(answer) ? answer[0] : answer;
  if (typeof top !== 'object' || top === null || Array.isArray(top)) return false;
  const { error, object, type, success, errors }: Fields = top as Fields;
  if (object === 'error' || type === 'error') return true;
  if (success === false && Array.isArray(errors)) return true;
  if (typeof error === 'object' && error !== null) return Object.keys(error).length > 0;
  return error !== undefined && error !== null && error !== '' && error !== false;
}

/**
 * The error object: `{error: {code, type, message}}`, `{error: {status}}` (Google), `{object: 'error', code,
 * type, message}` (vLLM), or Cloudflare's `{success: false, errors: [{code, message}]}`
 * (https://developers.cloudflare.com/fundamentals/api/reference/deprecations/#responses).
 */
function errorIn(top: Fields | undefined): Fields {
  const { error, errors } = top ?? {};
  return record(firstOf(error)) ?? inner(error) ?? record(firstOf(errors)) ?? top ?? {};
}

function codesIn(
  top: Fields | undefined,
  error: Fields,
  metadata: Fields,
  headers: ResponseHeaders,
): readonly string[] {
  return [
    record(error['details'])?.['error_code'],
    error['code'],
    top?.['code'],
    metadata['error_type'],
    metadata['limit_source'],
    // AWS: `ThrottlingException:http://…` in a header, or `com.amazon…#ThrottlingException` in the body.
    headers.get('x-amzn-errortype')?.split(':')[0],
    word(top?.['__type'])?.split('#').pop(),
    error['type'],
    error['status'],
    top?.['type'],
    record(error['innererror'])?.['code'],
    // Google's reason (https://cloud.google.com/apis/design/errors#error_info).
    detailOf(top, 'ErrorInfo')?.['reason'],
  ]
    .map(word)
    .filter((found) => found !== undefined);
}

// `{error: 'text'}` (Ollama, xAI), `{error: ['text']}` (Text Generation Inference), `{detail: [{msg}]}` (FastAPI), the same under
// `message` (Mistral), or the text itself.
function textIn(outer: unknown, top: Fields | undefined, error: Fields, metadata: Fields): string {
  const texts = [
    error['message'],
    firstOf(top?.['error']),
    top?.['message'],
    top?.['Message'],
    detailText(top?.['detail']),
    detailText(record(error['message'])?.['detail']),
    firstOf(top?.['errors']),
    outer,
  ];
  const found = texts.find((candidate) => typeof candidate === 'string');
  const own = typeof found === 'string' ? found : '';
  // OpenRouter's own text only states that the provider returned an error.
  const upstream = typeof metadata['raw'] === 'string' ? `${own}: ${metadata['raw']}` : own;
  return upstream.slice(0, longestText);
}

/** FastAPI's `loc`, or the first field violation of Google's `BadRequest`. */
function fieldIn(top: Fields | undefined): string | undefined {
  const location = record(firstOf(top?.['detail']))?.['loc'];
  if (Array.isArray(location)) return location.map(String).join('.');
  return word(record(firstOf(detailOf(top, 'BadRequest')?.['fieldViolations']))?.['field']);
}

function detailText(detail: unknown): unknown {
  const one = record(firstOf(detail));
  return one === undefined ? detail : (one['msg'] ?? one['message'] ?? one['error']);
}

/** Parses an error that a gateway embeds as text. */
function inner(error: unknown): Fields | undefined {
  if (typeof error !== 'string' || !error.startsWith('{') || error.length > longestInner) return undefined;
  try {
    const parsed = record(JSON.parse(error));
    return record(parsed?.['error']) ?? parsed;
  } catch {
    return undefined;
  }
}

/** Error details of Google's services (https://google.aip.dev/193#errorinfo). */
function detailsOf(body: unknown): readonly Fields[] {
  const outer = record(firstOf(body));
  const details = record(outer?.['error'])?.['details'] ?? outer?.['details'];
  return Array.isArray(details) ? details.map(record).filter((detail) => detail !== undefined) : [];
}

function detailOf(body: unknown, name: string): Fields | undefined {
  return detailsOf(body).find((detail) => word(detail['@type'])?.endsWith(name) === true);
}

/** The names of the exhausted quotas, from `QuotaFailure`. */
export function quotasIn(body: unknown): readonly string[] {
  const violations = detailOf(body, 'QuotaFailure')?.['violations'];
  if (!Array.isArray(violations)) return [];
  return violations
    .slice(0, 32)
    .map((violation) => word(record(violation)?.['quotaId'])?.slice(0, 100) ?? '');
}

/** Whether the body is a web page, which comes from a proxy in front of the vendor's service. */
export function isHTML(body: unknown): boolean {
  return typeof body === 'string' && /^\s*(<!doctype|<html)/i.test(body.slice(0, 200));
}

function lowerCased(headers: unknown): Record<string, string> {
  const entries = Object.entries(record(headers) ?? {}).map(([name, value]) => [name.toLowerCase(), value]);
  return Object.fromEntries(entries.filter(([, value]) => typeof value === 'string'));
}

function firstOf(value: unknown): unknown {
  return Array.isArray(value) ? value[0] : value;
}

function record(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}

function word(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function statusIn(code: unknown): number | undefined {
  // Only strings and numbers: `Number` would call an object's `valueOf`.
  const number = typeof code === 'string' || typeof code === 'number' ? Number(code) : Number.NaN;
  return Number.isInteger(number) && number >= 400 && number < 600 ? number : undefined;
}
