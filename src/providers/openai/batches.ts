import { ConfigError, ProviderError } from '../../errors.ts';
import { noHeaders } from '../../transport/headers.ts';
import type { ProviderImageCall } from '../../types/provider.ts';
import type { FileDialect } from '../chat-completions/batches/dialect.ts';
import type { FilesClient } from '../chat-completions/batches/files.ts';
import { toImageRequest, toImages } from '../chat-completions/images.ts';
import { chunksOf, jsonLines } from '../shared/batches/lines.ts';
import type { BatchSource } from '../shared/batches/vendor-batches.ts';
import type { Carry } from '../shared/sdk-provider.ts';

const name = 'openai';

/** The parts of an `openai` client that batches use. */
export interface OpenAIBatchClient {
  /** Needed for batches. */
  readonly batches?: {
    /** Submits a batch. */
    create(body: object, options?: object): PromiseLike<unknown>;
    /** Asks for the state of a batch. */
    retrieve(id: string, options?: object): PromiseLike<unknown>;
    /** Lists batches, to find one again after a crash. */
    list(query: object, options?: object): PromiseLike<unknown>;
    /** Stops a batch. */
    cancel(id: string, options?: object): PromiseLike<unknown>;
  };
  /** Needed for batches: their requests and answers are files. */
  readonly files?: {
    /** Uploads the requests. */
    create(body: object, options?: object): PromiseLike<unknown>;
    /** Asks whether an upload has arrived. */
    retrieve(id: string, options?: object): PromiseLike<unknown>;
    /** Reads the answers. */
    content(id: string, options?: object): PromiseLike<unknown>;
    /** Deletes requests or answers. */
    delete(id: string, options?: object): PromiseLike<unknown>;
  };
}

/** Batches of OpenAI, whose interface others implement. */
export function openaiDialect(chat: '/v1/chat/completions' | '/v1/responses'): FileDialect {
  return {
    // https://developers.openai.com/api/docs/guides/batch#rate-limits
    limits: { requests: 50_000, bytes: 200_000_000, values: 50_000 },
    endpoints: { chat, embed: '/v1/embeddings', image: '/v1/images/generations' },
    expiry: true,
    pages: true,
  };
}

/** The requests of batches through OpenAI's SDK. */
export function openaiFiles(client: OpenAIBatchClient, options: (carry: Carry) => object): FilesClient {
  const files = () => partOf(client, 'files');
  const batches = () => partOf(client, 'batches');
  return {
    upload: ({ fields, ...form }, next) => files().create({ ...form, ...fields }, options(next())),
    file: (id, next) => files().retrieve(id, options(next())),
    async *lines(id, next) {
      const { body } = (await files().content(id, options(next('lines')))) as Response;
      yield* jsonLines(chunksOf(body), name);
    },
    deleteFile: (id, next) => files().delete(id, options(next())),
    create: (body, next) => batches().create(body, options(next())),
    retrieve: (id, next) => batches().retrieve(id, options(next())),
    list: (query, next) => batches().list(query, options(next())),
    cancel: (id, next) => batches().cancel(id, options(next())),
  };
}

/** Images from prompts; edits are sent as forms, which batches do not accept. */
export const openaiImage: NonNullable<BatchSource<FilesClient>['image']> = (call: ProviderImageCall) => {
  if (call.images !== undefined) {
    const summary = 'the vendor edits no images in batches';
    throw new ProviderError({ kind: 'bad-request', scope: 'deployment', provider: name, summary });
  }
  const { body, warnings } = toImageRequest(call, name, {});
  return {
    body: JSON.stringify(body),
    warnings,
    read: (answer) => toImages(answer, name, noHeaders, warnings),
  };
};

function partOf<Part extends keyof OpenAIBatchClient>(
  client: OpenAIBatchClient,
  part: Part,
): NonNullable<OpenAIBatchClient[Part]> {
  const found = client[part];
  if (found !== undefined) return found;
  throw new ConfigError(`${name}.client`, `a client that has \`${part}\``, 'one without');
}
