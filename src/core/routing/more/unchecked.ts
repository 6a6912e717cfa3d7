import { lessBusy, type Scored } from '../../../strategies/shared/scored.ts';
import type { Random } from '../../../types/clock.ts';
import type { Candidate, Candidates } from '../../../types/options/strategy.ts';
import { Ascending } from './ascending.ts';

/** Figures within this ratio of each other are equal. */
const rounding = 1e-9;

/** How the candidates of items, such as targets, are made and checked. */
export interface Checks<Item, Own extends Candidate> {
  /**
   * The candidate of an item, not checked.
   *
   * @param again one that is not needed any more: making a thousand takes longer than scoring them
   */
  unchecked(item: Item, again: Own | undefined): Own;
  /** The candidate of an item that can take the request. Asked at most once for each. */
  eligible(item: Item): Own | undefined;
  readonly random: Random;
}

/** Candidates that are checked only where one of them may be chosen. */
export class Unchecked<Item, Own extends Candidate> implements Candidates {
  readonly #items: readonly Item[];
  readonly #checks: Checks<Item, Own>;

  constructor(items: readonly Item[], checks: Checks<Item, Own>) {
    this.#items = items;
    this.#checks = checks;
  }

  *[Symbol.iterator](): Generator<Own, undefined> {
    for (const item of this.#items) {
      const candidate = this.#checks.eligible(item);
      if (candidate !== undefined) yield candidate;
    }
    return undefined;
  }

  where(condition: (candidate: Candidate) => boolean): Candidates {
    const { eligible, ...rest } = this.#checks;
    return new Unchecked(this.#items, {
      ...rest,
      eligible(item: Item): Own | undefined {
        const candidate = eligible(item);
        return candidate !== undefined && condition(candidate) ? candidate : undefined;
      },
    });
  }

  lowest(figure: (candidate: Candidate) => number | undefined): Candidate | undefined {
    const { unchecked } = this.#checks;
    const scores = new Float64Array(this.#items.length);
    let best = Number.POSITIVE_INFINITY;
    let candidate: Own | undefined;
    let index = 0;
    for (const item of this.#items) {
      candidate = unchecked(item, candidate);
      const score = figure(candidate) ?? Number.POSITIVE_INFINITY;
      scores[index++] = score;
      if (score < best) best = score;
    }
    const most = upTo(best);
    const found = this.#lessBusy(this.#scored(scores, (score) => score <= most));
    if (found !== undefined) return found;
    const rest = new Ascending(this.#scored(scores, (score) => score > most));
    while (rest.next !== undefined) {
      const next = this.#lessBusy(rest.takeUpTo(upTo(rest.next.score)));
      if (next !== undefined) return next;
    }
    return undefined;
  }

  #scored(scores: Float64Array, isIn: (score: number) => boolean): Scored<Item>[] {
    const found: Scored<Item>[] = [];
    let index = 0;
    for (const candidate of this.#items) {
      const score = scores[index++] as number;
      if (isIn(score)) found.push({ candidate, score });
    }
    return found;
  }

  /** The less busy of two that fit, drawn at random. */
  #lessBusy(equals: Scored<Item>[]): Candidate | undefined {
    const { eligible, random } = this.#checks;
    let first: Scored<Own> | undefined;
    for (let last = equals.length - 1; last >= 0; last--) {
      const at = last === 0 ? 0 : Math.floor(random() * (last + 1));
      const { candidate: item, score } = equals[at] as Scored<Item>;
      equals[at] = equals[last] as Scored<Item>;
      const candidate = eligible(item);
      if (candidate === undefined) continue;
      const drawn = { candidate, score };
      if (first !== undefined) return lessBusy(first, drawn).candidate;
      first = drawn;
    }
    return first?.candidate;
  }
}

/** Scores up to this one count as equal. */
function upTo(score: number): number {
  return score + Math.abs(score) * rounding;
}
