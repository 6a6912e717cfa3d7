/**
 * Google's Gemini through its official SDK, the current one or the one before.
 *
 * @module google
 */
import { ConfigError } from '../../errors.ts';
import { requirePackage } from '../../transport/node/modules.ts';
import { type Answer, toResponse } from '../../transport/response.ts';
import { createTransport } from '../../transport/transport.ts';
import type { Provider } from '../../types/provider.ts';
import type { Wire } from '../../util/json.ts';
import {
  type ClientOptions,
  checkKnown,
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
import { capabilitiesOf } from './capabilities.ts';
import { asksForPictures, type GeminiRequest, toRequest } from './chat/request.ts';
import { toResult } from './chat/response.ts';
import { chunkReader } from './chat/stream.ts';
import { embedGenAI, embedLegacy, limits, toEmbeddings, toEmbedRequest } from './embeddings.ts';
import { googleFailures } from './failures.ts';
import { type GenAIClient, type OwnFetch, sendGenAI } from './genai.ts';
import { imagesPerCall, sendImagen, toChatImages, toImageChat, toImagenImages } from './images.ts';
import { type GenerativeAIClient, sendLegacy } from './legacy.ts';
import { isImagen } from './model.ts';
import { geminiRestrictions } from './restrictions.ts';

export type { Fetch } from '../../transport/transport.ts';
export type { ClientOptions } from '../shared/client-options.ts';
export type { GenAIClient } from './genai.ts';
export type { GenerativeAIClient, LegacyModel } from './legacy.ts';

/** The options of `google`. */
export interface GoogleOptions extends ClientOptions {
  /**
   * Default: `v1beta`, because tools with JSON Schema, thinking and structured output are not in `v1`
   * (https://ai.google.dev/gemini-api/docs/api-versions).
   */
  readonly apiVersion?: string;
  /**
   * Which SDK to use. `generative-ai` is the deprecated `@google/generative-ai`, for applications that still have it: it
   * calls the runtime's `fetch` by itself, so that `headers`, `fetch`, response headers, the refusal of redirects and the
   * limits on sizes and connecting are not to be had with it. Default: `genai`.
   */
  readonly sdk?: 'genai' | 'generative-ai';
  /**
   * A client of either SDK, with its own key, address and connections. All other options are then its matter, and so are
   * the limits that the provider's own client has.
   */
  readonly client?: GenAIClient | GenerativeAIClient;
}

const name = 'google';

/**
 * Google's Gemini as a provider. `@google/genai` (or `@google/generative-ai`) is loaded at the first request.
 *
 * @throws ConfigError for a wrong option or a missing key (`apiKey`, or `GEMINI_API_KEY` or `GOOGLE_API_KEY` in the
 * environment)
 * @example
 * createRouter({ targets: [{ provider: google(), model: 'gemini-2.5-flash' }] });
 */
export function google(options: GoogleOptions = {}): Provider<'google'> {
  checkKnown(name, options, [...clientOptionNames, 'apiVersion', 'sdk', 'client']);
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

/** How one of the two SDKs is called. */
interface Over<Client> extends ClientSource<Client> {
  send(client: Client, body: GeminiRequest, stream: boolean, carry: Carry): PromiseLike<unknown>;
  embed(client: Client, body: Wire, carry: Carry): PromiseLike<unknown>;
  /** Left out where none are made. */
  readonly image?: SdkImages<Client>;
  /** Whether Imagen may be there as well. */
  readonly imagen?: boolean;
}

function provider<Client>({ embed, image, imagen = false, ...over }: Over<Client>): Provider<'google'> {
  const mapping: SdkMapping<'google', Client, GeminiRequest> = {
    name,
    ...over,
    failures: googleFailures,
    toRequest,
    asksForPictures,
    toResult,
    reader: chunkReader,
    more: {
      capabilities: (model) => capabilitiesOf(model, imagen),
      lacks: (request, model) => lackedBy(geminiRestrictions, name, request, model),
      servedAs: (options) => askedToBeServedAs(options[name]),
    },
    embed: { limits, toRequest: toEmbedRequest, send: embed, toResult: toEmbeddings },
    ...(image === undefined ? {} : { image }),
  };
  return sdkProvider(mapping);
}

function injected(client: GenAIClient | GenerativeAIClient, named: string | undefined): Provider<'google'> {
  if ('models' in client) {
    return provider({
      ...injectedClient(client, named),
      send: sendGenAI,
      embed: embedGenAI,
      image: imagesOver(sendGenAI, true),
      imagen: true,
    });
  }
  return provider({ ...injectedClient(client, named), ...legacyCalls({}) });
}

/** A client that has only what it is told: Gemini's API and not Vertex AI, whatever the environment says. */
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
    allowHeaders: ['x-goog-api-client'],
  });
  const load = async () => {
    try {
      return await import('@google/genai'); // in a `try`, so that bundlers that do not have it go on without
    } catch (cause) {
      throw new Error('not imported', { cause });
    }
  };
  const client = lazyClient(name, '@google/genai', load, ({ GoogleGenAI }): GenAIClient => {
    return new GoogleGenAI({
      apiKey: placeholder, // the transport sends the key
      vertexai: false,
      apiVersion,
      httpOptions: { baseUrl: baseURL },
    });
  });
  /**
   * The SDK writes the request, and the answer is read by us: the SDK would drop what it does not know of it. So all that it
   * gets is an empty one. Each call has a `fetch` of its own, so that the transport knows which call it serves.
   */
  const fetchFor =
    ({ exchange }: Carry): OwnFetch =>
    async (input, init = {}) => {
      await transport.send(String(input), init, exchange);
      return toResponse(nothing(), String(input));
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
  });
}

/** @param imagen whether Imagen's models are sent to its own interface */
function imagesOver(send: Over<GenAIClient>['send'], imagen: boolean): SdkImages<GenAIClient> {
  return {
    perCall: imagesPerCall,
    async make(client, call, carry, answer) {
      if (imagen && isImagen(call.model)) {
        const { sent, warnings } = sendImagen(client, call, carry);
        const { data, headers } = await answer(sent);
        return toImagenImages(data, headers, warnings);
      }
      const { chat, warnings } = toImageChat(call);
      const { body, warnings: more } = toRequest(chat);
      const { data, headers } = await answer(send(client, body, false, carry));
      return toChatImages(toResult(data, headers, more), warnings);
    },
  };
}

function nothing(): Answer {
  let bytes: Uint8Array | undefined = new TextEncoder().encode('{}');
  const read = async (): Promise<Uint8Array | undefined> => {
    const told = bytes;
    bytes = undefined;
    return told;
  };
  return { status: 200, headers: { 'content-type': 'application/json' }, body: { read, cancel: () => {} } };
}

const legacyPackage = '@google/generative-ai';

/**
 * The older SDK, by the runtime's `require`: an `import()` would have bundlers look for a package that most applications do not
 * have. An application that is bundled gives a `client` instead.
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
  // It calls the runtime's `fetch` by itself.
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
