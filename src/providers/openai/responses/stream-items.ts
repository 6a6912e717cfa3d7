import type { ProviderStreamPart } from '../../../types/provider.ts';
import type { JSONValue } from '../../../types/request/json.ts';
import { asObjects, asText, compact, type Wire } from '../../../util/json.ts';
import { malformed, namelessCall } from '../../shared/answer/broken.ts';
import {
  parseToolInput,
  type ToolInputReader,
  textReader,
  toolInputReader,
} from '../../shared/tools/tool-input.ts';
import {
  callOf,
  isClientCall,
  isNamed,
  keep,
  knownTypeOf,
  messageOptions,
  reasoningText,
  sourcesIn,
  textsOf,
  toWholeParts,
  typeOf,
  withOwnId,
} from './items.ts';

type Parts = readonly ProviderStreamPart[];

const provider = 'openai';

/** Kinds of items that arrive in pieces. `whole`: an item that only arrives complete. */
export type Kind = 'message' | 'reasoning' | 'call' | 'whole';

/** One item of a stream. */
export interface StreamItem {
  readonly kind: Kind;
  /** Distinguishes its parts from those of other items. */
  readonly id: string;
  readonly outputIndex: number | undefined;
  /** Whether its start event has arrived, not only a piece. */
  announced: boolean;
  /** The vendor's item as received so far. */
  wire: Wire;
  /** Emitted text, by position in the item. */
  readonly texts: Map<number, StreamText>;
  /** Refusal texts, by position. */
  readonly refusals: Map<number, string>;
  /** Citations that arrived in separate events. */
  readonly annotations: unknown[];
  readonly logprobs: JSONValue[];
  readonly input: ToolInputReader;
  /** Arguments held back until the call starts. */
  held: string;
  /** Whether its call has started. */
  begun: boolean;
  done: boolean;
}

interface StreamText {
  /** Distinguishes it from other texts of the answer. */
  readonly id: string;
  text: string;
}

export function kindOf(wire: Wire): Kind {
  const type = typeOf(wire);
  if (type === 'message' || type === 'reasoning') return type;
  return isClientCall(type) ? 'call' : 'whole';
}

export function streamItem(wire: Wire, id: string, outputIndex: number | undefined): StreamItem {
  return {
    kind: kindOf(wire),
    id,
    outputIndex,
    announced: false,
    wire,
    texts: new Map(),
    refusals: new Map(),
    annotations: [],
    logprobs: [],
    // The input of a custom tool is text, not necessarily JSON.
    input: typeOf(wire) === 'custom_tool_call' ? textReader() : toolInputReader(),
    held: '',
    begun: false,
    done: false,
  };
}

/** Appends to a text. Separates reasoning texts by a blank line. */
export function pushText(item: StreamItem, place: number, text: string): Parts {
  if (text === '') return [];
  const { kind, id, texts } = item;
  const known = texts.get(place);
  if (known === undefined) texts.set(place, { id: kind === 'message' ? textId(item, place) : id, text });
  else known.text += text;
  if (kind === 'message') return [{ type: 'text-delta', text, id: known?.id ?? textId(item, place) }];
  const isNext = known === undefined && texts.size > 1;
  return [{ type: 'reasoning-delta', text: isNext ? `\n\n${text}` : text, id }];
}

function textId({ id }: StreamItem, place: number): string {
  return `${id}.${place}`;
}

/** Emits the missing rest of a complete text. Throws if a piece in between is missing. */
export function settleText(item: StreamItem, place: number, text: string): Parts {
  const emitted = item.texts.get(place)?.text ?? '';
  if (text.startsWith(emitted)) return pushText(item, place, text.slice(emitted.length));
  if (item.kind === 'message' && text.length > emitted.length)
    throw malformed(provider, 'the pieces of a text are incomplete');
  return [];
}

/** Merges an item's current object. A call starts as soon as its name is known. */
export function learn(item: StreamItem, wire: Wire, ownId: (given: unknown) => string): Parts {
  item.announced = true;
  if (item.kind !== 'call' || item.begun) {
    const { call_id, name } = item.wire;
    item.wire = item.begun ? compact({ ...wire, call_id, name }) : wire;
    return [];
  }
  item.wire = { ...item.wire, ...wire };
  if (isNamed(typeOf(item.wire)) && !asText(item.wire['name'])) return [];
  item.wire = withOwnId(item.wire, ownId);
  item.begun = true;
  return [{ type: 'tool-call-start', ...callOf(item.wire) }, ...inputDelta(item, item.held)];
}

