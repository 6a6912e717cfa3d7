/**
 * OpenAI through its official SDK, over Chat Completions or Responses.
 *
 * @module openai
 */
import { ConfigError } from '../../errors.ts';
import { createTransport } from '../../transport/transport.ts';
import type { Provider, ProviderCall } from '../../types/provider.ts';
import type { JSONObject } from '../../types/request/json.ts';
import type { Warning } from '../../types/result/result.ts';
import type { Wire } from '../../util/json.ts';
import { asksForPictures } from '../chat-completions/answer/asked.ts';
import { isCompletion, toResult } from '../chat-completions/answer/response.ts';
import { chunkReader } from '../chat-completions/answer/stream.ts';
import { toEmbeddings, toEmbedRequest } from '../chat-completions/embeddings.ts';
import { chatCompletionsFailures } from '../chat-completions/failures.ts';
import { toImageRequest, toImages } from '../chat-completions/images.ts';
import { openaiChatRestrictions } from '../chat-completions/openai-restrictions.ts';
import type { Quirks } from '../chat-completions/quirks.ts';
import { toRequest } from '../chat-completions/request.ts';
import {
  type ClientOptions,
  checkKnown,
  clientOptionNames,
  resolveClientOptions,
} from '../shared/client-options.ts';
import { withKeys } from '../shared/keys.ts';
import { lazyClient, placeholder, sdkFetch, withExchange } from '../shared/sdk-client.ts';
import {
  type Carry,
  type ClientSource,
  injectedClient,
  type SdkMapping,
  sdkProvider,
} from '../shared/sdk-provider.ts';
import { askedToBeServedAs } from '../shared/usage/service-tier.ts';
import { capabilitiesInChat, capabilitiesInResponses } from './capabilities.ts';
import { toEditFiles } from './image-edits.ts';
import { inChat, lacksInChat, lacksInResponses } from './option-names.ts';
import * as responses from './responses/index.ts';

export type { Fetch } from '../../transport/transport.ts';
export type { ClientOptions } from '../shared/client-options.ts';

/** A client of the `openai` package, version 5 or newer, as far as it is used. */
export interface OpenAIClient {
  readonly chat: {
    readonly completions: {
      // Wider than the SDK's own types, which differ from version to version.
      create(body: object, options?: object): PromiseLike<unknown>;
    };
  };
  /** Needed for `api: 'responses'`. */
  readonly responses?: { create(body: object, options?: object): PromiseLike<unknown> };
  /** Needed for `router.embed`. */
  readonly embeddings?: { create(body: object, options?: object): PromiseLike<unknown> };
  /** Needed for `router.image`. */
  readonly images?: {
    generate(body: object, options?: object): PromiseLike<unknown>;
    edit(body: object, options?: object): PromiseLike<unknown>;
  };
}

/** The options of `openai`. */
export interface OpenAIOptions extends ClientOptions {
  /**
   * Which of the vendor's interfaces to use. `responses` also has the vendor's own tools, encrypted reasoning that goes back
   * with the conversation, and state kept by the vendor (`previous_response_id`, `conversation`, `store`), which binds a
   * request to its target; it has no `seed`, `stopSequences` or penalties. Default: `chat-completions`, which keeps nothing
   * at the vendor, so that every request can go to another target.
   */
  readonly api?: 'chat-completions' | 'responses';
  /** Sent as `OpenAI-Organization`. Default: none; the environment is not asked. */
  readonly organization?: string;
  /** Sent as `OpenAI-Project`. Default: none; the environment is not asked. */
  readonly project?: string;
  /**
   * A client of the application's own, with its own key, address and connections. All other options are then its matter,
   * and so are the limits on redirects, headers and sizes that the provider's own client has.
   */
  readonly client?: OpenAIClient;
}

