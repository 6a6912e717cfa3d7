import { ProviderError } from '../../errors.ts';
import { classifyFailure } from '../../transport/failure.ts';
import type { ProviderResult } from '../../types/provider.ts';
import type { JSONObject } from '../../types/request/json.ts';
import type { Warning } from '../../types/result/result.ts';
import { asJSON, asObject, asObjects, asText, compact, type Wire } from '../../util/json.ts';
import { readServedAs } from '../shared/usage/service-tier.ts';
import { toParts } from './content.ts';
import { anthropicFailures } from './failures.ts';
import { toFinishReason } from './finish-reason.ts';
import { readUsage } from './usage.ts';

const provider = 'anthropic';

/** A message as a result. Throws `ProviderError` for whatever is not a complete answer. */
export function toResult(
  raw: unknown,
  headers: Readonly<Record<string, string>>,
  warnings: readonly Warning[],
): ProviderResult {
  const wire = asObject(raw);
  if (wire?.['type'] === 'error' || (wire?.['error'] ?? undefined) !== undefined) {
    throw classifyFailure({ provider, headers, body: wire }, anthropicFailures);
  }
  if (wire === undefined || !Array.isArray(wire['content'])) {
    throw new ProviderError({
      kind: 'malformed',
      provider,
      answered: true,
      summary: 'the answer is no message',
    });
  }
  const stopReason = asText(wire['stop_reason']);
  if (stopReason === undefined) {
    const summary = 'the answer does not say why it ended';
    throw new ProviderError({ kind: 'truncated', provider, answered: true, summary });
  }
  return {
    content: asObjects(wire['content']).flatMap(toParts),
    finishReason: toFinishReason(stopReason),
    usage: readUsage(wire['usage'], wire['container']),
    response: {
      ...compact({ id: asText(wire['id']), model: asText(wire['model']) }),
      ...readServedAs(asObject(wire['usage']) ?? {}),
      headers,
    },
    warnings,
    providerMetadata: { anthropic: metadataOf(wire, asObject(wire['usage']) ?? {}) },
    raw,
  };
}

/** What the vendor says beyond our own fields. `wire` is a message, or the delta at the end of a stream. */
export function metadataOf(wire: Wire, usage: Wire): JSONObject {
  return compact({
    stopReason: asText(wire['stop_reason']),
    stopSequence: asText(wire['stop_sequence']),
    stopDetails: asJSON(wire['stop_details']),
    container: asJSON(wire['container']),
    usage: asJSON(usage),
  });
}
