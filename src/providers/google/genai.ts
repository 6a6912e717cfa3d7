import { untimedDispatcher } from '../../transport/connection.ts';
import type { Wire } from '../../util/json.ts';
import { withBriefError } from '../shared/brief-errors.ts';
import type { Carry } from '../shared/sdk-provider.ts';
import type { GeminiRequest } from './chat/request.ts';

/** The subset of a `@google/genai` client (version 1 or newer) that this provider uses. */
export interface GenAIClient {
  /** The SDK's resource of the same name. */
  readonly models: {
    // Wider than the SDK's own types, which differ between versions.
    /** Returns a complete answer. */
    generateContent(parameters: object): PromiseLike<unknown>;
    /** Returns the chunks of an answer. */
    generateContentStream(parameters: object): PromiseLike<unknown>;
    /** Needed for `router.embed`. */
    embedContent?(parameters: object): PromiseLike<unknown>;
    /** Needed for `router.image` with Imagen. */
    generateImages?(parameters: object): PromiseLike<unknown>;
  };
  /** Needed for batches. */
  readonly batches?: {
    /** Submits a batch. */
    create(parameters: object): PromiseLike<unknown>;
    /** Asks for the state of a batch. */
    get(parameters: object): PromiseLike<unknown>;
    /** Lists batches, to find one again after a crash. */
    list(parameters: object): PromiseLike<unknown>;
    /** Stops a batch. */
    cancel(parameters: object): PromiseLike<unknown>;
    /** Deletes a batch. */
    delete(parameters: object): PromiseLike<unknown>;
  };
}

/** A `fetch` for one call. */
export type OwnFetch = (input: unknown, init?: RequestInit) => Promise<Response>;

/** Fields of clients beyond the public subset; older versions and wrappers may lack them. */
interface Internals {
  readonly apiClient?: { readonly getFetch?: () => OwnFetch | undefined };
}

/** Whether a client takes a `fetch` for one call: from version 2.23 on. Older ones ignore it and call the runtime's. */
export function takesFetch(client: GenAIClient): boolean {
  return typeof (client as Internals).apiClient?.getFetch === 'function';
}

/**
 * A `fetch` for calls of the application's client that reads error bodies only briefly; `undefined` for a client
 * whose own `fetch` is unknown. The SDK turns off undici's limit of 300 s on silence only where it has no `fetch`.
 */
export function briefFetch(client: GenAIClient): OwnFetch | undefined {
  const { apiClient } = client as Internals;
  if (typeof apiClient?.getFetch !== 'function') return undefined;
  const own = apiClient.getFetch();
  if (own !== undefined) return async (input, init) => withBriefError(await own(input, init));
  return async (input, init) => {
    const dispatcher = untimedDispatcher();
    const options = dispatcher === undefined ? init : { ...init, dispatcher };
    return withBriefError(await globalThis.fetch(String(input), options));
  };
}

/**
 * Calls `@google/genai` once. The SDK must not continue answers or call functions itself, because each would be a request outside
 * the router's control. `fetch`, if given, serves only this call.
 */
export function sendGenAI(
  { models }: GenAIClient,
  { model, contents, systemInstruction, tools, toolConfig, generationConfig, extra }: GeminiRequest,
  stream: boolean,
  { signal }: Carry,
  fetch?: OwnFetch,
): PromiseLike<unknown> {
  // The SDK drops unknown options; the extra body carries them to the vendor.
  const extraBody: Wire = {
    ...extra.top,
    ...(Object.keys(extra.generationConfig).length === 0 ? {} : { generationConfig: extra.generationConfig }),
  };
  const httpOptions = {
    ...(Object.keys(extraBody).length === 0 ? {} : { extraBody }),
    ...(fetch === undefined ? {} : { fetch }),
  };
  const config = {
    ...generationConfig,
    ...(systemInstruction === undefined ? {} : { systemInstruction }),
    ...(tools === undefined ? {} : { tools }),
    ...(toolConfig === undefined ? {} : { toolConfig }),
    abortSignal: signal,
    automaticFunctionCalling: { disable: true },
    automaticContinuation: false,
    ...(Object.keys(httpOptions).length === 0 ? {} : { httpOptions }),
  };
  const parameters = { model, contents, config };
  return stream ? models.generateContentStream(parameters) : models.generateContent(parameters);
}
