import {
  type Asked,
  type Behavior,
  type Fate,
  type MockBatch,
  type MockVendor,
  type Reply,
  serve,
  settle,
  usualBehavior,
} from './vendor.ts';

/**
 * Anthropic's Message Batches as documented: https://platform.claude.com/docs/en/build-with-claude/batch-processing. Results come in
 * reverse order.
 */
export async function anthropicVendor(changes: Partial<Behavior> = {}): Promise<MockVendor> {
  const behavior: Behavior = { ...usualBehavior(), ...changes };
  const batches: MockBatch[] = [];
  const calls: string[] = [];
  const billed: Asked[] = [];
  const chats: Asked[] = [];
  const ended = new Map<MockBatch, Map<Asked, Fate>>();
  let url = '';

  const finish = (batch: MockBatch): Map<Asked, Fate> => {
    const fates = ended.get(batch) ?? settle(batch, behavior, billed);
    ended.set(batch, fates);
    return fates;
  };
  const view = (batch: MockBatch): Record<string, unknown> => {
    const isOver = batch.polls >= behavior.polls || batch.canceled;
    const fates = isOver ? [...finish(batch).values()] : [];
    const count = (fate: Fate): number => fates.filter((each) => each === fate).length;
    return {
      id: batch.id,
      type: 'message_batch',
      processing_status: isOver ? 'ended' : 'in_progress',
      request_counts: {
        processing: isOver ? 0 : batch.asked.length,
        succeeded: count('answered'),
        errored: count('refused'),
        canceled: 0,
        expired: count('expired') + count('missing'),
      },
      created_at: new Date(batch.createdAt).toISOString(),
      ended_at: isOver ? new Date().toISOString() : null,
      results_url: isOver ? `${url}/v1/messages/batches/${batch.id}/results` : null,
    };
  };
  const route = (method: string, target: string, _: unknown, body: Buffer): Reply => {
    const [path = ''] = target.split('?');
    const [, , , resource = '', id = '', verb = ''] = path.split('/');
    if (resource === '') {
      const asked = { customId: '', body: JSON.parse(body.toString()) };
      chats.push(asked);
      return { json: message(asked, behavior, 'standard') };
    }
    if (method === 'POST' && id === '') {
      const { requests } = JSON.parse(body.toString());
      const asked = (requests as { custom_id: string; params: Asked['body'] }[]).map(
        ({ custom_id, params }) => {
          if (!/^[a-zA-Z0-9_-]{1,64}$/.test(custom_id)) throw new Error(`custom_id ${custom_id}`);
          return { customId: custom_id, body: params };
        },
      );
      const batch: MockBatch = {
        id: `msgbatch_${batches.length + 1}`,
        asked,
        endpoint: path,
        metadata: undefined,
        createdAt: Date.now(),
        polls: 0,
        canceled: false,
        removed: false,
      };
      batches.push(batch);
      return { json: view(batch) };
    }
    if (id === '')
      return {
        json: {
          data: batches
            .filter(({ removed }) => !removed)
            .toReversed()
            .map(view),
          has_more: false,
        },
      };
    const batch = batches.find((each) => each.id === id);
    if (batch === undefined || batch.removed) return { status: 404, json: error('not_found_error') };
    if (method === 'DELETE') {
      batch.removed = true;
      return { json: { id, type: 'message_batch_deleted' } };
    }
    if (verb === 'cancel') batch.canceled = true;
    if (verb === 'results') {
      const lines = [...finish(batch)].reverse().flatMap(([asked, fate]) => {
        if (fate === 'missing') return [];
        const result =
          fate === 'answered'
            ? { type: 'succeeded', message: message(asked, behavior, 'batch') }
            : fate === 'refused'
              ? { type: 'errored', error: error('invalid_request_error') }
              : { type: 'expired' };
        return [JSON.stringify({ custom_id: asked.customId, result })];
      });
      return { text: `${lines.join('\n')}\n` };
    }
    if (verb === '') batch.polls += 1;
    return { json: view(batch) };
  };
  const files = new Map<string, unknown>();
  const server = await serve(behavior, calls, route);
  url = server.url;
  return { behavior, batches, calls, files, billed, chats, ...server };
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
