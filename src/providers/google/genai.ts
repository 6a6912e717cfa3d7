import type { Wire } from '../../util/json.ts';
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
