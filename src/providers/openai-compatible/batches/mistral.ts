import type { BatchStatus } from '../../../types/batch/batch.ts';
import { asNonEmpty, asObject, asObjects, asText, type Wire } from '../../../util/json.ts';
import { answersOf, ownIdKey, toLines } from '../../chat-completions/batches/format.ts';
import type { VendorBatches } from '../../shared/batches/vendor-batches.ts';
import { filesOver } from './files.ts';
import type { BatchHTTP } from './http.ts';

const pageSize = 100;
const mostPages = 20;

/**
 * Mistral's batch jobs: files of requests and answers in OpenAI's format, with different names around them
 * (https://docs.mistral.ai/capabilities/batch/, https://docs.mistral.ai/api/endpoint/batch).
 */
export const mistralBatches: VendorBatches<BatchHTTP> = {
  // Up to a million requests in files of 512 MB.
  limits: { requests: 1_000_000, bytes: 512_000_000 },
  kinds: { embed: true, image: false },
  async submit(http, plan, next) {
    const file = new File([...toLines(plan, undefined)], `${plan.id}.jsonl`, { type: 'application/jsonl' });
    const uploaded = await filesOver(http, '/files').upload({ file, purpose: 'batch', fields: {} }, next);
    const body = {
      input_files: [idOf(uploaded)],
      endpoint: plan.kind === 'embed' ? '/v1/embeddings' : '/v1/chat/completions',
      model: plan.model,
      timeout_hours: 24,
      metadata: { [ownIdKey]: plan.id },
    };
    return idOf(await http.json('POST', '/batch/jobs', next, body));
  },
  async find(http, { id, submittedAt }, next) {
    // An earlier time, because the clocks differ.
    const since = encodeURIComponent(new Date(submittedAt - 600_000).toISOString());
    for (let page = 0; page < mostPages; page++) {
      const query = `page=${page}&page_size=${pageSize}&created_after=${since}`;
      const jobs = asObjects(asObject(await http.json('GET', `/batch/jobs?${query}`, next))?.['data']);
      const own = jobs.find(({ metadata }) => asObject(metadata)?.[ownIdKey] === id);
      if (own !== undefined) return idOf(own);
      if (jobs.length < pageSize) return undefined;
    }
    return undefined;
  },
  status: async (http, id, next) => readStatus(await job(http, id, next)),
  async *results(http, id, trace, next) {
    const ended = await job(http, id, next);
    const asBatch = {
      status: (asText(ended['status']) ?? '').toLowerCase(),
      output_file_id: ended['output_file'],
      error_file_id: ended['error_file'],
    };
    yield* answersOf(asBatch, trace, http.name, (file) => http.lines(`/files/${file}/content`, next));
  },
  async cancel(http, id, next) {
    await http.json('POST', `/batch/jobs/${id}/cancel`, next, {});
  },
  async remove(http, id, next) {
    const { input_files, output_file, error_file } = await job(http, id, next);
    const inputs: readonly unknown[] = Array.isArray(input_files) ? input_files : [];
    for (const file of [...inputs, output_file, error_file].flatMap((each) => asNonEmpty(each) ?? []))
      await http.json('DELETE', `/files/${file}`, next);
  },
};

async function job(http: BatchHTTP, id: string, next: Parameters<BatchHTTP['json']>[2]): Promise<Wire> {
  return asObject(await http.json('GET', `/batch/jobs/${id}`, next)) ?? {};
}

const over = ['SUCCESS', 'FAILED', 'TIMEOUT_EXCEEDED', 'CANCELLED'];

function readStatus({ status, completed_requests: done }: Wire): BatchStatus {
  return {
    state: over.includes(asText(status) ?? '') ? 'ended' : 'pending',
    ...(typeof done === 'number' ? { done } : {}),
  };
}

function idOf(made: unknown): string {
  const id = asText(asObject(made)?.['id']);
  if (id !== undefined) return id;
  throw new TypeError('the answer has no id');
}
