import { fromText, readText } from '../../../transport/body.ts';
import { type Answer, LeanResponse } from '../../../transport/response.ts';
import type { Transport } from '../../../transport/transport.ts';
import { asObject, asText, type Wire } from '../../../util/json.ts';
import { parseAnswer } from '../../shared/answer/parse.ts';
import { jsonLines, piecesOf } from '../../shared/batches/lines.ts';
import type { NextCarry } from '../../shared/batches/vendor-batches.ts';
import type { GenAIClient, OwnFetch } from '../genai.ts';

/** The requests that batches need. Jobs are in the vendor's form or the SDK's. */
export interface GeminiJobs {
  create(model: string, source: JobSource, displayName: string, next: NextCarry): Promise<Wire>;
  get(name: string, next: NextCarry): Promise<Wire>;
  list(pageToken: string | undefined, next: NextCarry): Promise<Wire>;
  cancel(name: string, next: NextCarry): Promise<unknown>;
  delete(name: string, next: NextCarry): Promise<unknown>;
  /** Not with an injected client, whose uploads and downloads are for local files. */
  readonly files?: GeminiFiles;
}

/** Requests inline, or the name of a file of them. */
export type JobSource = { readonly inlinedRequests: readonly Wire[] } | { readonly fileName: string };

export interface GeminiFiles {
  /** Creates a job of embeddings. Sent without the SDK, which would print a warning each time. */
  createEmbeddings(model: string, fileName: string, displayName: string, next: NextCarry): Promise<Wire>;
  upload(name: string, text: string, next: NextCarry): Promise<void>;
  lines(name: string, next: NextCarry): AsyncIterable<Wire>;
  delete(name: string, next: NextCarry): Promise<unknown>;
}

const pageSize = 100;

/** Jobs through the SDK alone. */
export function jobsOver(
  { batches }: GenAIClient,
  through: (next: NextCarry) => { readonly http: object; read(answer: unknown): Wire } = direct,
): GeminiJobs {
  if (batches === undefined) throw new TypeError('a client without `batches`');
  const call = async (next: NextCarry, run: (config: object) => PromiseLike<unknown>): Promise<Wire> => {
    const { http, read } = through(next);
    return read(await run(http));
  };
  return {
    create: (model, src, displayName, next) =>
      call(next, (config) => batches.create({ model, src, config: { ...config, displayName } })),
    get: (name, next) => call(next, (config) => batches.get({ name, config })),
    list: (pageToken, next) =>
      call(next, (config) =>
        batches.list({ config: { ...config, pageSize, ...(pageToken === undefined ? {} : { pageToken }) } }),
      ),
    cancel: (name, next) => call(next, (config) => batches.cancel({ name, config })),
    delete: (name, next) => call(next, (config) => batches.delete({ name, config })),
  };
}

function direct(next: NextCarry) {
  const { signal } = next();
  return {
    http: signal === undefined ? {} : { abortSignal: signal },
    read(answer: unknown): Wire {
      // The SDK returns lists as a pager.
      const { pageInternal, params } = (answer ?? {}) as {
        readonly pageInternal?: unknown;
        readonly params?: unknown;
      };
      if (!Array.isArray(pageInternal)) return asObject(answer) ?? {};
      const nextPageToken = asObject(asObject(params)?.['config'])?.['pageToken'];
      return { batchJobs: pageInternal, nextPageToken };
    },
  };
}

/**
 * Jobs through the SDK over our transport. The SDK writes the requests; we read the answers, because it drops fields, such as why a
 * job failed.
 */
export function ownJobs(
  client: GenAIClient,
  transport: Transport,
  baseURL: string,
  apiVersion: string,
): GeminiJobs {
  const api = `${baseURL}/${apiVersion}`;
  const send = async (next: NextCarry, url: string, init: RequestInit): Promise<Answer> =>
    transport.send(url, init, next('lines').exchange);
  const through = (next: NextCarry) => {
    let text = '';
    const fetch: OwnFetch = async (input, init = {}) => {
      const answer = await send(next, String(input), init);
      text = await readText(answer.body);
      return new LeanResponse({ ...answer, body: fromText('{}') }, String(input));
    };
    return {
      http: { httpOptions: { fetch } },
      read: () => (text.trim() === '' ? {} : (asObject(parseAnswer(text)) ?? {})),
    };
  };
  const json = { 'content-type': 'application/json' };
  const files: GeminiFiles = {
    async createEmbeddings(model, fileName, displayName, next) {
      const path = model.includes('/') ? model : `models/${model}`;
      const body = JSON.stringify({ batch: { displayName, inputConfig: { fileName } } });
      const init = { method: 'POST', headers: json, body };
      const answer = await send(next, `${api}/${path}:asyncBatchEmbedContent`, init);
      return asObject(parseAnswer(await readText(answer.body))) ?? {};
    },
    // https://ai.google.dev/gemini-api/docs/files: resumable, in one piece
    async upload(name, text, next) {
      const start = await send(next, `${baseURL}/upload/${apiVersion}/files`, {
        method: 'POST',
        headers: {
          ...json,
          'x-goog-upload-protocol': 'resumable',
          'x-goog-upload-command': 'start',
          'x-goog-upload-header-content-length': String(new TextEncoder().encode(text).length),
          'x-goog-upload-header-content-type': 'application/jsonl',
        },
        body: JSON.stringify({ file: { name, displayName: name, mimeType: 'application/jsonl' } }),
      });
      await readText(start.body);
      const url = start.headers.get('x-goog-upload-url');
      if (url === undefined) throw new TypeError('the answer has no address to send the file to');
      const headers = { 'x-goog-upload-command': 'upload, finalize', 'x-goog-upload-offset': '0' };
      await readText((await send(next, url, { method: 'POST', headers, body: text })).body);
    },
    async *lines(name, next) {
      const url = `${baseURL}/download/${apiVersion}/${name}:download?alt=media`;
      yield* jsonLines(piecesOf((await send(next, url, { method: 'GET' })).body), 'google');
    },
    async delete(name, next) {
      await readText((await send(next, `${api}/${name}`, { method: 'DELETE' })).body);
    },
  };
  return { ...jobsOver(client, through), files };
}

/** A job in one form, whether the vendor's or the SDK's. */
export interface Job {
  readonly name: string;
  readonly displayName: string | undefined;
  /** Without its prefix: `SUCCEEDED`, `FAILED` … */
  readonly state: string;
  readonly error: Wire | undefined;
  /** The file of answers. */
  readonly fileName: string | undefined;
  readonly inlined: unknown;
  readonly done: number | undefined;
}

export function readJob(wire: Wire): Job {
  const metadata = asObject(wire['metadata']);
  const output = asObject(wire['response']) ?? asObject(metadata?.['output']) ?? asObject(wire['dest']);
  const inlined = output?.['inlinedResponses'];
  const stats = asObject(metadata?.['batchStats']);
  const counted = [stats?.['successfulRequestCount'], stats?.['failedRequestCount']];
  return {
    name: asText(wire['name']) ?? '',
    displayName: asText(metadata?.['displayName'] ?? wire['displayName']),
    state: (asText(metadata?.['state'] ?? wire['state']) ?? '').replace(/^(BATCH|JOB)_STATE_/, ''),
    error: asObject(wire['error']),
    fileName: asText(output?.['responsesFile'] ?? output?.['fileName']),
    inlined: asObject(inlined)?.['inlinedResponses'] ?? inlined,
    done: stats === undefined ? undefined : counted.reduce<number>((sum, n) => sum + (Number(n) || 0), 0),
  };
}
