import { ProviderError } from '../../../errors.ts';
import { isFailure } from '../../../transport/read-failure.ts';
import type { ProviderStreamPart } from '../../../types/provider.ts';
import type { JSONValue } from '../../../types/request/json.ts';
import { asObject, asText, compact, type Wire } from '../../../util/json.ts';
import { failureFrom } from '../../chat-completions/failures.ts';
import type { StreamReader } from '../../shared/stream/part-stream.ts';
import { callOf, isClientCall, messageOptions, sourcesIn, toParts } from './items.ts';
import { endOf, failureIn, metadataOf } from './response.ts';
import { toUsage } from './usage.ts';

const provider = 'openai';

/** A reader for one stream of response events (https://platform.openai.com/docs/api-reference/responses-streaming). */
export function eventReader(headers: Readonly<Record<string, string>>): StreamReader {
  /** Ids of calls by the id of their item. */
  const calls = new Map<unknown, string>();
  /** Summaries have several parts; a blank line goes between them. */
  const summaries = new Map<unknown, number>();
  const logprobs: JSONValue[] = [];
  let refusal = '';
  let ending: Wire | undefined;

  const startItem = (item: Wire): readonly ProviderStreamPart[] => {
    if (!isClientCall(item['type'])) return [];
    const call = callOf(item);
    calls.set(item['id'], call.toolCallId);
    return [{ type: 'tool-call-start', ...call }];
  };

  const reasoning = (event: Wire, index: unknown): readonly ProviderStreamPart[] => {
    const item = event['item_id'];
    const before = summaries.get(item);
    const position = typeof index === 'number' ? index : 0;
    summaries.set(item, position);
    const gap = before !== undefined && position > before ? '\n\n' : '';
    return [{ type: 'reasoning-delta', text: gap + (asText(event['delta']) ?? ''), id: String(item) }];
  };

  /** What an item came to; its text has been told by then. */
  const endItem = (item: Wire): readonly ProviderStreamPart[] => {
    const parts = toParts(item);
    const id = asText(item['id']) ?? '';
    if (item['type'] === 'reasoning') {
      const { providerOptions = {} } = parts[0] ?? {};
      return [{ type: 'reasoning-delta', text: '', id, providerOptions }];
    }
    if (item['type'] !== 'message')
      return parts.filter((part) => part.type !== 'text' && part.type !== 'reasoning');
    return (Array.isArray(item['content']) ? item['content'] : []).flatMap(
      (content: unknown, index): readonly ProviderStreamPart[] => {
        const wire = asObject(content);
        if (wire?.['type'] !== 'output_text') return [];
        const annotations = Array.isArray(wire['annotations']) ? wire['annotations'] : [];
        const providerOptions = messageOptions(item, annotations);
        return [
          { type: 'text-delta', text: '', id: `${id}.${index}`, providerOptions },
          ...sourcesIn(annotations),
        ];
      },
    );
  };

  return {
    push(event) {
      const wire = asObject(event) ?? {};
      if (ending !== undefined) return [];
      switch (wire['type']) {
        case 'response.created': {
          const response = asObject(wire['response']) ?? {};
          return [
            {
              type: 'response',
              ...compact({ id: asText(response['id']), model: asText(response['model']) }),
            },
          ];
        }
        case 'response.output_item.added':
          return startItem(asObject(wire['item']) ?? {});
        case 'response.output_text.delta':
          if (Array.isArray(wire['logprobs'])) logprobs.push(...(wire['logprobs'] as JSONValue[]));
          return [
            {
              type: 'text-delta',
              text: asText(wire['delta']) ?? '',
              id: `${asText(wire['item_id']) ?? ''}.${Number(wire['content_index'] ?? 0)}`,
            },
          ];
        case 'response.refusal.delta':
          refusal += asText(wire['delta']) ?? '';
          return [];
        case 'response.reasoning_summary_text.delta':
          return reasoning(wire, wire['summary_index']);
        case 'response.reasoning_text.delta':
          return reasoning(wire, wire['content_index']);
        case 'response.function_call_arguments.delta':
        case 'response.custom_tool_call_input.delta': {
          const toolCallId = calls.get(wire['item_id']);
          const text = asText(wire['delta']) ?? '';
          return toolCallId === undefined || text === ''
            ? []
            : [{ type: 'tool-call-delta', toolCallId, text }];
        }
        case 'response.output_item.done':
          return endItem(asObject(wire['item']) ?? {});
        case 'response.completed':
        case 'response.incomplete':
          ending = asObject(wire['response']) ?? {};
          return [];
        case 'response.failed':
          throw failureIn(asObject(wire['response']) ?? {}, headers);
        default:
          // An error, also where a gateway says it in another vendor's form.
          if (isFailure(wire)) throw failureFrom(wire, provider, headers);
          return [];
      }
    },
    end() {
      if (ending === undefined) {
        const summary = 'the stream ended without its end mark';
        throw new ProviderError({ kind: 'truncated', provider, answered: true, summary });
      }
      const finishReason = endOf(ending, headers);
      return [
        {
          type: 'finish',
          finishReason: refusal === '' ? finishReason : 'content-filter',
          usage: toUsage(ending),
          providerMetadata: { openai: metadataOf(ending, refusal, logprobs) },
        },
      ];
    },
  };
}
