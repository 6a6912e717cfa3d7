/** A value that is computed when it is first asked for, and then kept. */
export interface Lazy<T> {
  get(): T;
  /** Whether it has been computed. */
  readonly known: boolean;
}

export function lazy<T>(compute: () => T): Lazy<T> {
  let value: T;
  // `known` is a field: a getter would give each of these objects a hidden class of its own.
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
