import { ConfigError, ProviderError } from '../../errors.ts';
import { createTransport, type Exchange, newExchange, type Transport } from '../../transport/transport.ts';
import type {
  Provider,
  ProviderCall,
  ProviderEmbedCall,
  ProviderEmbeddings,
  ProviderImageCall,
  ProviderImages,
  ProviderResult,
  ProviderStreamPart,
} from '../../types/provider.ts';
import { chatCompletionsFailures } from '../chat-completions/failures.ts';
import type { Quirks } from '../chat-completions/quirks.ts';
import { toRequest } from '../chat-completions/request.ts';
import { toResult } from '../chat-completions/response.ts';
import { chunkMapper } from '../chat-completions/stream.ts';
import {
  type ClientOptions,
  checkKnown,
  clientOptionNames,
  resolveClientOptions,
} from '../client-options.ts';
import { readEvents } from '../event-stream.ts';
import { mark } from '../history.ts';
import { withKeys } from '../keys.ts';
import { toEmbeddings, toEmbedRequest } from '../openai-embeddings.ts';
import { type ImageWords, toImageRequest, toImages } from '../openai-images.ts';
import { limitsIn, recalled, refuseAborted, toThrown, withLimits } from '../sdk-provider.ts';
import type { Wire } from '../wire.ts';
import { capabilitiesOf } from './capabilities.ts';

/** The options of `openaiCompatible`. */
export interface OpenAICompatibleOptions<Name extends string = string> extends ClientOptions {
  /** Names the provider in ids, events and `providerOptions`. */
  readonly name: Name;
  /** The address up to, and without, `/chat/completions`. */
  readonly baseURL: string;
  /** Default: none; a server without keys needs none. */
  readonly apiKey?: string;
  /** In what the server differs from others. */
  readonly quirks?: Quirks;
  /** How it makes images. Default: not at all. */
  readonly images?: ImageWords;
}

/** What a preset knows: data, so that another one is a few lines. */
export interface Preset<Name extends string = string, Address extends string = string> {
  readonly name: Name;
  /**
   * The address up to `/chat/completions`. A `{word}` in it is an option of that name; `''` where everyone has an address
   * of their own, which the option `baseURL` then has to say.
   */
  readonly baseURL: Address;
  /** Variables of the environment that can hold the key; none where a server needs no key or the address is not known. */
  readonly keyVariables: readonly string[];
  /** The header that carries the key. Default: `authorization`, as a bearer token. */
  readonly keyHeader?: string;
  /** Most values in one call for embeddings; `false` where there are none. Default: 96. */
  readonly embeddings?: number | false;
  /** How it makes images. Default: not at all. */
  readonly images?: ImageWords;
  readonly quirks?: Quirks;
}

/** The words in an address that options have to fill in. */
type Placeholders<Address extends string> = Address extends `${string}{${infer Word}}${infer Rest}`
  ? Word | Placeholders<Rest>
  : never;

/** Options of a preset: everything that it knows can be said otherwise. */
export type PresetOptions<Address extends string = string> = ClientOptions & {
  readonly [Word in Placeholders<Address>]?: string;
};

/**
 * Any server that speaks OpenAI's Chat Completions, without an SDK.
 *
 * @throws ConfigError for a wrong option
 * @example
 * const office = openaiCompatible({ name: 'office', baseURL: 'https://llm.example.com/v1', apiKey: '…' });
 * createRouter({ targets: [{ provider: office, model: 'qwen3-32b', price: { input: 0, output: 0 } }] });
 */
