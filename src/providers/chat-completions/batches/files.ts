import { ProviderError } from '../../../errors.ts';
import type { BatchPlan, BatchTrace } from '../../../types/batch/batch.ts';
import { asObject, asObjects, asText, type Wire } from '../../../util/json.ts';
import type { NextCarry, VendorBatches } from '../../shared/batches/vendor-batches.ts';
import type { FileDialect } from './dialect.ts';
import { answersOf, createdAt, filesOf, isOwn, ownIdKey, readStatus, toLines } from './format.ts';

/** The requests that file-based batches need, over an SDK or our transport. */
export interface FilesClient {
  upload(form: UploadForm, next: NextCarry): PromiseLike<unknown>;
  file(id: string, next: NextCarry): PromiseLike<unknown>;
  /** The objects of a file. */
  lines(id: string, next: NextCarry): AsyncIterable<Wire>;
  deleteFile(id: string, next: NextCarry): PromiseLike<unknown>;
  create(body: Wire, next: NextCarry): PromiseLike<unknown>;
  retrieve(id: string, next: NextCarry): PromiseLike<unknown>;
  list(query: Readonly<Record<string, string | number>>, next: NextCarry): PromiseLike<unknown>;
  cancel(id: string, next: NextCarry): PromiseLike<unknown>;
}

/** The form of an upload. */
export interface UploadForm {
  readonly file: File;
  readonly purpose: string;
  readonly expires_after?: { readonly anchor: 'created_at'; readonly seconds: number };
  readonly fields: Readonly<Record<string, string>>;
}

/** Pages of batches to look through for one that was submitted moments before a crash. */
const mostPages = 20;
const pageSize = 100;

/** Seconds until the vendor deletes files, in case we cannot. */
const fileLifetime = 30 * 86_400;
const lifetime = { anchor: 'created_at', seconds: fileLifetime } as const;

/** Batches of a vendor with OpenAI's interface for them. */
export function fileBatches(provider: string, dialect: FileDialect): VendorBatches<FilesClient> {
  const { limits, endpoints, expiry = false, pages = false } = dialect;
  const batch = async (client: FilesClient, id: string, next: NextCarry): Promise<Wire> =>
    (asObject(await client.retrieve(id, next)) ?? {}) as Wire;
  const uploaded = uploads(provider, dialect);
  return {
    limits,
    kinds: { embed: endpoints.embed !== undefined, image: endpoints.image !== undefined },
    async submit(client, plan, next) {
      const endpoint = endpoints[plan.kind] ?? endpoints.chat;
      const body = {
        input_file_id: await uploaded(client, plan, endpoint, next),
        endpoint,
        completion_window: '24h',
        ...(dialect.ownId === 'file-name' ? {} : { metadata: { [ownIdKey]: plan.id } }),
        ...(expiry ? { output_expires_after: lifetime } : {}),
      };
      const created = asObject(await client.create(body, next));
      // Some wrap the batch.
      return idOf(asObject(created?.['job']) ?? created);
    },
    async find(client, trace, next) {
      let after: string | undefined;
      for (let page = 0; page < mostPages; page++) {
        const query = pages ? { limit: pageSize, ...(after === undefined ? {} : { after }) } : {};
        const listed = await client.list(query, next);
        const batches = Array.isArray(listed) ? asObjects(listed) : asObjects(asObject(listed)?.['data']);
        for (const each of batches) if (await isOurs(client, dialect, each, trace, next)) return idOf(each);
        after = asText(batches.at(-1)?.['id']);
        const isLast = !pages || batches.length < pageSize || after === undefined;
        if (isLast || reachesBackTo(trace, batches)) return undefined;
      }
      return undefined;
    },
    status: async (client, id, next) => readStatus(await batch(client, id, next), provider),
    async *results(client, id, trace, next) {
      const ended = await batch(client, id, next);
      yield* answersOf(ended, trace, provider, (file) => client.lines(file, next));
    },
    async cancel(client, id, next) {
      await client.cancel(id, next);
    },
    async remove(client, id, next) {
      for (const file of filesOf(await batch(client, id, next))) await client.deleteFile(file, next);
    },
  };
}

/** Uploads the files of batches. One that the vendor has not processed yet is used by the next attempt. */
function uploads(provider: string, { purpose = 'batch', expiry = false, ...dialect }: FileDialect) {
  const waiting = new Map<string, string>();
  return async (client: FilesClient, plan: BatchPlan, endpoint: string, next: NextCarry): Promise<string> => {
    const before = waiting.get(plan.id);
    const send = (): PromiseLike<unknown> => {
      const name = `${plan.id}.jsonl`;
      const lines = [...toLines(plan, dialect.shortLines === true ? undefined : endpoint)];
      const file = new File(lines, name, { type: 'application/jsonl' });
      const fields = dialect.uploadFields?.(name) ?? {};
      return client.upload({ file, purpose, fields, ...(expiry ? { expires_after: lifetime } : {}) }, next);
    };
    const sent = asObject(await (before === undefined ? send() : client.file(before, next)));
    const id = before ?? idOf(sent);
    if (dialect.processesFiles === true && sent?.['status'] === 'pending') {
      waiting.set(plan.id, id);
      const summary = 'the file of the batch is not processed yet';
      throw new ProviderError({ kind: 'overloaded', provider, code: 'file_pending', summary });
    }
    waiting.delete(plan.id);
    return id;
  };
}

async function isOurs(
  client: FilesClient,
  { ownId = 'metadata' }: FileDialect,
  batch: Wire,
  trace: BatchTrace,
  next: NextCarry,
): Promise<boolean> {
  if (ownId === 'metadata') return isOwn(batch, trace);
  const file = asText(batch['input_file_id']);
  const created = createdAt(batch);
  if (file === undefined || created === undefined || isLongBefore(trace, created)) return false;
  return asObject(await client.file(file, next))?.['filename'] === `${trace.id}.jsonl`;
}

/** Whether a page of batches, newest first, reaches back to before the submission. */
function reachesBackTo(trace: BatchTrace, batches: readonly Wire[]): boolean {
  const created = createdAt(batches.at(-1) ?? {});
  return created !== undefined && isLongBefore(trace, created);
}

/** Before a submission, with a margin, because the clocks differ. */
function isLongBefore({ submittedAt }: BatchTrace, created: number): boolean {
  return created < submittedAt - 600_000;
}

function idOf(created: unknown): string {
  const id = asText(asObject(created)?.['id']);
  if (id !== undefined) return id;
  throw new TypeError('the answer has no id');
}
