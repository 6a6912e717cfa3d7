import { type Flaw, inside, is, isObject, type Shape, step, wrong } from '../../../util/shape.ts';

/** Deeper than any request, and far from where `JSON.stringify` gives up: most likely a value that contains itself. */
export const deepest = 500;

/** Any value that JSON can hold. Fields that are `undefined` are left out of it. */
export const json: Shape = (value) => flawInJSON(value, 0);

function flawInJSON(value: unknown, depth: number): Flaw | undefined {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return undefined;
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : notJSON(value);
  if (typeof value !== 'object' || isOpaque(value)) return notJSON(value);
  if (depth > deepest)
    return { path: '', expected: `JSON of at most ${deepest} levels`, got: 'more levels, or a cycle' };
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) {
      const flaw = flawInJSON(value[index], depth + 1);
      if (flaw !== undefined) return inside(`[${index}]`, flaw);
    }
    return undefined;
  }
  // Dates and similar objects define their own JSON form.
  if ('toJSON' in value && typeof value.toJSON === 'function') return undefined;
  for (const field in value) {
    const inner = (value as Readonly<Record<string, unknown>>)[field];
    const flaw = inner === undefined ? undefined : flawInJSON(inner, depth + 1);
    if (flaw !== undefined) return inside(step(field), flaw);
  }
  return undefined;
}

function notJSON(value: unknown): Flaw {
  return wrong('a value that JSON can hold', value);
}

/** Objects whose content `JSON.stringify` silently loses. */
function isOpaque(value: object): boolean {
  return (
    value instanceof Map || value instanceof Set || value instanceof ArrayBuffer || ArrayBuffer.isView(value)
  );
}

/** A JSON object. */
export const jsonObject: Shape = (value) => object(value) ?? json(value);

const object = is('an object', isObject);
