import type { IncomingMessage } from 'node:http';
import {
  type Asked,
  type Behavior,
  type MockBatch,
  type MockVendor,
  type Reply,
  serve,
  settle,
  usualBehavior,
} from './vendor.ts';

/**
 * OpenAI's Files and Batches as documented: https://developers.openai.com/api/docs/guides/batch. Answers come in reverse order, failed
 * requests in a file of their own.
 *
 * @param prefix the path before `/files`, of vendors that copy it
 */
export async function openaiVendor(changes: Partial<Behavior> = {}, prefix = '/v1'): Promise<MockVendor> {
  const behavior: Behavior = { ...usualBehavior(), ...changes };
  const files = new Map<string, unknown>();
  const batches: MockBatch[] = [];
  const calls: string[] = [];
  const billed: Asked[] = [];
  const chats: Asked[] = [];
  const ended = new Map<MockBatch, { readonly output?: string; readonly errors?: string }>();
  let ids = 0;

  const finish = (batch: MockBatch) => {
    const done = ended.get(batch);
    if (done !== undefined) return done;
    const output: string[] = [];
    const errors: string[] = [];
    for (const [asked, fate] of [...settle(batch, behavior, billed)].reverse()) {
      if (fate === 'answered') output.push(line(asked, 200, answer(asked, batch.endpoint, behavior)));
      if (fate === 'refused') errors.push(line(asked, 400, refusal));
      if (fate === 'expired') errors.push(expiredLine(asked));
    }
    const store = (lines: readonly string[]): string | undefined => {
      if (lines.length === 0) return undefined;
      const id = `file-${++ids}`;
      files.set(id, `${lines.join('\n')}\n`);
      return id;
    };
    const [out, err] = [store(output), store(errors)];
    const made = { ...(out && { output: out }), ...(err && { errors: err }) };
    ended.set(batch, made);
    return made;
  };

  const view = (batch: MockBatch): Record<string, unknown> => {
    const base = {
      id: batch.id,
      object: 'batch',
      endpoint: batch.endpoint,
      input_file_id: `${batch.id}-input`,
      completion_window: '24h',
      created_at: Math.floor(batch.createdAt / 1_000),
      metadata: batch.metadata,
    };
    const whole = behavior.failWhole(batch);
    if (whole !== undefined) {
      const data = [{ message: 'no', param: null, line: null, ...whole }];
      return { ...base, status: 'failed', errors: { object: 'list', data } };
    }
    if (batch.polls < behavior.polls && !batch.canceled)
      return {
        ...base,
        status: 'in_progress',
        request_counts: { total: batch.asked.length, completed: 0, failed: 0 },
      };
    const { output, errors } = finish(batch);
    const fates = batch.asked.map((asked) => behavior.fate(asked, batch));
    const status = batch.canceled ? 'cancelled' : fates.includes('expired') ? 'expired' : 'completed';
    const failed = fates.filter((fate) => fate === 'refused').length;
    return {
      ...base,
      status,
      request_counts: { total: batch.asked.length, completed: batch.asked.length - failed, failed },
      output_file_id: output ?? null,
      error_file_id: errors ?? null,
    };
  };

  const route = async (
    method: string,
    url: string,
    request: IncomingMessage,
    body: Buffer,
  ): Promise<Reply> => {
    const [path = '', query = ''] = url.slice(prefix.length).split('?');
    const [, resource = '', id = '', verb = ''] = path.split('/');
    if (resource === 'files' && method === 'POST') {
      const headers = { 'content-type': request.headers['content-type'] ?? '' };
      const form = await new Response(new Uint8Array(body), { headers }).formData();
      const file = form.get('file');
      if (!(file instanceof File) || form.get('purpose') !== 'batch') return { status: 400, json: refusal };
      const made = `file-${++ids}`;
      files.set(made, await file.text());
      return { json: { id: made, object: 'file', purpose: 'batch', bytes: file.size } };
    }
    if (resource === 'files' && method === 'DELETE') {
      const owner = batches.find((batch) => `${batch.id}-input` === id);
      if (owner !== undefined) owner.removed = true;
      return { json: { id, deleted: files.delete(id) } };
    }
    if (resource === 'files' && verb === 'content') {
      const text = files.get(id);
      return typeof text === 'string' ? { text } : { status: 404, json: refusal };
    }
    if (resource === 'batches' && method === 'POST' && id === '') {
      const { input_file_id, endpoint, metadata, completion_window } = JSON.parse(body.toString());
      const text = files.get(input_file_id);
      if (typeof text !== 'string' || completion_window !== '24h') return { status: 400, json: refusal };
      const asked = text
        .trim()
        .split('\n')
        .map((row): Asked => {
          const { custom_id, method: verbOf, url: to, body: own } = JSON.parse(row);
          if (verbOf !== 'POST' || to !== endpoint)
            throw new Error(`${verbOf} ${to} in a batch for ${endpoint}`);
          return { customId: custom_id, body: own };
        });
      const batch: MockBatch = {
        id: `batch_${++ids}`,
        asked,
        endpoint,
        metadata,
        createdAt: Date.now(),
        polls: 0,
        canceled: false,
        removed: false,
      };
      files.set(`${batch.id}-input`, files.get(input_file_id));
      files.delete(input_file_id);
      batches.push(batch);
      return { json: view(batch) };
    }
    if (resource === 'batches' && id === '') {
      const after = new URLSearchParams(query).get('after');
      const newest = batches.toReversed();
      const from = after === null ? 0 : newest.findIndex((batch) => batch.id === after) + 1;
      return { json: { object: 'list', data: newest.slice(from, from + 100).map(view), has_more: false } };
    }
    if (resource === 'batches') {
      const batch = batches.find((each) => each.id === id);
      if (batch === undefined) return { status: 404, json: refusal };
      if (verb === 'cancel') batch.canceled = true;
      else batch.polls += 1;
      return { json: view(batch) };
    }
    const asked = { customId: '', body: JSON.parse(body.toString()) };
    chats.push(asked);
    return { json: answer(asked, `/v1${path}`, behavior) };
  };
  return { behavior, batches, calls, files, billed, chats, ...(await serve(behavior, calls, route)) };
}

