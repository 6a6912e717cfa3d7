/** A value that is computed on first use and then cached. */
export interface Lazy<T> {
  get(): T;
  /** Whether it has been computed. */
  readonly known: boolean;
}

export function lazy<T>(compute: () => T): Lazy<T> {
  let value: T;
  // `known` is a field: a getter would give each object its own hidden class.
  const self = {
    known: false,
    get() {
      if (!self.known) {
        value = compute();
        self.known = true;
      }
      return value;
    },
  };
  return self;
}
