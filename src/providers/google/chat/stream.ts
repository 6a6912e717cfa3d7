import type { ProviderStreamPart } from '../../../types/provider.ts';
import type { JSONValue } from '../../../types/request/json.ts';
import { asNonEmpty, asObject, compact, type Wire } from '../../../util/json.ts';
import { malformed, truncated } from '../../shared/answer/broken.ts';
import { givenReason, isContent } from '../../shared/answer/finish-reason.ts';
import type { StreamReader } from '../../shared/stream/part-stream.ts';
import { ownToolCallIds } from '../../shared/tool-call-id.ts';
import { callReader } from './calls.ts';
import { type Part, partReader, sourcesOf } from './content.ts';
import { addMetadata, asWire, blockReasonOf, candidateIn, endOf, indexOf, partsOf } from './response.ts';
import { usageCollector } from './usage.ts';

const provider = 'google';

/**
 * A reader for one stream of `streamGenerateContent` chunks, each of which holds whole parts. It reads to the end, because several
 * chunks may say why the answer ended, and content may follow: the last reason counts.
 */
export function chunkReader(headers: Readonly<Record<string, string>>): StreamReader {
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

  /** What a chunk says of the answer as a whole, where it says it first. */
  const pushInfo = (wire: Wire, parts: ProviderStreamPart[]): void => {
    const said = asNonEmpty(wire['responseId']);
    if (id !== undefined && said !== undefined && said !== id)
      throw malformed(provider, 'the stream has chunks of two answers');
    const isKnown =
      (id !== undefined || said === undefined) && (model !== undefined || !wire['modelVersion']);
    if (isKnown) return;
    id ??= said;
    model ??= asNonEmpty(wire['modelVersion']);
    parts.push({ type: 'response', ...compact({ id, model }) });
  };

  /** What is new of the bill, for the case that the stream breaks. */
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
