/**
 * OpenAI through its official SDK, with Chat Completions or Responses.
 *
 * @module openai
 */
import { ConfigError } from '../../errors.ts';
import { createTransport } from '../../transport/transport.ts';
import type { Provider, ProviderCall } from '../../types/provider.ts';
import type { JSONObject } from '../../types/request/json.ts';
import type { Warning } from '../../types/result/result.ts';
import type { Wire } from '../../util/json.ts';
import { checkObject } from '../../util/option-check.ts';
import { asksForPictures } from '../chat-completions/answer/asked.ts';
import { isCompletion, toResult } from '../chat-completions/answer/response.ts';
import { chunkReader } from '../chat-completions/answer/stream.ts';
import { toEmbeddings, toEmbedRequest } from '../chat-completions/embeddings.ts';
import { chatCompletionsFailures } from '../chat-completions/failures.ts';
import { toImageRequest, toImages } from '../chat-completions/images.ts';
import { openaiChatRestrictions } from '../chat-completions/openai-restrictions.ts';
import type { Quirks } from '../chat-completions/quirks.ts';
import { toRequest } from '../chat-completions/request.ts';
import { type ClientOptions, clientOptionNames, resolveClientOptions } from '../shared/client-options.ts';
import { withKeys } from '../shared/keys.ts';
import { FetchOptions, lazyClient, placeholder, sdkFetch, sendingOver } from '../shared/sdk-client.ts';
import {
  type Carry,
  type ClientSource,
  injectedClient,
  type SdkMapping,
  sdkProvider,
} from '../shared/sdk-provider.ts';
import { askedToBeServedAs } from '../shared/usage/service-tier.ts';
import { briefClient } from './brief-client.ts';
import { capabilitiesInChat, capabilitiesInResponses } from './capabilities.ts';
import type { OpenAIClient } from './client.ts';
import { toEditFiles } from './image-edits.ts';
import { inChat, lacksInChat, lacksInResponses } from './option-names.ts';
import * as responses from './responses/index.ts';

export type { ApiKey } from '../../transport/credentials.ts';
export type { Fetch } from '../../transport/transport.ts';
export type { ClientOptions } from '../shared/client-options.ts';
export type { OpenAIBatchClient } from './batches.ts';
export type { OpenAIClient } from './client.ts';

/** Options for {@link openai}. */
export interface OpenAIOptions extends ClientOptions {
  /**
   * The vendor's API to use. `responses` adds the vendor's own tools, encrypted reasoning in the history, and state stored at the
   * vendor (`previous_response_id`, `conversation`, `store`), which pins a request to its target; it lacks `seed`,
   * `stopSequences` and penalties. `chat-completions` stores nothing, so that every request can fail over.
   *
   * @default 'chat-completions'
   */
  readonly api?: 'chat-completions' | 'responses';
  /** Sent as `OpenAI-Organization`. The environment is not read. @default none */
  readonly organization?: string;
  /** Sent as `OpenAI-Project`. The environment is not read. @default none */
  readonly project?: string;
  /**
   * A preconfigured client with its own key, address and connections. It ignores all other options, and the limits on redirects,
   * headers and sizes of the built-in client do not apply. The provider calls a copy that `client.withOptions` makes, which reads
   * bodies of errors for half a second at most; a client that is patched or wrapped, or that cannot be copied without loss, is
   * called itself.
   */
  readonly client?: OpenAIClient;
}

const name = 'openai';
// https://platform.openai.com/docs/api-reference/chat/create: `max_tokens` is deprecated there.
const quirks: Quirks = { maxTokensField: 'max_completion_tokens', restrictions: openaiChatRestrictions };
const regional = /^https:\/\/([a-z]{2})\.api\.openai\.com(?:[:/]|$)/;
/** Only the router retries. The SDK's timeout cannot be turned off, so it is set beyond all of the router's. */
const perCall = { maxRetries: 0, timeout: 2 ** 31 - 1 };

/**
 * The OpenAI provider. Loads the `openai` package on the first request.
 *
 * @throws ConfigError for a wrong option or a missing key (`apiKey`, or `OPENAI_API_KEY` in the environment)
 * @example
 * createRouter({ targets: [{ provider: openai(), model: 'gpt-5-mini' }] });
 */
export function openai(options: OpenAIOptions = {}): Provider<'openai'> {
  checkObject(name, options, [...clientOptionNames, 'api', 'organization', 'project', 'client']);
  return withKeys(name, options, withKey);
}

