import { ConfigError } from '../../errors.ts';
import { asObjects, asText, type Wire } from '../../util/json.ts';
import {
  answersOf,
  fileLifetime,
  filesOf,
  ownAmong,
  ownIdKey,
  reachesBackTo,
  readStatus,
  toLines,
} from '../chat-completions/openai-batches.ts';
import { chunksOf, jsonLines } from '../shared/batches/lines.ts';
import type { NextCarry, SdkBatches } from '../shared/batches/sdk-batches.ts';
import type { Carry } from '../shared/sdk-provider.ts';

const name = 'openai';

/** The parts of an `openai` client that batches use. */
export interface OpenAIBatchClient {
  readonly batches?: {
    create(body: object, options?: object): PromiseLike<unknown>;
    retrieve(id: string, options?: object): PromiseLike<unknown>;
    list(query: object, options?: object): PromiseLike<unknown>;
    cancel(id: string, options?: object): PromiseLike<unknown>;
  };
  readonly files?: {
    create(body: object, options?: object): PromiseLike<unknown>;
    content(id: string, options?: object): PromiseLike<unknown>;
    delete(id: string, options?: object): PromiseLike<unknown>;
  };
}

/** Pages of batches to look through for one that was submitted moments before a crash. */
const mostPages = 20;
const pageSize = 100;

/**
 * Batches through OpenAI's SDK.
 *
 * @param chatEndpoint the endpoint of chats
 * @param callOptions per-call options of the SDK
 */
export function openaiBatches(
  chatEndpoint: '/v1/chat/completions' | '/v1/responses',
  callOptions: (carry: Carry) => object,
): SdkBatches<OpenAIBatchClient> {
  const batch = async (client: OpenAIBatchClient, id: string, next: NextCarry): Promise<Wire> =>
    (await partOf(client, 'batches').retrieve(id, callOptions(next()))) as Wire;
  return {
    // https://developers.openai.com/api/docs/guides/batch#rate-limits
    limits: { requests: 50_000, bytes: 200_000_000 },
    embeds: true,
    async submit(client, plan, next) {
      const endpoint = plan.kind === 'embed' ? '/v1/embeddings' : chatEndpoint;
      const file = new File([...toLines(plan, endpoint)], `${plan.id}.jsonl`, { type: 'application/jsonl' });
      const expires_after = { anchor: 'created_at', seconds: fileLifetime };
      const uploaded = await partOf(client, 'files').create(
        { file, purpose: 'batch', expires_after },
        callOptions(next()),
      );
      const body = {
        input_file_id: idOf(uploaded),
        endpoint,
        completion_window: '24h',
        metadata: { [ownIdKey]: plan.id },
        output_expires_after: expires_after,
      };
      return idOf(await partOf(client, 'batches').create(body, callOptions(next())));
    },
    async find(client, trace, next) {
      let after: string | undefined;
      for (let page = 0; page < mostPages; page++) {
        const query = { limit: pageSize, ...(after === undefined ? {} : { after }) };
        const listed = (await partOf(client, 'batches').list(query, callOptions(next()))) as Wire;
        const batches = asObjects(listed['data']);
        const found = ownAmong(batches, trace);
        if (found !== undefined) return found;
        after = asText(batches.at(-1)?.['id']);
        if (batches.length < pageSize || after === undefined || reachesBackTo(trace, batches))
          return undefined;
      }
      return undefined;
    },
    status: async (client, id, next) => readStatus(await batch(client, id, next), name),
    async *results(client, id, trace, next) {
      const ended = await batch(client, id, next);
      yield* answersOf(ended, trace, name, async function* (file) {
        const response = (await partOf(client, 'files').content(
          file,
          callOptions(next('lines')),
        )) as Response;
        yield* jsonLines(chunksOf(response.body), name);
      });
    },
    async cancel(client, id, next) {
      await partOf(client, 'batches').cancel(id, callOptions(next()));
    },
    async remove(client, id, next) {
      for (const file of filesOf(await batch(client, id, next)))
        await partOf(client, 'files').delete(file, callOptions(next()));
    },
  };
}

function partOf<Part extends keyof OpenAIBatchClient>(
  client: OpenAIBatchClient,
  part: Part,
): NonNullable<OpenAIBatchClient[Part]> {
  const found = client[part];
  if (found !== undefined) return found;
  throw new ConfigError(`${name}.client`, `a client that has \`${part}\``, 'one without');
}

function idOf(created: unknown): string {
  const id = asText((created as Wire | undefined)?.['id']);
  if (id !== undefined) return id;
  throw new TypeError('the answer has no id');
}