export function openaiCompatible<const Name extends string>(
  options: OpenAICompatibleOptions<Name>,
): Provider<Name> {
  const factory = 'openaiCompatible';
  checkKnown(factory, options, ['name', 'quirks', 'images', ...clientOptionNames]);
  const { name, baseURL, quirks, images } = options;
  if (typeof name !== 'string' || name === '') {
    throw new ConfigError(`${factory}.name`, 'a name', name === '' ? 'an empty one' : typeof name);
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

/** Makes the factory of a preset. */
export function presetFactory<const Name extends string, const Address extends string>(
  preset: Preset<Name, Address>,
): (options?: PresetOptions<Address>) => Provider<Name> {
  const words = [...new Set([...preset.baseURL.matchAll(/\{(\w+)\}/g)].map(([, word = '']) => word))];
  return (options) => {
    const given: ClientOptions & Readonly<Record<string, unknown>> = { ...options };
    checkKnown(preset.name, given, [...words, ...clientOptionNames]);
    return compatible(preset, preset.name, addressOf(preset, words, given), given);
  };
}

/** The vendor's own address, with the words that the options say. */
function addressOf(
  { name, baseURL }: Preset,
  words: readonly string[],
  options: ClientOptions & Readonly<Record<string, unknown>>,
): string {
  if (baseURL === '' || (words.length > 0 && options.baseURL !== undefined)) {
    if (options.baseURL !== undefined) return options.baseURL;
    throw new ConfigError(`${name}.baseURL`, 'the address of your server, up to /chat/completions', 'none');
  }
  return words.reduce((address, word) => {
    const value = options[word];
    // Nothing that could lead to another host.
    if (typeof value === 'string' && /^[\w-]+(\.[\w-]+)*$/.test(value))
      return address.replaceAll(`{${word}}`, value);
    const got = value === undefined ? 'none' : 'something else';
    throw new ConfigError(`${name}.${word}`, `a name for the address ${baseURL}`, got);
  }, baseURL);
}

/** What all calls of one provider share. */
interface Server {
  readonly name: string;
  readonly account: string;
  readonly quirks: Quirks;
  readonly transport: Transport;
  readonly baseURL: string;
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
  const { name, keyHeader, embeddings = 96, images, quirks = {} } = preset;
  const { apiKey, headers, ...resolved } = resolve(preset, factory, address, options);
  const credentials: Readonly<Record<string, string>> =
    apiKey === undefined
      ? {}
      : keyHeader === undefined
        ? { authorization: `Bearer ${apiKey}` }
        : { [keyHeader]: apiKey };
  const transport = createTransport({
    provider: name,
    baseURL: resolved.baseURL,
    fetch: resolved.fetch,
    headers: { ...credentials, ...headers },
    failures: chatCompletionsFailures,
    allowHeaders: [],
  });
  const server: Server = { name, quirks, transport, account: resolved.account, baseURL: resolved.baseURL };
  return {
    name,
    chat: (call) => chat(server, call),
    stream: (call) => streamParts(server, call),
    capabilities: () => capabilitiesOf(quirks, images),
    ...(embeddings === false
      ? {}
      : { embed: (call) => embed(server, call), embedLimits: { values: embeddings, characters: 300_000 } }),
    ...(images === undefined
      ? {}
      : { image: (call) => image(server, call, images), imagesPerCall: () => images.most }),
  };
}

/** A key is only needed where the preset has variables for it. */
function resolve({ keyVariables }: Preset, factory: string, address: string, options: ClientOptions) {
  const vendor = { factory, baseURL: address, keyVariables };
  if (keyVariables.length > 0 || options.apiKey !== undefined) return resolveClientOptions(options, vendor);
  return { ...resolveClientOptions({ ...options, apiKey: 'none' }, vendor), apiKey: undefined };
}

async function chat(server: Server, call: ProviderCall): Promise<ProviderResult> {
  const { name, account, quirks } = server;
  return once(server, '/chat/completions', call, (exchange) => {
    const { body, warnings } = toRequest(recalled(call, name, account), name, quirks, false);
    const read = (raw: unknown): ProviderResult => {
      const result = toResult(raw, name, exchange.headers, warnings);
      const content = result.content.map((part) => mark(part, name, account));
      return { ...result, content, response: { ...result.response, ...limitsIn(exchange.headers) } };
    };
    return { body, read };
  });
}

async function embed(server: Server, call: ProviderEmbedCall): Promise<ProviderEmbeddings> {
  return once(server, '/embeddings', call, (exchange) => ({
    body: toEmbedRequest(call, server.name),
    read: (raw) => toEmbeddings(raw, server.name, exchange.headers),
  }));
}

async function image(server: Server, call: ProviderImageCall, words: ImageWords): Promise<ProviderImages> {
  const prepare = (exchange: Exchange) => {
    const { body, warnings } = toImageRequest(call, server.name, words);
    const read = (raw: unknown) => withLimits(toImages(raw, server.name, exchange.headers, warnings));
    return { body, read };
  };
  return once(server, '/images/generations', call, prepare, true);
}

/** One call that is answered at once. */
async function once<T>(
  server: Server,
  path: string,
  { signal, connectTimeout }: Pick<ProviderCall, 'signal' | 'connectTimeout'>,
  prepare: (exchange: Exchange) => { readonly body: Wire; read(raw: unknown): T },
  large = false,
): Promise<T> {
  const exchange = newExchange(false, connectTimeout, large);
  try {
    refuseAborted(server.name, signal);
    const { body, read } = prepare(exchange);
    const response = await post(server, path, body, signal, exchange);
    return read(await response.json());
  } catch (error) {
    throw toThrown(server.name, error, exchange, chatCompletionsFailures, signal);
  }
}

function post(
  { transport, baseURL }: Server,
  path: string,
  body: Wire,
  signal: AbortSignal,
  exchange: Exchange,
): Promise<Response> {
  const headers = {
    'content-type': 'application/json',
    accept: exchange.stream ? 'text/event-stream' : 'application/json',
  };
  const init = { method: 'POST', headers, body: JSON.stringify(body), signal };
  return transport.send(`${baseURL}${path}`, init, exchange);
}

async function* streamParts(
  server: Server,
  call: ProviderCall,
): AsyncGenerator<ProviderStreamPart, void, undefined> {
  const { name, account, quirks } = server;
  const exchange = newExchange(true, call.connectTimeout);
  try {
    refuseAborted(name, call.signal);
    const { body, warnings } = toRequest(recalled(call, name, account), name, quirks, true);
    const response = await post(server, '/chat/completions', body, call.signal, exchange);
    if (response.body === null) {
      const summary = 'an answer without a body';
      throw new ProviderError({ kind: 'malformed', provider: name, answered: true, summary });
    }
    yield { type: 'response', headers: exchange.headers, ...limitsIn(exchange.headers), warnings };
    const mapper = chunkMapper(name, exchange.headers);
    const raw: unknown[] = [];
    let marked = false;
    for await (const event of readEvents(response.body, name)) {
      if (event === 'done') {
        marked = true;
        break; // what comes after its own end mark is not part of the answer
      }
      raw.push(event.json);
      if (call.includeRaw === true) yield { type: 'raw', value: event.json };
      for (const part of mapper.push(event.json)) yield mark(part, name, account);
    }
    for (const part of mapper.end(marked)) {
      yield part.type === 'finish' ? { ...part, raw } : mark(part, name, account);
    }
  } catch (error) {
    throw toThrown(name, error, exchange, chatCompletionsFailures, call.signal);
  }
}
