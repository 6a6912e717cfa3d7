import type { ResponseHeaders } from '../../../transport/headers.ts';
import type { ProviderStreamPart } from '../../../types/provider.ts';
import type { JSONValue } from '../../../types/request/json.ts';
import { asNonEmpty, asObject, compact, type Wire } from '../../../util/json.ts';
import { malformed, truncated } from '../../shared/answer/broken.ts';
import { givenReason, isContent } from '../../shared/answer/finish-reason.ts';
import type { StreamReader } from '../../shared/stream/part-stream.ts';
import { ownToolCallIds } from '../../shared/tools/tool-call-id.ts';
import { callReader } from './calls.ts';
import { type Part, partReader, sourcesOf } from './content.ts';
import { addMetadata, asWire, blockReasonOf, candidateIn, endOf, indexOf, partsOf } from './response.ts';
import { usageCollector } from './usage.ts';

const provider = 'google';

/**
 * Creates a reader for one stream of `streamGenerateContent` chunks, each with complete parts. It reads to the end, because several
 * chunks may have a finish reason with content after it; the last reason counts.
 */
export function chunkReader(headers: ResponseHeaders): StreamReader {
  const ownId = ownToolCallIds();
  const read = partReader(ownId);
  const calls = callReader(ownId);
  let id: string | undefined;
  let model: string | undefined;
  const counted = usageCollector(headers);
  const metadata: Record<string, JSONValue> = {};
  let index: number | undefined;
  let reason: string | undefined;
  let blockReason: string | undefined;
  let callsTools = false;
  let hasContent = false;
  const grounded: Wire[] = [];

  /** Response metadata that a chunk is the first to report. */
  const pushInfo = (wire: Wire, parts: ProviderStreamPart[]): void => {
    const reported = asNonEmpty(wire['responseId']);
    if (id !== undefined && reported !== undefined && reported !== id)
      throw malformed(provider, 'the stream has chunks of two answers');
    const isKnown =
      (id !== undefined || reported === undefined) && (model !== undefined || !wire['modelVersion']);
    if (isKnown) return;
    id ??= reported;
    model ??= asNonEmpty(wire['modelVersion']);
    parts.push({ type: 'response', ...compact({ id, model }) });
  };

  /** New billing facts, in case the stream breaks. */
  const pushCount = (wire: Wire, parts: ProviderStreamPart[]): void => {
    if (!counted.take(wire)) return;
    const serviceTier = counted.serviceTier();
    parts.push({ type: 'response', usage: counted.usage(), ...compact({ serviceTier }) });
  };

  const pushPart = (wire: Wire, parts: ProviderStreamPart[]): void => {
    if (wire['functionCall'] !== undefined) {
      callsTools = true;
      parts.push(...calls.push(wire));
      return;
    }
    const part = read(wire);
    if (part === undefined) return;
    hasContent ||= isContent(part);
    parts.push(toStreamPart(part));
  };

  return {
    push(chunk) {
      const wire = asWire(chunk, headers);
      const candidate = candidateIn(wire, index);
      if (candidate !== undefined) index ??= indexOf(candidate);
      const parts: ProviderStreamPart[] = [];
      pushInfo(wire, parts);
      pushCount(wire, parts);
      addMetadata(metadata, wire, candidate);
      if (asObject(candidate?.['groundingMetadata']) !== undefined) grounded.push(candidate ?? {});
      reason = givenReason(candidate?.['finishReason']) ?? reason;
      blockReason ??= blockReasonOf(wire);
      for (const part of partsOf(candidate)) pushPart(part, parts);
      return parts;
    },
    end() {
      if (reason === undefined && blockReason === undefined) throw truncated(provider);
      const rest = calls.end();
      const finishReason = endOf(blockReason, reason, { callsTools, hasContent });
      return [
        ...rest,
        ...sourcesOf(grounded),
        { type: 'finish', finishReason, usage: counted.usage(), providerMetadata: { google: metadata } },
      ];
    },
  };
}

function toStreamPart(part: Part): ProviderStreamPart {
  if (part.type === 'text') return { ...part, type: 'text-delta' };
  return part.type === 'reasoning' ? { ...part, type: 'reasoning-delta' } : part;
}