const refusal = {
  error: { message: 'not supported here', type: 'invalid_request_error', param: null, code: 'bad_model' },
};

function line({ customId }: Asked, status_code: number, body: unknown): string {
  return JSON.stringify({
    id: 'batch_req_1',
    custom_id: customId,
    response: { status_code, request_id: 'req-1', body },
    error: null,
  });
}

function expiredLine({ customId }: Asked): string {
  const error = {
    code: 'batch_expired',
    message: 'This request could not be executed before the completion window expired.',
  };
  return JSON.stringify({ id: 'batch_req_1', custom_id: customId, response: null, error });
}

function answer(asked: Asked, endpoint: string, { text }: Behavior): unknown {
  const usage = { prompt_tokens: 100, completion_tokens: 10, total_tokens: 110 };
  if (endpoint.endsWith('/embeddings')) {
    const { input, model } = asked.body;
    const values = Array.isArray(input) ? input : [input];
    const data = values.map((value, index) => ({
      object: 'embedding',
      index,
      embedding: [String(value).length, 1],
    }));
    return { object: 'list', model, data, usage: { prompt_tokens: 100, total_tokens: 100 } };
  }
  if (endpoint.endsWith('/responses')) {
    const content = [{ type: 'output_text', text: text(asked), annotations: [] }];
    return {
      id: 'resp_1',
      object: 'response',
      status: 'completed',
      model: asked.body['model'],
      output: [{ id: 'msg_1', type: 'message', role: 'assistant', status: 'completed', content }],
      usage: { input_tokens: 100, output_tokens: 10, total_tokens: 110 },
    };
  }
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1,
    model: asked.body['model'],
    service_tier: asked.body['service_tier'] ?? 'default',
    choices: [{ index: 0, message: { role: 'assistant', content: text(asked) }, finish_reason: 'stop' }],
    usage,
  };
}
