import { isRouterError, type ProviderError } from '../../errors.ts';

/**
 * Marks by which the AI SDK knows its own errors, whatever copy of it they are from
 * (https://github.com/vercel/ai/blob/main/packages/provider/src/errors/ai-sdk-error.ts).
 */
const aiSdkError = Symbol.for('vercel.ai.error');
const apiCallError = Symbol.for('vercel.ai.error.AI_APICallError');
const noSuchModelError = Symbol.for('vercel.ai.error.AI_NoSuchModelError');

/** A provider of the AI SDK is asked for a model that it has not. */
class NoSuchModelError extends Error {
  readonly modelId: string;
  readonly modelType: 'languageModel' | 'embeddingModel' | 'imageModel';

  constructor(modelId: string, modelType: NoSuchModelError['modelType'], known: readonly string[]) {
    const expected = known.length === 0 ? 'none is there' : `there are ${known.join(', ')}`;
    super(`No such ${modelType}: ${modelId} (${expected})`);
    this.name = 'AI_NoSuchModelError';
    this.modelId = modelId;
    this.modelType = modelType;
    Object.assign(this, { [aiSdkError]: true, [noSuchModelError]: true });
  }
}

export function noSuchModel(
  modelId: string,
  modelType: NoSuchModelError['modelType'],
  known: readonly string[],
): Error {
  return new NoSuchModelError(modelId, modelType, known);
}

/**
 * An error as the AI SDK's users look for it: where a vendor's answer was the reason, it also counts as an `APICallError` with that
 * answer's status, and with what can be seen of its code, type and parameter in the form of OpenAI's errors. It is never to be
 * retried: the router has done that.
 */
export function asCallError(error: unknown): unknown {
  if (!isRouterError(error)) return error;
  const reason = reasonOf(error);
  if (reason === undefined) return error;
  return Object.assign(error, {
    [aiSdkError]: true,
    [apiCallError]: true,
    url: `signalbox:${reason.provider}`,
    requestBodyValues: {},
    statusCode: reason.status,
    ...bodyOf(reason),
    isRetryable: false,
  });
}

/** The vendor's answer as far as it can be seen: the whole of it can quote the prompt. */
function bodyOf({ vendorMessage, vendorType, vendorCode, param, status }: ProviderError): object {
  if (status === undefined) return {};
  const error = {
    message: vendorMessage ?? null,
    type: vendorType ?? null,
    param: param ?? null,
    code: vendorCode === vendorType ? null : (vendorCode ?? null),
  };
  return { responseBody: JSON.stringify({ error }), data: { error } };
}

function reasonOf(error: unknown): ProviderError | undefined {
  if (isRouterError(error, 'provider')) return error;
  if (isRouterError(error, 'all-targets-failed')) return error.last;
  return isRouterError(error, 'stream-interrupted') ? error.reason : undefined;
}
