import { answer, refusal } from './answers.ts';
import {
  type Asked,
  type Behavior,
  type Fate,
  formOf,
  linesOf,
  type MockBatch,
  type MockVendor,
  newDesk,
  serve,
} from './vendor.ts';

/** Results in a page. */
const pageSize = 2;

/** xAI's batches as documented: https://docs.x.ai/developers/advanced-api-usage/batch-api */
export async function xaiVendor(changes: Partial<Behavior> = {}): Promise<MockVendor> {
  const desk = newDesk(changes);
  const { behavior, files, batches } = desk;
  let ids = 0;
  const view = (batch: MockBatch): Record<string, unknown> => {
    const isOver = desk.isOver(batch);
    const whole = behavior.failWhole(batch);
    const fates = isOver && !whole ? [...desk.settle(batch).values()] : [];
    const count = (...wanted: readonly Fate[]): number =>
      fates.filter((fate) => wanted.includes(fate)).length;
    const total = batch.asked.length;
    return {
      batch_id: batch.id,
      name: batch.metadata,
      create_time: new Date(batch.createdAt).toISOString().slice(0, 10),
      input_file_id: batch.input,
      ...(batch.canceled || whole ? { cancel_time: new Date(behavior.date()).toISOString() } : {}),
      ...(whole && { cancel_by_xai_message: whole.code }),
      state: {
        num_requests: whole ? 0 : total,
        num_pending: isOver || whole ? 0 : total,
        num_success: count('answered'),
        num_error: count('refused', 'expired', 'missing'),
        num_cancelled: count('canceled'),
      },
    };
  };
  const result = (asked: Asked, fate: Fate, endpoint: string): unknown => {
    const batch_request_id = asked.customId;
    const name = endpoint.endsWith('/chat/completions') ? 'chat_get_completion' : 'image_generation';
    if (fate === 'answered') {
      const response = { [name]: answer(asked, endpoint, behavior) };
      return { batch_request_id, batch_result: { response }, error_message: '' };
    }
    const code = { refused: 3, expired: 4, canceled: 1, missing: 4 }[fate];
    const message = fate === 'refused' ? 'not supported here' : fate;
    return { batch_request_id, batch_result: { error: { code, message } }, error_message: message };
  };
  const page = (batch: MockBatch, query: string): unknown => {
    if (behavior.failWhole(batch) !== undefined) return { results: [] };
    const from = Number(new URLSearchParams(query).get('pagination_token') ?? 0);
    const all = [...desk.settle(batch)].reverse().filter(([, fate]) => fate !== 'missing');
    const results = all
      .slice(from, from + pageSize)
      .map(([asked, fate]) => result(asked, fate, batch.endpoint));
    const more = from + pageSize < all.length ? { pagination_token: String(from + pageSize) } : {};
    return { results, ...more };
  };
  return serve(desk, async (method, url, request, body) => {
    const [path = '', query = ''] = url.split('?');
    const [, , resource = '', id = '', verb = ''] = path.split('/');
    if (resource === 'files' && method === 'POST') {
      const file = (await formOf(request, body)).get('file');
      if (!(file instanceof File)) return { status: 400, json: refusal };
      const made = `file_${++ids}`;
      files.set(made, await file.text());
      return { json: { id: made, object: 'file' } };
    }
    if (resource === 'files') {
      const owner = batches.find(({ input }) => input === id);
      if (owner !== undefined) owner.removed = true;
      return { json: { id, deleted: files.delete(id) } };
    }
    if (path === '/v1/batches' && method === 'POST') {
      const { name, input_file_id } = JSON.parse(body.toString());
      const rows = linesOf(files.get(input_file_id));
      const endpoint = String(rows[0]?.['url']);
      const asked = rows.map((row): Asked => {
        return { customId: String(row['custom_id']), body: row['body'] as Asked['body'] };
      });
      const more = { endpoint, metadata: name, input: input_file_id };
      return { json: view(desk.open(`batch_${++ids}`, asked, more)) };
    }
    if (path === '/v1/batches') return { json: { batches: batches.toReversed().map(view) } };
    const [name = '', action] = id.split(':');
    const batch = resource === 'batches' ? batches.find((each) => each.id === name) : undefined;
    if (resource === 'batches') {
      if (batch === undefined) return { status: 404, json: refusal };
      if (verb === 'results') return { json: page(batch, query) };
      if (action === 'cancel') batch.canceled = true;
      else batch.polls += 1;
      return { json: view(batch) };
    }
    const asked = { customId: '', body: JSON.parse(body.toString()) };
    desk.chats.push(asked);
    return { json: answer(asked, path, behavior) };
  });
}
