import { ConfigError } from '../../errors.ts';
import type { ApiKey, KeySource } from '../../transport/credentials.ts';
import { createTransport } from '../../transport/transport.ts';
import type { Provider } from '../../types/provider.ts';
import { checkObject } from '../../util/option-check.ts';
import { isCompletion } from '../chat-completions/answer/response.ts';
import { chatCompletionsFailures } from '../chat-completions/failures.ts';
import type { ImageWords } from '../chat-completions/images.ts';
import type { Quirks } from '../chat-completions/quirks.ts';
import { type ClientOptions, clientOptionNames, resolveClientOptions } from '../shared/client-options.ts';
import { withKeys } from '../shared/keys.ts';
import { lackedBy } from '../shared/restrictions/apply.ts';
import { askedToBeServedAs } from '../shared/usage/service-tier.ts';
import type { BatchWay } from './batches/load.ts';
import { capabilitiesOf } from './capabilities.ts';
import type { Gateway } from './gateway.ts';
import { chat, embed, image, type Server, streamParts } from './server.ts';

/** Options of `openaiCompatible`. */
export interface OpenAICompatibleOptions<Name extends string = string> extends ClientOptions {
  /** Name of the provider in ids, events and `providerOptions`. */
  readonly name: Name;
  /** Base URL: the part before `/chat/completions`. */
  readonly baseURL: string;
  /**
   * API key, or a function that returns the current one; optional for servers that need none.
   * @default none
   */
  readonly apiKey?: ApiKey;
  /** Differences from other servers. */
  readonly quirks?: Quirks;
  /**
   * How the server generates images.
   * @default no image generation
   */
  readonly images?: ImageWords;
}

/** A provider preset. Data, so that adding one takes a few lines. */
export interface Preset<Name extends string = string, Address extends string = string> {
  readonly name: Name;
  /**
   * Base URL: the part before `/chat/completions`. Each `{word}` is an option of that name. `''` if every
   * customer has a different URL; then the option `baseURL` is required.
   */
  readonly baseURL: Address;
  /** Environment variables for the key; empty if no key is needed or the vendor is unknown. */
  readonly keyVariables: readonly string[];
  /**
   * The header that carries the key.
   * @default 'authorization', as a bearer token
   */
  readonly keyHeader?: string;
  /**
   * Maximum values per embeddings call; `false` if there are no embeddings.
   * @default 96
   */
  readonly embeddings?: number | false;
  /**
   * How the server generates images.
   * @default no image generation
   */
  readonly images?: ImageWords;
  readonly quirks?: Quirks;
  /** Values of `service_tier`, beside the standard one. */
  readonly tiers?: readonly string[];
  /** How the server takes batches. @default none */
  readonly batches?: BatchWay;
  /** Routing options and metadata, for a gateway. */
  readonly gateway?: Gateway;
}

/** The placeholders of a base URL, which options fill in. */
export type Placeholders<Address extends string> = Address extends `${string}{${infer Word}}${infer Rest}`
  ? Word | Placeholders<Rest>
  : never;

/** Options of a preset. They override everything the preset defines. */
export type PresetOptions<Address extends string = string> = ClientOptions & {
  readonly [Word in Placeholders<Address>]?: string;
};

/**
 * Creates a provider for any server with OpenAI's Chat Completions API, without an SDK.
 *
 * @throws ConfigError for an invalid option
 * @example
 * const office = openaiCompatible({ name: 'office', baseURL: 'https://llm.example.com/v1', apiKey: '…' });
 * createRouter({ targets: [{ provider: office, model: 'qwen3-32b', price: { input: 0, output: 0 } }] });
 */
export function openaiCompatible<const Name extends string>(
  options: OpenAICompatibleOptions<Name>,
): Provider<Name> {
  const factory = 'openaiCompatible';
  checkObject(factory, options, ['name', 'quirks', 'images', ...clientOptionNames]);
  const { name, baseURL, quirks, images } = options;
  if (typeof name !== 'string' || name === '') {
    throw new ConfigError(`${factory}.name`, 'a name', name === '' ? 'an empty string' : typeof name);
  }
  if (typeof baseURL !== 'string')
    throw new ConfigError(`${factory}.baseURL`, 'an absolute URL', typeof baseURL);
  const most: unknown = images?.most;
  if (images !== undefined && !(typeof most === 'number' && most >= 1))
    throw new ConfigError(`${factory}.images.most`, 'a number of at least 1', String(most));
  const preset = {
    name,
    baseURL,
    keyVariables: [],
    ...(quirks === undefined ? {} : { quirks }),
    ...(images === undefined ? {} : { images }),
  };
  return compatible(preset, factory, baseURL, options);
}

/** Creates the factory function of a preset. */
export function presetFactory<const Name extends string, const Address extends string>(
  preset: Preset<Name, Address>,
): (options?: PresetOptions<Address>) => Provider<Name> {
  const words = [...new Set([...preset.baseURL.matchAll(/\{(\w+)\}/g)].map(([, word = '']) => word))];
  return (options) => {
    const given: ClientOptions & Readonly<Record<string, unknown>> = { ...options };
    checkObject(preset.name, given, [...words, ...clientOptionNames]);
    return compatible(preset, preset.name, addressOf(preset, words, given), given);
  };
}

