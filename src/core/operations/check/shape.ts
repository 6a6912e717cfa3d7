import { RequestError } from '../../../errors.ts';

/** What is wrong with a value, and where in it: paths are made only of what is wrong. */
export interface Flaw {
  /** From the value down, such as `.content[1].text`; empty for the value itself. */
  readonly path: string;
  readonly expected: string;
  readonly got: string;
}

/** Says what is wrong with a value; `undefined` where nothing is. */
export type Shape = (value: unknown) => Flaw | undefined;

/** Throws `RequestError` for the first flaw. */
export function check(field: string, shape: Shape, value: unknown): void {
  const flaw = shape(value);
  if (flaw !== undefined) throw flawed(field, flaw);
}

function flawed(field: string, { path, expected, got }: Flaw): RequestError {
  return new RequestError(`${field}${path}`, expected, got);
}

/** Throws `RequestError` for a request that is no object, for an unknown field, and for a wrong one. */
export function checkFields(request: object, shapes: Readonly<Record<string, Shape>>): void {
  if (!isObject(request)) check('request', anObject, request);
  for (const field of Object.keys(request)) {
    const shape = Object.hasOwn(shapes, field) ? shapes[field] : undefined;
    if (shape === undefined) {
      const known = Object.keys(shapes).join(', ');
      throw new RequestError(field, `a field of a request (${known})`, 'an unknown one');
    }
    const value = (request as Readonly<Record<string, unknown>>)[field];
    const flaw = value === undefined ? undefined : shape(value);
    if (flaw !== undefined) throw flawed(field, flaw);
  }
}

/** A value that a test tells right from wrong. */
export function is(expected: string, test: (value: unknown) => boolean): Shape {
  return (value) => (test(value) ? undefined : { path: '', expected, got: describe(value) });
}

const anObject = is('an object', isObject);
export const text = is('a string', (value) => typeof value === 'string');
export const name = is('a text that is not empty', (value) => typeof value === 'string' && value !== '');
export const finite = is('a finite number', Number.isFinite);
export const count = is(
  'a whole number of at least 1',
  (value) => Number.isInteger(value) && (value as number) > 0,
);
export const flag = is('true or false', (value) => typeof value === 'boolean');
export const anything: Shape = () => undefined;

/** One of a few words. */
export function oneOf(...words: readonly string[]): Shape {
  const expected = words.length === 1 ? `'${words[0]}'` : `one of ${words.join(', ')}`;
  return is(expected, (value) => typeof value === 'string' && words.includes(value));
}

/** A value that may be left out. */
export function optional(shape: Shape): Shape {
  return (value) => (value === undefined ? undefined : shape(value));
}

/** A list, each of whose elements has the shape. */
export function listOf(shape: Shape, what: string, least = 0): Shape {
  const expected = least > 0 ? `a list of at least one ${what}` : `a list of ${what}s`;
  return (value) => {
    if (!Array.isArray(value) || value.length < least) return { path: '', expected, got: describe(value) };
    for (let index = 0; index < value.length; index++) {
      const flaw = shape(value[index]);
      if (flaw !== undefined) return { ...flaw, path: `[${index}]${flaw.path}` };
    }
    return undefined;
  };
}

/** An object with fields of these shapes; others are not looked at. */
export function fields(shapes: Readonly<Record<string, Shape>>): Shape {
  const entries = Object.entries(shapes);
  return (value) => {
    if (!isObject(value)) return anObject(value);
    for (const [field, shape] of entries) {
      const flaw = shape(value[field]);
      if (flaw !== undefined) return { ...flaw, path: `.${field}${flaw.path}` };
    }
    return undefined;
  };
}

/** An object whose fields are all of one shape, whatever their names. */
export function recordOf(shape: Shape): Shape {
  return (value) => {
    if (!isObject(value)) return anObject(value);
    for (const field in value) {
      const flaw = shape(value[field]);
      if (flaw !== undefined) return { ...flaw, path: `${step(field)}${flaw.path}` };
    }
    return undefined;
  };
}

/** An object that says by one of its fields what it is, and has the shape of that. */
export function variants(tag: string, shapes: Readonly<Record<string, Shape>>): Shape {
  const known = new Map(Object.entries(shapes));
  const unknown = oneOf(...known.keys());
  return (value) => {
    if (!isObject(value)) return anObject(value);
    const kind = value[tag];
    const shape = typeof kind === 'string' ? known.get(kind) : undefined;
    if (shape !== undefined) return shape(value);
    return { path: `.${tag}`, expected: unknown('')?.expected ?? '', got: describe(kind) };
  };
}

/** Deeper than any request, and far from where `JSON.stringify` gives up: most likely a value that contains itself. */
export const deepest = 500;

/** Any value that JSON can hold. Fields that are `undefined` are left out of it. */
export const json: Shape = (value) => flawInJSON(value, 0);

function flawInJSON(value: unknown, depth: number): Flaw | undefined {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return undefined;
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : notJSON(value);
  if (typeof value !== 'object' || isOpaque(value)) return notJSON(value);
  if (depth > deepest)
    return { path: '', expected: `JSON of at most ${deepest} levels`, got: 'more of them, or a circle' };
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) {
      const flaw = flawInJSON(value[index], depth + 1);
      if (flaw !== undefined) return { ...flaw, path: `[${index}]${flaw.path}` };
    }
    return undefined;
  }
  // Dates and the like say themselves what they are in JSON.
  if ('toJSON' in value && typeof value.toJSON === 'function') return undefined;
  for (const field in value) {
    const inner = (value as Readonly<Record<string, unknown>>)[field];
    const flaw = inner === undefined ? undefined : flawInJSON(inner, depth + 1);
    if (flaw !== undefined) return { ...flaw, path: `${step(field)}${flaw.path}` };
  }
  return undefined;
}

function notJSON(value: unknown): Flaw {
  return { path: '', expected: 'a value that JSON can hold', got: describe(value) };
}

/** Objects whose content `JSON.stringify` loses without a word. */
function isOpaque(value: object): boolean {
  return (
    value instanceof Map || value instanceof Set || value instanceof ArrayBuffer || ArrayBuffer.isView(value)
  );
}

/** A JSON object. */
export const jsonObject: Shape = (value) => anObject(value) ?? json(value);

/** Whether a value is an object with fields, and no list. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A field in a path: what is no name is quoted, and cut where it is long. */
export function step(field: string): string {
  return /^[\w$-]{1,40}$/.test(field) ? `.${field}` : `[${JSON.stringify(field.slice(0, 20))}]`;
}

/** A value in an error: short, and never a prompt. */
export function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (value === '') return 'an empty one';
  if (typeof value === 'string')
    return value.length <= 20 && /^[\w./-]*$/.test(value) ? `'${value}'` : 'another string';
  if (typeof value === 'object') return Array.isArray(value) ? `a list of ${value.length}` : 'an object';
  return typeof value === 'function' ? 'a function' : String(value);
}
