import type { ProviderError } from '../../../errors.ts';
import { isFailure } from '../../../transport/failure/read-failure.ts';
import type { ResponseHeaders } from '../../../transport/headers.ts';
import type { ProviderResult } from '../../../types/provider.ts';
import type { JSONObject, JSONValue } from '../../../types/request/json.ts';
import type { ContentPart } from '../../../types/request/message.ts';
import type { FinishReason, Warning } from '../../../types/result/result.ts';
import { asJSON, asObject, asObjects, asText, compact, type Wire } from '../../../util/json.ts';
import { failureFrom } from '../../chat-completions/failures.ts';
import { chargeIn, serviceTierIn } from '../../chat-completions/usage.ts';
import { malformed, truncated } from '../../shared/answer/broken.ts';
import { type Evidence, evidenceIn, finishReasonOf, givenReason } from '../../shared/answer/finish-reason.ts';
import { responseInfo } from '../../shared/response-info.ts';
import { ownToolCallIds } from '../../shared/tools/tool-call-id.ts';
import { toParts, withOwnId } from './items.ts';
import { readUsage } from './usage.ts';

const provider = 'openai';

/** Reads a response. Throws `ProviderError` unless it is a complete answer. */
export function toResult(
  raw: unknown,
  headers: ResponseHeaders,
  warnings: readonly Warning[],
): ProviderResult {
  const wire = asObject(raw);
  if (isFailure(raw)) throw failureFrom(raw, provider, headers);
  if (wire === undefined || !Array.isArray(wire['output']))
    throw malformed(provider, 'the answer is not a response');
  const ownId = ownToolCallIds();
  const items = asObjects(wire['output']).map((item) => withOwnId(item, ownId));
  const content = withPlainText(items.flatMap(toParts), wire);
  const finishReason = endOf(wire, headers, evidenceIn(content));
  const refusals = items.flatMap(refusalsIn);
  return {
    content,
    finishReason: refusals.length > 0 ? 'content-filter' : finishReason,
    usage: readUsage(wire),
    ...compact({ cost: chargeIn(wire['usage']) }),
    response: responseInfo(
      compact({
        id: asText(wire['id']),
        model: asText(wire['model']),
        serviceTier: serviceTierIn(wire, asObject(wire['usage'])),
      }),
      headers,
    ),
    warnings,
    providerMetadata: {
      openai: metadataOf(wire, refusals.join(''), items.flatMap(logprobsIn)),
    },
    raw,
  };
}

/** Some servers return the text only in `output_text`, which OpenAI's SDKs add. */
function withPlainText(content: readonly ContentPart[], { output_text }: Wire): readonly ContentPart[] {
  const text = asText(output_text) ?? '';
  if (text === '' || content.some(({ type }) => type === 'text')) return content;
  return [...content, { type: 'text', text }];
}

/** The finish reason. Throws if the response failed or has not ended. */
export function endOf(wire: Wire, headers: ResponseHeaders, evidence: Evidence): FinishReason {
  const status = asText(wire['status']) ?? '';
  if (isFailure(wire) || status === 'failed') throw failureIn(wire, headers);
  if (status === 'incomplete') {
    const reason = givenReason(asObject(wire['incomplete_details'])?.['reason']) ?? status;
    const ended = finishReasonOf({ provider, reason, ...evidence });
    return ended === 'tool-calls' || ended === 'stop' ? 'other' : ended;
  }
  // A complete answer of a server that omits the status.
  const isComplete = status === 'completed' || (status === '' && evidence.hasContent);
  if (!isComplete) throw truncated(provider, 'the answer does not report that it is complete');
  return evidence.callsTools ? 'tool-calls' : 'stop';
}

/** The error of a failed response or an `error` event. */
export function failureIn(wire: Wire, headers: ResponseHeaders): ProviderError {
  return failureFrom({ error: asObject(wire['error']) ?? { message: 'failed' } }, provider, headers);
}

/** The text of a refusal. */
function refusalsIn(item: Wire): readonly string[] {
  return asObjects(item['content']).flatMap(({ refusal }) => asText(refusal) || []);
}

function logprobsIn(item: Wire): readonly JSONValue[] {
  return asObjects(item['content']).flatMap(({ logprobs }) => {
    return Array.isArray(logprobs) ? (logprobs as JSONValue[]) : [];
  });
}

/** Vendor metadata beyond our fields. */
export function metadataOf(wire: Wire, refusal: string, logprobs: readonly JSONValue[]): JSONObject {
  return compact({
    responseId: asText(wire['id']),
    status: asText(wire['status']),
    incompleteDetails: asJSON(wire['incomplete_details']),
    serviceTier: asJSON(wire['service_tier']),
    // Verdicts on request and answer, if the request has the field `moderation`.
    moderation: asJSON(wire['moderation']),
    refusal: refusal === '' ? undefined : refusal,
    logprobs: logprobs.length === 0 ? undefined : logprobs,
  });
}
