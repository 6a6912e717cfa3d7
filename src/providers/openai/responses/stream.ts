import { isFailure } from '../../../transport/failure/read-failure.ts';
import type { ProviderStreamPart } from '../../../types/provider.ts';
import { asNonEmpty, asObject, asObjects, asText, compact, type Wire } from '../../../util/json.ts';
import { chargeIn, serviceTierIn } from '../../chat-completions/usage.ts';
import { malformed, truncated } from '../../shared/answer/broken.ts';
import type { StreamReader } from '../../shared/stream/part-stream.ts';
import { type ItemList, itemList } from './item-list.ts';
import { endOf, failureIn, metadataOf } from './response.ts';
import {
  asList,
  keepBeside,
  pushInput,
  pushText,
  settleInput,
  settleText,
  settleTexts,
} from './stream-items.ts';
import { readUsage } from './usage.ts';

type Parts = readonly ProviderStreamPart[];

const provider = 'openai';

/** A reader for one stream of response events (https://platform.openai.com/docs/api-reference/responses-streaming). */
export function eventReader(headers: Readonly<Record<string, string>>): StreamReader {
  const list = itemList();
  let created: { readonly id: unknown } | undefined;
  let known: { readonly id?: string; readonly model?: string } = {};
  let ending: Wire | undefined;

  /** What an event says of the response, where it says it first. */
  const describe = ({ id, model }: Wire): Parts => {
    const said = { ...compact({ id: asNonEmpty(id), model: asNonEmpty(model) }), ...known };
    if (said.id === known.id && said.model === known.model) return [];
    known = said;
    return [{ type: 'response', ...said }];
  };

  return {
    push(event) {
      if (ending !== undefined) return []; // what follows the end is no part of the answer
      const wire = asObject(event);
      if (wire === undefined) throw malformed(provider, 'an event is no JSON object');
      const response = asObject(wire['response']) ?? {};
      switch (wire['type']) {
        case 'response.created':
          // Gateways may repeat the beginning of a response; what comes after its items is another one.
          if (
            created !== undefined &&
            (list.items.length > 0 || response['id'] === undefined || response['id'] !== created.id)
          )
            throw malformed(provider, 'a second response began before the first one ended');
          created = { id: response['id'] };
          return describe(response);
        case 'response.queued':
        case 'response.in_progress':
          return describe(response);
        case 'response.output_item.added':
          return list.begin(asObject(wire['item']) ?? {}, wire['output_index']);
        case 'response.output_item.done':
          return list.end(asObject(wire['item']) ?? {}, wire['output_index']);
        case 'response.completed':
        case 'response.incomplete':
        case 'response.done': {
          const status = wire['type'] === 'response.incomplete' ? 'incomplete' : 'completed';
          ending = { ...response, status: asNonEmpty(response['status']) ?? status };
          return [...describe(response), ...served(response)];
        }
        case 'response.failed':
          throw failureIn(response, headers);
        default:
          // An error, also where a gateway says it in another vendor's form.
          if (isFailure(wire)) throw failureIn({ error: asObject(wire['error']) ?? wire }, headers);
          return pushPiece(list, wire);
      }
    },
    isOver: () => ending !== undefined,
    end() {
      if (ending === undefined) throw truncated(provider);
      const output = asObjects(ending['output']);
      const rest = list.close(output);
      const { items } = list;
      const refusal = items.flatMap(({ refusals }) => [...refusals.values()]).join('');
      const finishReason = endOf(ending, headers, {
        callsTools: items.some(({ kind }) => kind === 'call'),
        hasContent: items.some(
          ({ kind, texts }) => kind !== 'reasoning' && (kind !== 'message' || texts.size > 0),
        ),
      });
      const whole = output.length > 0 ? ending : { ...ending, output: items.map((item) => item.wire) };
      return [
        ...rest,
        {
          type: 'finish',
          finishReason: refusal === '' ? finishReason : 'content-filter',
          usage: readUsage(whole),
          ...compact({ cost: chargeIn(ending['usage']) }),
          providerMetadata: {
            openai: metadataOf(
              ending,
              refusal,
              items.flatMap(({ logprobs }) => logprobs),
            ),
          },
        },
      ];
    },
  };
}

/** How it was served, which only the end tells: before, the response repeats what was asked for. */
function served(response: Wire): Parts {
  const serviceTier = serviceTierIn(response, asObject(response['usage']));
  return serviceTier === undefined ? [] : [{ type: 'response', serviceTier }];
}

/** A piece of an item, or the whole of one of its places. */
function pushPiece(list: ItemList, event: Wire): Parts {
  const place = String(event['content_index'] ?? 0);
  const delta = asText(event['delta']) ?? '';
  switch (event['type']) {
    case 'response.output_text.delta': {
      const item = list.itemOf('message', event);
      item.logprobs.push(...asList(event['logprobs']));
      return pushText(item, place, delta);
    }
    case 'response.output_text.done':
      return settleText(list.itemOf('message', event), place, asText(event['text']) ?? '');
    case 'response.output_text.annotation.added':
      list.itemOf('message', event).annotations.push(event['annotation']);
      return [];
    case 'response.refusal.delta': {
      const { refusals } = list.itemOf('message', event);
      refusals.set(place, (refusals.get(place) ?? '') + delta);
      return [];
    }
    case 'response.refusal.done':
    case 'response.content_part.done':
      return endPlace(list, event, Number(place));
    case 'response.reasoning_summary_text.delta':
      return pushText(list.itemOf('reasoning', event), `summary ${event['summary_index'] ?? 0}`, delta);
    case 'response.reasoning_text.delta':
      return pushText(list.itemOf('reasoning', event), `text ${place}`, delta);
    default:
      return pushCall(list, event, delta);
  }
}

function pushCall(list: ItemList, event: Wire, delta: string): Parts {
  switch (event['type']) {
    case 'response.function_call_arguments.delta':
      return pushInput(list.itemOf('call', event, 'function_call'), delta);
    case 'response.function_call_arguments.done':
      return settleInput(list.itemOf('call', event, 'function_call'), event['arguments']);
    case 'response.custom_tool_call_input.delta':
      return pushInput(list.itemOf('call', event, 'custom_tool_call'), delta);
    case 'response.custom_tool_call_input.done':
      return settleInput(list.itemOf('call', event, 'custom_tool_call'), event['input']);
    default:
      return [];
  }
}

/** A piece of a message that comes whole. */
function endPlace(list: ItemList, event: Wire, place: number): Parts {
  const part = asObject(event['part']) ?? event;
  if (part['type'] === 'reasoning_text') return [];
  const item = list.itemOf('message', event);
  const wire = { content: [part] };
  keepBeside(item, wire, place);
  return settleTexts(item, wire, place);
}
