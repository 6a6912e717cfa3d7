import { classifyFailure } from '../../transport/failure/failure.ts';
import { isFailure } from '../../transport/failure/read-failure.ts';
import type { ResponseHeaders } from '../../transport/headers.ts';
import type { ProviderResult } from '../../types/provider.ts';
import type { JSONObject } from '../../types/request/json.ts';
import type { ContentPart } from '../../types/request/message.ts';
import type { Warning } from '../../types/result/result.ts';
import { asJSON, asObject, asObjects, asText, compact, type Wire } from '../../util/json.ts';
import { malformed } from '../shared/answer/broken.ts';
import { evidenceIn, finishReasonOf, givenReason } from '../shared/answer/finish-reason.ts';
import { responseInfo } from '../shared/response-info.ts';
import { ownToolCallIds } from '../shared/tools/tool-call-id.ts';
import { readServedAs } from '../shared/usage/service-tier.ts';
import { toParts, withOwnId } from './content.ts';
import { anthropicFailures } from './failures.ts';
import { readUsage } from './usage.ts';

const provider = 'anthropic';

/** Converts a message to a result. Throws `ProviderError` unless it is a complete answer. */
export function toResult(
  raw: unknown,
  headers: ResponseHeaders,
  warnings: readonly Warning[],
): ProviderResult {
  const wire = asObject(raw);
  if (isFailure(raw))
    throw classifyFailure({ provider, headers: headers.record(), body: raw }, anthropicFailures);
  if (wire === undefined || !Array.isArray(wire['content']))
    throw malformed(provider, 'the answer is not a message');
  const content = contentOf(wire);
  return {
    content,
    finishReason: finishReasonOf({
      provider,
      reason: givenReason(wire['stop_reason']),
      ...evidenceIn(content),
    }),
    usage: readUsage(wire['usage'], wire['container']),
    response: responseInfo(
      {
        ...compact({ id: asText(wire['id']), model: asText(wire['model']) }),
        ...readServedAs(asObject(wire['usage']) ?? {}),
      },
      headers,
    ),
    warnings,
    providerMetadata: { anthropic: metadataOf(wire, asObject(wire['usage']) ?? {}) },
    raw,
  };
}

/** Converts the blocks of a message to parts. */
function contentOf({ content }: Wire): readonly ContentPart[] {
  const ownId = ownToolCallIds();
  return asObjects(content).flatMap((block) => toParts(withOwnId(block, ownId)));
}

/**
 * Vendor metadata without a field of its own in the result.
 *
 * @param wire a message, or the delta at the end of a stream
 */
export function metadataOf(wire: Wire, usage: Wire): JSONObject {
  return compact({
    stopReason: asText(wire['stop_reason']),
    stopSequence: asText(wire['stop_sequence']),
    stopDetails: asJSON(wire['stop_details']),
    container: asJSON(wire['container']),
    usage: asJSON(usage),
  });
}
