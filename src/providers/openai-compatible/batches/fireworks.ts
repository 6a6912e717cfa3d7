import type { BatchAnswer, BatchStatus } from '../../../types/batch/batch.ts';
import { asNonEmpty, asObject, asObjects, asText, type Wire } from '../../../util/json.ts';
import { readLine, toLines } from '../../chat-completions/batches/format.ts';
import { notRun } from '../../shared/batches/not-run.ts';
import type { VendorBatches } from '../../shared/batches/vendor-batches.ts';
import type { BatchHTTP } from './http.ts';

/**
 * Fireworks' batch inference jobs: a job over a data set of requests, which writes one of answers
 * (https://docs.fireworks.ai/guides/batch-inference, https://docs.fireworks.ai/api-reference/create-batch-inference-job). Ids are
 * ours. They belong to an account, which the key names.
 */
export function fireworksBatches(): VendorBatches<BatchHTTP> {
  let account: Promise<string> | undefined;
  const accountOf = (http: BatchHTTP, next: Next): Promise<string> => {
    account ??= findAccount(http, next).catch((error: unknown) => {
      account = undefined; // the next step tries again
      throw error;
    });
    return account;
  };
  const jobOf = async (http: BatchHTTP, id: string, next: Next): Promise<Wire> => {
    const at = await accountOf(http, next);
    return asObject(await http.json('GET', `${at}/batchInferenceJobs/${id}`, next)) ?? {};
  };
  return {
    // Data sets below 500 MB; no number of requests.
    limits: { requests: 100_000, bytes: 500_000_000 },
    kinds: { embed: false, image: false },
    async submit(http, plan, next) {
      const at = await accountOf(http, next);
      const id = nameOf(plan.id);
      const dataset = { userUploaded: {}, exampleCount: String(plan.items.length) };
      await http.json('POST', `${at}/datasets`, next, { datasetId: id, dataset });
      const form = new FormData();
      const file = new File([...toLines(plan, undefined)], `${id}.jsonl`, { type: 'application/jsonl' });
      form.append('file', file, file.name);
      await http.upload(`${at}/datasets/${id}:upload`, form, next);
      const account = at.slice(at.indexOf('accounts/'));
      await http.json('POST', `${at}/batchInferenceJobs?batchInferenceJobId=${id}`, next, {
        model: plan.model,
        inputDatasetId: `${account}/datasets/${id}`,
        outputDatasetId: `${account}/datasets/${id}-out`,
      });
      return id;
    },
    async find(http, trace, next) {
      const at = await accountOf(http, next);
      const id = nameOf(trace.id);
      for (let token = ''; ; ) {
        const path = `${at}/batchInferenceJobs?pageSize=200${token === '' ? '' : `&pageToken=${token}`}`;
        const page = asObject(await http.json('GET', path, next));
        const jobs = asObjects(page?.['batchInferenceJobs']);
        if (jobs.some(({ name }) => asText(name)?.endsWith(`/${id}`))) return id;
        token = encodeURIComponent(asText(page?.['nextPageToken']) ?? '');
        if (token === '') return undefined;
      }
    },
    status: async (http, id, next) => readStatus(await jobOf(http, id, next)),
    async *results(http, id, { items }, next) {
      const at = await accountOf(http, next);
      const { state } = await jobOf(http, id, next);
      const left = new Set(items);
      const found = asObject(await downloads(http, `${at}/datasets/${id}-out`, next));
      const urls = Object.entries(asObject(found?.['filenameToSignedUrls']) ?? {});
      // Answers before errors: a retried request may be in both.
      for (const [, url] of urls.sort(([one], [other]) => Number(isError(one)) - Number(isError(other)))) {
        for await (const line of http.signedLines(String(url), next)) {
          const answer = readRow(line, http.name);
          if (answer !== undefined && left.delete(answer.id)) yield answer;
        }
      }
      const why = (asText(state) ?? 'ended').replace(/^JOB_STATE_/, '').toLowerCase();
      for (const missing of left) yield { id: missing, error: notRun(http.name, why) };
    },
    // Deleting a job is the only way to stop it and loses its finished answers. So it continues, and its
    // answers are read.
    cancel: async () => {},
    async remove(http, id, next) {
      const at = await accountOf(http, next);
      for (const path of [`batchInferenceJobs/${id}`, `datasets/${id}`, `datasets/${id}-out`])
        await http.json('DELETE', `${at}/${path}`, next);
    },
  };
}

type Next = Parameters<BatchHTTP['json']>[2];

/** The address of the account that the key belongs to: https://docs.fireworks.ai/api-reference/list-accounts */
async function findAccount(http: BatchHTTP, next: Next): Promise<string> {
  const base = http.baseURL.replace(/\/inference\/v1$/, '/v1');
  const listed = asObject(await http.json('GET', `${base}/accounts`, next));
  const names = asObjects(listed?.['accounts']).flatMap(({ name }) => asText(name) ?? []);
  const own = names.find((name) => name !== 'accounts/fireworks');
  if (own === undefined) throw new TypeError('the key belongs to no account');
  return `${base}/${own}`;
}

function downloads(http: BatchHTTP, dataset: string, next: Next): Promise<unknown> {
  return http.json('GET', `${dataset}:getDownloadEndpoint`, next);
}

/** Ids have lower-case letters, digits and hyphens. */
function nameOf(id: string): string {
  return id.toLowerCase().replace(/[^a-z0-9-]+/g, '-');
}

const over = ['JOB_STATE_COMPLETED', 'JOB_STATE_FAILED', 'JOB_STATE_EXPIRED', 'JOB_STATE_CANCELLED'];

function readStatus({ state, jobProgress }: Wire): BatchStatus {
  const done = asObject(jobProgress)?.['totalProcessedRequests'];
  return {
    state: over.includes(asText(state) ?? '') ? 'ended' : 'pending',
    ...(typeof done === 'number' ? { done } : {}),
  };
}

function isError(fileName: string): boolean {
  return /error/i.test(fileName);
}

/** `response` is the answer itself, or an object with its status and body, as at OpenAI. */
function readRow(line: Wire, provider: string): BatchAnswer | undefined {
  const response = asObject(line['response']);
  const id = asText(line['custom_id']);
  const hasAnswer = response !== undefined && response['choices'] !== undefined;
  if (id !== undefined && hasAnswer) return { id, body: response };
  const message = asNonEmpty(line['error']);
  if (message === undefined) return readLine(line, provider);
  return readLine({ ...line, response: { status_code: 400, body: { error: { message } } } }, provider);
}
