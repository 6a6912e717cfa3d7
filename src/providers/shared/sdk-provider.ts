import type { KeySource } from '../../transport/credentials.ts';
import type { FailureRow } from '../../transport/failure/failure-table.ts';
import type { ResponseHeaders } from '../../transport/headers.ts';
import type { Exchange } from '../../transport/transport.ts';
import type {
  CallContext,
  Provider,
  ProviderCall,
  ProviderEmbedCall,
  ProviderEmbeddings,
  ProviderImageCall,
  ProviderImages,
  ProviderResult,
  ProviderStream,
  Traffic,
} from '../../types/provider.ts';
import type { Warning } from '../../types/result/result.ts';
import type { Wire } from '../../util/json.ts';
import { accountOfClient } from './client-options.ts';
import { finished, recalled, runExchange, runStream } from './exchange-runner.ts';
import { asIterable, awaitAnswer, awaitData } from './sdk-answer.ts';
import { aborted } from './sdk-error.ts';
import { EventChunks } from './stream/event-stream.ts';
import { fromIterable, type StreamReader } from './stream/part-stream.ts';

/** The vendor-specific part of a provider over an SDK: requests and answers in the vendor's format. */
export interface SdkMapping<Name extends string, Client, Body extends Wire = Wire> {
  readonly name: Name;
  readonly failures: readonly FailureRow[];
  /** The client, created on first use. */
  client(): Promise<Client>;
  /**
   * A client whose SDK also reads the answers, for batches.
   *
   * @default client
   */
  readingClient?(): Promise<Client>;
  /**
   * Whether the provider created the client, so that answers can be read from the transport. False for an
   * injected client: a wrapper may depend on what the SDK makes of an answer.
   */
  readonly own: boolean;
  /** Opens a connection before the first request. */
  readonly warmup?: ((signal: AbortSignal) => Promise<void>) | undefined;
  /** Traffic of the client's own connections. */
  readonly traffic?: Traffic | undefined;
  toRequest(
    call: ProviderCall,
    stream: boolean,
  ): { readonly body: Body; readonly warnings: readonly Warning[] };
  /** Calls the SDK once. Returns its answer, or a stream of chunks. */
  send(client: Client, body: Body, stream: boolean, carry: Carry): PromiseLike<unknown>;
  /**
   * Whether the answer may contain images, which allows larger answers.
   *
   * @default false
   */
  asksForPictures?(body: Body): boolean;
  /** @param body what was sent */
  toResult(data: unknown, headers: ResponseHeaders, warnings: readonly Warning[], body: Body): ProviderResult;
  /** @param body what was sent */
  reader(headers: ResponseHeaders, body: Body): StreamReader;
  /** The key, to report its absence early. */
  readonly key?: KeySource;
  /** Keys of the client, which no error may show; not needed where it sends through our transport. */
  readonly secrets?: readonly string[];
  /** The account whose signatures the client accepts; `undefined` if unknown. */
  readonly account: string | undefined;
  /** The account of another key. Omitted for a client whose key cannot be replaced for one call. */
  accountOf?(apiKey: string): string;
  /** Embeddings, if the vendor has them. */
  readonly embed?: SdkEmbeddings<Client>;
  readonly image?: SdkImages<Client>;
  /** Batches, loaded on first use. */
  readonly batches?: Provider['batches'];
  readonly more?: Pick<Provider, 'capabilities' | 'servedAs' | 'boundBy' | 'lacks' | 'tiers'>;
}

/** The client of a mapping and its connections. */
export type ClientSource<Client> = Pick<
  SdkMapping<string, Client>,
  'client' | 'readingClient' | 'own' | 'key' | 'account' | 'accountOf' | 'secrets' | 'warmup' | 'traffic'
>;

/** A client injected by the application. */
export function injectedClient<Client extends object>(
  client: Client,
  named: string | undefined,
): ClientSource<Client> {
  const { apiKey } = client as { readonly apiKey?: unknown };
  return {
    client: () => Promise.resolve(client),
    own: false,
    account: accountOfClient(client, named),
    secrets: typeof apiKey === 'string' ? [apiKey] : [],
  };
}

/** Embeddings through a vendor's SDK. */
export interface SdkEmbeddings<Client> {
  readonly limits: NonNullable<Provider['embedLimits']>;
  toRequest(call: ProviderEmbedCall): Wire;
  send(client: Client, body: Wire, carry: Carry): PromiseLike<unknown>;
  toResult(data: unknown, headers: ResponseHeaders): ProviderEmbeddings;
}

