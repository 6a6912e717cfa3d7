import { HttpError } from './errors.ts';

/** An incoming call, from `fetch(url, init)` or `handler(request)`. */
export interface Incoming {
  readonly url: URL;
  readonly method: string;
  readonly headers: Headers;
  readonly body: BodyInit | null;
  readonly signal: AbortSignal | undefined;
  /** `true` for a `Request`, which servers pass; `false` for a call by an SDK in this process. */
  readonly remote: boolean;
}

/**
 * Reads the arguments of a call. Ignores a second argument that a server passes beside its `Request` (route parameters, environment).
 */
export function incoming(input: Request | URL | string, init: RequestInit | undefined): Incoming {
  if (typeof input === 'string' || input instanceof URL) {
    return {
      url: new URL(input),
      method: (init?.method ?? 'GET').toUpperCase(),
      headers: new Headers(init?.headers),
      body: init?.body ?? null,
      signal: init?.signal ?? undefined,
      remote: false,
    };
  }
  const { url, method, headers, body, signal } = input;
  return { url: new URL(url), method, headers, body, signal, remote: true };
}

/** Parses the body as JSON. Errors never quote its content. */
export async function readJSON({ headers, body }: Incoming, most: number): Promise<unknown> {
  const type = headers.get('content-type') ?? '';
  if (!/^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i.test(type)) {
    throw new HttpError({
      status: 415,
      code: 'unsupported_media_type',
      message: 'the body must be JSON, with content-type: application/json',
    });
  }
  if (Number(headers.get('content-length') ?? 0) > most) throw tooLarge(most);
  const text = typeof body === 'string' ? limited(body, most) : await readText(body, most);
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new HttpError({ status: 400, code: 'invalid_json', message: 'the body is not JSON' });
  }
}

/** Parses the body as a form with files. An SDK in this process passes a `FormData`. */
export async function readForm(
  { headers, body }: Incoming,
  most: number,
  limit = 'maxBodyBytes',
): Promise<FormData> {
  if (body instanceof FormData) {
    const sizes = [...body.values()].map((value) => (typeof value === 'string' ? value.length : value.size));
    if (sizes.reduce((sum, size) => sum + size, 0) > most) throw tooLarge(most, limit);
    return body;
  }
  const type = headers.get('content-type') ?? '';
  if (!/^multipart\/form-data\s*;/i.test(type)) {
    throw new HttpError({
      status: 415,
      code: 'unsupported_media_type',
      message: 'the body must be a form, with content-type: multipart/form-data',
    });
  }
  if (Number(headers.get('content-length') ?? 0) > most) throw tooLarge(most, limit);
  const chunks = await readChunks(body, most, limit);
  try {
    return await new Response(new Blob([...chunks]), { headers: { 'content-type': type } }).formData();
  } catch {
    throw new HttpError({ status: 400, code: 'invalid_form', message: 'the body is not a form' });
  }
}

function limited(text: string, most: number): string {
  // A character is at least one byte and at most three.
  const fits = text.length * 3 <= most;
  if (text.length > most || !(fits || new TextEncoder().encode(text).length <= most)) throw tooLarge(most);
  return text;
}

async function readText(body: BodyInit | null, most: number): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for (const chunk of await readChunks(body, most)) text += decoder.decode(chunk, { stream: true });
  return text + decoder.decode();
}

async function readChunks(
  body: BodyInit | null,
  most: number,
  limit = 'maxBodyBytes',
): Promise<readonly Uint8Array<ArrayBuffer>[]> {
  const reader = new Response(body).body?.getReader();
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  for (;;) {
    const { done, value } = (await reader?.read()) ?? { done: true as const, value: undefined };
    if (done) return chunks;
    bytes += value.length;
    if (bytes > most) {
      reader?.cancel().catch(() => {}); // the rest is not needed, whatever cancel reports
      throw tooLarge(most, limit);
    }
    chunks.push(value);
  }
}

function tooLarge(most: number, limit = 'maxBodyBytes'): HttpError {
  return new HttpError({
    status: 413,
    code: 'request_too_large',
    message: `the body is larger than ${limit} = ${most}`,
  });
}
