import { ProviderError } from '../../errors.ts';
import type { ResponseHeaders } from '../../transport/headers.ts';
import type { ProviderEmbedCall, ProviderEmbeddings } from '../../types/provider.ts';
import { asCount, asObject, asObjects, compact, type Wire } from '../../util/json.ts';
import { responseInfo } from '../shared/response-info.ts';
import type { Carry } from '../shared/sdk-provider.ts';
import type { GenAIClient, OwnFetch } from './genai.ts';
import type { GenerativeAIClient } from './legacy.ts';

/** https://ai.google.dev/api/embeddings#method:-models.batchembedcontents: at most 100 per call. */
export const limits = { values: 100, characters: 300_000 };

/** Converts a call to fields that both SDKs accept, each in its own layout. */
interface EmbedBody extends Wire {
  readonly model: string;
  readonly contents: readonly string[];
  readonly config: Wire;
}

export function toEmbedRequest(call: ProviderEmbedCall): EmbedBody {
  const config = compact({ outputDimensionality: call.dimensions, ...call.providerOptions?.['google'] });
  return { model: call.model, contents: call.values, config };
}

export function embedGenAI(
  { models }: GenAIClient,
  body: Wire,
  { signal }: Carry,
  fetch?: OwnFetch,
): PromiseLike<unknown> {
  const { model, contents, config } = body as EmbedBody;
  if (models.embedContent === undefined) throw cannot();
  const httpOptions = fetch === undefined ? {} : { httpOptions: { fetch } };
  return models.embedContent({ model, contents, config: { ...config, abortSignal: signal, ...httpOptions } });
}

export function embedLegacy(
  client: GenerativeAIClient,
  body: Wire,
  { signal }: Carry,
  address: object,
): PromiseLike<unknown> {
  const { model, contents, config } = body as EmbedBody;
  const legacy = client.getGenerativeModel({ model }, address);
  if (legacy.batchEmbedContents === undefined) throw cannot();
  const requests = contents.map((text) => ({ content: { role: 'user', parts: [{ text }] }, ...config }));
  return legacy.batchEmbedContents({ requests }, { ...address, signal });
}

function cannot(): ProviderError {
  const summary = 'this client has no embeddings';
  return new ProviderError({ kind: 'bad-request', provider: 'google', summary });
}

/** The SDKs report no token count if the vendor reports none. */
export function toEmbeddings(raw: unknown, headers: ResponseHeaders): ProviderEmbeddings {
  const wire = asObject(raw);
  const list = asObjects(wire?.['embeddings']);
  const embeddings = list.flatMap(({ values }) => (Array.isArray(values) ? [values as number[]] : []));
  if (list.length === 0 || embeddings.length !== list.length) {
    const summary = 'the answer is not a list of embeddings';
    throw new ProviderError({ kind: 'malformed', provider: 'google', answered: true, summary });
  }
  const counted = asCount(asObject(wire?.['usageMetadata'])?.['promptTokenCount']);
  return {
    embeddings,
    usage: compact({ inputTokens: counted }),
    response: responseInfo({}, headers, false),
    warnings: [],
    raw,
  };
}
