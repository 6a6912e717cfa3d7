import type { IncomingMessage } from 'node:http';
import { answer, lineOf, refusal } from './answers.ts';
import {
  type Asked,
  type Behavior,
  formOf,
  linesOf,
  type MockBatch,
  type MockVendor,
  newDesk,
  type Reply,
  serve,
} from './vendor.ts';

/** How a vendor that copies OpenAI's Files and Batches differs, by its own documents. */
export interface Copy {
  /** The path before `/files`. @default '/v1' */
  readonly prefix?: string;
  /** @default '/files' */
  readonly uploads?: string;
  /** @default 'batch' */
  readonly purpose?: string;
  /** Form fields that an upload needs. @default none */
  readonly fields?: readonly string[];
  /** Lines of `custom_id` and `body` only. @default false */
  readonly shortLines?: boolean;
  /** @default true */
  readonly metadata?: boolean;
  /** `{ job }` around a new batch, lists without `data`, states in capitals, dates as text. @default false */
  readonly jobs?: boolean;
  /** Endpoints that it takes. @default all of OpenAI's */
  readonly endpoints?: readonly string[];
  /** Reads of a file until it is processed. @default 0 */
  readonly pendingReads?: number;
  /** Batches in a page of a list; `undefined`: there are no pages, and options for them are refused. @default 100 */
  readonly page?: number | undefined;
}

/**
 * OpenAI's Files and Batches as documented: https://developers.openai.com/api/docs/guides/batch. Answers come in reverse order, failed
 * requests in a file of their own.
 */
