import { isRouterError, ProviderError } from '../../../errors.ts';
import { classifyFailure } from '../../../transport/failure/failure.ts';
import { noHeaders } from '../../../transport/headers.ts';
import type {
  BatchAnswer,
  BatchItem,
  BatchPlan,
  BatchStatus,
  PreparedCall,
} from '../../../types/batch/batch.ts';
import type { ProviderImageCall, ProviderImages } from '../../../types/provider.ts';
import { asObject, asObjects, asText, type Wire } from '../../../util/json.ts';
import { notRun, refusedInBatch } from '../../shared/batches/not-run.ts';
import type { NextCarry, VendorBatches } from '../../shared/batches/vendor-batches.ts';
import { type GeminiRequest, toRequest } from '../chat/request.ts';
import { toResult } from '../chat/response.ts';
import { googleFailures } from '../failures.ts';
import { toChatImages, toImageChat } from '../images.ts';
import { isImagen } from '../model.ts';
import { embedLines, gatherEmbeddings } from './embeddings.ts';
import { type GeminiJobs, type Job, readJob } from './jobs.ts';

const provider = 'google';
const mostPages = 20;
/** Inline up to here: https://ai.google.dev/gemini-api/docs/batch-api allows 20 MB. */
const mostInline = 15_000_000;

/**
 * Gemini's batches: requests inline or in a file (https://ai.google.dev/gemini-api/docs/batch-api).
 *
 * @param withFiles whether files can be sent and read
 */
export function geminiBatches(withFiles: boolean): VendorBatches<GeminiJobs> {
  return {
    limits: withFiles ? { requests: 50_000, bytes: 2_000_000_000 } : { requests: 10_000, bytes: mostInline },
    // Embeddings need files: a request has one value, and inline answers have no names.
    kinds: { embed: withFiles, image: true },
    async submit(jobs, plan, next) {
      const { files } = jobs;
      const size = plan.items.reduce((sum, { body }) => sum + body.length, 0);
      const requests = (): readonly GeminiRequest[] => plan.items.map(({ body }) => JSON.parse(body));
      if (files === undefined || (plan.kind !== 'embed' && size < mostInline && isInlinable(requests()))) {
        const inlinedRequests = plan.items.map(toInlined);
        return readJob(await jobs.create(plan.model, { inlinedRequests }, plan.id, next)).name;
      }
      const fileName = fileNameOf(plan.id);
      const text = plan.kind === 'embed' ? embedLines(plan) : chatLines(plan);
      await files.upload(fileName, text, next).catch(unlessExisting);
      const created =
        plan.kind === 'embed'
          ? await files.createEmbeddings(plan.model, fileName, plan.id, next)
          : await jobs.create(plan.model, { fileName }, plan.id, next);
      return readJob(created).name;
    },
    async find(jobs, { id }, next) {
      let token: string | undefined;
      for (let page = 0; page < mostPages; page++) {
        const listed = await jobs.list(token, next);
        const all = [...asObjects(listed['operations']), ...asObjects(listed['batchJobs'])].map(readJob);
        const own = all.find(({ displayName }) => displayName === id);
        if (own !== undefined) return own.name;
        token = asText(listed['nextPageToken']);
        if (token === undefined || token === '') return undefined;
      }
      return undefined;
    },
    status: async (jobs, id, next) => readStatus(readJob(await jobs.get(id, next))),
    async *results(jobs, id, { items, kind }, next) {
      const job = readJob(await jobs.get(id, next));
      const left = new Set(items);
      const answers = answersOf(jobs, job, items, next);
      for await (const answer of kind === 'embed' ? gatherEmbeddings(answers) : answers)
        if (left.delete(answer.id)) yield answer;
      for (const missing of left) yield { id: missing, error: failureOf(job) };
    },
    async cancel(jobs, id, next) {
      await jobs.cancel(id, next);
    },
    async remove(jobs, id, next) {
      const { files } = jobs;
      if (files !== undefined) {
        const { displayName, fileName } = readJob(await jobs.get(id, next));
        const input = displayName === undefined ? [] : [fileNameOf(displayName)];
        for (const name of [...input, ...(fileName === undefined ? [] : [fileName])])
          await files.delete(name, next).catch(unlessMissing);
      }
      await jobs.delete(id, next);
    },
  };
}