const name = 'openai';
// https://platform.openai.com/docs/api-reference/chat/create: `max_tokens` is deprecated there.
const quirks: Quirks = { maxTokensField: 'max_completion_tokens', restrictions: openaiChatRestrictions };
const regional = /^https:\/\/([a-z]{2})\.api\.openai\.com(?:[:/]|$)/;
/** The router alone retries; the SDK's time-out cannot be switched off, so it is set beyond all of the router's. */
const perCall = { maxRetries: 0, timeout: 2 ** 31 - 1 };

/**
 * OpenAI as a provider. The `openai` package is loaded at the first request.
 *
 * @throws ConfigError for a wrong option or a missing key (`apiKey`, or `OPENAI_API_KEY` in the environment)
 * @example
 * createRouter({ targets: [{ provider: openai(), model: 'gpt-5-mini' }] });
 */
export function openai(options: OpenAIOptions = {}): Provider<'openai'> {
  checkKnown(name, options, [...clientOptionNames, 'api', 'organization', 'project', 'client']);
  return withKeys(name, options, withKey);
}

function withKey(options: OpenAIOptions): Provider<'openai'> {
  const { client, api = 'chat-completions' } = options;
  if (api !== 'chat-completions' && api !== 'responses') {
    throw new ConfigError(`${name}.api`, "'chat-completions' or 'responses'", JSON.stringify(api));
  }
  return sdkProvider<'openai', OpenAIClient, Wire>({
    name,
    failures: chatCompletionsFailures,
    ...(client === undefined ? ownClient(options) : injectedClient(client, options.account)),
    ...inRegion(options, api === 'responses' ? overResponses : overChatCompletions(client === undefined)),
    embed: {
      // https://platform.openai.com/docs/api-reference/embeddings/create: 2,048 inputs, 300,000 tokens in all of them.
      limits: { values: 2048, characters: 300_000 },
      toRequest: (call) => toEmbedRequest(call, name),
      send: ({ embeddings }, body, carry) => has(embeddings, 'embeddings').create(body, callOptions(carry)),
      toResult: (data, headers) => toEmbeddings(data, name, headers),
    },
    image: {
      // https://platform.openai.com/docs/api-reference/images/create: up to ten, of dall-e-3 one.
      perCall: (model) => (model.startsWith('dall-e-3') ? 1 : 10),
      async make(client, call, carry, answer) {
        const images = has(client.images, 'images');
        const { body, warnings } = toImageRequest(call, name, {});
        const sent =
          call.images === undefined
            ? images.generate(body, callOptions(carry))
            : images.edit({ ...body, ...toEditFiles(call, name) }, callOptions(carry));
        const { data, headers } = await answer(sent);
        return toImages(data, name, headers, warnings);
      },
    },
  });
}

type Interface = Pick<
  SdkMapping<'openai', OpenAIClient>,
  'toRequest' | 'send' | 'asksForPictures' | 'toResult' | 'reader' | 'more'
>;

/**
 * Reports the region of a regional address, because processing there costs more
 * (https://platform.openai.com/docs/guides/your-data#data-residency-controls).
 */
function inRegion({ client, baseURL = '' }: OpenAIOptions, over: Interface): Interface {
  const region = client === undefined ? regional.exec(baseURL)?.[1] : undefined;
  if (region === undefined) return over;
  const servedAs: NonNullable<Provider['servedAs']> = (asked) => ({
    ...over.more?.servedAs?.(asked),
    region,
  });
  return { ...over, more: { ...over.more, servedAs } };
}

