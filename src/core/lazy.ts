/** A value that is computed when it is first asked for, and then kept. */
export interface Lazy<T> {
  get(): T;
  /** Whether it has been computed. */
  readonly known: boolean;
}

export function lazy<T>(compute: () => T): Lazy<T> {
  let kept: { readonly value: T } | undefined;
  return {
    get() {
      kept ??= { value: compute() };
      return kept.value;
    },
    get known() {
      return kept !== undefined;
    },
  };
}
