import { fromWeb, readSome } from '../../transport/body.ts';
import { maxErrorBytes, maxErrorTime } from '../../transport/guard-body.ts';

/**
 * An error response whose body has been read, within the same limits as by our own transport. SDKs report a
 * status only after the whole body, which may never end. Other responses, and those of a `fetch` that is not
 * the Web's, stay as they are.
 */
export async function withBriefError(response: Response): Promise<Response> {
  const { status, statusText, body } = response;
  if (status < 400 || typeof body?.getReader !== 'function' || response.bodyUsed) return response;
  const text = await readSome(fromWeb(body), maxErrorBytes, maxErrorTime);
  const headers = new Headers(response.headers);
  // Google's SDK loses the status of an error with incomplete JSON.
  if (!isJSON(text)) headers.set('content-type', 'text/plain');
  return new Response(text, { status, statusText, headers });
}

function isJSON(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
