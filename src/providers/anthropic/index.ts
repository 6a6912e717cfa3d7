/**
 * Anthropic through its official SDK, over the Messages API.
 *
 * @module anthropic
 */
import { createTransport } from '../../transport/transport.ts';
import type { Provider } from '../../types/provider.ts';
import type { Wire } from '../../util/json.ts';
import {
  type ClientOptions,
  checkKnown,
  clientOptionNames,
  resolveClientOptions,
} from '../shared/client-options.ts';
import { withKeys } from '../shared/keys.ts';
import { lazyClient, sdkFetch, withExchange } from '../shared/sdk-client.ts';
import { type ClientSource, injectedClient, sdkProvider } from '../shared/sdk-provider.ts';
import { askedToBeServedAs } from '../shared/usage/service-tier.ts';
import { capabilitiesOf } from './capabilities.ts';
import { anthropicFailures } from './failures.ts';
import { toRequest } from './request.ts';
import { toResult } from './response.ts';
import { eventReader } from './stream.ts';

export type { Fetch } from '../../transport/transport.ts';
export type { ClientOptions } from '../shared/client-options.ts';

/** A client of the `@anthropic-ai/sdk` package, version 0.60 or newer, as far as it is used. */
export interface AnthropicClient {
  readonly messages: {
    // Wider than the SDK's own types, which differ from version to version.
    create(body: object, options?: object): PromiseLike<unknown>;
  };
}

/** The options of `anthropic`. */
export interface AnthropicOptions extends ClientOptions {
  /**
   * A client of the application's own, with its own key, address and connections. All other options are then its matter,
   * and so are the limits on redirects, headers and sizes that the provider's own client has.
   */
  readonly client?: AnthropicClient;
}

const name = 'anthropic';
/** Given for each call: without it the SDK refuses long answers that are not streamed. The router's are always shorter. */
const perCall = { maxRetries: 0, timeout: 2 ** 31 - 1 };

/**
 * Anthropic as a provider. The `@anthropic-ai/sdk` package is loaded at the first request.
 *
 * `temperature`, `topP` and `topK` are left out, with a warning, for models that refuse them: all after Claude 4.6, and
 * any that thinks.
 *
 * @throws ConfigError for a wrong option or a missing key (`apiKey`, or `ANTHROPIC_API_KEY` in the environment)
 * @example
 * createRouter({ targets: [{ provider: anthropic(), model: 'claude-haiku-4-5' }] });
 */
export function anthropic(options: AnthropicOptions = {}): Provider<'anthropic'> {
  checkKnown(name, options, [...clientOptionNames, 'client']);
  return withKeys(name, options, withKey);
}

function withKey(options: AnthropicOptions): Provider<'anthropic'> {
  const { client } = options;
  return sdkProvider<'anthropic', AnthropicClient, Wire>({
    name,
    failures: anthropicFailures,
    ...(client === undefined ? ownClient(options) : injectedClient(client, options.account)),
    toRequest,
    send: ({ messages }, body, _stream, { signal, exchange }) =>
      messages.create(body, { ...perCall, signal, fetchOptions: withExchange(exchange) }),
    toResult,
    reader: eventReader,
    more: {
      capabilities: capabilitiesOf,
      servedAs: (options) => askedToBeServedAs(options[name]),
    },
  });
}

/** A client that has only what it is told: no retries, logs, spans or profiles, nothing from the environment but the key. */
function ownClient(options: AnthropicOptions): ClientSource<AnthropicClient> {
  const vendor = { factory: name, baseURL: 'https://api.anthropic.com', keyVariables: ['ANTHROPIC_API_KEY'] };
  const { apiKey, baseURL, headers, fetch, account } = resolveClientOptions(options, vendor);
  const transport = createTransport({
    provider: name,
    baseURL,
    fetch,
    headers,
    failures: anthropicFailures,
    allowHeaders: [
      'authorization',
      'x-api-key',
      'anthropic-version',
      'anthropic-beta',
      ...(options.unsafeAllowBrowser === true ? ['anthropic-dangerous-direct-browser-access'] : []),
    ],
  });
  const sdk = async () => {
    try {
      return await import('@anthropic-ai/sdk'); // in a `try`, so that bundlers that do not have it go on without
    } catch (cause) {
      throw new Error('not imported', { cause });
    }
  };
  const load = lazyClient(name, '@anthropic-ai/sdk', sdk, ({ default: Anthropic }): AnthropicClient => {
    return new Anthropic({
      apiKey,
      authToken: null,
      webhookKey: null,
      baseURL,
      ...perCall,
      logLevel: 'off',
      openTelemetry: false,
      fetch: sdkFetch(transport),
      dangerouslyAllowBrowser: true, // whether a browser is allowed has been decided before
    });
  });
  return { client: load, own: true, account, warmup: transport.warmup, traffic: transport.traffic };
}
