import { RequestError } from '../../../errors.ts';
import {
  type Flaw,
  inside,
  is,
  isObject,
  type Shape,
  type Shapes,
  unknownField,
} from '../../../util/shape.ts';

export const name = is('a text that is not empty', (value) => typeof value === 'string' && value !== '');
export const finite = is('a finite number', Number.isFinite);

/** Throws `RequestError` for an invalid value. */
export function check(field: string, shape: Shape, value: unknown): void {
  refuse(field, shape(value));
}

/** Throws `RequestError` for a request that is not an object, an unknown field, or an invalid one. */
export function checkFields(request: object, shapes: Shapes): void {
  if (!isObject(request)) check('request', is('an object', isObject), request);
  const expected = (names: string): string => `a field of a request (${names})`;
  refuse(
    '',
    unknownField(request, () => Object.keys(shapes), expected, 'an unknown one'),
  );
  for (const [field, value] of Object.entries(request))
    if (value !== undefined) refuse(field, shapes[field]?.(value));
}

function refuse(field: string, flaw: Flaw | undefined): void {
  if (flaw === undefined) return;
  const { path, expected, got, value } = flaw;
  throw new RequestError(`${field}${field === '' ? path.slice(1) : path}`, expected, got ?? describe(value));
}

/** The first flaw in the value of a field whose tag names its shape, such as `type`. */
export function variants(tag: string, shapes: Shapes): Shape {
  const known = new Map(Object.entries(shapes));
  const object = is('an object', isObject);
  const unknown = is(`one of ${[...known.keys()].join(', ')}`, () => false);
  return (value) => {
    if (!isObject(value)) return object(value);
    const kind = value[tag];
    const shape = typeof kind === 'string' ? known.get(kind) : undefined;
    if (shape !== undefined) return shape(value);
    const flaw = unknown(kind);
    return flaw && inside(`.${tag}`, flaw);
  };
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
