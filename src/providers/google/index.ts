/**
 * Google Gemini through its official SDK, current or legacy.
 *
 * @module google
 */
import { ConfigError } from '../../errors.ts';
import { fromText } from '../../transport/body.ts';
import { PlainHeaders } from '../../transport/headers.ts';
import { requirePackage } from '../../transport/node/modules.ts';
import { LeanResponse } from '../../transport/response.ts';
import { createTransport } from '../../transport/transport.ts';
import type { Provider } from '../../types/provider.ts';
import type { Wire } from '../../util/json.ts';
import { checkObject } from '../../util/option-check.ts';
import {
  type ClientOptions,
  clientOptionNames,
  type ResolvedClientOptions,
  resolveClientOptions,
} from '../shared/client-options.ts';
import { withKeys } from '../shared/keys.ts';
import { lackedBy } from '../shared/restrictions/apply.ts';
import { lazyClient, placeholder } from '../shared/sdk-client.ts';
import {
  type Carry,
  type ClientSource,
  injectedClient,
  type SdkImages,
  type SdkMapping,
  sdkProvider,
} from '../shared/sdk-provider.ts';
import { askedToBeServedAs } from '../shared/usage/service-tier.ts';
import type { GeminiJobs } from './batches/jobs.ts';
import { capabilitiesOf } from './capabilities.ts';
import { asksForPictures, type GeminiRequest, toRequest } from './chat/request.ts';
import { toResult } from './chat/response.ts';
import { chunkReader } from './chat/stream.ts';
import { embedGenAI, embedLegacy, limits, toEmbeddings, toEmbedRequest } from './embeddings.ts';
import { googleFailures } from './failures.ts';
import { briefFetch, type GenAIClient, type OwnFetch, sendGenAI, takesFetch } from './genai.ts';
import { imagesOver } from './images.ts';
import { type GenerativeAIClient, sendLegacy } from './legacy.ts';
import { geminiRestrictions } from './restrictions.ts';

export type { ApiKey } from '../../transport/credentials.ts';
export type { Fetch } from '../../transport/transport.ts';
export type { ClientOptions } from '../shared/client-options.ts';
export type { GenAIClient } from './genai.ts';
export type { GenerativeAIClient, LegacyModel } from './legacy.ts';

/** Options for {@link google}. */
export interface GoogleOptions extends ClientOptions {
  /**
   * The API version. `v1` lacks tools with JSON Schema, thinking and structured output
   * (https://ai.google.dev/gemini-api/docs/api-versions).
   *
   * @default 'v1beta'
   */
  readonly apiVersion?: string;
  /**
   * The SDK to use. `genai` is `@google/genai`, version 2.23 or newer; a `client` can be of any version. `generative-ai` is the deprecated `@google/generative-ai`, for applications that still have it. It calls the
   * runtime's `fetch` directly, so `headers`, `fetch`, response headers, the refusal of redirects and the limits on sizes and
   * connecting are not available.
   *
   * @default 'genai'
   */
  readonly sdk?: 'genai' | 'generative-ai';
  /**
   * A preconfigured client of either SDK with its own key, address and connections. It ignores all other options, and the limits
   * of the built-in client do not apply. Bodies of errors are read for half a second at most, if the client is of a version of
   * `@google/genai` that takes a `fetch` for a request (2.23 or newer).
   */
  readonly client?: GenAIClient | GenerativeAIClient;
}

const name = 'google';

/**
 * The Google Gemini provider. Loads `@google/genai` (or `@google/generative-ai`) on the first request.
 *
 * @throws ConfigError for a wrong option or a missing key (`apiKey`, or `GEMINI_API_KEY` or `GOOGLE_API_KEY` in the
 * environment)
 * @example
 * createRouter({ targets: [{ provider: google(), model: 'gemini-2.5-flash' }] });
 */
export function google(options: GoogleOptions = {}): Provider<'google'> {
  checkObject(name, options, [...clientOptionNames, 'apiVersion', 'sdk', 'client']);
  return withKeys(name, options, withKey);
}

