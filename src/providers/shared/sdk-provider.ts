import { ConfigError, ProviderError } from '../../errors.ts';
import type { FailureRow } from '../../transport/failure/failure-table.ts';
import { limitsOf } from '../../transport/limits/rate-limits.ts';
import { type Exchange, newExchange } from '../../transport/transport.ts';
import type { VendorLimit } from '../../types/options/limit.ts';
import type {
  Provider,
  ProviderCall,
  ProviderEmbedCall,
  ProviderEmbeddings,
  ProviderImageCall,
  ProviderImages,
  ProviderResult,
  ProviderStreamPart,
  Traffic,
} from '../../types/provider.ts';
import type { Warning } from '../../types/result/result.ts';
import type { Wire } from '../../util/json.ts';
import { mark, recall } from './account-marks.ts';
import { unfencedContent, unfencedReader } from './answer/unfence.ts';
import { accountOfClient } from './client-options.ts';
import { asIterable, awaitAnswer, awaitData } from './sdk-answer.ts';
import { sdkError } from './sdk-error.ts';
import { eventChunks } from './stream/event-stream.ts';
import { fromIterable, partStream, type StreamReader } from './stream/part-stream.ts';

/** What differs between the vendors' SDKs: their words, in both directions. */
export interface SdkMapping<Name extends string, Client, Body extends Wire = Wire> {
  readonly name: Name;
  readonly failures: readonly FailureRow[];
  /** The client, made when it is first needed. */
  client(): Promise<Client>;
  /**
   * Whether the client is the provider's own, so that its answers can be read from the transport. Not one of the
   * application's: whoever has wrapped it may count on what the SDK makes of an answer.
   */
  readonly own: boolean;
  /** Opens a connection ahead of the first request. */
  readonly warmup?: ((signal: AbortSignal) => Promise<void>) | undefined;
  /** Of its own connections. */
  readonly traffic?: Traffic | undefined;
  toRequest(
    call: ProviderCall,
    stream: boolean,
  ): { readonly body: Body; readonly warnings: readonly Warning[] };
  /** Calls the SDK once. Its answer, or a stream of chunks. */
  send(client: Client, body: Body, stream: boolean, carry: Carry): PromiseLike<unknown>;
  /** Whether the answer to this may hold pictures, which take more than other answers. Default: `false`. */
  asksForPictures?(body: Body): boolean;
  /** @param body what was sent */
  toResult(data: unknown, headers: Headers, warnings: readonly Warning[], body: Body): ProviderResult;
  /** @param body what was sent */
  reader(headers: Headers, body: Body): StreamReader;
  /** Whose signatures it takes back. `undefined`: not known. */
  readonly account: string | undefined;
  /** What else the vendor has. */
  readonly embed?: SdkEmbeddings<Client>;
  readonly image?: SdkImages<Client>;
  readonly more?: Pick<Provider, 'capabilities' | 'servedAs' | 'boundBy' | 'lacks'>;
}

/** Where the client of a mapping comes from. */
export type ClientSource<Client> = Pick<
  SdkMapping<string, Client>,
  'client' | 'own' | 'account' | 'warmup' | 'traffic'
>;

/** A client of the application's own. */
export function injectedClient<Client extends object>(
  client: Client,
  named: string | undefined,
): ClientSource<Client> {
  return { client: () => Promise.resolve(client), own: false, account: accountOfClient(client, named) };
}

/** Embeddings through a vendor's SDK. */
export interface SdkEmbeddings<Client> {
  readonly limits: NonNullable<Provider['embedLimits']>;
  toRequest(call: ProviderEmbedCall): Wire;
  send(client: Client, body: Wire, carry: Carry): PromiseLike<unknown>;
  toResult(data: unknown, headers: Headers): ProviderEmbeddings;
}

/** Images through a vendor's SDK. */
export interface SdkImages<Client> {
  perCall(model: string): number;
  /** Calls the SDK once, and reads its answer. */
  make(
    client: Client,
    call: ProviderImageCall,
    carry: Carry,
    answer: (sent: PromiseLike<unknown>) => Promise<{ readonly data: unknown; readonly headers: Headers }>,
  ): Promise<ProviderImages>;
}

/** What one call of an SDK has to carry along. */
export interface Carry {
  /** `undefined` where the transport ends the request: an SDK that follows a signal as well does so at a price. */
  readonly signal: AbortSignal | undefined;
  readonly exchange: Exchange;
}

type Headers = Readonly<Record<string, string>>;

/**
 * A provider over a vendor's SDK. Whatever the SDK makes of failures, only `ProviderError` (or `ConfigError`, where it is
 * not installed) comes out; an abort never looks like an end, as it does with some SDKs; and leaving a stream early
 * closes its connection, which not all of them do by themselves.
 */
