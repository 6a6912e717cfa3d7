import type { ProviderError } from '../../../errors.ts';
import { classifyFailure } from '../../../transport/failure/failure.ts';
import { isFailure } from '../../../transport/failure/read-failure.ts';
import type { ResponseHeaders } from '../../../transport/headers.ts';
import type { ProviderResult } from '../../../types/provider.ts';
import type { JSONObject, JSONValue } from '../../../types/request/json.ts';
import type { ContentPart } from '../../../types/request/message.ts';
import type { FinishReason, Warning } from '../../../types/result/result.ts';
import type { StreamContent } from '../../../types/result/stream-part.ts';
import { asCount, asJSON, asObject, asObjects, asText, compact, type Wire } from '../../../util/json.ts';
import { malformed } from '../../shared/answer/broken.ts';
import { type Evidence, evidenceIn, finishReasonOf, givenReason } from '../../shared/answer/finish-reason.ts';
import { responseInfo } from '../../shared/response-info.ts';
import { ownToolCallIds } from '../../shared/tools/tool-call-id.ts';
import { googleFailures } from '../failures.ts';
import { callReader } from './calls.ts';
import { partReader, sourcesOf } from './content.ts';
import { usageCollector } from './usage.ts';

const provider = 'google';

/** Reads a `generateContent` answer. Throws `ProviderError` unless it is a complete answer. */
export function toResult(
  raw: unknown,
  headers: ResponseHeaders,
  warnings: readonly Warning[],
): ProviderResult {
  const wire = asWire(raw, headers);
  const known = ['candidates', 'promptFeedback', 'usageMetadata', 'responseId'];
  if (!known.some((field) => wire[field] !== undefined)) throw anotherForm();
  const candidate = candidateIn(wire);
  const content = contentOf(candidate);
  if (candidate === undefined && blockReasonOf(wire) === undefined)
    throw malformed(provider, 'the answer has no candidate');
  const counted = usageCollector(headers);
  counted.take(wire);
  return {
    content: [...content, ...sourcesOf([candidate])],
    finishReason: endOf(blockReasonOf(wire), givenReason(candidate?.['finishReason']), evidenceIn(content)),
    usage: counted.usage(),
    response: responseInfo(
      compact({
        id: asText(wire['responseId']),
        model: asText(wire['modelVersion']),
        serviceTier: counted.serviceTier(),
      }),
      headers,
    ),
    warnings,
    providerMetadata: { google: metadataOf(wire, candidate) },
    raw,
  };
}

/** Checks an answer or chunk. Throws if it is an error or neither. */
export function asWire(raw: unknown, headers: ResponseHeaders): Wire {
  const wire = asObject(Array.isArray(raw) ? raw[0] : raw);
  if (isFailure(wire))
    throw classifyFailure({ provider, headers: headers.record(), body: wire }, googleFailures);
  if (wire === undefined || (Array.isArray(raw) && raw.length > 1)) throw anotherForm();
  return wire;
}

function anotherForm(): ProviderError {
  return malformed(provider, 'the answer is not in Gemini’s format');
}

/** The first candidate, or the one with an index; the vendor omits an index of 0. */
export function candidateIn(wire: Wire, index?: number): Wire | undefined {
  const candidates = asObjects(wire['candidates']);
  const [first] = candidates;
  // The common case.
  if (first === undefined || (candidates.length === 1 && indexOf(first) === (index ?? indexOf(first))))
    return first;
  if (index === undefined) return candidates.find((each) => indexOf(each) === 0) ?? candidates[0];
  return candidates.find((each) => indexOf(each) === index);
}

/** The index of a candidate among several answers. */
export function indexOf(candidate: Wire): number {
  return asCount(candidate['index']) ?? 0;
}

export function partsOf(candidate: Wire | undefined): readonly Wire[] {
  return asObjects(asObject(candidate?.['content'])?.['parts']);
}

function contentOf(candidate: Wire | undefined): readonly ContentPart[] {
  const ownId = ownToolCallIds();
  const read = partReader(ownId);
  const calls = callReader(ownId);
  const content = partsOf(candidate).flatMap((part): readonly (ContentPart | StreamContent)[] => {
    return part['functionCall'] === undefined ? [read(part) ?? []].flat() : calls.push(part);
  });
  const whole = (part: ContentPart | StreamContent): part is ContentPart =>
    part.type !== 'tool-call-start' && part.type !== 'tool-call-delta';
  return [...content, ...calls.end()].filter(whole);
}

/** Why the vendor blocked the prompt. */
export function blockReasonOf(wire: Wire): string | undefined {
  return givenReason(asObject(wire['promptFeedback'])?.['blockReason']);
}

/** The finish reason. Throws if it reports a failure of the model. */
export function endOf(
  blockReason: string | undefined,
  reason: string | undefined,
  evidence: Evidence,
): FinishReason {
  return blockReason === undefined ? finishReasonOf({ provider, reason, ...evidence }) : 'content-filter';
}

/** Vendor metadata beyond our fields. */
export function metadataOf(wire: Wire, candidate: Wire | undefined): JSONObject {
  const metadata: Record<string, JSONValue> = {};
  addMetadata(metadata, wire, candidate);
  return metadata;
}

const ofAnswer = ['promptFeedback', 'usageMetadata'];
const ofCandidate = [
  'safetyRatings',
  'citationMetadata',
  'groundingMetadata',
  'urlContextMetadata',
  'avgLogprobs',
  'logprobsResult',
];

/** Adds a chunk's metadata; the last value counts. */
export function addMetadata(
  metadata: Record<string, JSONValue>,
  wire: Wire,
  candidate: Wire | undefined,
): void {
  const reason = givenReason(candidate?.['finishReason']);
  if (reason !== undefined) metadata['finishReason'] = reason;
  for (const name of ofAnswer) take(metadata, name, wire);
  if (candidate !== undefined) for (const name of ofCandidate) take(metadata, name, candidate);
}

function take(metadata: Record<string, JSONValue>, name: string, from: Wire): void {
  const value = asJSON(from[name]);
  if (value !== undefined) metadata[name] = value;
}
