import type { Incoming } from '../body.ts';
import { HttpError } from '../errors.ts';
import type { Context } from './context.ts';
import { idHeaders } from './error-format.ts';

/** Refuses other methods. */
export function only(method: string, call: Incoming): void {
  if (call.method === method) return;
  throw new HttpError({
    status: 405,
    code: 'method_not_allowed',
    message: `this endpoint accepts only ${method}`,
  });
}

/** A decoded part of a path. */
export function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** A response with a body in JSON. */
export function found(body: object, { requestId }: Context): Response {
  const headers = { ...idHeaders(requestId), 'content-type': 'application/json' };
  return new Response(JSON.stringify(body), { headers });
}
