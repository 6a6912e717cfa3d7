import { ProviderError } from '../../errors.ts';
import type { ResponseHeaders } from '../../transport/headers.ts';
import type { ProviderEmbedCall, ProviderEmbeddings } from '../../types/provider.ts';
import { asCount, asObject, asObjects, asText, compact, type Wire } from '../../util/json.ts';
import { responseInfo } from '../shared/response-info.ts';
import { failureInside } from './failures.ts';
import { chargeIn } from './usage.ts';

/** Converts a call to the body of `POST /embeddings`. */
export function toEmbedRequest(call: ProviderEmbedCall, provider: string): Wire {
  return {
    model: call.model,
    input: call.values,
    ...compact({ dimensions: call.dimensions }),
    // Set explicitly, because the SDK otherwise requests base64 and decodes it.
    encoding_format: 'float',
    ...call.providerOptions?.[provider],
  };
}

/** Reads a list of embeddings and sorts it into the order of the values. */
export function toEmbeddings(raw: unknown, provider: string, headers: ResponseHeaders): ProviderEmbeddings {
  const wire = asObject(raw) ?? {};
  const inside = failureInside(wire, provider, headers);
  if (inside !== undefined) throw inside;
  const list = asObjects(wire['data']);
  const embeddings: (readonly number[])[] = [];
  for (const [position, { index, embedding }] of list.entries()) {
    if (Array.isArray(embedding)) embeddings[typeof index === 'number' ? index : position] = embedding;
  }
  if (list.length === 0 || Object.keys(embeddings).length !== list.length) {
    const summary = 'the answer is not a list of embeddings';
    throw new ProviderError({ kind: 'malformed', provider, answered: true, summary });
  }
  const usage = asObject(wire['usage']);
  return {
    embeddings,
    usage: compact({ inputTokens: asCount(usage?.['prompt_tokens']) ?? asCount(usage?.['total_tokens']) }),
    ...compact({ cost: chargeIn(usage) }),
    response: responseInfo(compact({ id: asText(wire['id']), model: asText(wire['model']) }), headers, false),
    warnings: [],
    raw,
  };
}
