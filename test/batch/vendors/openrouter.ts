import { answer, lineOf, refusal } from './answers.ts';
import { type Asked, type Behavior, type MockBatch, type MockVendor, newDesk, serve } from './vendor.ts';

const prefix = '/api/v1';

/** OpenRouter's batches as documented: https://openrouter.ai/docs/batch-quickstart. They cannot be canceled. */
export async function openrouterVendor(changes: Partial<Behavior> = {}): Promise<MockVendor> {
  const desk = newDesk(changes);
  const { behavior, batches } = desk;
  const view = (batch: MockBatch, withResults: boolean): Record<string, unknown> => {
    const isOver = desk.isOver(batch);
    const whole = behavior.failWhole(batch);
    const fates = isOver && !whole ? [...desk.settle(batch)].reverse() : [];
    const isLate = fates.some(([, fate]) => fate === 'expired');
    const lines = fates.flatMap(([asked, fate]) => lineOf(asked, fate, batch.endpoint, behavior) ?? []);
    return {
      id: batch.id,
      object: 'batch',
      endpoint: batch.endpoint,
      model: batch.metadata,
      completion_window: '24h',
      status: whole ? 'failed' : isOver ? (isLate ? 'expired' : 'completed') : 'in_progress',
      created_at: Math.floor(batch.createdAt / 1_000),
      request_counts: { total: batch.asked.length, completed: fates.length, failed: 0 },
      results: withResults && lines.length > 0 ? lines.map((line) => JSON.parse(line)) : null,
      error: whole ? { message: whole.code } : null,
    };
  };
  return serve(desk, (method, url, _, body) => {
    const [path = ''] = url.split('?');
    const [, resource = '', id = ''] = path.slice(prefix.length).split('/');
    if (resource === 'batches' && method === 'POST') {
      const text = body.toString();
      const sent = JSON.parse(text);
      // It reads the requests as they arrive, so the rest has to come before.
      if (Object.keys(sent).at(-1) !== 'requests') return { status: 400, json: refusal };
      const { endpoint, model, requests } = sent;
      const asked = (requests as { custom_id: string; body: Asked['body'] }[]).map((each): Asked => {
        if ('stream' in each.body) throw new Error('stream');
        return { customId: each.custom_id, body: each.body };
      });
      const batch = desk.open(`batch_${batches.length + 1}`, asked, { endpoint, metadata: model });
      return { status: 202, json: view(batch, false) };
    }
    if (resource === 'batches' && id === '') {
      const listed = batches.filter(({ removed }) => !removed).toReversed();
      return { json: { object: 'list', data: listed.map((batch) => view(batch, false)), has_more: false } };
    }
    if (resource === 'batches') {
      const batch = batches.find((each) => each.id === id && !each.removed);
      if (batch === undefined) return { status: 404, json: refusal };
      if (method === 'DELETE') {
        if (!desk.isOver(batch)) return { status: 409, json: refusal };
        batch.removed = true;
        return { json: { id, deleted: true } };
      }
      batch.polls += 1;
      return { json: view(batch, true) };
    }
    const asked = { customId: '', body: JSON.parse(body.toString()) };
    desk.chats.push(asked);
    return { json: answer(asked, path, behavior) };
  });
}
