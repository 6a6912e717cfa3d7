import { isRouterError, RequestError } from '../../../errors.ts';
import type {
  ImageCall,
  ImageResultSpec,
  JsonObject,
  Keyed,
  LanguageCall,
} from '../../../providers/ai-sdk/spec.ts';
import type { BatchCallOptions, BatchRequest, BatchResult } from '../../../types/batch/job.ts';
import type { CallOptions } from '../../../types/options/call-options.ts';
import type { ImageResult } from '../../../types/request/image.ts';
import type { JSONObject } from '../../../types/request/json.ts';
import type { ChatResult } from '../../../types/result/result.ts';
import type { Router } from '../../../types/router.ts';
import { fromStored, toStored } from '../../../util/json.ts';
import { HostedBatches } from '../../shared/batches/hosted.ts';
import { notRun } from '../../shared/batches/not-run.ts';
import {
  type BatchFace,
  errorsOf,
  type HostedBatch,
  type HostedRecord,
  isOver,
  newId,
  outputOf,
} from '../../shared/batches/record.ts';
import { batchTiersOf } from '../../shared/batches/tiers.ts';
import { toGenerateResult } from '../answer.ts';
import { toImageRequest, toImageResult } from '../image.ts';
import { toolNames } from '../option-case.ts';
import { partTeller } from '../parts.ts';
import { toChatRequest } from '../request.ts';
import type { BatchItemSpec, BatchStatusSpec, RequestSpec } from './spec.ts';

/** The meaning of a model's name, and how its targets are called. */
export interface BatchModels {
  /** The route or target of a model. Throws for an unknown one. */
  find(modelId: string, type: 'text' | 'image'): string;
  modelOf(target: string): string | undefined;
}

/** Data stored beside a request. */
interface Data {
  readonly type: 'text' | 'image';
  readonly tools?: LanguageCall['tools'];
}

interface Face {
  readonly options: JSONObject;
}

const day = 86_400_000;
/** Milliseconds after its deadline that a batch and its results are kept: as long as vendors keep theirs. */
const keep = 30 * day;
/** All batches of a router have one owner: the process. */
const owner = 'ai-sdk';

/** The text of a stored request or result is one part. */
const inputOf = (id: string): string => `${id}/input`;

/** Batches of the AI SDK in a router's store. */
export class ProviderBatches implements BatchFace<Face> {
  readonly #router: Router;
  readonly #models: BatchModels;
  readonly #hosted: HostedBatches<Face>;

  constructor(router: Router, models: BatchModels) {
    this.#router = router;
    this.#models = models;
    this.#hosted = new HostedBatches(router, 'ai-sdk-batches', this);
  }

