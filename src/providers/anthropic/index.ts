/**
 * Anthropic through its official SDK, over the Messages API.
 *
 * @module anthropic
 */
import { createTransport } from '../../transport/transport.ts';
import type { Provider } from '../../types/provider.ts';
import type { Wire } from '../../util/json.ts';
import { checkObject } from '../../util/option-check.ts';
import { withBriefError } from '../shared/brief-errors.ts';
import { type ClientOptions, clientOptionNames, resolveClientOptions } from '../shared/client-options.ts';
import { withKeys } from '../shared/keys.ts';
import { lackedBy } from '../shared/restrictions/apply.ts';
import { FetchOptions, lazyClient, placeholder, sdkFetch, sendingOver } from '../shared/sdk-client.ts';
import {
  type Carry,
  type ClientSource,
  injectedClient,
  type SdkMapping,
  sdkProvider,
} from '../shared/sdk-provider.ts';
import { askedToBeServedAs } from '../shared/usage/service-tier.ts';
import type { AnthropicBatchClient } from './batches/batches.ts';
import { capabilitiesOf } from './capabilities.ts';
import { anthropicFailures } from './failures.ts';
import { toRequest } from './request.ts';
import { toResult } from './response.ts';
import { claudeRestrictions } from './restrictions.ts';
import { eventReader } from './stream.ts';

export type { ApiKey } from '../../transport/credentials.ts';
export type { Fetch } from '../../transport/transport.ts';
export type { ClientOptions } from '../shared/client-options.ts';
export type { AnthropicBatchClient } from './batches/batches.ts';

/** The subset of an `@anthropic-ai/sdk` client (version 0.60 or newer) that this provider uses. */
export interface AnthropicClient extends AnthropicBatchClient {
  /** The SDK's resource of the same name. */
  readonly messages: AnthropicBatchClient['messages'] & {
    // Wider than the SDK's own types, which differ between versions.
    /** Sends a conversation: `POST /v1/messages`. With `stream: true` resolves with its events. */
    create(body: object, options?: object): PromiseLike<unknown>;
  };
}

/** Options for {@link anthropic}. */
export interface AnthropicOptions extends ClientOptions {
  /**
   * A preconfigured client with its own key, address and connections. It ignores all other options, and the
   * limits on redirects, headers and sizes of the built-in client do not apply. Bodies of errors are read for
   * half a second at most, with version 0.101 or newer of the SDK.
   */
  readonly client?: AnthropicClient;
}

const name = 'anthropic';
/**
 * Set on each call, because the SDK otherwise refuses long non-streaming answers. The router's own timeouts
 * are always shorter.
 */
const perCall = { maxRetries: 0, timeout: 2 ** 31 - 1 };

/**
 * The Anthropic provider. Loads the `@anthropic-ai/sdk` package on the first request.
 *
 * Drops `temperature`, `topP` and `topK`, with a warning, for models that reject them: all models after
 * Claude 4.6, and any model that is thinking.
 *
 * @throws ConfigError for an invalid option or a missing key (`apiKey`, or `ANTHROPIC_API_KEY` in the
 * environment)
 * @example
 * createRouter({ targets: [{ provider: anthropic(), model: 'claude-haiku-4-5' }] });
 */
export function anthropic(options: AnthropicOptions = {}): Provider<'anthropic'> {
  checkObject(name, options, [...clientOptionNames, 'client']);
  return withKeys(name, options, withKey);
}

function withKey(options: AnthropicOptions): Provider<'anthropic'> {
  const { client } = options;
  const optionsOf = client === undefined ? callOptions : injectedCallOptions;
  const mapping: SdkMapping<'anthropic', AnthropicClient, Wire> = {
    name,
    failures: anthropicFailures,
    ...(client === undefined ? ownClient(options) : injectedClient(client, options.account)),
    toRequest,
    send: ({ messages }, body, _stream, carry) => messages.create(body, optionsOf(carry)),
    toResult,
    reader: eventReader,
    async batches() {
      const [{ anthropicBatches }, { sdkBatches }] = await Promise.all([
        import('./batches/batches.ts'),
        import('../shared/batches/sdk-batches.ts'),
      ]);
      return sdkBatches(mapping, (client) => client, anthropicBatches(optionsOf));
    },
    more: {
      tiers,
      capabilities: capabilitiesOf,
      lacks: (request, model) => lackedBy(claudeRestrictions, name, request, model),
      servedAs: (options) => askedToBeServedAs(options[name]),
    },
  };
  return sdkProvider(mapping);
}

// https://platform.claude.com/docs/en/build-with-claude/fast-mode; its priority tier is no longer sold.
const tiers = { fast: { anthropic: { speed: 'fast' } } };

function callOptions({ signal, exchange }: Carry): object {
  return { ...perCall, signal, fetchOptions: new FetchOptions(exchange) };
}

type Send = (request: unknown) => Promise<Response>;

/** A request option of the SDK since version 0.101; older ones ignore it. */
const middleware = [async (request: unknown, next: Send) => withBriefError(await next(request))];

function injectedCallOptions(carry: Carry): object {
  return { ...callOptions(carry), middleware };
}

/**
 * Creates a client from the given options alone: no retries, logs, spans or profiles, and nothing from the
 * environment except the key.
 */
function ownClient(options: AnthropicOptions): ClientSource<AnthropicClient> {
  const vendor = { factory: name, baseURL: 'https://api.anthropic.com', keyVariables: ['ANTHROPIC_API_KEY'] };
  const { key, baseURL, headers, fetch, account, accountOf } = resolveClientOptions(options, vendor);
  const transport = createTransport({
    provider: name,
    baseURL,
    fetch,
    headers,
    credentials: { key, header: (apiKey) => ({ 'x-api-key': apiKey }) },
    failures: anthropicFailures,
    allowHeaders: [
      'anthropic-version',
      'anthropic-beta',
      ...(options.unsafeAllowBrowser === true ? ['anthropic-dangerous-direct-browser-access'] : []),
    ],
  });
  const sdk = async () => {
    try {
      return await import('@anthropic-ai/sdk'); // in a `try`, so bundlers tolerate a missing package
    } catch (cause) {
      throw new Error('not imported', { cause });
    }
  };
  type SDK = Awaited<ReturnType<typeof sdk>>;
  const make = ({ default: Anthropic }: SDK): AnthropicClient =>
    new Anthropic({
      apiKey: placeholder, // the transport sends the key
      authToken: null,
      webhookKey: null,
      baseURL,
      ...perCall,
      logLevel: 'off',
      openTelemetry: false,
      fetch: sdkFetch(transport),
      dangerouslyAllowBrowser: true, // `unsafeAllowBrowser` has already been checked
    });
  return {
    client: lazyClient(name, '@anthropic-ai/sdk', sdk, (peer) =>
      sendingOver(transport, make(peer), peer.APIPromise),
    ),
    readingClient: lazyClient(name, '@anthropic-ai/sdk', sdk, make),
    own: true,
    key,
    account,
    accountOf,
    warmup: transport.warmup,
    traffic: transport.traffic,
  };
}
