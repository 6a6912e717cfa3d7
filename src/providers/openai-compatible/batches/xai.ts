import type { BatchAnswer, BatchStatus } from '../../../types/batch/batch.ts';
import { asNonEmpty, asObject, asObjects, asText, type Wire } from '../../../util/json.ts';
import { toLines } from '../../chat-completions/batches/format.ts';
import { chatCompletionsFailures } from '../../chat-completions/failures.ts';
import { notRun, refusedInBatch } from '../../shared/batches/not-run.ts';
import type { VendorBatches } from '../../shared/batches/vendor-batches.ts';
import { filesOver } from './files.ts';
import type { BatchHTTP } from './http.ts';

/** https://docs.x.ai/developers/rest-api-reference/inference/batches: results and lists come in pages. */
const pageSize = 1_000;
const listSize = 100;
const mostPages = 20;

/**
 * xAI's batches: a file of requests, counters in place of a state, and answers in pages
 * (https://docs.x.ai/developers/advanced-api-usage/batch-api). A batch cannot be deleted, but its file can.
 */
export const xaiBatches: VendorBatches<BatchHTTP> = {
  // https://docs.x.ai/developers/advanced-api-usage/batch-api#limitations names no number of requests; files are at most 50 MB:
  // https://docs.x.ai/developers/files/managing-files
  limits: { requests: 50_000, bytes: 48_000_000 },
  kinds: { embed: false, image: true },
  async submit(http, plan, next) {
    const endpoint = plan.kind === 'image' ? '/v1/images/generations' : '/v1/chat/completions';
    const file = new File([...toLines(plan, endpoint)], `${plan.id}.jsonl`, { type: 'application/jsonl' });
    const uploaded = asObject(
      await filesOver(http, '/files').upload({ file, purpose: 'batch', fields: {} }, next),
    );
    const body = { name: plan.id, input_file_id: asText(uploaded?.['id']) };
    return idOf(asObject(await http.json('POST', '/batches', next, body)));
  },
  async find(http, { id }, next) {
    for await (const page of pages(http, `/batches?limit=${listSize}`, next, mostPages)) {
      const own = asObjects(page['batches']).find(({ name }) => name === id);
      if (own !== undefined) return idOf(own);
    }
    return undefined;
  },
  status: async (http, id, next) => readStatus(await batchOf(http, id, next)),
  async *results(http, id, { items }, next) {
    const { cancel_time, cancel_by_xai_message } = await batchOf(http, id, next);
    const left = new Set(items);
    for await (const page of pages(http, `/batches/${id}/results?limit=${pageSize}`, next)) {
      for (const result of asObjects(page['results'])) {
        const answer = readResult(result, http.name);
        if (answer !== undefined && left.delete(answer.id)) yield answer;
      }
    }
    const why = asNonEmpty(cancel_by_xai_message) ?? (cancel_time ? 'was canceled' : 'ended');
    for (const missing of left) yield { id: missing, error: notRun(http.name, why) };
  },
  async cancel(http, id, next) {
    await http.json('POST', `/batches/${id}:cancel`, next, {});
  },
  async remove(http, id, next) {
    const file = asNonEmpty((await batchOf(http, id, next))['input_file_id']);
    if (file !== undefined) await http.json('DELETE', `/files/${file}`, next);
  },
};

type Next = Parameters<BatchHTTP['json']>[2];

async function batchOf(http: BatchHTTP, id: string, next: Next): Promise<Wire> {
  return asObject(await http.json('GET', `/batches/${id}`, next)) ?? {};
}

async function* pages(
  http: BatchHTTP,
  path: string,
  next: Next,
  most = Number.POSITIVE_INFINITY,
): AsyncGenerator<Wire> {
  let token: string | undefined;
  for (let page = 0; page < most; page++) {
    const query = token === undefined ? '' : `&pagination_token=${encodeURIComponent(token)}`;
    const found = asObject(await http.json('GET', `${path}${query}`, next)) ?? {};
    yield found;
    token = asNonEmpty(found['pagination_token']);
    if (token === undefined) return;
  }
}

/**
 * A batch has no state: it is done when none of its requests are pending, and empty until its file has been
 * read.
 */
function readStatus(batch: Wire): BatchStatus {
  const { num_requests, num_pending, num_success, num_error, num_cancelled } = asObject(batch['state']) ?? {};
  const [all, pending] = [Number(num_requests) || 0, Number(num_pending) || 0];
  const done = [num_success, num_error, num_cancelled].reduce<number>(
    (sum, each) => sum + (Number(each) || 0),
    0,
  );
  const isStopped = Boolean(batch['cancel_time']) || asNonEmpty(batch['cancel_by_xai_message']) !== undefined;
  const isOver = pending === 0 && (all > 0 || isStopped);
  return { state: isOver ? 'ended' : 'pending', done };
}

/** The body of an answer is under the name of its endpoint. */
function readResult(result: Wire, provider: string): BatchAnswer | undefined {
  const id = asText(result['batch_request_id']);
  if (id === undefined) return undefined;
  const inner = asObject(result['batch_result']);
  const body = Object.values(asObject(inner?.['response']) ?? {})[0];
  if (asObject(body) !== undefined) return { id, body };
  const error = asObject(inner?.['error']);
  const message = asNonEmpty(result['error_message']) ?? asText(error?.['message']) ?? 'no answer';
  // Codes of gRPC: 1 is canceled, 4 is deadline exceeded.
  const code = String(error?.['code'] ?? '').toLowerCase();
  if (/^(1|4)$|cancel|expired|deadline/.test(code)) return { id, error: notRun(provider, `ended (${code})`) };
  const refusal = { error: { message, code: String(error?.['code'] ?? '') } };
  return { id, error: refusedInBatch(provider, refusal, 400, chatCompletionsFailures) };
}

function idOf(batch: Wire | undefined): string {
  const id = asText(batch?.['batch_id']);
  if (id !== undefined) return id;
  throw new TypeError('the answer has no id');
}
