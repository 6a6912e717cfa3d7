import {
  type Asked,
  type Behavior,
  type Fate,
  type MockBatch,
  type MockVendor,
  newDesk,
  serve,
} from './vendor.ts';

/**
 * Anthropic's Message Batches as documented: https://platform.claude.com/docs/en/build-with-claude/batch-processing. Results come in
 * reverse order.
 */
export async function anthropicVendor(changes: Partial<Behavior> = {}): Promise<MockVendor> {
  const desk = newDesk(changes);
  const { behavior, batches, chats } = desk;
  const address = { url: '' };

  const view = (batch: MockBatch): Record<string, unknown> => {
    const isOver = desk.isOver(batch);
    const fates = isOver ? [...desk.settle(batch).values()] : [];
    const count = (fate: Fate): number => fates.filter((each) => each === fate).length;
    return {
      id: batch.id,
      type: 'message_batch',
      processing_status: isOver ? 'ended' : 'in_progress',
      request_counts: {
        processing: isOver ? 0 : batch.asked.length,
        succeeded: count('answered'),
        errored: count('refused'),
        canceled: count('canceled'),
        expired: count('expired') + count('missing'),
      },
      created_at: new Date(batch.createdAt).toISOString(),
      ended_at: isOver ? new Date(behavior.date()).toISOString() : null,
      results_url: isOver ? `${address.url}/v1/messages/batches/${batch.id}/results` : null,
    };
  };
  const results = (batch: MockBatch): string => {
    const lines = [...desk.settle(batch)].reverse().flatMap(([asked, fate]) => {
      if (fate === 'missing') return [];
      const result =
        fate === 'answered'
          ? { type: 'succeeded', message: message(asked, behavior, 'batch') }
          : fate === 'refused'
            ? { type: 'errored', error: error('invalid_request_error') }
            : { type: fate };
      return [JSON.stringify({ custom_id: asked.customId, result })];
    });
    return `${lines.join('\n')}\n`;
  };
  const create = (text: string): MockBatch => {
    const { requests } = JSON.parse(text);
    const asked = (requests as { custom_id: string; params: Asked['body'] }[]).map(
      ({ custom_id, params }) => {
        if (!/^[a-zA-Z0-9_-]{1,64}$/.test(custom_id)) throw new Error(`custom_id ${custom_id}`);
        return { customId: custom_id, body: params };
      },
    );
    return desk.open(`msgbatch_${batches.length + 1}`, asked, {});
  };
  const vendor = await serve(desk, (method, target, _, body) => {
    const [path = ''] = target.split('?');
    const [, , , resource = '', id = '', verb = ''] = path.split('/');
    if (resource === '') {
      const asked = { customId: '', body: JSON.parse(body.toString()) };
      chats.push(asked);
      return { json: message(asked, behavior, 'standard') };
    }
    if (method === 'POST' && id === '') return { json: view(create(body.toString())) };
    const listed = batches.filter(({ removed }) => !removed).toReversed();
    if (id === '') return { json: { data: listed.map(view), has_more: false } };
    const batch = listed.find((each) => each.id === id);
    if (batch === undefined) return { status: 404, json: error('not_found_error') };
    if (method === 'DELETE') {
      batch.removed = true;
      return { json: { id, type: 'message_batch_deleted' } };
    }
    if (verb === 'cancel') batch.canceled = true;
    if (verb === 'results') return { text: results(batch) };
    if (verb === '') batch.polls += 1;
    return { json: view(batch) };
  });
  address.url = vendor.url;
  return vendor;
}

function error(type: string): unknown {
  return { type: 'error', error: { type, message: 'not supported here' } };
}

function message(asked: Asked, { text }: Behavior, service_tier: string): unknown {
  return {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: asked.body['model'],
    content: [{ type: 'text', text: text(asked) }],
    stop_reason: 'end_turn',
    stop_sequence: null,
    usage: { input_tokens: 100, output_tokens: 10, service_tier },
  };
}