export async function openaiVendor(changes: Partial<Behavior> = {}, copy: Copy = {}): Promise<MockVendor> {
  const { prefix = '/v1', uploads = '/files', purpose = 'batch', jobs = false } = copy;
  const page = 'page' in copy ? copy.page : 100;
  const desk = newDesk(changes);
  const { behavior, files, batches } = desk;
  const names = new Map<string, string>();
  const reads = new Map<string, number>();
  const ended = new Map<MockBatch, { readonly output?: string; readonly errors?: string }>();
  let ids = 0;

  const store = (text: string, name: string): string => {
    const id = `file-${++ids}`;
    files.set(id, text);
    names.set(id, name);
    return id;
  };
  const finish = (batch: MockBatch) => {
    const done = ended.get(batch);
    if (done !== undefined) return done;
    const lines = [...desk.settle(batch)].reverse().map(([asked, fate]) => {
      return { fate, line: lineOf(asked, fate, batch.endpoint, behavior) };
    });
    const written = (isOutput: boolean): string | undefined => {
      const own = lines.flatMap(({ fate, line }) =>
        line !== undefined && (fate === 'answered') === isOutput ? [line] : [],
      );
      return own.length === 0 ? undefined : store(`${own.join('\n')}\n`, 'results.jsonl');
    };
    const [output, errors] = [written(true), written(false)];
    const made = { ...(output && { output }), ...(errors && { errors }) };
    ended.set(batch, made);
    return made;
  };

  const view = (batch: MockBatch): Record<string, unknown> => {
    const state = (status: string): string => (jobs ? status.toUpperCase() : status);
    const base = {
      id: batch.id,
      object: 'batch',
      endpoint: batch.endpoint,
      input_file_id: batch.input,
      completion_window: '24h',
      created_at: jobs ? new Date(batch.createdAt).toISOString() : Math.floor(batch.createdAt / 1_000),
      metadata: batch.metadata,
    };
    const whole = behavior.failWhole(batch);
    if (whole !== undefined) {
      const data = [{ message: 'no', param: null, line: null, ...whole }];
      return { ...base, status: state('failed'), errors: { object: 'list', data } };
    }
    const total = batch.asked.length;
    if (!desk.isOver(batch))
      return { ...base, status: state('in_progress'), request_counts: { total, completed: 0, failed: 0 } };
    const { output, errors } = finish(batch);
    const fates = [...desk.settle(batch).values()];
    const status = batch.canceled ? 'cancelled' : fates.includes('expired') ? 'expired' : 'completed';
    const failed = fates.filter((fate) => fate === 'refused').length;
    return {
      ...base,
      status: state(status),
      request_counts: { total, completed: total - failed, failed },
      output_file_id: output ?? null,
      error_file_id: errors ?? null,
    };
  };

  const upload = async (request: IncomingMessage, body: Buffer): Promise<Reply> => {
    const form = await formOf(request, body);
    const file = form.get('file');
    const lacks = (copy.fields ?? []).filter((field) => !form.has(field));
    if (!(file instanceof File) || form.get('purpose') !== purpose || lacks.length > 0)
      return { status: 400, json: refusal };
    const id = store(await file.text(), file.name);
    reads.set(id, copy.pendingReads ?? 0);
    const status = copy.pendingReads === undefined ? 'processed' : 'pending';
    return { json: { id, object: 'file', purpose, bytes: file.size, filename: file.name, status } };
  };

  const file = (method: string, id: string, verb: string): Reply => {
    const text = files.get(id);
    if (typeof text !== 'string') return { status: 404, json: refusal };
    if (method === 'DELETE') {
      const owner = batches.find((batch) => batch.input === id);
      if (owner !== undefined) owner.removed = true;
      files.delete(id);
      return { json: { id, deleted: true } };
    }
    if (verb === 'content') return { text };
    const left = reads.get(id) ?? 0;
    reads.set(id, left - 1);
    const status = left > 1 ? 'pending' : 'processed';
    return { json: { id, object: 'file', purpose, filename: names.get(id), status } };
  };

  const create = (body: Buffer): Reply => {
    const { input_file_id, endpoint, metadata, completion_window } = JSON.parse(body.toString());
    const allowed = copy.endpoints ?? Object.keys(endpointsOfOpenAI);
    if (completion_window !== '24h' || !allowed.includes(endpoint)) return { status: 400, json: refusal };
    if (metadata !== undefined && copy.metadata === false) return { status: 400, json: refusal };
    if ((reads.get(input_file_id) ?? 0) > 0) throw new Error('the file is pending');
    const asked = linesOf(files.get(input_file_id)).map((row): Asked => {
      const fields = Object.keys(row).join();
      const expected = copy.shortLines ? 'custom_id,body' : 'custom_id,method,url,body';
      if (fields !== expected || (!copy.shortLines && (row['method'] !== 'POST' || row['url'] !== endpoint)))
        throw new Error(`a line of ${fields} in a batch for ${endpoint}`);
      return { customId: String(row['custom_id']), body: row['body'] as Asked['body'] };
    });
    const batch = desk.open(`batch_${++ids}`, asked, { endpoint, metadata, input: input_file_id });
    return { json: jobs ? { job: view(batch) } : view(batch) };
  };

  const list = (query: string): Reply => {
    const newest = batches.toReversed().filter(({ removed }) => !removed);
    if (page === undefined) {
      if (query !== '') return { status: 400, json: refusal };
      return { json: jobs ? newest.map(view) : { object: 'list', data: newest.map(view) } };
    }
    const after = new URLSearchParams(query).get('after');
    const from = after === null ? 0 : newest.findIndex((batch) => batch.id === after) + 1;
    return { json: { object: 'list', data: newest.slice(from, from + page).map(view), has_more: false } };
  };

  return serve(desk, async (method, url, request, body) => {
    const [path = '', query = ''] = url.slice(prefix.length).split('?');
    const [, resource = '', id = '', verb = ''] = path.split('/');
    if (path === uploads && method === 'POST') return upload(request, body);
    if (resource === 'files') return file(method, id, verb);
    if (resource === 'batches' && id === '') return method === 'POST' ? create(body) : list(query);
    if (resource === 'batches') {
      const batch = batches.find((each) => each.id === id);
      if (batch === undefined) return { status: 404, json: refusal };
      if (verb === 'cancel') batch.canceled = true;
      else batch.polls += 1;
      return { json: view(batch) };
    }
    const asked = { customId: '', body: JSON.parse(body.toString()) };
    desk.chats.push(asked);
    return { json: answer(asked, `/v1${path}`, behavior) };
  });
}

const endpointsOfOpenAI = {
  '/v1/chat/completions': true,
  '/v1/responses': true,
  '/v1/embeddings': true,
  '/v1/images/generations': true,
};
