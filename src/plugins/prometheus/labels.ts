/** The label for all values beyond the limit. */
const other = 'other';

/** Values of a label that come from outside, such as models that calls name: the first ones, and one value for the rest. */
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
