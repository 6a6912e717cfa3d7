import { ConfigError, ProviderError } from '../../errors.ts';
import { createTransport, type Exchange, newExchange, type Transport } from '../../transport/transport.ts';
import type { Provider, ProviderCall, ProviderStreamPart } from '../../types/provider.ts';
import type { Dialect } from '../chat-completions/dialect.ts';
import { chatCompletionsFailures } from '../chat-completions/failures.ts';
import { toRequest } from '../chat-completions/request.ts';
import { toResult } from '../chat-completions/response.ts';
import { chunkMapper } from '../chat-completions/stream.ts';
import {
  type ClientOptions,
  checkKnown,
  clientOptionNames,
  resolveClientOptions,
} from '../client-options.ts';
import { refuseAborted, toThrown } from '../sdk-provider.ts';
import type { Wire } from '../wire.ts';
import { readEvents } from './event-stream.ts';

/** The options of `openaiCompatible`. */
export interface OpenAICompatibleOptions<Name extends string = string> extends ClientOptions {
  /** Names the provider in ids, events and `providerOptions`. */
  readonly name: Name;
  /** The address up to, and without, `/chat/completions`. */
  readonly baseURL: string;
  /** Default: none; a server without keys needs none. */
  readonly apiKey?: string;
  /** In what the server differs from OpenAI. */
  readonly dialect?: Dialect;
}

/** What a preset knows: data, so that another one is a few lines. */
export interface Preset<Name extends string = string> {
  readonly name: Name;
  readonly baseURL: string;
  /** Variables of the environment that can hold the key; none where a server needs no key. */
  readonly keyVariables: readonly string[];
  readonly dialect?: Dialect;
}

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
  checkKnown(factory, options, ['name', 'dialect', ...clientOptionNames]);
  if (typeof options.name !== 'string' || options.name === '') {
    throw new ConfigError(
      `${factory}.name`,
      'a name',
      typeof options.name === 'string' ? 'an empty one' : typeof options.name,
    );
  }
  if (typeof options.baseURL !== 'string')
    throw new ConfigError(`${factory}.baseURL`, 'an absolute URL', typeof options.baseURL);
  return compatible(options.name, factory, options, options.baseURL, undefined, options.dialect ?? {});
}

/** Options of a preset: everything that it knows can be said otherwise. */
export type PresetOptions = ClientOptions;

/** Makes the factory of a preset. */
export function presetFactory<const Name extends string>(
  preset: Preset<Name>,
): (options?: PresetOptions) => Provider<Name> {
  const { name, baseURL, keyVariables, dialect = {} } = preset;
  return (options = {}) => {
    checkKnown(name, options, clientOptionNames);
    return compatible(
      name,
      name,
      options,
      baseURL,
      keyVariables.length === 0 ? undefined : keyVariables,
      dialect,
    );
  };
}

function compatible<Name extends string>(
  name: Name,
  factory: string,
  options: ClientOptions,
  baseURL: string,
  keyVariables: readonly string[] | undefined,
  dialect: Dialect,
): Provider<Name> {
  const { apiKey, ...resolved } = resolve(options, factory, baseURL, keyVariables);
  const transport = createTransport({
    provider: name,
    baseURL: resolved.baseURL,
    fetch: resolved.fetch,
    headers: { ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }), ...resolved.headers },
    failures: chatCompletionsFailures,
    allowHeaders: [],
  });
  const url = `${resolved.baseURL}/chat/completions`;
  return {
    name,
    async chat(call) {
      const exchange = newExchange(false, call.connectTimeout);
      try {
        refuseAborted(name, call.signal);
        const { body, warnings } = toRequest(call, name, dialect, false);
        const response = await post(transport, url, body, call.signal, exchange);
        const raw: unknown = await response.json();
        return toResult(raw, name, exchange.headers, warnings);
      } catch (error) {
        throw toThrown(name, error, exchange, chatCompletionsFailures, call.signal);
      }
    },
    stream: (call) => streamParts(name, call, dialect, transport, url),
  };
}

/** A key is only needed where the preset has variables for it. */
function resolve(
  options: ClientOptions,
  factory: string,
  baseURL: string,
  keyVariables: readonly string[] | undefined,
) {
  const vendor = { factory, baseURL, keyVariables: keyVariables ?? [] };
  if (keyVariables !== undefined || options.apiKey !== undefined)
    return resolveClientOptions(options, vendor);
  return { ...resolveClientOptions({ ...options, apiKey: 'none' }, vendor), apiKey: undefined };
}

function post(
  transport: Transport,
  url: string,
  body: Wire,
  signal: AbortSignal,
  exchange: Exchange,
): Promise<Response> {
  const headers = {
    'content-type': 'application/json',
    accept: exchange.stream ? 'text/event-stream' : 'application/json',
  };
  return transport.send(url, { method: 'POST', headers, body: JSON.stringify(body), signal }, exchange);
}

async function* streamParts(
  name: string,
  call: ProviderCall,
  dialect: Dialect,
  transport: Transport,
  url: string,
): AsyncGenerator<ProviderStreamPart, void, undefined> {
  const exchange = newExchange(true, call.connectTimeout);
  try {
    refuseAborted(name, call.signal);
    const { body, warnings } = toRequest(call, name, dialect, true);
    const response = await post(transport, url, body, call.signal, exchange);
    if (response.body === null) {
      throw new ProviderError({
        kind: 'malformed',
        provider: name,
        answered: true,
        summary: 'an answer without a body',
      });
    }
    yield { type: 'response', headers: exchange.headers, warnings };
    const mapper = chunkMapper(name, exchange.headers);
    let marked = false;
    for await (const event of readEvents(response.body, name)) {
      if (event === 'done') {
        marked = true;
        break; // what comes after its own end mark is not part of the answer
      }
      yield* mapper.push(event.json);
    }
    yield* mapper.end(marked);
  } catch (error) {
    throw toThrown(name, error, exchange, chatCompletionsFailures, call.signal);
  }
}
