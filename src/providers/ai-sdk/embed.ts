import { ProviderError } from '../../errors.ts';
import type { Provider, ProviderEmbedCall, ProviderEmbeddings } from '../../types/provider.ts';
import { aiSdkFormat } from '../shared/option-case.ts';
import { refuseAborted } from '../shared/sdk-error.ts';
import { toResponse, toWarnings } from './answer.ts';
import { toKeyed } from './call.ts';
import { toFailure } from './failures.ts';
import type { EmbedCall, EmbedResultSpec } from './spec.ts';

/** An embedding model of the AI SDK. */
export interface EmbeddingModel {
  readonly maxEmbeddingsPerCall?: unknown;
  doEmbed(call: EmbedCall): PromiseLike<EmbedResultSpec>;
}

export function embeddingProvider(name: string, model: EmbeddingModel): Provider {
  const none = (): ProviderError =>
    new ProviderError({
      kind: 'bad-request',
      scope: 'deployment',
      provider: name,
      summary: 'it only embeds',
    });
  const { maxEmbeddingsPerCall: most } = model;
  return {
    name,
    chat: () => Promise.reject(none()),
    stream: () => {
      throw none();
    },
    capabilities: () => ({ chat: false, embeddings: true }),
    embedLimits: { values: typeof most === 'number' ? most : 96, characters: 300_000 },
    async embed(call) {
      try {
        refuseAborted(name, call.signal);
        return toEmbeddings(await model.doEmbed(toEmbedCall(call)));
      } catch (error) {
        throw await toFailure(name, error, call);
      }
    },
  };
}

/** Options that came in through the AI SDK are passed on unchanged. */
function toEmbedCall({
  values,
  dimensions,
  providerOptions: ours,
  origin,
  signal,
}: ProviderEmbedCall): EmbedCall {
  const came = (origin?.format === aiSdkFormat ? origin.request : {}) as Pick<EmbedCall, 'providerOptions'>;
  const providerOptions = came.providerOptions ?? (ours === undefined ? undefined : toKeyed(ours));
  return {
    values: [...values],
    abortSignal: signal,
    ...(dimensions === undefined ? {} : { dimensions }),
    ...(providerOptions === undefined ? {} : { providerOptions }),
  };
}

function toEmbeddings(answered: EmbedResultSpec): ProviderEmbeddings {
  const { embeddings, usage, response, warnings, providerMetadata } = answered;
  const { limits: _, ...info } = toResponse({ ...(response === undefined ? {} : { response }) });
  return {
    embeddings,
    usage: usage === undefined ? {} : { inputTokens: usage.tokens, outputTokens: 0 },
    response: info,
    warnings: toWarnings(warnings),
    ...(providerMetadata === undefined ? {} : { providerMetadata: providerMetadata as never }),
    raw: answered,
  };
}