function withKey(options: GoogleOptions): Provider<'google'> {
  const { client, sdk = 'genai', apiVersion = 'v1beta' } = options;
  if (sdk !== 'genai' && sdk !== 'generative-ai') {
    throw new ConfigError(`${name}.sdk`, "'genai' or 'generative-ai'", JSON.stringify(sdk));
  }
  if (client !== undefined) return injected(client, options.account);
  const vendor = {
    factory: name,
    baseURL: 'https://generativelanguage.googleapis.com',
    keyVariables: ['GEMINI_API_KEY', 'GOOGLE_API_KEY'],
  };
  const resolved = resolveClientOptions(options, vendor);
  if (sdk === 'genai') return overGenAI(resolved, apiVersion);
  for (const option of ['headers', 'fetch'] as const) {
    if (options[option] !== undefined) {
      throw new ConfigError(
        `${name}.${option}`,
        "nothing, because sdk 'generative-ai' cannot use it",
        'a value',
      );
    }
  }
  return overLegacy(resolved, apiVersion);
}

/** The calls of one of the two SDKs. */
interface Over<Client> extends ClientSource<Client> {
  send(client: Client, body: GeminiRequest, stream: boolean, carry: Carry): PromiseLike<unknown>;
  embed(client: Client, body: Wire, carry: Carry): PromiseLike<unknown>;
  /** Omitted if it cannot generate images. */
  readonly image?: SdkImages<Client>;
  /** Whether Imagen may be available. */
  readonly imagen?: boolean;
  /** Omitted if it has no batches. */
  batchJobs?(client: Client): Promise<GeminiJobs>;
}

function provider<Client>({
  embed,
  image,
  imagen = false,
  batchJobs,
  ...over
}: Over<Client>): Provider<'google'> {
  const mapping: SdkMapping<'google', Client, GeminiRequest> = {
    name,
    ...over,
    failures: googleFailures,
    toRequest,
    asksForPictures,
    toResult,
    reader: chunkReader,
    more: {
      tiers,
      capabilities: (model) => capabilitiesOf(model, imagen),
      lacks: (request, model) => lackedBy(geminiRestrictions, name, request, model),
      servedAs: (options) => askedToBeServedAs(options[name]),
    },
    embed: { limits, toRequest: toEmbedRequest, send: embed, toResult: toEmbeddings },
    ...(image === undefined ? {} : { image }),
    ...(batchJobs && {
      async batches() {
        const [{ geminiBatches, geminiImage }, { sdkBatches }, jobs] = await Promise.all([
          import('./batches/batches.ts'),
          import('../shared/batches/sdk-batches.ts'),
          mapping.client().then(batchJobs),
        ]);
        return sdkBatches(mapping, () => jobs, geminiBatches(jobs.files !== undefined), geminiImage);
      },
    }),
  };
  return sdkProvider(mapping);
}

// https://ai.google.dev/gemini-api/docs/optimization
const tiers = {
  flex: { google: { serviceTier: 'flex' } },
  priority: { google: { serviceTier: 'priority' } },
};

function injected(client: GenAIClient | GenerativeAIClient, named: string | undefined): Provider<'google'> {
  if ('models' in client) {
    const send: Over<GenAIClient>['send'] = (genai, body, stream, carry) =>
      sendGenAI(genai, body, stream, carry, briefFetch(genai));
    return provider<GenAIClient>({
      ...injectedClient(client, named),
      send,
      embed: (genai, body, carry) => embedGenAI(genai, body, carry, briefFetch(genai)),
      image: imagesOver(send, true),
      imagen: true,
      ...('batches' in client && {
        batchJobs: async (own) => (await import('./batches/jobs.ts')).jobsOver(own),
      }),
    });
  }
  return provider({ ...injectedClient(client, named), ...legacyCalls({}) });
}

