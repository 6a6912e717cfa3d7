/**
 * OpenAI through its official SDK, over Chat Completions.
 *
 * @module
 */
import { createTransport } from '../../transport/transport.ts';
import type { Provider } from '../../types/provider.ts';
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
import { lazyClient, sdkFetch, sdkProvider, withExchange } from '../sdk-provider.ts';
import type { Wire } from '../wire.ts';

/** A client of the `openai` package, version 5 or newer, as far as it is used. */
export interface OpenAIClient {
  readonly chat: {
    readonly completions: {
      // Wider than the SDK's own types, which differ from version to version.
      create(body: object, options?: object): PromiseLike<unknown>;
    };
  };
}

/** The options of `openai`. */
export interface OpenAIOptions extends ClientOptions {
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
const dialect: Dialect = { maxTokensField: 'max_completion_tokens' };
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
  checkKnown(name, options, [...clientOptionNames, 'organization', 'project', 'client']);
  const { client } = options;
  return sdkProvider<'openai', OpenAIClient, Wire>({
    name,
    failures: chatCompletionsFailures,
    client: client === undefined ? ownClient(options) : () => Promise.resolve(client),
    toRequest: (call, stream) => toRequest(call, name, dialect, stream),
    send: ({ chat }, body, _stream, { signal, exchange }) =>
      chat.completions.create(body, { ...perCall, signal, fetchOptions: withExchange(exchange) }),
    toResult: (data, headers, warnings) => toResult(data, name, headers, warnings),
    reader: (headers) => {
      const mapper = chunkMapper(name, headers);
      return { push: mapper.push, end: () => mapper.end(false) };
    },
  });
}

/** A client that has only what it is told: no retries, no logs, nothing from the environment but the key. */
function ownClient(options: OpenAIOptions): () => Promise<OpenAIClient> {
  const vendor = { factory: name, baseURL: 'https://api.openai.com/v1', keyVariables: ['OPENAI_API_KEY'] };
  const { apiKey, baseURL, headers, fetch } = resolveClientOptions(options, vendor);
  const { organization = null, project = null } = options;
  const transport = createTransport({
    provider: name,
    baseURL,
    fetch,
    headers,
    failures: chatCompletionsFailures,
    allowHeaders: [
      'authorization',
      ...(organization === null ? [] : ['openai-organization']),
      ...(project === null ? [] : ['openai-project']),
    ],
  });
  const load = () => import('openai');
  return lazyClient(name, 'openai', load, ({ default: OpenAI }): OpenAIClient => {
    return new OpenAI({
      apiKey,
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
}