/** Appends to a call's arguments. */
export function pushInput(item: StreamItem, piece: string): Parts {
  const text = item.input.push(piece);
  if (item.begun) return inputDelta(item, text);
  item.held += text;
  return [];
}

/** Emits the missing rest of complete arguments. Throws if they contradict the pieces received. */
export function settleInput(item: StreamItem, given: unknown): Parts {
  const text = typeof given === 'string' ? given : JSON.stringify(given ?? '').replace(/^""$/, '');
  const emitted = item.input.text();
  if (text.startsWith(emitted)) return text === emitted ? [] : pushInput(item, text.slice(emitted.length));
  const [whole, pieces] = [text, emitted].map((each) => JSON.stringify(parseToolInput(each)));
  if (whole === pieces || whole === '{}') return [];
  throw malformed(provider, 'the pieces of a call’s arguments are incomplete');
}

/** Metadata of a message; `first` is the position of its first piece. */
export function keepBeside({ refusals, logprobs }: StreamItem, { content }: Wire, first = 0): void {
  const isKnown = logprobs.length > 0;
  for (const [index, each] of asObjects(content).entries()) {
    const place = first + index;
    const refusal = asText(each['refusal']) ?? '';
    if (refusal.length > (refusals.get(place)?.length ?? 0)) refusals.set(place, refusal);
    if (!isKnown) logprobs.push(...asList(each['logprobs']));
  }
}

function asList(value: unknown): readonly JSONValue[] {
  return Array.isArray(value) ? (value as JSONValue[]) : [];
}

/** Emits the missing rest of a message's texts. */
export function settleTexts(item: StreamItem, wire: Wire, first = 0): Parts {
  return textsOf(wire).flatMap(({ index, text }) => settleText(item, first + index, text));
}

/**
 * Closes an item.
 *
 * @param late whether another item has started since, so that its text can no longer be extended
 */
export function endItem(item: StreamItem, late = false): Parts {
  item.done = true;
  switch (item.kind) {
    case 'message':
      return endMessage(item, late);
    case 'reasoning':
      return endReasoning(item, late);
    case 'call':
      return endCall(item);
    case 'whole':
      return toWholeParts(item.wire, knownTypeOf(item.wire));
  }
}

function endMessage(item: StreamItem, late: boolean): Parts {
  const { wire, annotations: apart } = item;
  const parts: ProviderStreamPart[] = [];
  for (const { index, text, annotations } of textsOf(wire)) {
    parts.push(...settleText(item, index, text));
    const cited = annotations.length === 0 && index === 0 ? apart : annotations;
    const known = item.texts.has(index) || cited.length > 0;
    if (known && !late)
      parts.push({
        type: 'text-delta',
        text: '',
        id: textId(item, index),
        providerOptions: messageOptions(wire, cited),
      });
    parts.push(...sourcesIn(cited));
  }
  return parts;
}

function endReasoning({ id, wire, texts }: StreamItem, late: boolean): Parts {
  const emitted = [...texts.values()].map(({ text }) => text).join('\n\n');
  const whole = reasoningText(wire);
  const text = whole.startsWith(emitted) ? whole.slice(emitted.length) : '';
  if (late || typeOf(wire) === '') return text === '' ? [] : [{ type: 'reasoning-delta', text, id }];
  return [{ type: 'reasoning-delta', text, id, providerOptions: keep(wire) }];
}

function endCall(item: StreamItem): Parts {
  if (!item.begun) throw namelessCall(provider);
  const field = typeOf(item.wire) === 'custom_tool_call' ? 'input' : 'arguments';
  const parts = [...settleInput(item, item.wire[field]), ...inputDelta(item, item.input.end().rest)];
  const wire = isNamed(typeOf(item.wire)) ? { ...item.wire, [field]: item.input.text() } : item.wire;
  return [...parts, ...toWholeParts(wire, typeOf(wire))];
}

function inputDelta({ wire }: StreamItem, text: string): Parts {
  return text === '' ? [] : [{ type: 'tool-call-delta', toolCallId: asText(wire['call_id']) ?? '', text }];
}
