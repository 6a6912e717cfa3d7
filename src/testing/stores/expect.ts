/** The few assertions that the cases need, so that they run in any test framework. */
export interface Expectation {
  /** Equal in depth; `undefined` fields count as missing. */
  toEqual(expected: unknown): void;
  /** Has these fields, among others. */
  toMatchObject(expected: Readonly<Record<string, unknown>>): void;
  toBeText(): void;
  toBeAtLeast(least: number): void;
  toBeAtMost(most: number): void;
}

export function expect(actual: unknown): Expectation {
  const check = (holds: boolean, expected: string): void => {
    if (!holds) throw new Error(`expected ${expected}, got ${shown(actual)}`);
  };
  return {
    toEqual: (expected) => check(isEqual(actual, expected), shown(expected)),
    toMatchObject(expected) {
      const fields = Object.keys(expected);
      const own = Object(actual) as Readonly<Record<string, unknown>>;
      check(
        fields.every((field) => isEqual(own[field], expected[field])),
        `an object with ${shown(expected)}`,
      );
    },
    toBeText: () => check(typeof actual === 'string' && actual !== '', 'text'),
    toBeAtLeast: (least) => check(Number(actual) >= least, `at least ${least}`),
    toBeAtMost: (most) => check(Number(actual) <= most, `at most ${most}`),
  };
}

function isEqual(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [own, other] = [a, b] as readonly Readonly<Record<string, unknown>>[];
  const fields = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...fields].every((field) => isEqual(own?.[field], other?.[field]));
}

function shown(value: unknown): string {
  return JSON.stringify(value) ?? String(value);
}
