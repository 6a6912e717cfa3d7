import type { ProviderStreamPart } from '../../../types/provider.ts';
import type { JSONValue } from '../../../types/request/json.ts';
import { asObject, asText, type Wire } from '../../../util/json.ts';
import type { ItemList } from './item-list.ts';
import { keepBeside, pushInput, pushText, settleInput, settleText, settleTexts } from './stream-items.ts';

type Parts = readonly ProviderStreamPart[];

/**
 * Reads an event about a piece of an item; `undefined` for any other event. A switch with the most frequent types first, because a
 * map lookup would hash the type of every event.
 */
export function readPiece(list: ItemList, event: Wire): Parts | undefined {
  switch (event['type']) {
    case 'response.output_text.delta':
      return pushTextDelta(list, event);
    case 'response.function_call_arguments.delta':
      return pushInput(list.itemOf('call', event, 'function_call'), deltaOf(event));
    case 'response.reasoning_summary_text.delta':
      return pushText(list.itemOf('reasoning', event), summaryPlaceOf(event), deltaOf(event));
    case 'response.reasoning_text.delta':
      return pushText(list.itemOf('reasoning', event), -1 - placeOf(event), deltaOf(event));
    case 'response.custom_tool_call_input.delta':
      return pushInput(list.itemOf('call', event, 'custom_tool_call'), deltaOf(event));
    case 'response.refusal.delta':
      return pushRefusal(list, event);
    case 'response.output_text.done':
      return settleText(list.itemOf('message', event), placeOf(event), asText(event['text']) ?? '');
    case 'response.output_text.annotation.added':
      list.itemOf('message', event).annotations.push(event['annotation']);
      return [];
    case 'response.content_part.done':
    case 'response.refusal.done':
      return endPlace(list, event);
    case 'response.function_call_arguments.done':
      return settleInput(list.itemOf('call', event, 'function_call'), event['arguments']);
    case 'response.custom_tool_call_input.done':
      return settleInput(list.itemOf('call', event, 'custom_tool_call'), event['input']);
    default:
      return undefined;
  }
}

function placeOf(event: Wire): number {
  const index = event['content_index'];
  return typeof index === 'number' ? index : 0;
}

/** Summaries count up from 0 and reasoning texts down from -1, because one item can hold both. */
function summaryPlaceOf(event: Wire): number {
  const index = event['summary_index'];
  return typeof index === 'number' ? index : Number(index) || 0;
}

function deltaOf(event: Wire): string {
  return asText(event['delta']) ?? '';
}

function pushTextDelta(list: ItemList, event: Wire): Parts {
  const item = list.itemOf('message', event);
  const { logprobs } = event;
  if (Array.isArray(logprobs) && logprobs.length > 0) item.logprobs.push(...(logprobs as JSONValue[]));
  return pushText(item, placeOf(event), deltaOf(event));
}

/** A complete piece of a message. */
function endPlace(list: ItemList, event: Wire): Parts {
  const part = asObject(event['part']) ?? event;
  if (part['type'] === 'reasoning_text') return [];
  const item = list.itemOf('message', event);
  const place = placeOf(event);
  const wire = { content: [part] };
  keepBeside(item, wire, place);
  return settleTexts(item, wire, place);
}

function pushRefusal(list: ItemList, event: Wire): Parts {
  const { refusals } = list.itemOf('message', event);
  const place = placeOf(event);
  refusals.set(place, (refusals.get(place) ?? '') + deltaOf(event));
  return [];
}