/** The base URL, with its placeholders filled in from the options. */
function addressOf(
  { name, baseURL }: Preset,
  words: readonly string[],
  options: ClientOptions & Readonly<Record<string, unknown>>,
): string {
  if (baseURL === '' || (words.length > 0 && options.baseURL !== undefined)) {
    if (options.baseURL !== undefined) return options.baseURL;
    throw new ConfigError(
      `${name}.baseURL`,
      'the base URL of your server, without /chat/completions',
      'none',
    );
  }
  return words.reduce((address, word) => {
    const value = options[word];
    // Reject anything that could change the host.
    if (typeof value === 'string' && /^[\w-]+(\.[\w-]+)*$/.test(value))
      return address.replaceAll(`{${word}}`, value);
    const got = value === undefined ? 'none' : 'an invalid value';
    throw new ConfigError(`${name}.${word}`, `a name for the URL ${baseURL}`, got);
  }, baseURL);
}

function compatible<Name extends string>(
  preset: Preset<Name>,
  factory: string,
  address: string,
  options: ClientOptions,
): Provider<Name> {
  return withKeys(factory, options, (own) => withKey(preset, factory, address, own));
}

function withKey<Name extends string>(
  preset: Preset<Name>,
  factory: string,
  address: string,
  options: ClientOptions,
): Provider<Name> {
  const { name, keyHeader, embeddings = 96, images, quirks = {}, gateway = {}, batches } = preset;
  const { key, headers, ...resolved } = resolve(preset, factory, address, options);
  const header = (apiKey: string): Readonly<Record<string, string>> =>
    keyHeader === undefined ? { authorization: `Bearer ${apiKey}` } : { [keyHeader]: apiKey };
  const perCall = Object.values(gateway.requestHeaders ?? {});
  const [overridable, fixed] = split(headers, (header) => perCall.includes(header.toLowerCase()));
  const { fetch, baseURL } = resolved;
  const common = { provider: name, fetch, failures: chatCompletionsFailures };
  const transport = createTransport({
    ...common,
    baseURL,
    headers: fixed,
    credentials: { key, header },
    isWholeAnswer: isCompletion,
    allowHeaders: perCall,
  });
  const { account, accountOf } = resolved;
  const server: Server = {
    name,
    quirks,
    gateway,
    headers: overridable,
    transport,
    account,
    accountOf,
    baseURL,
  };
  return {
    name,
    account,
    takesAuth: true,
    chat: (call) => chat(server, call),
    stream: (call) => streamParts(server, call),
    warmup: async (signal) => {
      await key.next();
      await transport.warmup(signal);
    },
    traffic: transport.traffic,
    capabilities: () => capabilitiesOf(quirks, images),
    lacks: (request, model) => lackedBy(quirks.restrictions ?? [], name, request, model),
    ...(batches && {
      async batches() {
        const [{ serverBatches }, { batchHTTP }] = await Promise.all([
          import('./batches/load.ts'),
          import('./batches/http.ts'),
        ]);
        const elsewhere = (origin: string) =>
          createTransport({ ...common, baseURL: origin, allowHeaders: [] });
        return serverBatches(server, batches, batchHTTP(name, baseURL, transport, elsewhere), images);
      },
    }),
    ...(preset.tiers && { tiers: tierOptions(name, preset.tiers) }),
    servedAs: (options) => askedToBeServedAs(options[name]),
    ...(embeddings === false
      ? {}
      : { embed: (call) => embed(server, call), embedLimits: { values: embeddings, characters: 300_000 } }),
    ...(images === undefined
      ? {}
      : { image: (call) => image(server, call, images), imagesPerCall: () => images.most }),
  };
}

/** What each tier adds to a call. */
function tierOptions(name: string, tiers: readonly string[]): NonNullable<Provider['tiers']> {
  return Object.fromEntries(tiers.map((tier) => [tier, { [name]: { service_tier: tier } }]));
}

/** Splits headers into those that match and the others, with lower-case names. */
function split(
  headers: Readonly<Record<string, string>>,
  isOne: (name: string) => boolean,
): readonly [Readonly<Record<string, string>>, Readonly<Record<string, string>>] {
  const entries = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const);
  return [
    Object.fromEntries(entries.filter(([name]) => isOne(name))),
    Object.fromEntries(entries.filter(([name]) => !isOne(name))),
  ];
}

/** For servers that need no key. */
const noKey: KeySource = { known: undefined, next: () => '' };

/** Requires a key only if the preset has environment variables for it. */
function resolve({ keyVariables }: Preset, factory: string, address: string, options: ClientOptions) {
  const vendor = { factory, baseURL: address, keyVariables };
  if (keyVariables.length > 0 || options.apiKey !== undefined) return resolveClientOptions(options, vendor);
  return { ...resolveClientOptions({ ...options, apiKey: 'none' }, vendor), key: noKey };
}
