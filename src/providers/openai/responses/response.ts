import { ProviderError } from '../../../errors.ts';
import { isFailure } from '../../../transport/read-failure.ts';
import type { ProviderResult } from '../../../types/provider.ts';
import type { JSONObject, JSONValue } from '../../../types/request/json.ts';
import type { FinishReason, Warning } from '../../../types/result/result.ts';
import { asJSON, asObject, asObjects, asText, compact, type Wire } from '../../../util/json.ts';
import { failureFrom } from '../../chat-completions/failures.ts';
import { isClientCall, toParts } from './items.ts';
import { toUsage } from './usage.ts';

const provider = 'openai';

/** A response as a result. Throws `ProviderError` for whatever is not a complete answer. */
export function toResult(
  raw: unknown,
  headers: Readonly<Record<string, string>>,
  warnings: readonly Warning[],
): ProviderResult {
  const wire = asObject(raw);
  if (isFailure(raw)) throw failureFrom(raw, provider, headers);
  if (wire === undefined || !Array.isArray(wire['output'])) {
    const summary = 'the answer is no response';
    throw new ProviderError({ kind: 'malformed', provider, answered: true, summary });
  }
  const finishReason = endOf(wire, headers);
  const items = asObjects(wire['output']);
  const refusals = items.flatMap(refusalsIn);
  return {
    content: items.flatMap(toParts),
    finishReason: refusals.length > 0 ? 'content-filter' : finishReason,
    usage: toUsage(wire),
    response: { ...compact({ id: asText(wire['id']), model: asText(wire['model']) }), headers },
    warnings,
    providerMetadata: {
      openai: metadataOf(wire, refusals.join(''), items.flatMap(logprobsIn)),
    },
    raw,
  };
}

/** Why a response ended. Throws where it failed or has not ended. */
export function endOf(wire: Wire, headers: Readonly<Record<string, string>>): FinishReason {
  if ((wire['error'] ?? undefined) !== undefined || wire['status'] === 'failed')
    throw failureIn(wire, headers);
  const status = wire['status'];
  if (status === 'incomplete') {
    const reason = asObject(wire['incomplete_details'])?.['reason'];
    if (reason === 'max_output_tokens') return 'length';
    return reason === 'content_filter' ? 'content-filter' : 'other';
  }
  if (status !== 'completed') {
    const summary = 'the answer does not say that it is complete';
    throw new ProviderError({ kind: 'truncated', provider, answered: true, summary });
  }
  return asObjects(wire['output']).some(({ type }) => isClientCall(type)) ? 'tool-calls' : 'stop';
}

/** The error of a response that failed, or of an `error` event. */
export function failureIn(wire: Wire, headers: Readonly<Record<string, string>>): ProviderError {
  return failureFrom({ error: asObject(wire['error']) ?? { message: 'failed' } }, provider, headers);
}

/** The model's own words where it refuses. */
function refusalsIn(item: Wire): readonly string[] {
  return asObjects(item['content']).flatMap(({ refusal }) => asText(refusal) ?? []);
}

function logprobsIn(item: Wire): readonly JSONValue[] {
  return asObjects(item['content']).flatMap(({ logprobs }) => {
    return Array.isArray(logprobs) ? (logprobs as JSONValue[]) : [];
  });
}

/** What the vendor says beyond our own fields. */
export function metadataOf(wire: Wire, refusal: string, logprobs: readonly JSONValue[]): JSONObject {
  return compact({
    responseId: asText(wire['id']),
    status: asText(wire['status']),
    incompleteDetails: asJSON(wire['incomplete_details']),
    serviceTier: asJSON(wire['service_tier']),
    refusal: refusal === '' ? undefined : refusal,
    logprobs: logprobs.length === 0 ? undefined : logprobs,
  });
}
