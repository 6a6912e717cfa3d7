import { HttpError } from './errors.ts';

/** A request as it came, whichever way. */
export interface Incoming {
  readonly url: URL;
  readonly method: string;
  readonly headers: Headers;
  readonly body: BodyInit | null;
  readonly signal: AbortSignal | undefined;
  /** Whether it came as a `Request`, as servers give it, and not from an SDK in this process. */
  readonly remote: boolean;
}

/**
 * Takes a call apart. What comes with a `Request` beside it (a route's parameters, an environment) is not looked at.
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

/** The JSON object in a body. Neither errors nor anything else here says what is in it. */
export async function readJSON({ headers, body }: Incoming, most: number): Promise<unknown> {
  const type = headers.get('content-type') ?? '';
  if (!/^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i.test(type)) {
    throw new HttpError({
      status: 415,
      code: 'unsupported_media_type',
      message: 'the body has to be JSON, with content-type: application/json',
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
      reader.cancel().catch(() => {}); // whether the sender minds is of no interest
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
