import type { Wire } from '../../util/json.ts';
import type { Carry } from '../shared/sdk-provider.ts';
import type { GeminiRequest } from './chat/request.ts';

/** A client of the `@google/genai` package, version 1 or newer, as far as it is used. */
export interface GenAIClient {
  readonly models: {
    // Wider than the SDK's own types, which differ from version to version.
    generateContent(parameters: object): PromiseLike<unknown>;
    generateContentStream(parameters: object): PromiseLike<unknown>;
    /** Needed for `router.embed`. */
    embedContent?(parameters: object): PromiseLike<unknown>;
    /** Needed for `router.image` with Imagen's models. */
    generateImages?(parameters: object): PromiseLike<unknown>;
  };
}

/** A `fetch` for one call. */
export type OwnFetch = (input: unknown, init?: RequestInit) => Promise<Response>;

/**
 * Calls `@google/genai` once. It must not continue answers or call functions by itself: each would be another request that
 * nobody knows of. `fetch`, where given, is this one call's own.
 */
export function sendGenAI(
  { models }: GenAIClient,
  { model, contents, systemInstruction, tools, toolConfig, generationConfig, extra }: GeminiRequest,
  stream: boolean,
  { signal }: Carry,
  fetch?: OwnFetch,
): PromiseLike<unknown> {
  // The SDK drops options that it does not know; in the extra body they reach the vendor all the same.
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
