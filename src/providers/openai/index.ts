/**
 * OpenAI through its official SDK, over Chat Completions.
 *
 * @module
 */
import { createTransport } from '../../transport/transport.ts';
import type { Provider } from '../../types/provider.ts';
import { chatCompletionsFailures } from '../chat-completions/failures.ts';
import type { Dialect } from '../chat-completions/dialect.ts';
import { toRequest } from '../chat-completions/request.ts';
import { toResult } from '../chat-completions/response.ts';
import { chunkMapper } from '../chat-completions/stream.ts';
import { checkKnown, type ClientOptions, clientOptionNames, resolveClientOptions } from '../client-options.ts';
import { awaitAnswer, guarded, loadPeer, sdkFetch, withExchange } from '../sdk-call.ts';
import { runStream } from '../sdk-stream.ts';

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

/** The SDK's own time-out cannot be switched off; the router's are always shorter. */
const sdkTimeout = 2 ** 31 - 1;
const name = 'openai';
// https://platform.openai.com/docs/api-reference/chat/create: `max_tokens` is deprecated there.
const dialect: Dialect = { maxTokensField: 'max_completion_tokens' };

/**
 * OpenAI as a provider. The `openai` package is loaded at the first request.
 *
 * @throws ConfigError for a wrong option or a missing key (`apiKey`, or `OPENAI_API_KEY` in the environment)
 * @example
 * createRouter({ targets: [{ provider: openai(), model: 'gpt-5-mini' }] });
 */
export function openai(options: OpenAIOptions = {}): Provider<'openai'> {
  checkKnown(name, options, [...clientOptionNames, 'organization', 'project', 'client']);
  const client = options.client === undefined ? ownClient(options) : () => Promise.resolve(options.client as OpenAIClient);
  return {
    name,
    chat: (call) =>
      guarded(name, call, chatCompletionsFailures, false, async (exchange) => {
        const { body, warnings } = toRequest(call, name, dialect, false);
        const { chat } = await client();
        const { data, headers } = await awaitAnswer(
          chat.completions.create(body, { ...perCall, signal: call.signal, fetchOptions: withExchange(exchange) }),
          exchange,
        );
        return toResult(data, name, headers, warnings);
      }),
    stream: (call) =>
      runStream(name, call, chatCompletionsFailures, async (exchange, signal) => {
        const { body, warnings } = toRequest(call, name, dialect, true);
        const { chat } = await client();
        const { data, headers } = await awaitAnswer(
          chat.completions.create(body, { ...perCall, signal, fetchOptions: withExchange(exchange) }),
          exchange,
        );
        const mapper = chunkMapper(name, headers);
        return {
          chunks: data as AsyncIterable<unknown>,
          reader: { push: mapper.push, end: () => mapper.end(false) },
          first: { type: 'response', headers, warnings },
        };
      }),
  };
}

const perCall = { maxRetries: 0, timeout: sdkTimeout };

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
  let made: Promise<OpenAIClient> | undefined;
  const make = async (): Promise<OpenAIClient> => {
    const { default: OpenAI } = await loadPeer(name, 'openai', () => import('openai'));
    return new OpenAI({
      apiKey,
      baseURL,
      organization,
      project,
      webhookSecret: null,
      ...perCall,
      logLevel: 'off',
      fetch: sdkFetch(transport),
      // Whether a browser is allowed has been decided before.
      dangerouslyAllowBrowser: true,
    });
  };
  return () => {
    made ??= make();
    return made;
  };
}