/** Creates a client from the given options alone: Gemini's API, never Vertex AI, whatever the environment contains. */
function overGenAI(
  { key, baseURL, headers, fetch, account, accountOf }: ResolvedClientOptions,
  apiVersion: string,
): Provider<'google'> {
  const transport = createTransport({
    provider: name,
    baseURL,
    fetch,
    headers,
    credentials: { key, header: (apiKey) => ({ 'x-goog-api-key': apiKey }) },
    failures: googleFailures,
    allowHeaders: ['x-goog-api-client', 'x-goog-upload-*'],
  });
  const load = async () => {
    try {
      return await import('@google/genai'); // in a `try`, so that bundlers treat the package as optional
    } catch (cause) {
      throw new Error('not imported', { cause });
    }
  };
  const client = lazyClient(name, '@google/genai', load, ({ GoogleGenAI }): GenAIClient => {
    const genai: GenAIClient = new GoogleGenAI({
      apiKey: placeholder, // the transport sends the key
      vertexai: false,
      apiVersion,
      httpOptions: { baseUrl: baseURL },
    });
    if (takesFetch(genai)) return genai;
    const expected = 'version 2.23 or newer of the package "@google/genai", or a `client`';
    throw new ConfigError(name, expected, 'an older version');
  });
  /**
   * The SDK writes the request, but we read the answer, because the SDK drops unknown fields; the SDK itself receives an empty
   * one. Each call has a separate `fetch`, so that the transport can identify the call.
   */
  const fetchFor =
    ({ exchange }: Carry): OwnFetch =>
    async (input, init = {}) => {
      await transport.send(String(input), init, exchange);
      return new LeanResponse({ status: 200, headers: json, body: fromText('{}') }, String(input));
    };
  const send: Over<GenAIClient>['send'] = (genai, body, stream, carry) =>
    sendGenAI(genai, body, stream, carry, fetchFor(carry));
  return provider({
    client,
    own: true,
    key,
    account,
    accountOf,
    warmup: transport.warmup,
    traffic: transport.traffic,
    send,
    image: imagesOver(send, false),
    embed: (genai, body, carry) => embedGenAI(genai, body, carry, fetchFor(carry)),
    batchJobs: async (genai) =>
      (await import('./batches/jobs.ts')).ownJobs(genai, transport, baseURL, apiVersion),
  });
}

const json = /* @__PURE__ */ new PlainHeaders({ 'content-type': 'application/json' });

const legacyPackage = '@google/generative-ai';

/**
 * Loads the legacy SDK with the runtime's `require`, because an `import()` makes bundlers look for a package that most
 * applications do not have. A bundled application passes a `client` instead.
 */
async function loadLegacy(): Promise<{
  readonly GoogleGenerativeAI: new (apiKey: string) => GenerativeAIClient;
}> {
  return requirePackage(legacyPackage) as Awaited<ReturnType<typeof loadLegacy>>;
}

function overLegacy(
  { key, baseURL, account }: ResolvedClientOptions,
  apiVersion: string,
): Provider<'google'> {
  const client = lazyClient(name, legacyPackage, loadLegacy, ({ GoogleGenerativeAI }): GenerativeAIClient => {
    const apiKey = key.next();
    if (typeof apiKey === 'string') return new GoogleGenerativeAI(apiKey);
    throw new ConfigError(
      `${name}.apiKey`,
      "a string, because sdk 'generative-ai' cannot use a function",
      'one',
    );
  });
  // It calls the runtime's `fetch` directly.
  return provider({
    client,
    own: false,
    key,
    account,
    secrets: key.known === undefined ? [] : [key.known],
    ...legacyCalls({ baseUrl: baseURL, apiVersion }),
  });
}

function legacyCalls(address: {
  readonly baseUrl?: string;
  readonly apiVersion?: string;
}): Pick<Over<GenerativeAIClient>, 'send' | 'embed'> {
  return {
    send: (legacy, body, stream, carry) => sendLegacy(legacy, body, stream, carry, address),
    embed: (legacy, body, carry) => embedLegacy(legacy, body, carry, address),
  };
}
