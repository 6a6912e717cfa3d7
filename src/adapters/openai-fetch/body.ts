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

function limited(text: string, most: number): string {
  // A character is at least one byte and at most three.
  const fits = text.length * 3 <= most;
  if (text.length > most || !(fits || new TextEncoder().encode(text).length <= most)) throw tooLarge(most);
  return text;
}

async function readText(body: BodyInit | null, most: number): Promise<string> {
  const reader = new Response(body).body?.getReader();
  if (reader === undefined) return '';
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    bytes += value.length;
    if (bytes > most) {
      reader.cancel().catch(() => {}); // the rest is not needed, whatever cancel reports
      throw tooLarge(most);
    }
    text += decoder.decode(value, { stream: true });
  }
}

function tooLarge(most: number): HttpError {
  return new HttpError({
    status: 413,
    code: 'request_too_large',
    message: `the body is larger than maxBodyBytes = ${most}`,
  });
}
