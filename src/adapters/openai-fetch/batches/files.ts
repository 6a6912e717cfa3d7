import * as z from 'zod/mini';
import type { Router } from '../../../types/router.ts';
import { IdList } from '../../shared/batches/id-list.ts';
import { linesIn, Parts } from '../../shared/batches/parts.ts';
import { HttpError, invalid } from '../errors.ts';
import { validate } from '../validate.ts';
import { pageOf } from './page.ts';

/** The stored description of a file. */
export interface FileRecord {
  readonly id: string;
  readonly owner: string;
  readonly filename: string;
  readonly purpose: 'batch' | 'batch_output';
  readonly bytes: number;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly expiresAt: number;
  /** The name of its parts, and their maximum number. */
  readonly parts: string;
  readonly count: number;
}

/** Limits of the files of one owner. */
export interface FileLimits {
  /** Bytes of one file. */
  readonly maxFileBytes: number;
  /** Bytes of all files that have not expired. */
  readonly maxStoredBytes: number;
}

/** The prefix of files in the store. */
export const filePrefix = 'files';

/** Characters of one part. */
const partSize = 262_144;
/** OpenAI deletes files of batches after 30 days: https://developers.openai.com/api/docs/guides/batch */
const usualAge = 30 * 86_400;

/** The seconds of `expires_after`, as documented: an hour to 30 days. */
export const expiresAfter = z.strictObject({
  anchor: z.literal('created_at'),
  seconds: z.coerce.number().check(z.int(), z.minimum(3_600), z.maximum(2_592_000)),
});

const form = z.object({
  purpose: z.string(),
  expires_after: z.optional(expiresAfter),
});

/** Files of clients, in a router's store. */
export class Files {
  readonly #router: Router;
  readonly #limits: FileLimits;
  readonly #parts: Parts;

  /** @param results where the parts of batches' results are */
  readonly #results: Parts;

  constructor(router: Router, limits: FileLimits, results: Parts) {
    this.#router = router;
    this.#limits = limits;
    this.#parts = new Parts(router.batches.store, filePrefix);
    this.#results = results;
  }

  /** https://platform.openai.com/docs/api-reference/files/create */
  async upload(owner: string, data: FormData): Promise<object> {
    const { file, seconds } = readForm(data);
    const text = await textOf(file);
    const id = `file-${crypto.randomUUID().replaceAll('-', '')}`;
    const createdAt = Date.now();
    const record: FileRecord = {
      id,
      owner,
      filename: file.name,
      purpose: 'batch',
      bytes: file.size,
      createdAt,
      expiresAt: createdAt + 1_000 * seconds,
      parts: id,
      count: Math.ceil(text.length / partSize),
    };
    // Space is reserved before it is used.
    await this.#list(record);
    for (let index = 0; index < record.count; index++)
      await this.#parts.set(
        id,
        index,
        text.slice(index * partSize, (index + 1) * partSize),
        record.expiresAt,
      );
    await this.#save(record);
    return toFile(record);
  }

  /** Adds a file whose parts are the results of a batch. */
  async add(record: FileRecord): Promise<void> {
    await this.#save(record);
    await this.#listOf(record.owner).add(record);
  }

  async find(owner: string, id: string): Promise<FileRecord> {
    const [found] = await this.#read([id]);
    if (found !== undefined && found.owner === owner) return found;
    throw new HttpError({ status: 404, code: 'not_found', message: 'there is no such file', param: 'id' });
  }

  /** https://platform.openai.com/docs/api-reference/files/list */
  async list(owner: string, query: URLSearchParams): Promise<object> {
    const listed = (await this.#listOf(owner).entries()).map(({ id }) => id);
    const purpose = query.get('purpose');
    const found = (await this.#read(listed)).filter(
      (each) => each !== undefined && (purpose === null || each.purpose === purpose),
    ) as readonly FileRecord[];
    return pageOf(found, query, 10_000, toFile);
  }

  async remove(owner: string, id: string): Promise<object> {
    const { parts, count } = await this.find(owner, id);
    await this.#router.batches.store.delete([key(id)]);
    await this.#partsOf(parts).remove(parts, count);
    await this.#listOf(owner).remove(id);
    return { id, object: 'file', deleted: true };
  }

  /** The content, streamed to its reader. */
  content({ parts, count }: FileRecord): ReadableStream<Uint8Array> {
    const pieces = this.#partsOf(parts).read(parts, count);
    const encoder = new TextEncoder();
    return new ReadableStream<Uint8Array>(
      {
        async pull(controller) {
          const { done, value } = await pieces.next();
          if (done === true) controller.close();
          else controller.enqueue(encoder.encode(value[1]));
        },
        async cancel() {
          await pieces.return(undefined);
        },
      },
      { highWaterMark: 0 },
    );
  }

  /** The lines that are not empty, with their numbers. */
  lines({ parts, count }: FileRecord): ReturnType<typeof linesIn> {
    return linesIn(this.#partsOf(parts).read(parts, count));
  }

  #partsOf(name: string): Parts {
    return name.includes('/') ? this.#results : this.#parts;
  }

  async #list(record: FileRecord): Promise<void> {
    const { maxStoredBytes } = this.#limits;
    const fits = await this.#listOf(record.owner).add(
      record,
      (others) => others.reduce((sum, { bytes }) => sum + bytes, record.bytes) <= maxStoredBytes,
    );
    if (fits) return;
    const message = `file: all files together are larger than batches.maxStoredBytes = ${maxStoredBytes}; delete some`;
    throw new HttpError({ status: 413, code: 'storage_limit_exceeded', message, param: 'file' });
  }

  async #read(ids: readonly string[]): Promise<readonly (FileRecord | undefined)[]> {
    const found = await this.#router.batches.store.get(ids.map(key));
    return found.map((each) => (each === undefined ? undefined : (JSON.parse(each.value) as FileRecord)));
  }

  async #save(record: FileRecord): Promise<void> {
    const ttl = Math.max(1, record.expiresAt - Date.now());
    await this.#router.batches.store.set(key(record.id), JSON.stringify(record), { ttl });
  }

  #listOf(owner: string): IdList {
    return new IdList(this.#router.batches.store, `${filePrefix}/of/${owner}`);
  }
}

function key(id: string): string {
  return `${filePrefix}/file/${id}`;
}

/** https://platform.openai.com/docs/api-reference/files/object */
export function toFile({ id, filename, purpose, bytes, createdAt, expiresAt }: FileRecord): object {
  return {
    id,
    object: 'file',
    bytes,
    created_at: Math.floor(createdAt / 1_000),
    expires_at: Math.floor(expiresAt / 1_000),
    filename,
    purpose,
    status: 'processed',
    status_details: null,
  };
}

function readForm(data: FormData): { readonly file: File; readonly seconds: number } {
  const file = data.get('file');
  if (file === null || typeof file === 'string') throw invalid('file', 'expected a file');
  const [anchor, seconds] = ['anchor', 'seconds'].map(
    (name) => data.get(`expires_after[${name}]`) ?? undefined,
  );
  const given = anchor === undefined && seconds === undefined ? {} : { expires_after: { anchor, seconds } };
  const { purpose, expires_after } = validate(form, { purpose: data.get('purpose') ?? undefined, ...given });
  if (purpose !== 'batch')
    throw invalid('purpose', 'expected batch: files are only for batches here', 'unsupported_value');
  return { file, seconds: expires_after?.seconds ?? usualAge };
}

async function textOf(file: File): Promise<string> {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(await file.arrayBuffer());
  } catch {
    throw invalid('file', 'expected JSON Lines in UTF-8');
  }
}
