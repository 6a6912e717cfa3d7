import * as z from 'zod/mini';
import type { BatchRequest } from '../../../types/batch/job.ts';
import type { CallOptions } from '../../../types/options/call-options.ts';
import type { JSONObject } from '../../../types/request/json.ts';
import type { Router } from '../../../types/router.ts';
import { HostedBatches } from '../../shared/batches/hosted.ts';
import {
  type BatchFace,
  errorsOf,
  type HostedBatch,
  type HostedRecord,
  isOver,
  newId,
  outputOf,
} from '../../shared/batches/record.ts';
import type { Caller } from '../caller.ts';
import { HttpError, invalid } from '../errors.ts';
import type { Directory } from '../targets.ts';
import { maybe, validate } from '../validate.ts';
import { checkLines } from './check.ts';
import { expiresAfter, type FileLimits, Files } from './files.ts';
import { endpoints, readLine } from './line.ts';
import { toOutputLine } from './output.ts';
import { pageOf } from './page.ts';

/** Limits of batches and their files. */
export interface BatchLimitsOfCaller extends FileLimits {
  readonly maxRequests: number;
}

/** Data stored of a batch beside the fields that all batches have. */
interface Face {
  readonly endpoint: string;
  readonly input: string;
  readonly window: string;
  readonly metadata: Readonly<Record<string, string>> | null;
  readonly output: string;
  readonly errors: string;
  /** How long the results are kept, in seconds. */
  readonly age: number;
  readonly caller: Caller;
}

const body = z.strictObject({
  input_file_id: z.string(),
  endpoint: z.enum(endpoints),
  completion_window: z
    .string()
    .check(z.regex(/^([1-9]\d?|1[0-5]\d|16[0-8])h$|^[1-7]d$/, { error: 'a window such as 24h' })),
  metadata: maybe(
    z
      .record(z.string().check(z.maxLength(64)), z.string().check(z.maxLength(512)))
      .check(z.refine((pairs) => Object.keys(pairs).length <= 16, { error: 'at most 16 pairs' })),
  ),
  output_expires_after: maybe(expiresAfter),
});

const hour = 3_600_000;
/** How long results are kept, as OpenAI does. */
const usualAge = 30 * 86_400;
/** The batches and their results are under this prefix in the store. */
const prefix = 'batches';

/** OpenAI's batches over any vendor: https://platform.openai.com/docs/api-reference/batch */
export class Batches implements BatchFace<Face> {
  readonly files: Files;
  readonly #hosted: HostedBatches<Face>;
  readonly #directory: Directory;
  readonly #limits: BatchLimitsOfCaller;

