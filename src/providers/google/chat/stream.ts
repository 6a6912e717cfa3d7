import { ProviderError } from '../../../errors.ts';
import type { ProviderStreamPart } from '../../../types/provider.ts';
import type { JSONObject } from '../../../types/request/json.ts';
import type { ContentPart } from '../../../types/request/message.ts';
import type { FinishReason } from '../../../types/result/result.ts';
import { asObject, asObjects, asText, compact } from '../../../util/json.ts';
import type { StreamReader } from '../../shared/stream/part-stream.ts';
import { sourcesOf } from './content.ts';
import { asWire, endOf, metadataOf, partsOf } from './response.ts';
import { usageCollector } from './usage.ts';

const provider = 'google';

/** A reader for one stream of `streamGenerateContent` chunks, each of which holds whole parts. */
export function chunkReader(headers: Readonly<Record<string, string>>): StreamReader {
  let told = false;
  const counted = usageCollector(headers);
  let metadata: JSONObject = {};
  let end: FinishReason | undefined;
  const seen: ContentPart[] = [];

  return {
    push(chunk) {
      const wire = asWire(chunk, headers);
      const candidate = asObjects(wire['candidates'])[0];
      const parts: ProviderStreamPart[] = [];
      if (!told) {
        told = true;
        parts.push({
          type: 'response',
          ...compact({ id: asText(wire['responseId']), model: asText(wire['modelVersion']) }),
        });
      }
      if (counted.take(wire)) {
        const serviceTier = counted.serviceTier();
        parts.push({ type: 'response', usage: counted.usage(), ...compact({ serviceTier }) });
      }
      metadata = { ...metadata, ...metadataOf(wire, candidate) };
      // What comes after the end of the answer, but for its usage, is not part of it.
      if (end !== undefined) return parts;
      const content = partsOf(candidate);
      seen.push(...content);
      parts.push(...content.flatMap(toStreamParts), ...sourcesOf(candidate));
      const ends =
        candidate?.['finishReason'] !== undefined ||
        asObject(wire['promptFeedback'])?.['blockReason'] !== undefined;
      if (ends) end = endOf(wire, candidate, seen);
      return parts;
    },
    end() {
      if (end === undefined) {
        const summary = 'the stream ended without its end mark';
        throw new ProviderError({ kind: 'truncated', provider, answered: true, summary });
      }
      return [
        { type: 'finish', finishReason: end, usage: counted.usage(), providerMetadata: { google: metadata } },
      ];
    },
  };
}

function toStreamParts(part: ContentPart): readonly ProviderStreamPart[] {
  if (part.type === 'text') return [{ ...part, type: 'text-delta' }];
  if (part.type === 'reasoning') return [{ ...part, type: 'reasoning-delta' }];
  if (part.type !== 'tool-call' || part.providerExecuted === true) return [part];
  const { toolCallId, toolName, input } = part;
  return [
    { type: 'tool-call-start', toolCallId, toolName },
    { type: 'tool-call-delta', toolCallId, text: JSON.stringify(input) },
    part,
  ];
}
