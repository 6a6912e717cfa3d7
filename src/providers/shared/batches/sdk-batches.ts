import { newExchange } from '../../../transport/transport.ts';
import type {
  BatchAnswer,
  BatchCall,
  BatchPlan,
  BatchStatus,
  BatchTrace,
} from '../../../types/batch/batch.ts';
import type { ProviderBatches, ProviderEmbeddings } from '../../../types/provider.ts';
import type { ResponseInfo } from '../../../types/result/result.ts';
import type { Wire } from '../../../util/json.ts';
import { mark } from '../account-marks.ts';
import { unfencedContent } from '../answer/unfence.ts';
import { refuseAborted, toThrown } from '../sdk-error.ts';
import { type Carry, recalled, type SdkMapping } from '../sdk-provider.ts';

/** The vendor-specific part of batches over an SDK. */
export interface SdkBatches<Client> {
  readonly limits: ProviderBatches['limits'];
  /** Whether embeddings can be in a batch. */
  readonly embeds: boolean;
  submit(client: Client, plan: BatchPlan, next: NextCarry): Promise<string>;
  find(client: Client, trace: BatchTrace, next: NextCarry): Promise<string | undefined | 'unclear'>;
  status(client: Client, vendorId: string, next: NextCarry): Promise<BatchStatus>;
  results(client: Client, vendorId: string, trace: BatchTrace, next: NextCarry): AsyncIterable<BatchAnswer>;
  cancel(client: Client, vendorId: string, next: NextCarry): Promise<void>;
  remove(client: Client, vendorId: string, next: NextCarry): Promise<void>;
}

/**
 * What one HTTP request of a step carries; a step may send several.
 *
 * @param lines whether its response is read line by line, so that it may have any size
 */
export type NextCarry = (lines?: 'lines') => Carry;

/** Batches of a provider over an SDK: the vendor's steps, with the requests and answers of its chats. */
export function sdkBatches<Name extends string, Client, Body extends Wire>(
  mapping: SdkMapping<Name, Client, Body>,
  vendor: SdkBatches<Client>,
): ProviderBatches {
  const { name, account, embed, failures, secrets } = mapping;
  /** Runs one step; whatever it throws is converted as for a chat. */
  const during = (call: BatchCall) => {
    let exchange = newExchange(false);
    const next: NextCarry = (lines) => {
      refuseAborted(name, call.signal);
      exchange = newExchange(false, call, call.signal, lines);
      return { signal: mapping.own ? undefined : call.signal, exchange };
    };
    return { next, thrown: (error: unknown) => toThrown(name, error, exchange, failures, call, secrets) };
  };
  const step = async <T>(
    call: BatchCall,
    work: (client: Client, next: NextCarry) => Promise<T>,
  ): Promise<T> => {
    const { next, thrown } = during(call);
    try {
      refuseAborted(name, call.signal);
      return await work(await mapping.client(), next);
    } catch (error) {
      throw thrown(error);
    }
  };
  return {
    limits: vendor.limits,
    prepareChat(call) {
      const { body, warnings } = mapping.toRequest(recalled(call, name, account), false);
      return {
        body: JSON.stringify(body),
        warnings,
        read(answer) {
          const result = mapping.toResult(answer, {}, warnings, body);
          const content = unfencedContent(result.content, call).map((part) => mark(part, name, account));
          return { ...result, content, response: inBatch(result.response) };
        },
      };
    },
    ...(embed === undefined || !vendor.embeds
      ? {}
      : {
          prepareEmbed: (call) => ({
            body: JSON.stringify(embed.toRequest(call)),
            warnings: [],
            read(answer): ProviderEmbeddings {
              const result = embed.toResult(answer, {});
              return { ...result, response: inBatch(result.response) };
            },
          }),
        }),
    submit: (plan, call) => step(call, (client, next) => vendor.submit(client, plan, next)),
    find: (trace, call) => step(call, (client, next) => vendor.find(client, trace, next)),
    status: (id, call) => step(call, (client, next) => vendor.status(client, id, next)),
    async *results(id, trace, call) {
      const { next, thrown } = during(call);
      try {
        yield* vendor.results(await mapping.client(), id, trace, next);
        refuseAborted(name, call.signal);
      } catch (error) {
        throw thrown(error);
      }
    },
    cancel: (id, call) => step(call, (client, next) => vendor.cancel(client, id, next)),
    remove: (id, call) => step(call, (client, next) => vendor.remove(client, id, next)),
  };
}

/** Vendors report the tier of a batch's answers as that of any other, or not at all. */
export function inBatch(response: ResponseInfo): ResponseInfo {
  return { ...response, serviceTier: 'batch' };
}
