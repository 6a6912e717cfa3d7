/** Something in a bag. */
export interface Slot {
  /** Its place there, which is the bag's own matter. */
  place?: number | undefined;
}

/**
 * What is under way just now, in no order. A `Set` that is always nearly empty, while things come and go, leaves a chain of dead
 * tables behind it, each of which keeps what was in it from being collected with the young (V8's tables are not cleared when
 * they are replaced); with a request's all that cost a third of its time.
 */
export interface SwapSet<T extends Slot> {
  readonly items: readonly T[];
  add(item: T): void;
  /** Whether it was in it. */
  delete(item: T): boolean;
}

export function swapSet<T extends Slot>(): SwapSet<T> {
  const items: T[] = [];
  return {
    items,
    add(item) {
      item.place = items.length;
      items.push(item);
    },
    delete(item) {
      const { place } = item;
      if (place === undefined) return false;
      item.place = undefined;
      const last = items.pop();
      if (last !== undefined && last !== item) {
        items[place] = last;
        last.place = place;
      }
      return true;
    },
  };
}
