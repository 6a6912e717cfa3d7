import { asObject } from '../../util/json.ts';
import type { Carry } from '../shared/sdk-provider.ts';
import type { GeminiRequest } from './chat/request.ts';

/** A client of the older `@google/generative-ai` package, as far as it is used. */
export interface GenerativeAIClient {
  getGenerativeModel(parameters: { model: string }, options?: object): LegacyModel;
}

/** A model of such a client. */
export interface LegacyModel {
  generateContent(request: string | object, options?: object): PromiseLike<unknown>;
  generateContentStream(request: string | object, options?: object): PromiseLike<unknown>;
  /** Needed for `router.embed`. */
  batchEmbedContents?(request: object, options?: object): PromiseLike<unknown>;
}

/**
 * Calls `@google/generative-ai` once, and guards against what is known of it: its second promise of a stream rejects
 * without anyone listening, its helpers mix thoughts into text and mix up parallel calls (only raw chunks are used), and
 * an abort before the call is not seen (it is checked before).
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
