import { ConfigError } from '../../../errors.ts';
import type { BatchAnswer, BatchTrace } from '../../../types/batch/batch.ts';
import { asObject, asObjects, asText, type Wire } from '../../../util/json.ts';
import { notRun, refusedInBatch } from '../../shared/batches/not-run.ts';
import type { VendorBatches } from '../../shared/batches/vendor-batches.ts';
import type { Carry } from '../../shared/sdk-provider.ts';
import { anthropicFailures } from '../failures.ts';

const name = 'anthropic';

/** The parts of an `@anthropic-ai/sdk` client that batches use. */
export interface AnthropicBatchClient {
  /** The SDK's resource of the same name. */
  readonly messages: {
    /** Needed for batches. */
    readonly batches?: {
      /** Submits a batch. */
      create(body: object, options?: object): PromiseLike<unknown>;
      /** Asks for the state of a batch. */
      retrieve(id: string, params?: object, options?: object): PromiseLike<unknown>;
      /** Lists batches, to find one again after a crash. */
      list(query: object, options?: object): PromiseLike<unknown>;
      /** Reads the answers of a batch that has ended. */
      results(id: string, params?: object, options?: object): PromiseLike<unknown>;
      /** Stops a batch. */
      cancel(id: string, params?: object, options?: object): PromiseLike<unknown>;
      /** Deletes a batch that has ended. */
      delete(id: string, params?: object, options?: object): PromiseLike<unknown>;
    };
  };
}

const pageSize = 100;

/**
 * Anthropic's Message Batches (https://platform.claude.com/docs/en/build-with-claude/batch-processing).
 *
 * @param callOptions per-call options of the SDK
 */
export function anthropicBatches(callOptions: (carry: Carry) => object): VendorBatches<AnthropicBatchClient> {
  return {
    limits: { requests: 100_000, bytes: 256_000_000 },
    kinds: { embed: false, image: false },
    async submit(client, { items }, next) {
      const requests = items.map(({ id, body }) => ({ custom_id: id, params: JSON.parse(body) as Wire }));
      const created = asObject(await batchesOf(client).create({ requests }, callOptions(next())));
      const id = asText(created?.['id']);
      if (id === undefined) throw new TypeError('the answer has no id');
      return id;
    },
    async find(client, trace, next) {
      // Only the results of a batch contain an id of ours, so it is recognized only once it has ended.
      const listed = asObject(await batchesOf(client).list({ limit: pageSize }, callOptions(next())));
      const likely = asObjects(listed?.['data']).filter((batch) => mayBe(batch, trace));
      let unclear = false;
      for (const batch of likely) {
        const id = asText(batch['id']) ?? '';
        if (batch['processing_status'] !== 'ended') {
          unclear = true;
          continue;
        }
        if (asText(batch['results_url']) === undefined) continue; // expired results, or not ours
        for await (const line of await resultLines(client, id, callOptions(next('lines')))) {
          if (trace.items.includes(asText(line['custom_id']) ?? '')) return id;
          break;
        }
      }
      return unclear ? 'unclear' : undefined;
    },
    async status(client, id, next) {
      const batch = asObject(await batchesOf(client).retrieve(id, {}, callOptions(next()))) ?? {};
      const counts = asObject(batch['request_counts']) ?? {};
      const done = ['succeeded', 'errored', 'canceled', 'expired'].reduce(
        (sum, field) => sum + (Number(counts[field]) || 0),
        0,
      );
      return { state: batch['processing_status'] === 'ended' ? 'ended' : 'pending', done };
    },
    async *results(client, id, { items }, next) {
      const left = new Set(items);
      for await (const line of await resultLines(client, id, callOptions(next('lines')))) {
        const answer = readLine(line);
        if (answer !== undefined && left.delete(answer.id)) yield answer;
      }
      for (const missing of left) yield { id: missing, error: notRun(name, 'ended') };
    },
    async cancel(client, id, next) {
      await batchesOf(client).cancel(id, {}, callOptions(next()));
    },
    async remove(client, id, next) {
      await batchesOf(client).delete(id, {}, callOptions(next()));
    },
  };
}

type Batches = NonNullable<AnthropicBatchClient['messages']['batches']>;

function batchesOf({ messages: { batches } }: AnthropicBatchClient): Batches {
  if (batches !== undefined) return batches;
  throw new ConfigError(`${name}.client`, 'a client that has `messages.batches`', 'one without');
}

async function resultLines(
  client: AnthropicBatchClient,
  id: string,
  options: object,
): Promise<AsyncIterable<Wire>> {
  return (await batchesOf(client).results(id, {}, options)) as AsyncIterable<Wire>;
}

/** Whether a listed batch may be the one that was submitted: about its time, and with as many requests. */
function mayBe(batch: Wire, { submittedAt, items }: BatchTrace): boolean {
  const created = Date.parse(asText(batch['created_at']) ?? '');
  const counts = asObject(batch['request_counts']) ?? {};
  const total = Object.values(counts).reduce<number>((sum, count) => sum + (Number(count) || 0), 0);
  return (
    total === items.length && created > submittedAt - clockSkew && created < submittedAt + longestSubmission
  );
}

/** How much clocks may differ, and how long a submission may take, in milliseconds. */
const clockSkew = 300_000;
const longestSubmission = 3_600_000;

function readLine(line: Wire): BatchAnswer | undefined {
  const id = asText(line['custom_id']);
  const result = asObject(line['result']);
  if (id === undefined) return undefined;
  const type = asText(result?.['type']) ?? 'errored';
  if (type === 'succeeded') return { id, body: result?.['message'] };
  if (type === 'errored')
    return { id, error: refusedInBatch(name, result?.['error'], undefined, anthropicFailures) };
  return { id, error: notRun(name, type === 'canceled' ? 'was canceled' : type) };
}