export function sdkProvider<Name extends string, Client, Body extends Wire>(
  mapping: SdkMapping<Name, Client, Body>,
): Provider<Name> {
  const { name, account, embed, image } = mapping;
  let isLoaded = false;
  const load = async (): Promise<void> => {
    await mapping.client();
    isLoaded = true;
  };
  return {
    name,
    ...mapping.more,
    load: () => (isLoaded ? undefined : load()),
    chat: (call) =>
      once(mapping, call, async (client, carry) => {
        const { body, warnings } = mapping.toRequest(recalled(call, name, account), false);
        carry.exchange.large = mapping.asksForPictures?.(body) === true;
        const { data, headers } = await awaitData(
          mapping.send(client, body, false, carry),
          carry.exchange,
          mapping,
        );
        refuseAborted(name, call.signal);
        const result = mapping.toResult(data, headers, warnings, body);
        const content = unfencedContent(result.content, call).map((part) => mark(part, name, account));
        return { ...result, content, response: { ...result.response, ...limitsIn(headers) } };
      }),
    stream: (call) => streamParts(mapping, call),
    ...(mapping.traffic === undefined ? {} : { traffic: mapping.traffic }),
    warmup: async (signal) => {
      // Whoever has no SDK is told so by the first request.
      await Promise.allSettled([mapping.client(), mapping.warmup?.(signal)]);
    },
    ...(embed === undefined
      ? {}
      : {
          embedLimits: embed.limits,
          embed: (call) =>
            once(mapping, call, async (client, carry) => {
              const sent = embed.send(client, embed.toRequest(call), carry);
              const { data, headers } = await awaitData(sent, carry.exchange, mapping);
              return embed.toResult(data, headers);
            }),
        }),
    ...(image === undefined
      ? {}
      : {
          imagesPerCall: image.perCall,
          image: (call) =>
            once(
              mapping,
              call,
              async (client, carry) => {
                const made = await image.make(client, call, carry, (sent) =>
                  awaitData(sent, carry.exchange, mapping),
                );
                return withLimits(made);
              },
              true,
            ),
        }),
  };
}

/** One call that is answered at once. */
async function once<Client, T>(
  mapping: Pick<SdkMapping<string, Client>, 'name' | 'client' | 'failures' | 'own'>,
  { signal, connectTimeout }: Pick<ProviderCall, 'signal' | 'connectTimeout'>,
  work: (client: Client, carry: Carry) => Promise<T>,
  large = false,
): Promise<T> {
  const { name, client, failures } = mapping;
  const exchange = newExchange(false, connectTimeout, signal, large);
  try {
    refuseAborted(name, signal);
    return await work(await client(), carryFor(mapping, signal, exchange));
  } catch (error) {
    throw toThrown(name, error, exchange, failures, signal);
  }
}

function carryFor(
  { own }: Pick<SdkMapping<string, never>, 'own'>,
  signal: AbortSignal,
  exchange: Exchange,
): Carry {
  return { signal: own ? undefined : signal, exchange };
}

/** What is left of the vendor's limits, where its headers say so. */
export function limitsIn(headers: Headers): { readonly limits?: readonly VendorLimit[] } {
  const limits = limitsOf(headers);
  return limits.length === 0 ? {} : { limits };
}

/** Images, with what is left of the vendor's limits. */
export function withLimits(made: ProviderImages): ProviderImages {
  return { ...made, response: { ...made.response, ...limitsIn(made.response.headers) } };
}

/** A call whose history holds only what this account can take back. */
export function recalled(call: ProviderCall, provider: string, account: string | undefined): ProviderCall {
  return { ...call, messages: recall(call.messages, provider, account) };
}

function streamParts<Client, Body extends Wire>(
  mapping: SdkMapping<string, Client, Body>,
  call: ProviderCall,
): AsyncIterable<ProviderStreamPart> {
  const { name, account } = mapping;
  const { signal, connectTimeout } = call;
  let exchange = newExchange(true);
  return partStream({
    provider: name,
    account,
    signal,
    includeRaw: call.includeRaw,
    async open(leaving, leave) {
      exchange = newExchange(true, connectTimeout, leaving);
      const { body, warnings } = mapping.toRequest(recalled(call, name, account), true);
      exchange.large = mapping.asksForPictures?.(body) === true;
      const client = await mapping.client();
      const sent = mapping.send(client, body, true, carryFor(mapping, leaving, exchange));
      const { answer, data, headers } = await awaitAnswer(sent, exchange, mapping);
      const source =
        answer === undefined ? fromIterable(asIterable(data, name), leave) : eventChunks(answer.body, name);
      const first = { type: 'response', headers, ...limitsIn(headers), warnings } as const;
      return { first, source, reader: unfencedReader(mapping.reader(headers, body), call) };
    },
    check: () => refuseAborted(name, signal),
    toThrown: (error) => toThrown(name, error, exchange, mapping.failures, signal),
  });
}

/** What `Headers` says of a value that it cannot hold; only clients of the application's own can have one. */
const unsendable = /invalid header|ByteString/i;

/** What a provider throws for what was thrown in it. */
export function toThrown(
  provider: string,
  error: unknown,
  exchange: Exchange,
  failures: readonly FailureRow[],
  signal: AbortSignal,
): unknown {
  if (error instanceof ConfigError) return error;
  if (error instanceof TypeError && unsendable.test(error.message)) {
    // The runtime's words quote the header, which is often the key.
    return new ConfigError(provider, 'keys and headers that a request can carry', 'others');
  }
  if (signal.aborted) return new ProviderError({ kind: 'aborted', provider, summary: 'aborted' });
  return sdkError(provider, error, exchange, failures);
}

/** SDKs can end silently when they are aborted: that must never look like an end. */
export function refuseAborted(provider: string, signal: AbortSignal): void {
  if (signal.aborted) throw new ProviderError({ kind: 'aborted', provider, summary: 'aborted' });
}
