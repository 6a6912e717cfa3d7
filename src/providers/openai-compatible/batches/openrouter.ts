import type { BatchStatus, BatchTrace } from '../../../types/batch/batch.ts';
import { asObject, asObjects, asText, type Wire } from '../../../util/json.ts';
import { createdAt, readLine } from '../../chat-completions/batches/format.ts';
import { chatCompletionsFailures } from '../../chat-completions/failures.ts';
import { notRun, refusedInBatch } from '../../shared/batches/not-run.ts';
import type { VendorBatches } from '../../shared/batches/vendor-batches.ts';
import type { BatchHTTP } from './http.ts';

const pageSize = 100;
const over = ['completed', 'failed', 'expired', 'cancelled'];

/**
 * OpenRouter's batches: requests and answers inline, of one model (https://openrouter.ai/docs/batch-quickstart). They store no id
 * of ours, and cannot be canceled. Text and embeddings only.
 */
export const openrouterBatches: VendorBatches<BatchHTTP> = {
  // No limit is documented; the answers come in one response, which is held in memory.
  limits: { requests: 5_000, bytes: 32_000_000 },
  kinds: { embed: true, image: false },
  async submit(http, { kind, model, items }, next) {
    const endpoint = kind === 'embed' ? '/v1/embeddings' : '/v1/chat/completions';
    // The requests must come last, because they are read as they arrive.
    const lines = items.map(({ id, body }) => `{"custom_id":${JSON.stringify(id)},"body":${body}}`);
    const head = JSON.stringify({ endpoint, model, completion_window: '24h' }).slice(0, -1);
    return idOf(await http.json('POST', '/batches', next, `${head},"requests":[${lines.join(',')}]}`));
  },
  async find(http, trace, next) {
    // A batch is recognized by its answers, once it has ended.
    const listed = asObject(await http.json('GET', `/batches?limit=${pageSize}`, next));
    let unclear = false;
    for (const batch of asObjects(listed?.['data']).filter((each) => mayBe(each, trace))) {
      const id = idOf(batch);
      const { status, results } = asObject(await http.json('GET', `/batches/${id}`, next)) ?? {};
      const [first] = asObjects(results);
      if (first !== undefined && trace.items.includes(asText(first['custom_id']) ?? '')) return id;
      if (!over.includes(asText(status) ?? '')) unclear = true;
    }
    return unclear ? 'unclear' : undefined;
  },
  status: async (http, id, next) => readStatus(await batchOf(http, id, next)),
  async *results(http, id, { items }, next) {
    const { results, error, status } = await batchOf(http, id, next);
    const left = new Set(items);
    for (const result of asObjects(results)) {
      const answer = readLine(result, http.name);
      if (answer !== undefined && left.delete(answer.id)) yield answer;
    }
    const failure = status === 'failed' ? asObject(error) : undefined;
    for (const missing of left) {
      const reason =
        failure === undefined
          ? notRun(http.name, asText(status) ?? 'ended')
          : refusedInBatch(http.name, { error: failure }, 400, chatCompletionsFailures);
      yield { id: missing, error: reason };
    }
  },
  // Cancellation is not documented. The batch continues, and its answers are read.
  cancel: async () => {},
  async remove(http, id, next) {
    await http.json('DELETE', `/batches/${id}`, next);
  },
};

async function batchOf(http: BatchHTTP, id: string, next: Parameters<BatchHTTP['json']>[2]): Promise<Wire> {
  return asObject(await http.json('GET', `/batches/${id}`, next)) ?? {};
}

function readStatus({ status, request_counts: counts }: Wire): BatchStatus {
  const { completed, failed } = asObject(counts) ?? {};
  const done = typeof completed === 'number' ? { done: completed + (Number(failed) || 0) } : {};
  return { state: over.includes(asText(status) ?? '') ? 'ended' : 'pending', ...done };
}

/** Whether a listed batch may be the one that was submitted: about its time, of its model and as many requests. */
function mayBe(batch: Wire, { submittedAt, items, model }: BatchTrace): boolean {
  const created = createdAt(batch);
  const total = asObject(batch['request_counts'])?.['total'];
  return (
    batch['model'] === model &&
    (total === items.length || total === 0) &&
    created !== undefined &&
    created > submittedAt - clockSkew &&
    created < submittedAt + longestSubmission
  );
}

/** How much clocks may differ, and how long a submission may take, in milliseconds. */
const clockSkew = 300_000;
const longestSubmission = 3_600_000;

function idOf(made: unknown): string {
  const id = asText(asObject(made)?.['id']);
  if (id !== undefined) return id;
  throw new TypeError('the answer has no id');
}
