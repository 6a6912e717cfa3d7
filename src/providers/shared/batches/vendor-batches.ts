import type { FailureRow } from '../../../transport/failure/failure-table.ts';
import { Exchange } from '../../../transport/transport.ts';
import type {
  BatchAnswer,
  BatchCall,
  BatchPlan,
  BatchStatus,
  BatchTrace,
  PreparedCall,
} from '../../../types/batch/batch.ts';
import type {
  ProviderBatches,
  ProviderCall,
  ProviderEmbedCall,
  ProviderEmbeddings,
  ProviderImageCall,
  ProviderImages,
  ProviderResult,
} from '../../../types/provider.ts';
import type { ResponseInfo } from '../../../types/result/result.ts';
import { refuseAborted, toThrown } from '../sdk-error.ts';
import type { Carry } from '../sdk-provider.ts';

/** The vendor-specific part of batches. */
export interface VendorBatches<Client> {
  readonly limits: ProviderBatches['limits'];
  /** Operations other than chats that a batch can contain. */
  readonly kinds: { readonly embed: boolean; readonly image: boolean };
  submit(client: Client, plan: BatchPlan, next: NextCarry): Promise<string>;
  find(client: Client, trace: BatchTrace, next: NextCarry): Promise<string | undefined | 'unclear'>;
  status(client: Client, vendorId: string, next: NextCarry): Promise<BatchStatus>;
  results(client: Client, vendorId: string, trace: BatchTrace, next: NextCarry): AsyncIterable<BatchAnswer>;
  cancel(client: Client, vendorId: string, next: NextCarry): Promise<void>;
  remove(client: Client, vendorId: string, next: NextCarry): Promise<void>;
}

/** How a provider makes requests and reads answers, and the client of its batches. */
export interface BatchSource<Client> {
  readonly name: string;
  readonly failures: readonly FailureRow[];
  client(): Promise<Client>;
  /** See `SdkMapping.own`. */
  readonly own: boolean;
  readonly secrets?: readonly string[] | undefined;
  chat(call: ProviderCall): PreparedCall<ProviderResult>;
  embed?(call: ProviderEmbedCall): PreparedCall<ProviderEmbeddings>;
  image?(call: ProviderImageCall): PreparedCall<ProviderImages>;
}

/**
 * The exchange of one HTTP request; a step may send several.
 *
 * @param lines whether its response is read line by line, so that it may have any size
 */
export type NextCarry = (lines?: 'lines') => Carry;

/** Batches of a provider: the vendor's steps, with the requests and answers of its other calls. */
export function vendorBatches<Client>(
  source: BatchSource<Client>,
  vendor: VendorBatches<Client>,
): ProviderBatches {
  const { name, failures, secrets, chat, embed, image } = source;
  /** Runs one step. Converts its errors as for a chat. */
  const during = (call: BatchCall) => {
    let exchange = new Exchange(false);
    const next: NextCarry = (lines) => {
      refuseAborted(name, call.signal);
      exchange = new Exchange(false, call, call.signal, lines);
      return { signal: source.own ? undefined : call.signal, exchange };
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
      return await work(await source.client(), next);
    } catch (error) {
      throw thrown(error);
    }
  };
  return {
    limits: vendor.limits,
    prepareChat: (call) => inBatch(chat(call)),
    ...(embed && vendor.kinds.embed ? { prepareEmbed: (call) => inBatch(embed(call)) } : {}),
    ...(image && vendor.kinds.image ? { prepareImage: (call) => inBatch(image(call)) } : {}),
    submit: (plan, call) => step(call, (client, next) => vendor.submit(client, plan, next)),
    find: (trace, call) => step(call, (client, next) => vendor.find(client, trace, next)),
    status: (id, call) => step(call, (client, next) => vendor.status(client, id, next)),
    async *results(id, trace, call) {
      const { next, thrown } = during(call);
      try {
        yield* vendor.results(await source.client(), id, trace, next);
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
function inBatch<Result extends { readonly response: ResponseInfo }>(
  prepared: PreparedCall<Result>,
): PreparedCall<Result> {
  return {
    ...prepared,
    read(answer) {
      const result = prepared.read(answer);
      return { ...result, response: { ...result.response, serviceTier: 'batch' } };
    },
  };
}
