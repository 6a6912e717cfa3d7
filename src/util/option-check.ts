/** Throws the caller's error: `ConfigError` for router options, `RequestError` for call options. */
export type Refuse = (path: string, expected: string, got: string) => never;

/** A value for an error message: short, without object contents. */
export function show(value: unknown): string {
  if (typeof value === 'string') return value.length > 40 ? `'${value.slice(0, 40)}…'` : `'${value}'`;
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null) return 'an object';
  return typeof value === 'function' ? 'a function' : String(value);
}

/** Checks that the value is an object with only known fields; `undefined`: with any. */
export function checkObject(
  path: string,
  value: unknown,
  fields: readonly string[] | undefined,
  refuse: Refuse,
): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    refuse(path, 'an object', show(value));
  for (const field of Object.keys(value)) {
    if (fields === undefined || fields.includes(field)) continue;
    refuse(
      path === '' ? field : `${path}.${field}`,
      `one of the options ${fields.join(', ')}`,
      'an unknown option',
    );
  }
  return value as Readonly<Record<string, unknown>>;
}

/** Refuses anything but `undefined` or a number of at least `least`; an integer if `whole`. */
export function checkNumber(
  path: string,
  value: unknown,
  refuse: Refuse,
  { least = 0, whole = false }: { readonly least?: number; readonly whole?: boolean } = {},
): void {
  if (value === undefined) return;
  const right = typeof value === 'number' && value >= least && (!whole || Number.isInteger(value));
  if (!right) refuse(path, `${whole ? 'a whole number' : 'a number'} of at least ${least}`, show(value));
}

/** Refuses anything but `undefined` or a value of this type. */
export function checkType(
  path: string,
  value: unknown,
  type: 'string' | 'function' | 'boolean',
  refuse: Refuse,
): void {
  const expected = type === 'boolean' ? 'true, false or nothing' : `a ${type}`;
  if (value !== undefined && typeof value !== type) refuse(path, expected, show(value));
}

/** Refuses anything but `undefined` or a list of strings. */
export function checkStrings(path: string, value: unknown, refuse: Refuse): void {
  if (value === undefined || (Array.isArray(value) && value.every((each) => typeof each === 'string')))
    return;
  refuse(path, 'a list of strings', show(value));
}

/** Refuses anything but `undefined`, a positive number of milliseconds, or `Infinity`. */
export function checkDuration(path: string, value: unknown, refuse: Refuse): void {
  if (value === undefined || (typeof value === 'number' && value > 0)) return;
  refuse(path, 'a positive number of milliseconds, or Infinity', show(value));
}

/** Refuses anything but `undefined` or one of the words. */
export function checkWord(path: string, value: unknown, words: readonly string[], refuse: Refuse): void {
  if (value === undefined || (typeof value === 'string' && words.includes(value))) return;
  refuse(path, `one of ${words.join(', ')}`, show(value));
}

/** Refuses invalid timeouts: each must be a positive number of milliseconds or `Infinity`. */
export function checkTimeouts(path: string, value: unknown, refuse: Refuse): void {
  if (value === undefined) return;
  const names = ['request', 'attempt', 'connect', 'response', 'firstToken', 'idle', 'unread'];
  const timeouts = checkObject(path, value, names, refuse);
  for (const name of names) checkDuration(`${path}.${name}`, timeouts[name], refuse);
}

export const interruptedWords = ['error', 'restart', 'continue', 'continue-or-restart'];

/** Refuses an invalid `hedge`. */
export function checkHedge(path: string, value: unknown, fields: readonly string[], refuse: Refuse): void {
  if (value === undefined || value === false) return;
  const { delay, ratio, maxCost } = checkObject(path, value, fields, refuse);
  const percentile = typeof delay === 'string' && ['p90', 'p95', 'p99'].includes(delay);
  if (delay !== undefined && !percentile && !(typeof delay === 'number' && delay >= 0)) {
    refuse(`${path}.delay`, "milliseconds, or 'p90', 'p95' or 'p99'", show(delay));
  }
  if (ratio !== undefined && !(typeof ratio === 'number' && ratio >= 0 && ratio <= 1)) {
    refuse(`${path}.ratio`, 'a number from 0 to 1', show(ratio));
  }
  checkNumber(`${path}.maxCost`, maxCost, refuse);
}
