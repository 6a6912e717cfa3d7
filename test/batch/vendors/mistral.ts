import { answer, lineOf, refusal } from './answers.ts';
import {
  type Asked,
  type Behavior,
  formOf,
  linesOf,
  type MockBatch,
  type MockVendor,
  newDesk,
  serve,
} from './vendor.ts';

/** Mistral's batch jobs as documented: https://docs.mistral.ai/api/endpoint/batch */
export async function mistralVendor(changes: Partial<Behavior> = {}): Promise<MockVendor> {
  const desk = newDesk(changes);
  const { behavior, files, batches } = desk;
  const outputs = new Map<MockBatch, { output_file: string | null; error_file: string | null }>();
  let ids = 0;
  const store = (text: string): string => {
    const id = `00000000-0000-0000-0000-${String(++ids).padStart(12, '0')}`;
    files.set(id, text);
    return id;
  };
  const finish = (batch: MockBatch) => {
    const before = outputs.get(batch);
    if (before !== undefined) return before;
    const lines = [...desk.settle(batch)].reverse();
    const written = (isOutput: boolean): string | null => {
      const own = lines.flatMap(([asked, fate]) =>
        (fate === 'answered') === isOutput ? (lineOf(asked, fate, batch.endpoint, behavior) ?? []) : [],
      );
      return own.length === 0 ? null : store(own.join('\n'));
    };
    const made = { output_file: written(true), error_file: written(false) };
    outputs.set(batch, made);
    return made;
  };
  const view = (batch: MockBatch): Record<string, unknown> => {
    const base = {
      id: batch.id,
      object: 'batch',
      input_files: [batch.input],
      metadata: batch.metadata,
      endpoint: batch.endpoint,
      created_at: Math.floor(batch.createdAt / 1_000),
      total_requests: batch.asked.length,
      completed_requests: desk.isOver(batch) ? batch.asked.length : 0,
      errors: [],
    };
    const whole = behavior.failWhole(batch);
    if (whole !== undefined)
      return { ...base, status: 'FAILED', errors: [{ message: whole.code, count: 1 }] };
    if (!desk.isOver(batch)) return { ...base, status: 'RUNNING' };
    const isLate = [...desk.settle(batch).values()].includes('expired');
    const status = batch.canceled ? 'CANCELLED' : isLate ? 'TIMEOUT_EXCEEDED' : 'SUCCESS';
    return { ...base, status, ...finish(batch) };
  };
  return serve(desk, async (method, url, request, body) => {
    const [path = '', query = ''] = url.split('?');
    const [, , resource = '', id = '', job = '', verb = ''] = path.split('/');
    if (resource === 'files' && method === 'POST') {
      const form = await formOf(request, body);
      const file = form.get('file');
      if (!(file instanceof File) || form.get('purpose') !== 'batch') return { status: 422, json: refusal };
      return { json: { id: store(await file.text()), object: 'file', purpose: 'batch' } };
    }
    if (resource === 'files') {
      const text = files.get(id);
      if (typeof text !== 'string') return { status: 404, json: refusal };
      if (method !== 'DELETE') return { text };
      const owner = batches.find(({ input }) => input === id);
      if (owner !== undefined) owner.removed = true;
      files.delete(id);
      return { json: { id, object: 'file', deleted: true } };
    }
    if (path === '/v1/batch/jobs' && method === 'POST') {
      const { input_files, endpoint, model, metadata, timeout_hours } = JSON.parse(body.toString());
      if (!(timeout_hours >= 1 && timeout_hours <= 168) || typeof model !== 'string')
        return { status: 422, json: refusal };
      const asked = linesOf(files.get(input_files[0])).map((row): Asked => {
        return { customId: String(row['custom_id']), body: row['body'] as Asked['body'] };
      });
      const more = { endpoint, metadata, input: input_files[0] };
      return { json: view(desk.open(`job-${batches.length + 1}`, asked, more)) };
    }
    if (path === '/v1/batch/jobs') {
      const search = new URLSearchParams(query);
      const since = Date.parse(search.get('created_after') ?? '1970-01-01');
      const size = Number(search.get('page_size') ?? 100);
      const from = Number(search.get('page') ?? 0) * size;
      const found = batches.filter(({ createdAt }) => createdAt >= since);
      return {
        json: { data: found.slice(from, from + size).map(view), object: 'list', total: found.length },
      };
    }
    if (resource === 'batch') {
      const batch = batches.find((each) => each.id === job);
      if (batch === undefined) return { status: 404, json: refusal };
      if (verb === 'cancel') batch.canceled = true;
      else batch.polls += 1;
      return { json: view(batch) };
    }
    const asked = { customId: '', body: JSON.parse(body.toString()) };
    desk.chats.push(asked);
    return { json: answer(asked, path, behavior) };
  });
}