/** Images by Gemini models, which are chats; Imagen's have no batches. */
export function geminiImage(call: ProviderImageCall): PreparedCall<ProviderImages> {
  if (isImagen(call.model)) {
    const summary = 'Imagen has no batches';
    throw new ProviderError({ kind: 'bad-request', scope: 'deployment', provider, summary });
  }
  const { chat, warnings } = toImageChat(call);
  const { body, warnings: more } = toRequest(chat);
  return {
    body: JSON.stringify(body),
    warnings: [...warnings, ...more],
    read: (answer) => toChatImages(toResult(answer, noHeaders, more), warnings),
  };
}

/** Whether the SDK, which sends inline requests, sends all of its fields. */
function isInlinable(requests: readonly GeminiRequest[]): boolean {
  return requests.every(({ extra: { top, generationConfig } }) => {
    return Object.keys(top).length + Object.keys(generationConfig).length === 0;
  });
}

function toInlined({ id, body }: BatchItem): Wire {
  const request = JSON.parse(body) as GeminiRequest;
  const { contents, systemInstruction, tools, toolConfig, generationConfig, extra } = request;
  const config = {
    ...generationConfig,
    ...extra.generationConfig,
    ...(systemInstruction && { systemInstruction }),
    ...(tools && { tools }),
    ...(toolConfig && { toolConfig }),
    ...extra.top,
  };
  return { contents, config, metadata: { key: id } };
}

function chatLines({ items }: BatchPlan): string {
  const lines = items.map(({ id, body }) => {
    const { model: _, extra, generationConfig, ...request } = JSON.parse(body) as GeminiRequest;
    const all = { ...generationConfig, ...extra.generationConfig };
    return `${JSON.stringify({ key: id, request: { ...request, generationConfig: all, ...extra.top } })}\n`;
  });
  return lines.join('');
}

/** Names of files have up to 40 lower-case letters, digits and hyphens. */
function fileNameOf(id: string): string {
  return `files/${id
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(-40)}`;
}

/** The file already exists if the creation of its batch was interrupted. */
function unlessExisting(error: unknown): void {
  if (!(isRouterError(error, 'provider') && error.status === 409)) throw error;
}

/** Files are deleted after two days in any case; the vendor answers 403 for those that do not exist. */
function unlessMissing(error: unknown): void {
  if (!(isRouterError(error, 'provider') && (error.status === 403 || error.status === 404))) throw error;
}

const over = ['SUCCEEDED', 'PARTIALLY_SUCCEEDED', 'FAILED', 'CANCELLED', 'EXPIRED'];
const exhausted = 8; // RESOURCE_EXHAUSTED: https://grpc.io/docs/guides/status-codes/

function readStatus({ state, error, done }: Job): BatchStatus {
  const counted = done === undefined ? {} : { done };
  if (state === 'FAILED' && error?.['code'] === exhausted) {
    const refused = classifyFailure({ provider, status: 429, headers: {}, body: { error } }, googleFailures);
    return { state: 'refused', error: refused };
  }
  return { state: over.includes(state) ? 'ended' : 'pending', ...counted };
}

async function* answersOf(
  { files }: GeminiJobs,
  { inlined, fileName }: Job,
  items: readonly string[],
  next: NextCarry,
): AsyncGenerator<BatchAnswer> {
  if (fileName !== undefined && files !== undefined) {
    for await (const line of files.lines(fileName, next)) yield readLine(line, asText(line['key']) ?? '');
    return;
  }
  for (const [index, line] of asObjects(inlined).entries()) {
    // Inline answers are in the order of the requests.
    yield readLine(line, asText(asObject(line['metadata'])?.['key']) ?? items[index] ?? '');
  }
}

function readLine(line: Wire, id: string): BatchAnswer {
  const response = asObject(line['response']);
  if (response !== undefined) return { id, body: response };
  return { id, error: refusalOf(asObject(line['error']) ?? line) };
}

/** Status codes of HTTP for those of gRPC. */
const statuses: Readonly<Record<number, number>> = {
  3: 400,
  5: 404,
  7: 403,
  8: 429,
  13: 500,
  14: 503,
  16: 401,
};

function refusalOf(error: Wire): Error {
  const code = Number(error['code']) || 0;
  // CANCELLED, DEADLINE_EXCEEDED
  if (code === 1 || code === 4) return notRun(provider, asText(error['message']) ?? 'ended');
  return refusedInBatch(provider, { error }, statuses[code] ?? (code >= 400 ? code : 400), googleFailures);
}

/** Why a request has no answer. */
function failureOf({ state, error }: Job): Error {
  if (state === 'FAILED' && error !== undefined) return refusalOf(error);
  return notRun(provider, state === 'CANCELLED' ? 'was canceled' : state.toLowerCase() || 'ended');
}