function withKey(options: OpenAIOptions): Provider<'openai'> {
  const { client, api = 'chat-completions' } = options;
  if (api !== 'chat-completions' && api !== 'responses') {
    throw new ConfigError(`${name}.api`, "'chat-completions' or 'responses'", JSON.stringify(api));
  }
  const brief = client === undefined ? undefined : briefClient(client);
  const over = inRegion(
    options,
    api === 'responses' ? overResponses : overChatCompletions(client === undefined),
  );
  const mapping: SdkMapping<'openai', OpenAIClient, Wire> = {
    name,
    failures: chatCompletionsFailures,
    ...(client === undefined ? ownClient(options) : injectedClient(client, options.account)),
    ...over,
    ...(brief && { send: (loaded, ...request) => over.send(brief() ?? loaded, ...request) }),
    embed: {
      // https://platform.openai.com/docs/api-reference/embeddings/create: 2,048 inputs with 300,000 tokens in total.
      limits: { values: 2048, characters: 300_000 },
      toRequest: (call) => toEmbedRequest(call, name),
      send: (loaded, body, carry) => {
        const { embeddings } = brief?.() ?? loaded;
        return has(embeddings, 'embeddings').create(body, callOptions(carry));
      },
      toResult: (data, headers) => toEmbeddings(data, name, headers),
    },
    image: {
      // https://platform.openai.com/docs/api-reference/images/create: up to ten, one for dall-e-3.
      perCall: (model) => (model.startsWith('dall-e-3') ? 1 : 10),
      async make(loaded, call, carry, answer) {
        const images = has((brief?.() ?? loaded).images, 'images');
        const { body, warnings } = toImageRequest(call, name, {});
        const sent =
          call.images === undefined
            ? images.generate(body, callOptions(carry))
            : images.edit({ ...body, ...toEditFiles(call, name) }, callOptions(carry));
        const { data, headers } = await answer(sent);
        return toImages(data, name, headers, warnings);
      },
    },
    async batches() {
      const [{ openaiDialect, openaiFiles, openaiImage }, { fileBatches }, { sdkBatches }] =
        await Promise.all([
          import('./batches.ts'),
          import('../chat-completions/batches/files.ts'),
          import('../shared/batches/sdk-batches.ts'),
        ]);
      const dialect = openaiDialect(api === 'responses' ? '/v1/responses' : '/v1/chat/completions');
      const files = (client: OpenAIClient) => openaiFiles(client, callOptions);
      return sdkBatches(mapping, files, fileBatches(name, dialect), openaiImage);
    },
  };
  return sdkProvider(mapping);
}

// https://developers.openai.com/api/docs/guides/flex-processing, https://developers.openai.com/api/docs/guides/priority-processing
const tiers = {
  flex: { openai: { service_tier: 'flex' } },
  priority: { openai: { service_tier: 'priority' } },
};

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

/** @param seesMark whether answers bypass the SDK, which hides the terminal marker */
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
      tiers,
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
    tiers,
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
 * Merges options for one of the two APIs, given under its own name, with the common ones. The caller need not know which API a
 * target uses.
 */
function forInterface(call: ProviderCall, own: 'openai.chat' | 'openai.responses'): ProviderCall {
  const options = call.providerOptions?.[own];
  if (options === undefined) return call;
  const both = call.providerOptions?.[name];
  return { ...call, providerOptions: { ...call.providerOptions, [name]: { ...both, ...options } } };
}

function callOptions({ signal, exchange }: Carry): object {
  return { ...perCall, signal, fetchOptions: new FetchOptions(exchange) };
}

function has<T>(part: T | undefined, what: string): T {
  if (part !== undefined) return part;
  throw new ConfigError(`${name}.client`, `a client that has \`${what}\``, 'one without');
}

/** Creates a client from the given options alone: no retries, no logs, nothing from the environment except the key. */
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
      return await import('openai'); // in a `try`, so that bundlers treat the package as optional
    } catch (cause) {
      throw new Error('not imported', { cause });
    }
  };
  type SDK = Awaited<ReturnType<typeof sdk>>;
  const make = ({ default: OpenAI }: SDK): OpenAIClient =>
    new OpenAI({
      apiKey: placeholder, // the transport sends the key
      baseURL,
      organization,
      project,
      webhookSecret: null,
      ...perCall,
      logLevel: 'off',
      fetch: sdkFetch(transport),
      dangerouslyAllowBrowser: true, // browsers have been checked before
    });
  return {
    client: lazyClient(name, 'openai', sdk, (peer) => sendingOver(transport, make(peer), peer.APIPromise)),
    readingClient: lazyClient(name, 'openai', sdk, make),
    own: true,
    key,
    account,
    accountOf,
    warmup: transport.warmup,
    traffic: transport.traffic,
  };
}
