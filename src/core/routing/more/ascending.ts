/** An item with a score. */
interface Scored {
  readonly score: number;
}

/**
 * Items in ascending order of their scores, sorted only as far as they are taken: a binary heap, built in linear time (Floyd,
 * "Algorithm 245: Treesort 3", Communications of the ACM 7, 1964).
 */
export class Ascending<Item extends Scored> {
  readonly #heap: Item[];

  /** @param items taken over, and put in another order */
  constructor(items: Item[]) {
    this.#heap = items;
    for (let at = (items.length >> 1) - 1; at >= 0; at--) this.#sink(at);
  }

  /** The item of the lowest score. */
  get next(): Item | undefined {
    return this.#heap[0];
  }

  /** Removes and returns the items with scores up to this one. */
  takeUpTo(score: number): Item[] {
    const taken: Item[] = [];
    for (let next = this.next; next !== undefined && next.score <= score; next = this.next) {
      taken.push(next);
      const last = this.#heap.pop();
      if (last === undefined || last === next) continue;
      this.#heap[0] = last;
      this.#sink(0);
    }
    return taken;
  }

  /** Moves an item down until none below it has a lower score. */
  #sink(from: number): void {
    const heap = this.#heap;
    const item = heap[from];
    if (item === undefined) return;
    let at = from;
    for (;;) {
      const [left, right] = [heap[2 * at + 1], heap[2 * at + 2]];
      if (left === undefined) break;
      const isRight = right !== undefined && right.score < left.score;
      const lower = isRight ? right : left;
      if (lower.score >= item.score) break;
      heap[at] = lower;
      at = 2 * at + (isRight ? 2 : 1);
    }
    heap[at] = item;
  }
}
