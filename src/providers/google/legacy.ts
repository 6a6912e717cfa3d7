import { asObject } from '../../util/json.ts';
import type { Carry } from '../shared/sdk-provider.ts';
import type { GeminiRequest } from './chat/request.ts';

/** The subset of a legacy `@google/generative-ai` client that this provider uses. */
export interface GenerativeAIClient {
  /** Returns a model by its name. */
  getGenerativeModel(parameters: { model: string }, options?: object): LegacyModel;
}

/** A model of such a client. */
export interface LegacyModel {
  /** Returns a complete answer. */
  generateContent(request: string | object, options?: object): PromiseLike<unknown>;
  /** Returns the chunks of an answer. */
  generateContentStream(request: string | object, options?: object): PromiseLike<unknown>;
  /** Needed for `router.embed`. */
  batchEmbedContents?(request: object, options?: object): PromiseLike<unknown>;
}

/**
 * Calls `@google/generative-ai` once and works around its defects: the second promise of a stream rejects unhandled; its helpers mix
 * reasoning into text and confuse parallel calls (so only raw chunks are used); it ignores an abort before the call (so that is
 * checked first).
 */
export async function sendLegacy(
  client: GenerativeAIClient,
  { model, contents, systemInstruction, tools, toolConfig, generationConfig, extra }: GeminiRequest,
  stream: boolean,
  { signal }: Carry,
  address: { readonly baseUrl?: string; readonly apiVersion?: string },
): Promise<unknown> {
  const request = {
    contents,
    ...(systemInstruction === undefined ? {} : { systemInstruction }),
    ...(tools === undefined ? {} : { tools }),
    ...(toolConfig === undefined ? {} : { toolConfig }),
    generationConfig: { ...generationConfig, ...extra.generationConfig },
    ...extra.top,
  };
  const legacy = client.getGenerativeModel({ model }, address);
  const options = { ...address, signal };
  if (!stream) {
    const answer = asObject(await legacy.generateContent(request, options));
    return answer?.['response'];
  }
  const answer = asObject(await legacy.generateContentStream(request, options));
  const whole = answer?.['response'];
  if (whole instanceof Promise) whole.catch(() => {});
  return answer?.['stream'];
}