/** Images through a vendor's SDK. */
export interface SdkImages<Client> {
  perCall(model: string): number;
  /** Calls the SDK once and reads its answer. */
  make(
    client: Client,
    call: ProviderImageCall,
    carry: Carry,
    answer: (
      sent: PromiseLike<unknown>,
    ) => Promise<{ readonly data: unknown; readonly headers: ResponseHeaders }>,
  ): Promise<ProviderImages>;
}

/** Per-call data for the SDK. A class: see {@link Exchange}. */
export class Carry {
  /**
   * `undefined` if the transport cancels the request, because an SDK that also follows a signal costs extra.
   */
  declare readonly signal: AbortSignal | undefined;
  declare readonly exchange: Exchange;

  constructor(signal: AbortSignal | undefined, exchange: Exchange) {
    this.signal = signal;
    this.exchange = exchange;
  }
}

/**
 * Creates a provider over a vendor's SDK. It throws only `ProviderError` (or `ConfigError`, if the SDK is not
 * installed). An abort never looks like a normal end, unlike with some SDKs, and leaving a stream early
 * closes its connection, which not all SDKs do.
 */
export function sdkProvider<Name extends string, Client, Body extends Wire>(
  mapping: SdkMapping<Name, Client, Body>,
): Provider<Name> {
  const { name, embed, image } = mapping;
  let client: Client | undefined;
  const load = async (): Promise<void> => {
    client = await mapping.client();
  };
  return {
    name,
    ...mapping.more,
    takesAuth: mapping.accountOf !== undefined,
    ...(mapping.account === undefined ? {} : { account: mapping.account }),
    load: () => (client === undefined ? load() : undefined),
    chat: (call) =>
      once(mapping, client, call, async (client, carry) => {
        const { body, warnings } = mapping.toRequest(recalled(call, mapping), false);
        carry.exchange.large = mapping.asksForPictures?.(body) === true;
        const { data, headers } = await awaitData(
          mapping.send(client, body, false, carry),
          carry.exchange,
          mapping,
        );
        if (call.signal.aborted) throw aborted(name);
        return finished(mapping.toResult(data, headers, warnings, body), call, mapping);
      }),
    stream: (call) => streamParts(mapping, call),
    ...(mapping.batches === undefined ? {} : { batches: mapping.batches }),
    ...(mapping.traffic === undefined ? {} : { traffic: mapping.traffic }),
    warmup: async (signal) => {
      const connected = mapping.warmup?.(signal).catch(() => {}); // the request will report it
      await mapping.client();
      await mapping.key?.next();
      await connected;
    },
    ...(embed === undefined
      ? {}
      : {
          embedLimits: embed.limits,
          embed: (call) =>
            once(mapping, client, call, async (client, carry) => {
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
              client,
              call,
              (client, carry) =>
                image.make(client, call, carry, (sent) => awaitData(sent, carry.exchange, mapping)),
              true,
            ),
        }),
  };
}

/** Makes one non-streaming call. `loaded`: the client, if it has been loaded. */
function once<Client, T>(
  mapping: Pick<SdkMapping<string, Client>, 'name' | 'client' | 'failures' | 'own' | 'secrets'>,
  loaded: Client | undefined,
  call: CallContext,
  work: (client: Client, carry: Carry) => Promise<T>,
  large = false,
): Promise<T> {
  const start = (exchange: Exchange): Promise<T> => {
    const carry = new Carry(mapping.own ? undefined : call.signal, exchange);
    return loaded === undefined
      ? mapping.client().then((client) => work(client, carry))
      : work(loaded, carry);
  };
  return runExchange(mapping, call, start, large);
}

function streamParts<Client, Body extends Wire>(
  mapping: SdkMapping<string, Client, Body>,
  call: ProviderCall,
): ProviderStream {
  const { name } = mapping;
  return runStream(mapping, call, async (exchange, leaving, leave) => {
    const { body, warnings } = mapping.toRequest(recalled(call, mapping), true);
    exchange.large = mapping.asksForPictures?.(body) === true;
    const client = await mapping.client();
    const carry = new Carry(mapping.own ? undefined : leaving, exchange);
    const sent = mapping.send(client, body, true, carry);
    const { answer, data, headers } = await awaitAnswer(sent, exchange, mapping);
    const source =
      answer === undefined ? fromIterable(asIterable(data, name), leave) : new EventChunks(answer.body, name);
    return { headers, warnings, source, reader: mapping.reader(headers, body) };
  });
}
