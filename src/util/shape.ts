/** An error in a value, and its place there. Paths are built only for errors. */
export interface Flaw {
  /** From the value down, such as `.content[1].text`; empty for the value itself. */
  readonly path: string;
  readonly expected: string;
  /** A description of the value, where the value itself is not enough. */
  readonly got?: string;
  readonly value?: unknown;
}

/**
 * Returns the first error in a value; `undefined` for a valid one. Options and requests share this checker; its callers build the
 * error, which for requests shows less of the value.
 */
export type Shape = (value: unknown) => Flaw | undefined;

/** Shapes by the names of fields. */
export type Shapes = Readonly<Record<string, Shape>>;

/** A value that passes a test. */
/* @__NO_SIDE_EFFECTS__ */
export function is(expected: string, test: (value: unknown) => boolean): Shape {
  return (value) => (test(value) ? undefined : wrong(expected, value));
}

const anObject = /* @__PURE__ */ is('an object', isObject);
export const text: Shape = /* @__PURE__ */ is('a string', (value) => typeof value === 'string');
export const flag: Shape = /* @__PURE__ */ is('true or false', (value) => typeof value === 'boolean');
export const callback: Shape = /* @__PURE__ */ is('a function', (value) => typeof value === 'function');
export const strings: Shape = /* @__PURE__ */ is(
  'a list of strings',
  (value) => Array.isArray(value) && value.every((each) => typeof each === 'string'),
);
export const ratio: Shape = /* @__PURE__ */ is('a number from 0 to 1', (value) => isNumber(value, 0, 1));
/** A duration. */
export const duration: Shape = /* @__PURE__ */ is(
  'a positive number of milliseconds, or Infinity',
  (value) => typeof value === 'number' && value > 0,
);
export const anything: Shape = () => undefined;

/** A number of at least `least`. */
/* @__NO_SIDE_EFFECTS__ */
export function atLeast(least: number): Shape {
  return is(`a number of at least ${least}`, (value) => isNumber(value, least));
}
export const amount: Shape = /* @__PURE__ */ atLeast(0);

/** A whole number of at least `least`. */
/* @__NO_SIDE_EFFECTS__ */
export function whole(least: number): Shape {
  return is(
    `a whole number of at least ${least}`,
    (value) => Number.isInteger(value) && isNumber(value, least),
  );
}
export const count: Shape = /* @__PURE__ */ whole(1);

/** One of a few words. */
/* @__NO_SIDE_EFFECTS__ */
export function oneOf(...words: readonly string[]): Shape {
  return words.length === 1 ? is(`'${words[0]}'`, (value) => value === words[0]) : among(words);
}

/** One of these names; the list may have only one. */
/* @__NO_SIDE_EFFECTS__ */
export function among(names: readonly string[]): Shape {
  return is(`one of ${names.join(', ')}`, (value) => names.includes(value as string));
}

/** A flaw of the value itself, or at a path in it. */
export function wrong(expected: string, value: unknown, path = ''): Flaw {
  return { path, expected, value };
}

/** `false`, or a value of the shape. */
/* @__NO_SIDE_EFFECTS__ */
export function orFalse(shape: Shape): Shape {
  return (value) => (value === false ? undefined : shape(value));
}

/** A value that may be left out. */
/* @__NO_SIDE_EFFECTS__ */
export function optional(shape: Shape): Shape {
  return (value) => (value === undefined ? undefined : shape(value));
}

/** A list, each of whose elements has the shape. */
/* @__NO_SIDE_EFFECTS__ */
export function listOf(shape: Shape, what: string, least = 0): Shape {
  const list = is(
    least > 0 ? `a list of at least one ${what}` : `a list of ${what}s`,
    (value) => Array.isArray(value) && value.length >= least,
  );
  return (value) => list(value) ?? elements(value as readonly unknown[], shape);
}

/** The first invalid element. */
export function elements(
  list: readonly unknown[],
  shape: (value: unknown, index: number) => Flaw | undefined,
) {
  for (let index = 0; index < list.length; index++) {
    const flaw = shape(list[index], index);
    if (flaw !== undefined) return inside(`[${index}]`, flaw);
  }
  return undefined;
}

/** An object with fields of these shapes; other fields are not checked. */
/* @__NO_SIDE_EFFECTS__ */
export function fields(shapes: Shapes): Shape {
  const entries = Object.entries(shapes);
  return (value) => {
    if (!isObject(value)) return anObject(value);
    for (const [field, shape] of entries) {
      const flaw = shape(value[field]);
      if (flaw !== undefined) return inside(`.${field}`, flaw);
    }
    return undefined;
  };
}

/** An object with these fields and no others. Those that are `undefined` are left out, except the required ones. */
/* @__NO_SIDE_EFFECTS__ */
export function only(shapes: Shapes, required: Shapes = {}): Shape {
  const all = Object.entries({ ...required, ...shapes });
  return (value) => {
    const flaw = unknownField(value, () => all.map(([name]) => name));
    if (flaw !== undefined) return flaw;
    for (const [field, shape] of all) {
      const own = (value as Fields)[field];
      const wrong = own === undefined && required[field] === undefined ? undefined : shape(own);
      if (wrong !== undefined) return inside(`.${field}`, wrong);
    }
    return undefined;
  };
}

type Fields = Readonly<Record<string, unknown>>;

/** The error in an object of known fields, apart from their values. */
export function unknownField(
  value: unknown,
  known: () => readonly string[],
  expected = (names: string) => `one of the options ${names}`,
  got = 'an unknown option',
): Flaw | undefined {
  if (!isObject(value)) return anObject(value);
  const names = known();
  const unknown = Object.keys(value).find((field) => !names.includes(field));
  return unknown === undefined
    ? undefined
    : { path: `.${unknown}`, expected: expected(names.join(', ')), got };
}

/** An object whose fields are all of one shape, whatever their names. */
/* @__NO_SIDE_EFFECTS__ */
export function recordOf(shape: (value: unknown, name: string) => Flaw | undefined): Shape {
  return (value) => {
    if (!isObject(value)) return anObject(value);
    for (const field in value) {
      const flaw = shape(value[field], field);
      if (flaw !== undefined) return inside(step(field), flaw);
    }
    return undefined;
  };
}

/** The same shape for all of these fields. */
/* @__NO_SIDE_EFFECTS__ */
export function each(names: readonly string[], shape: Shape): Shapes {
  return Object.fromEntries(names.map((name) => [name, shape]));
}

/** A flaw in a part of a value. */
export function inside(path: string, flaw: Flaw): Flaw {
  return { ...flaw, path: path + flaw.path };
}

/** Whether a value is an object with fields, not a list. */
export function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether a value is a number within these bounds. */
export function isNumber(value: unknown, least: number, most = Number.POSITIVE_INFINITY): boolean {
  return typeof value === 'number' && value >= least && value <= most;
}

/** A field in a path. Anything that is not an identifier is quoted, and shortened if it is long. */
export function step(field: string): string {
  return /^[\w$-]{1,40}$/.test(field) ? `.${field}` : `[${JSON.stringify(field.slice(0, 20))}]`;
}
