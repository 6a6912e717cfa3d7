import { ConfigError } from '../errors.ts';
import { type Flaw, type Shape, unknownField } from './shape.ts';

/** Throws the caller's error: `ConfigError` for router options, `RequestError` for call options. */
export type Refuse = (path: string, expected: string, got: string) => never;

/** For options of a router, a plugin, a provider or an adapter. */
export const refuse: Refuse = (path, expected, got) => {
  throw new ConfigError(path, expected, got);
};

/** A value for an error message: short, without object contents. */
export function show(value: unknown): string {
  if (typeof value === 'string') return value.length > 40 ? `'${value.slice(0, 40)}…'` : `'${value}'`;
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null) return 'an object';
  return typeof value === 'function' ? 'a function' : String(value);
}

/** Refuses anything but `undefined` and a value of the shape. */
export function check(path: string, value: unknown, shape: Shape, by: Refuse = refuse): void {
  if (value !== undefined) refuseFlaw(path, shape(value), by);
}

function refuseFlaw(path: string, flaw: Flaw | undefined, by: Refuse): void {
  if (flaw === undefined) return;
  const at = path + flaw.path;
  by(path === '' ? at.replace(/^\./, '') : at, flaw.expected, flaw.got ?? show(flaw.value));
}

/** Refuses anything but an object with only known fields, and returns it. */
export function checkObject(
  path: string,
  value: unknown,
  fields: readonly string[],
  by: Refuse = refuse,
): Readonly<Record<string, unknown>> {
  refuseFlaw(
    path,
    unknownField(value, () => fields),
    by,
  );
  return value as Readonly<Record<string, unknown>>;
}