/** @param seesMark whether answers are read past the SDK, which keeps the mark at the end to itself */
function overChatCompletions(seesMark: boolean): Interface {
  return {
    toRequest: (given, stream) => {
      const warnings: Warning[] = [];
      const call = forInterface(given, 'openai.chat');
      const own = call.providerOptions?.[name];
      if (own === undefined) return toRequest(call, name, quirks, stream);
      const { instructions, ...options } = inChat(own, warnings);
      const providerOptions = { ...call.providerOptions, [name]: options as JSONObject };
      const messages: ProviderCall['messages'] =
        typeof instructions === 'string'
          ? [{ role: 'system', content: instructions }, ...call.messages]
          : call.messages;
      return withWarnings(toRequest({ ...call, messages, providerOptions }, name, quirks, stream), warnings);
    },
    send: ({ chat }, body, _stream, carry) => chat.completions.create(body, callOptions(carry)),
    asksForPictures,
    toResult: (data, headers, warnings, request) =>
      toResult(data, { provider: name, headers, warnings, request }),
    reader: (headers, request) => chunkReader({ provider: name, headers, request, seesMark }),
    more: {
      capabilities: capabilitiesInChat,
      lacks: lacksInChat,
      servedAs: (options) => askedToBeServedAs(options['openai.chat'], options[name]),
    },
  };
}

const overResponses: Interface = {
  toRequest: (given, stream) => responses.toRequest(forInterface(given, 'openai.responses'), stream),
  send: (client, body, _stream, carry) => has(client.responses, 'responses').create(body, callOptions(carry)),
  asksForPictures: responses.asksForPictures,
  toResult: responses.toResult,
  reader: responses.eventReader,
  more: {
    capabilities: capabilitiesInResponses,
    lacks: lacksInResponses,
    servedAs: (options) => askedToBeServedAs(options['openai.responses'], options[name]),
    boundBy: responses.boundBy,
  },
};

type Request = ReturnType<Interface['toRequest']>;

function withWarnings(request: Request, more: readonly Warning[]): Request {
  return more.length === 0 ? request : { ...request, warnings: [...request.warnings, ...more] };
}

/**
 * Options for one of the two interfaces alone stand under its own name, beside those for both: who asks does not have to
 * know which of them a target speaks.
 */
function forInterface(call: ProviderCall, own: 'openai.chat' | 'openai.responses'): ProviderCall {
  const options = call.providerOptions?.[own];
  if (options === undefined) return call;
  const both = call.providerOptions?.[name];
  return { ...call, providerOptions: { ...call.providerOptions, [name]: { ...both, ...options } } };
}

function callOptions({ signal, exchange }: Carry): object {
  return { ...perCall, signal, fetchOptions: withExchange(exchange) };
}

function has<T>(part: T | undefined, what: string): T {
  if (part !== undefined) return part;
  throw new ConfigError(`${name}.client`, `a client that has \`${what}\``, 'one without');
}

/** A client that has only what it is told: no retries, no logs, nothing from the environment but the key. */
function ownClient(options: OpenAIOptions): ClientSource<OpenAIClient> {
  const vendor = { factory: name, baseURL: 'https://api.openai.com/v1', keyVariables: ['OPENAI_API_KEY'] };
  const { key, baseURL, headers, fetch, account, accountOf } = resolveClientOptions(options, vendor);
  const { organization = null, project = null } = options;
  const transport = createTransport({
    provider: name,
    baseURL,
    fetch,
    headers,
    credentials: { key, header: (apiKey) => ({ authorization: `Bearer ${apiKey}` }) },
    failures: chatCompletionsFailures,
    isWholeAnswer: isCompletion,
    allowHeaders: [
      ...(organization === null ? [] : ['openai-organization']),
      ...(project === null ? [] : ['openai-project']),
    ],
  });
  const sdk = async () => {
    try {
      return await import('openai'); // in a `try`, so that bundlers that do not have it go on without
    } catch (cause) {
      throw new Error('not imported', { cause });
    }
  };
  const load = lazyClient(name, 'openai', sdk, ({ default: OpenAI }): OpenAIClient => {
    return new OpenAI({
      apiKey: placeholder, // the transport sends the key
      baseURL,
      organization,
      project,
      webhookSecret: null,
      ...perCall,
      logLevel: 'off',
      fetch: sdkFetch(transport),
      dangerouslyAllowBrowser: true, // whether a browser is allowed has been decided before
    });
  });
  return {
    client: load,
    own: true,
    key,
    account,
    accountOf,
    warmup: transport.warmup,
    traffic: transport.traffic,
  };
}