  async start(
    requests: readonly RequestSpec[],
    providerOptions: Keyed | undefined,
  ): Promise<BatchStatusSpec & { readonly batchId: string }> {
    const { deadline, ...own } = optionsIn(providerOptions);
    const createdAt = Date.now();
    const latest = deadline ?? createdAt + day;
    const lines = requests.map((request) => this.#read(request));
    const record: HostedRecord<Face> = {
      id: newId('batch_').slice(0, 30),
      owner,
      state: 'in_progress',
      createdAt,
      deadline: latest,
      forgottenAt: latest + keep,
      moments: { inProgress: createdAt },
      total: requests.length,
      completed: 0,
      failed: 0,
      face: { options: JSON.parse(JSON.stringify(own)) as JSONObject },
    };
    const { id, forgottenAt } = record;
    for (const [index, line] of lines.entries())
      await this.#hosted.parts.set(inputOf(id), index, toStored(line), forgottenAt);
    await this.#hosted.create(record);
    return { batchId: id, ...toStatus(record) };
  }

  async status(id: string): Promise<BatchStatusSpec> {
    return toStatus(await this.#find(id));
  }

  async results(id: string): Promise<ReadableStream<BatchItemSpec>> {
    const found = await this.#find(id);
    if (!isOver(found))
      throw new RequestError('batchId', 'a batch that is complete', `'${id}', which is not`);
    const items = this.#items(found);
    return new ReadableStream<BatchItemSpec>(
      {
        async pull(controller) {
          const { done, value } = await items.next();
          if (done === true) controller.close();
          else controller.enqueue(value);
        },
        async cancel() {
          await items.return(undefined);
        },
      },
      { highWaterMark: 0 },
    );
  }

  async cancel(id: string): Promise<void> {
    const found = await this.#find(id);
    if (!isOver(found)) await this.#hosted.cancel(found);
  }

  /** Newest first, after a batch. */
  async list(limit: number, cursor: string | undefined) {
    const ids = await this.#hosted.list(owner);
    const from = cursor === undefined ? 0 : ids.indexOf(cursor) + 1;
    if (cursor !== undefined && from === 0)
      throw new RequestError('cursor', 'the cursor of a page', 'another text');
    const page = ids.slice(from, from + limit);
    const found = await this.#hosted.findAll(owner, page);
    const last = page.at(-1);
    return {
      batches: found.map((record) => ({ batchId: record.id, ...toStatus(record) })),
      ...(last !== undefined && from + limit < ids.length ? { nextCursor: last } : {}),
    };
  }

  /** Continues the batches of an earlier process. */
  resumeAll(): Promise<void> {
    return this.#hosted.resumeAll();
  }

  // The protocol for batches of the AI SDK.

  async check({ total }: HostedRecord<Face>): Promise<number> {
    return total;
  }

  async *requests({ id, total }: HostedRecord<Face>): AsyncGenerator<BatchRequest> {
    for await (const [, text] of this.#hosted.parts.read(inputOf(id), total))
      yield fromStored(text) as BatchRequest;
  }

  options({ face }: HostedRecord<Face>): CallOptions {
    return face.options as CallOptions;
  }

  write(_: HostedRecord<Face>, outcome: BatchResult): { text: string; isError: boolean } {
    return { text: toStored(this.#item(outcome)), isError: outcome.result === undefined };
  }

  isExpired(text: string): boolean {
    return (fromStored(text) as BatchItemSpec).status === 'expired';
  }

  async finish(): Promise<void> {}

  async #find(id: string): Promise<HostedBatch<Face>> {
    const found = await this.#hosted.find(owner, id);
    if (found !== undefined) return found;
    throw new RequestError('batchId', "a batch of the router's store", `'${id}'`);
  }

  async *#items({ id, total }: HostedRecord<Face>): AsyncGenerator<BatchItemSpec> {
    for (const name of [outputOf(id), errorsOf(id)])
      for await (const [, text] of this.#hosted.parts.read(name, total)) yield revived(fromStored(text));
  }

  #read({ id, type, modelId, options }: RequestSpec): BatchRequest {
    const model = this.#models.find(modelId, type);
    const { deadline: _, ...own } = optionsIn(options.providerOptions);
    const tiers = batchTiersOf(this.#router, model);
    const isDefault = model === 'default' && !('default' in this.#router.routes);
    const where = tiers === undefined ? (isDefault ? {} : { route: model }) : { targets: tiers };
    const of = { id, options: { ...where, ...own } as BatchCallOptions };
    if (type === 'image') {
      const request = toImageRequest(options as ImageCall);
      return { ...request, kind: 'image', ...of, data: { type } };
    }
    const call = options as LanguageCall;
    const data = { type, ...(call.tools === undefined ? {} : { tools: call.tools }) };
    return { ...toChatRequest(call), ...of, data: JSON.parse(JSON.stringify(data)) as JSONObject };
  }

  #item({ id, result, error, data }: BatchResult): BatchItemSpec {
    const { type = 'text', tools } = (data ?? {}) as Partial<Data>;
    if (result === undefined) return { id, type, ...failureOf(error) };
    if (type === 'image') return { id, type, status: 'succeeded', result: imagesOf(result as ImageResult) };
    const declared = new Set(tools?.map(({ name }) => name));
    const answer = toGenerateResult(result as ChatResult, {
      part: partTeller(toolNames(tools), declared),
      unsupportedOptions: () => [],
      modelOf: this.#models.modelOf,
    });
    // The vendor's whole answer is not kept.
    const { body: _, ...response } = answer.response ?? {};
    return { id, type, status: 'succeeded', result: { ...answer, response } };
  }
}

/** After a restart, the vendor's answer is gone. */
function imagesOf(result: ImageResult): ImageResultSpec {
  return toImageResult({ ...result, raw: result.raw ?? [] });
}

/** JSON has no dates. */
function revived(item: unknown): BatchItemSpec {
  const found = item as BatchItemSpec;
  if (found.status !== 'succeeded') return found;
  const { response } = found.result;
  const { timestamp } = (response ?? {}) as { readonly timestamp?: Date | string };
  if (timestamp === undefined) return found;
  return {
    ...found,
    result: { ...found.result, response: { ...response, timestamp: new Date(timestamp) } },
  } as BatchItemSpec;
}

/** The router's call options in `providerOptions.signalbox`. */
function optionsIn(providerOptions: Keyed | undefined): Omit<CallOptions, 'signal'> {
  const own: JsonObject = providerOptions?.['signalbox'] ?? {};
  if ('signal' in own) throw new RequestError('providerOptions.signalbox.signal', 'nothing', 'a signal');
  return own as Omit<CallOptions, 'signal'>;
}

function failureOf(
  error: Error | undefined,
): Pick<Extract<BatchItemSpec, { error: object }>, 'status' | 'error'> {
  const message = error?.message ?? 'no answer';
  const last = isRouterError(error, 'all-targets-failed') ? error.last : error;
  const provider = isRouterError(last, 'provider') ? last : undefined;
  const {
    vendorType: type,
    vendorCode: code = isRouterError(error) ? error.code : undefined,
    status: statusCode,
  } = provider ?? {};
  const known = {
    message,
    ...(type === undefined ? {} : { type }),
    ...(code === undefined ? {} : { code }),
    ...(statusCode === undefined ? {} : { statusCode }),
  };
  return { status: notRun(error) ?? 'failed', error: known };
}

function toStatus(record: HostedBatch<Face>): BatchStatusSpec {
  const { state, createdAt, deadline, total, completed, failed, cancelingAt } = record;
  const status = !isOver(record) ? 'pending' : state === 'completed' ? 'completed' : 'failed';
  return {
    status,
    rawStatus: cancelingAt !== undefined && !isOver(record) ? 'cancelling' : state,
    requestCounts: { total, pending: total - completed - failed, completed, failed },
    createdAt: new Date(createdAt).toISOString(),
    expiresAt: new Date(deadline).toISOString(),
  };
}
