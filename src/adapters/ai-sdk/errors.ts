import { isRouterError, type ProviderError } from '../../errors.ts';

/**
 * Markers by which the AI SDK recognizes its own errors across copies of the package
 * (https://github.com/vercel/ai/blob/main/packages/provider/src/errors/ai-sdk-error.ts).
 */
const aiSdkError = Symbol.for('vercel.ai.error');
const apiCallError = Symbol.for('vercel.ai.error.AI_APICallError');
const noSuchModelError = Symbol.for('vercel.ai.error.AI_NoSuchModelError');

/** The AI SDK asked the provider for an unknown model. */
class NoSuchModelError extends Error {
  readonly modelId: string;
  readonly modelType: 'languageModel' | 'embeddingModel' | 'imageModel';

  constructor(modelId: string, modelType: NoSuchModelError['modelType'], why: string) {
    super(`No such ${modelType}: ${why}`);
    this.name = 'AI_NoSuchModelError';
    this.modelId = modelId;
    this.modelType = modelType;
    Object.assign(this, { [aiSdkError]: true, [noSuchModelError]: true });
  }
}

export function noSuchModel(modelId: string, modelType: NoSuchModelError['modelType'], why: string): Error {
  return new NoSuchModelError(modelId, modelType, why);
}

/**
 * An error in the form that AI SDK users expect: if a vendor's response caused it, it also counts as an `APICallError` with that
 * response's status, and with the visible parts of its message, code, type and parameter in the form of OpenAI's errors. It is
 * never retryable, because the router has already retried.
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

/** The visible parts of the vendor's response, which as a whole can quote the prompt. */
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
