import type { ProviderStreamPart } from '../../../types/provider.ts';
import { asCount, asNonEmpty, asObject, type Wire } from '../../../util/json.ts';
import { ownToolCallIds } from '../../shared/tools/tool-call-id.ts';
import { textsOf, typeOf } from './items.ts';
import {
  endItem,
  type Kind,
  keepBeside,
  kindOf,
  learn,
  type StreamItem,
  settleTexts,
  streamItem,
} from './stream-items.ts';

type Parts = readonly ProviderStreamPart[];

/** The items of one stream, in the order they started. */
export interface ItemList {
  readonly items: readonly StreamItem[];
  /** The item of a piece; creates one of the type if its start was omitted. */
  itemOf(kind: Kind, event: Wire, type?: string): StreamItem;
  begin(event: Wire): Parts;
  end(event: Wire): Parts;
  /** Closes open items and adds content of the complete response that the stream did not deliver. */
  close(output: readonly Wire[]): Parts;
}

/**
 * An event's item is found by id, then position, then kind: GitHub Copilot changes an item's id with every event
 * (https://github.com/BerriAI/litellm/issues/30071), and some servers use one position for all items.
 */
export function itemList(): ItemList {
  const items: StreamItem[] = [];
  const byId = new Map<string | undefined, StreamItem>();
  const byIndex = new Map<number | undefined, StreamItem>();
  const ownId = ownToolCallIds();
  /** The item of the last piece. While it is open and none is added, a piece with the same id and position belongs to it. */
  let last: StreamItem | undefined;
  let lastId: string | undefined;
  let lastIndex: number | undefined;

  const add = (wire: Wire, outputIndex: number | undefined, id: string | undefined): StreamItem => {
    const item = streamItem(wire, id ?? `item-${items.length}`, outputIndex);
    items.push(item);
    last = undefined;
    if (id !== undefined) byId.set(id, item);
    if (outputIndex !== undefined) byIndex.set(outputIndex, item);
    return item;
  };
  const find = (
    kind: Kind,
    id: string | undefined,
    outputIndex: number | undefined,
  ): StreamItem | undefined => {
    const known = byId.get(id);
    if (isOpen(known, kind)) return known;
    const there = byIndex.get(outputIndex);
    if (isOpen(there, kind)) return there;
    return items.findLast(
      (item) => isOpen(item, kind) && (outputIndex === undefined || item.outputIndex === undefined),
    );
  };
  const finish = (item: StreamItem, wire: Wire): Parts => {
    const begun = learn(item, wire, ownId);
    keepBeside(item, wire);
    return [...begun, ...endItem(item, items.at(-1) !== item)];
  };
  /** An item of the complete response. */
  const complete = (wire: Wire, item: StreamItem | undefined): Parts => {
    if (item === undefined) return finish(add(wire, undefined, asNonEmpty(wire['id'])), wire);
    if (!item.done) return finish(item, wire);
    keepBeside(item, wire);
    return item.kind === 'message' ? settleTexts(item, wire) : [];
  };

  return {
    items,
    itemOf(kind, event, type = kind) {
      const id = asNonEmpty(event['item_id']);
      const outputIndex = asCount(event['output_index']);
      if (isOpen(last, kind) && id === lastId && outputIndex === lastIndex) return last;
      const item = find(kind, id, outputIndex) ?? add({ type }, outputIndex, id);
      last = item;
      lastId = id;
      lastIndex = outputIndex;
      return item;
    },
    begin(event) {
      const wire = asObject(event['item']) ?? {};
      const id = asNonEmpty(wire['id']);
      const outputIndex = asCount(event['output_index']);
      const there = byId.get(id) ?? byIndex.get(outputIndex);
      // A piece of it may have arrived before.
      const isIt = there?.announced === false && there.kind === kindOf(wire);
      return learn(isIt ? there : add(wire, outputIndex, id), wire, ownId);
    },
    end(event) {
      const wire = asObject(event['item']) ?? {};
      const id = asNonEmpty(wire['id']);
      const outputIndex = asCount(event['output_index']);
      const kind = kindOf(wire);
      const item =
        items.find((each) => isOpen(each, kind) && isCalled(each, wire)) ?? find(kind, id, outputIndex);
      const isRepeated =
        byId.get(id)?.done === true ||
        items.some((each) => isSameCall(each, wire)) ||
        isSameText(byIndex.get(outputIndex), wire);
      if (item === undefined && isRepeated) return [];
      return finish(item ?? add(wire, outputIndex, id), wire);
    },
    close(output) {
      const pairs = pair(output, items, byId);
      const parts = output.flatMap((wire) => complete(wire, pairs.get(wire)));
      const open = items.filter(({ done }) => !done);
      return [...parts, ...open.flatMap((item) => endItem(item, items.at(-1) !== item))];
    },
  };
}

function isOpen(item: StreamItem | undefined, kind: Kind): item is StreamItem {
  return item?.kind === kind && !item.done;
}

/** Whether an item is the call with this id. */
function isCalled(item: StreamItem, { call_id: id }: Wire): boolean {
  return item.kind === 'call' && id !== undefined && id !== '' && item.wire['call_id'] === id;
}

function isSameCall(item: StreamItem, wire: Wire): boolean {
  const known = item.wire;
  return isCalled(item, wire) && known['name'] === wire['name'] && known['arguments'] === wire['arguments'];
}

function isSameText(item: StreamItem | undefined, wire: Wire): boolean {
  if (item === undefined || kindOf(wire) !== 'message' || item.texts.size === 0) return false;
  return textsOf(wire).every(({ index, text }) => item.texts.get(index)?.text === text);
}

/** Matches items of the response to items of the stream: by id, then by position among those of the same type. */
function pair(
  output: readonly Wire[],
  items: readonly StreamItem[],
  byId: ReadonlyMap<string | undefined, StreamItem>,
): ReadonlyMap<Wire, StreamItem> {
  const pairs = new Map<Wire, StreamItem>();
  const left = new Set(items);
  const take = (wire: Wire, item: StreamItem | undefined): void => {
    if (item !== undefined && left.delete(item)) pairs.set(wire, item);
  };
  for (const wire of output)
    take(wire, items.find((item) => isCalled(item, wire)) ?? byId.get(asNonEmpty(wire['id'])));
  for (const wire of output) {
    if (pairs.has(wire)) continue;
    take(
      wire,
      [...left].find((item) => typeOf(item.wire) === typeOf(wire)),
    );
  }
  return pairs;
}
