import type { ProviderStreamPart } from '../../../types/provider.ts';
import { asObject, asText, type Wire } from '../../../util/json.ts';
import type { ItemList } from './item-list.ts';
import {
  asList,
  keepBeside,
  pushInput,
  pushText,
  settleInput,
  settleText,
  settleTexts,
} from './stream-items.ts';

type Parts = readonly ProviderStreamPart[];

/** How the events about a piece of an item are read, by their type. */
export const pieces: ReadonlyMap<unknown, (list: ItemList, event: Wire) => Parts> = new Map([
  ['response.output_text.delta', pushTextDelta],
  ['response.output_text.done', endText],
  ['response.output_text.annotation.added', addAnnotation],
  ['response.content_part.done', endPlace],
  ['response.refusal.delta', pushRefusal],
  ['response.refusal.done', endPlace],
  ['response.reasoning_summary_text.delta', pushSummary],
  ['response.reasoning_text.delta', pushThought],
  ['response.function_call_arguments.delta', pushArguments],
  ['response.function_call_arguments.done', endArguments],
  ['response.custom_tool_call_input.delta', pushCustomInput],
  ['response.custom_tool_call_input.done', endCustomInput],
]);

function placeOf(event: Wire): number {
  const index = event['content_index'];
  return typeof index === 'number' ? index : 0;
}

function deltaOf(event: Wire): string {
  return asText(event['delta']) ?? '';
}

function pushTextDelta(list: ItemList, event: Wire): Parts {
  const item = list.itemOf('message', event);
  const { logprobs } = event;
  if (logprobs !== undefined) item.logprobs.push(...asList(logprobs));
  return pushText(item, placeOf(event), deltaOf(event));
}

function endText(list: ItemList, event: Wire): Parts {
  return settleText(list.itemOf('message', event), placeOf(event), asText(event['text']) ?? '');
}

function addAnnotation(list: ItemList, event: Wire): Parts {
  list.itemOf('message', event).annotations.push(event['annotation']);
  return [];
}

/** A piece of a message that comes whole. */
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

function pushSummary(list: ItemList, event: Wire): Parts {
  return pushText(list.itemOf('reasoning', event), `summary ${event['summary_index'] ?? 0}`, deltaOf(event));
}

function pushThought(list: ItemList, event: Wire): Parts {
  return pushText(list.itemOf('reasoning', event), `text ${placeOf(event)}`, deltaOf(event));
}

function pushArguments(list: ItemList, event: Wire): Parts {
  return pushInput(list.itemOf('call', event, 'function_call'), deltaOf(event));
}

function endArguments(list: ItemList, event: Wire): Parts {
  return settleInput(list.itemOf('call', event, 'function_call'), event['arguments']);
}

function pushCustomInput(list: ItemList, event: Wire): Parts {
  return pushInput(list.itemOf('call', event, 'custom_tool_call'), deltaOf(event));
}

function endCustomInput(list: ItemList, event: Wire): Parts {
  return settleInput(list.itemOf('call', event, 'custom_tool_call'), event['input']);
}
