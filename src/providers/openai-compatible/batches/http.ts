import { readText } from '../../../transport/body.ts';
import type { Transport } from '../../../transport/transport.ts';
import type { Wire } from '../../../util/json.ts';
import { parseAnswer } from '../../shared/answer/parse.ts';
import { jsonLines, piecesOf } from '../../shared/batches/lines.ts';
import type { NextCarry } from '../../shared/batches/vendor-batches.ts';

/** Requests of batches over our transport. A path is relative to the base URL; an absolute URL is used unchanged. */
export interface BatchHTTP {
  readonly name: string;
  readonly baseURL: string;
  /** Sends a request, with JSON where it has a body, and reads JSON of any size. */
  json(
    method: 'GET' | 'POST' | 'DELETE',
    path: string,
    next: NextCarry,
    body?: Wire | string,
  ): Promise<unknown>;
  upload(path: string, form: FormData, next: NextCarry): Promise<unknown>;
  /** The objects of a JSONL response. */
  lines(path: string, next: NextCarry): AsyncIterable<Wire>;
  /** The same from a signed address of another server, which gets no key. */
  signedLines(url: string, next: NextCarry): AsyncIterable<Wire>;
}

/**
 * @param elsewhere the transport to another origin, without a key
 */
export function batchHTTP(
  name: string,
  baseURL: string,
  transport: Transport,
  elsewhere: (origin: string) => Transport,
): BatchHTTP {
  const send = (path: string, init: RequestInit, { exchange }: ReturnType<NextCarry>, by = transport) =>
    by.send(/^https?:/.test(path) ? path : `${baseURL}${path}`, init, exchange);
  const answered = async (path: string, init: RequestInit, next: NextCarry): Promise<unknown> => {
    const text = await readText((await send(path, init, next('lines'))).body);
    // A deletion may be answered with nothing.
    return text.trim() === '' ? {} : parseAnswer(text);
  };
  const accept = 'application/json';
  return {
    name,
    baseURL,
    json(method, path, next, body) {
      const headers = { accept, ...(body === undefined ? {} : { 'content-type': 'application/json' }) };
      const text = typeof body === 'object' ? JSON.stringify(body) : body;
      return answered(path, { method, headers, ...(text === undefined ? {} : { body: text }) }, next);
    },
    upload: (path, form, next) => answered(path, { method: 'POST', headers: { accept }, body: form }, next),
    async *lines(path, next) {
      yield* jsonLines(piecesOf((await send(path, { method: 'GET' }, next('lines'))).body), name);
    },
    async *signedLines(url, next) {
      const by = elsewhere(new URL(url).origin);
      yield* jsonLines(piecesOf((await send(url, { method: 'GET' }, next('lines'), by)).body), name);
    },
  };
}
