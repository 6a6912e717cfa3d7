/** What stands for all values that are not told apart. */
const other = 'other';

/** The values of a label that comes from outside, such as names of models in calls: the first ones, and one value for the rest. */
export class Labels {
  readonly #most: number;
  readonly #known = new Set<string>();

  constructor(most: number) {
    this.#most = most;
  }

  of(value: string): string {
    if (this.#known.has(value)) return value;
    if (this.#known.size >= this.#most) return other;
    this.#known.add(value);
    return value;
  }
}