  constructor(router: Router, directory: Directory, limits: BatchLimitsOfCaller) {
    this.#hosted = new HostedBatches(router, prefix, this);
    this.files = new Files(router, limits, this.#hosted.parts);
    this.#directory = directory;
    this.#limits = limits;
  }

  /** Continues the batches of an earlier process. */
  resumeAll(): Promise<void> {
    return this.#hosted.resumeAll();
  }

  async create(owner: string, caller: Caller, value: unknown): Promise<object> {
    const { input_file_id: input, endpoint, completion_window: window, ...more } = validate(body, value);
    await this.files.find(owner, input).catch(() => {
      throw invalid('input_file_id', 'expected the id of an uploaded file');
    });
    const createdAt = Date.now();
    const age = more.output_expires_after?.seconds ?? usualAge;
    const deadline = createdAt + Number.parseInt(window, 10) * (window.endsWith('d') ? 24 * hour : hour);
    const face: Face = {
      endpoint,
      input,
      window,
      metadata: more.metadata ?? null,
      output: newId('file-'),
      errors: newId('file-'),
      age,
      caller,
    };
    const record: HostedRecord<Face> = {
      id: newId('batch_').slice(0, 30),
      owner,
      state: 'validating',
      createdAt,
      deadline,
      forgottenAt: deadline + 1_000 * age,
      moments: {},
      total: 0,
      completed: 0,
      failed: 0,
      face,
    };
    await this.#hosted.create(record);
    return toBatch(record);
  }

  async find(owner: string, id: string): Promise<HostedBatch<Face>> {
    const found = await this.#hosted.find(owner, id);
    if (found !== undefined) return found;
    throw new HttpError({ status: 404, code: 'not_found', message: 'there is no such batch', param: 'id' });
  }

  async list(owner: string, query: URLSearchParams): Promise<object> {
    const ids = await this.#hosted.list(owner);
    const found = await this.#hosted.findAll(owner, ids);
    return pageOf(found, query, 100, toBatch);
  }

  async cancel(owner: string, id: string): Promise<object> {
    const found = await this.find(owner, id);
    if (isOver(found)) {
      const message = `a batch with the status ${found.state} cannot be cancelled`;
      throw new HttpError({ status: 409, code: 'invalid_state', message });
    }
    await this.#hosted.cancel(found);
    return toBatch(await this.find(owner, id));
  }

  // The protocol for OpenAI's batches.

  async check(record: HostedRecord<Face>): Promise<number | readonly JSONObject[]> {
    const { input, endpoint } = record.face;
    const file = await this.files.find(record.owner, input);
    return checkLines(this.files.lines(file), endpoint, this.#limits.maxRequests, (value) =>
      this.#request(record, value),
    );
  }

  async *requests(record: HostedRecord<Face>): AsyncGenerator<BatchRequest> {
    const file = await this.files.find(record.owner, record.face.input);
    for await (const [line] of this.files.lines(file)) yield this.#request(record, JSON.parse(line));
  }

  options({ id }: HostedRecord<Face>): CallOptions {
    return { metadata: { batchId: id } };
  }

  write(
    record: HostedRecord<Face>,
    result: Parameters<BatchFace<Face>['write']>[1],
  ): { text: string; isError: boolean } {
    const line = toOutputLine(result, record.id, this.#directory, true);
    return { text: `${JSON.stringify(line)}\n`, isError: result.result === undefined };
  }

  isExpired(text: string): boolean {
    return (
      (JSON.parse(text) as { readonly error: { readonly code?: unknown } | null }).error?.code ===
      'batch_expired'
    );
  }

  async finish(
    record: HostedRecord<Face>,
    bytes: { readonly output: number; readonly errors: number },
  ): Promise<void> {
    const { id, owner, total, forgottenAt } = record;
    const { output, errors } = record.face;
    const of = {
      owner,
      purpose: 'batch_output',
      createdAt: Date.now(),
      expiresAt: forgottenAt,
      count: total,
    } as const;
    const filename = (kind: string): string => `${id}_${kind}.jsonl`;
    if (bytes.output > 0)
      await this.files.add({
        ...of,
        id: output,
        filename: filename('output'),
        bytes: bytes.output,
        parts: outputOf(id),
      });
    if (bytes.errors > 0)
      await this.files.add({
        ...of,
        id: errors,
        filename: filename('error'),
        bytes: bytes.errors,
        parts: errorsOf(id),
      });
  }

  #request(record: HostedRecord<Face>, value: unknown): BatchRequest & { readonly id: string } {
    return readLine(value, this.#directory, { caller: record.face.caller });
  }
}

/** https://platform.openai.com/docs/api-reference/batch/object */
export function toBatch(record: HostedBatch<Face>): object {
  const { id, state, createdAt, deadline, moments, total, completed, failed, errors, cancelingAt } = record;
  const { endpoint, input, window, metadata, output, errors: errorFile } = record.face;
  const seconds = (moment: number | undefined): number | null =>
    moment === undefined ? null : Math.floor(moment / 1_000);
  const hasFiles = isOver(record);
  return {
    id,
    object: 'batch',
    endpoint,
    errors: errors === undefined ? null : { object: 'list', data: errors },
    input_file_id: input,
    completion_window: window,
    status: cancelingAt !== undefined && !isOver(record) ? 'cancelling' : state,
    output_file_id: hasFiles && completed > 0 ? output : null,
    error_file_id: hasFiles && failed > 0 ? errorFile : null,
    created_at: seconds(createdAt),
    in_progress_at: seconds(moments.inProgress),
    expires_at: seconds(deadline),
    finalizing_at: seconds(moments.finalizing),
    completed_at: seconds(moments.completed),
    failed_at: seconds(moments.failed),
    expired_at: seconds(moments.expired),
    cancelling_at: seconds(cancelingAt),
    cancelled_at: seconds(moments.cancelled),
    request_counts: { total, completed, failed },
    metadata,
  };
}
