import type { ProviderStreamPart } from '../../../types/provider.ts';
import type { JSONObject } from '../../../types/request/json.ts';
import { asNonEmpty, asObject, compact, type Wire } from '../../../util/json.ts';
import { malformed, truncated } from '../../shared/answer/broken.ts';
import { givenReason, isContent } from '../../shared/answer/finish-reason.ts';
import type { StreamReader } from '../../shared/stream/part-stream.ts';
import { ownToolCallIds } from '../../shared/tool-call-id.ts';
import { callReader } from './calls.ts';
import { type Part, partReader, sourcesOf } from './content.ts';
import { asWire, blockReasonOf, candidateIn, endOf, indexOf, metadataOf, partsOf } from './response.ts';
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
  let response: { readonly id?: string; readonly model?: string } = {};
  const counted = usageCollector(headers);
  let metadata: JSONObject = {};
  let index: number | undefined;
  let reason: string | undefined;
  let blockReason: string | undefined;
  let callsTools = false;
  let hasContent = false;
  const grounded: Wire[] = [];

  /** What a chunk says of the answer as a whole, where it says it first. */
  const describe = (wire: Wire): readonly ProviderStreamPart[] => {
    const said = compact({ id: asNonEmpty(wire['responseId']), model: asNonEmpty(wire['modelVersion']) });
    if (response.id !== undefined && said.id !== undefined && said.id !== response.id)
      throw malformed(provider, 'the stream has chunks of two answers');
    const known = { ...said, ...response };
    if (known.id === response.id && known.model === response.model) return [];
    response = known;
    return [{ type: 'response', ...response }];
  };

  /** What is new of the bill, for the case that the stream breaks. */
  const count = (wire: Wire): readonly ProviderStreamPart[] => {
    if (!counted.take(wire)) return [];
    const serviceTier = counted.serviceTier();
    return [{ type: 'response', usage: counted.usage(), ...compact({ serviceTier }) }];
  };

  const pushPart = (wire: Wire): readonly ProviderStreamPart[] => {
    if (wire['functionCall'] !== undefined) {
      callsTools = true;
      return calls.push(wire);
    }
    const part = read(wire);
    if (part === undefined) return [];
    hasContent ||= isContent(part);
    return [toStreamPart(part)];
  };

  return {
    push(chunk) {
      const wire = asWire(chunk, headers);
      const candidate = candidateIn(wire, index);
      if (candidate !== undefined) index ??= indexOf(candidate);
      const parts = [...describe(wire), ...count(wire)];
      metadata = { ...metadata, ...metadataOf(wire, candidate) };
      if (asObject(candidate?.['groundingMetadata']) !== undefined) grounded.push(candidate ?? {});
      reason = givenReason(candidate?.['finishReason']) ?? reason;
      blockReason ??= blockReasonOf(wire);
      const told = partsOf(candidate).flatMap(pushPart);
      return parts.length === 0 ? told : [...parts, ...told];
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
