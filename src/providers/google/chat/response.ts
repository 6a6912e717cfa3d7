import { ProviderError } from '../../../errors.ts';
import { classifyFailure } from '../../../transport/failure.ts';
import type { ProviderResult } from '../../../types/provider.ts';
import type { JSONObject } from '../../../types/request/json.ts';
import type { ContentPart } from '../../../types/request/message.ts';
import type { FinishReason, Warning } from '../../../types/result/result.ts';
import { asJSON, asObject, asObjects, asText, compact, type Wire } from '../../../util/json.ts';
import { googleFailures } from '../failures.ts';
import { sourcesOf, toPart } from './content.ts';
import { mishaps, toFinishReason } from './finish-reason.ts';
import { usageCollector } from './usage.ts';

const provider = 'google';

/** A `generateContent` answer as a result. Throws `ProviderError` for whatever is not a complete answer. */
export function toResult(
  raw: unknown,
  headers: Readonly<Record<string, string>>,
  warnings: readonly Warning[],
): ProviderResult {
  const wire = asWire(raw, headers);
  const candidate = asObjects(wire['candidates'])[0];
  const content = partsOf(candidate);
  const counted = usageCollector(headers);
  counted.take(wire);
  return {
    content: [...content, ...sourcesOf(candidate)],
    finishReason: endOf(wire, candidate, content),
    usage: counted.usage(),
    response: {
      ...compact({
        id: asText(wire['responseId']),
        model: asText(wire['modelVersion']),
        serviceTier: counted.serviceTier(),
      }),
      headers,
    },
    warnings,
    providerMetadata: { google: metadataOf(wire, candidate) },
    raw,
  };
}

/** An answer, or a chunk of one. Throws for an error inside, and for what is neither. */
export function asWire(raw: unknown, headers: Readonly<Record<string, string>>): Wire {
  const wire = asObject(Array.isArray(raw) ? raw[0] : raw);
  if ((wire?.['error'] ?? undefined) !== undefined)
    throw classifyFailure({ provider, headers, body: wire }, googleFailures);
  const known = ['candidates', 'promptFeedback', 'usageMetadata', 'responseId'];
  if (wire !== undefined && known.some((field) => wire[field] !== undefined)) return wire;
  throw new ProviderError({
    kind: 'malformed',
    provider,
    answered: true,
    summary: 'the answer is not of Gemini’s form',
  });
}

export function partsOf(candidate: Wire | undefined): readonly ContentPart[] {
  const parts = asObjects(asObject(candidate?.['content'])?.['parts']);
  return parts.map(toPart).filter((part) => part !== undefined);
}

/** Why an answer ended. Throws where nothing says so, and where the model says that it went wrong. */
export function endOf(
  wire: Wire,
  candidate: Wire | undefined,
  content: readonly ContentPart[],
): FinishReason {
  if (asText(asObject(wire['promptFeedback'])?.['blockReason']) !== undefined) return 'content-filter';
  const reason = asText(candidate?.['finishReason']);
  if (reason === undefined || reason === 'FINISH_REASON_UNSPECIFIED') {
    const kind = candidate === undefined ? 'malformed' : 'truncated';
    throw new ProviderError({
      kind,
      provider,
      answered: true,
      summary: 'the answer does not say why it ended',
    });
  }
  if (mishaps.includes(reason) || (reason === 'OTHER' && content.length === 0)) {
    const summary = 'the model gave up on its answer';
    throw new ProviderError({
      kind: 'malformed',
      provider,
      code: reason,
      scope: 'request',
      answered: true,
      summary,
    });
  }
  return toFinishReason(
    reason,
    content.some((part) => part.type === 'tool-call' && part.providerExecuted !== true),
  );
}

/** What the vendor says beyond our own fields. */
export function metadataOf(wire: Wire, candidate: Wire | undefined): JSONObject {
  return compact({
    finishReason: asText(candidate?.['finishReason']),
    promptFeedback: asJSON(wire['promptFeedback']),
    safetyRatings: asJSON(candidate?.['safetyRatings']),
    citationMetadata: asJSON(candidate?.['citationMetadata']),
    groundingMetadata: asJSON(candidate?.['groundingMetadata']),
    urlContextMetadata: asJSON(candidate?.['urlContextMetadata']),
    avgLogprobs: asJSON(candidate?.['avgLogprobs']),
    logprobsResult: asJSON(candidate?.['logprobsResult']),
    usageMetadata: asJSON(wire['usageMetadata']),
  });
}
