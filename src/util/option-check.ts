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

const timeouts = ['request', 'attempt', 'connect', 'response', 'firstToken', 'idle', 'unread'];

/** Refuses invalid timeouts: each must be a positive number of milliseconds or `Infinity`. */
export function checkTimeouts(path: string, value: unknown, refuse: Refuse): void {
  shape(each(timeouts, checkDuration))(path, value, refuse);
}

export const interruptedWords = ['error', 'restart', 'continue', 'continue-or-restart'];

/** Refuses an invalid `hedge`. */
export function checkHedge(path: string, value: unknown, fields: readonly string[], refuse: Refuse): void {
  if (value === undefined || value === false) return;
  const { delay, ratio: share, maxCost } = checkObject(path, value, fields, refuse);
  hedgeDelay(`${path}.delay`, delay, refuse);
  ratio(`${path}.ratio`, share, refuse);
  amount(`${path}.maxCost`, maxCost, refuse);
}

const hedgeDelay: Check = /* @__PURE__ */ is(
  "milliseconds, or 'p90', 'p95' or 'p99'",
  (value) => isNumber(value, 0) || ['p90', 'p95', 'p99'].includes(value as string),
);

// Checks as data: what an option may be. Each refuses anything but `undefined` and what it names.

/** Checks the value at a path. */
export type Check = (path: string, value: unknown, refuse: Refuse) => void;

/** A value that a test accepts. */
export function is(expected: string, test: (value: unknown) => boolean): Check {
  return (path, value, refuse) => {
    if (value !== undefined && !test(value)) refuse(path, expected, show(value));
  };
}

/** An object with these fields and no others. */
export function shape(fields: Readonly<Record<string, Check>>): Check {
  const names = Object.keys(fields);
  return (path, value, refuse) => {
    if (value === undefined) return;
    const object = checkObject(path, value, names, refuse);
    for (const name of names) fields[name]?.(path === '' ? name : `${path}.${name}`, object[name], refuse);
  };
}

/** An object whose fields all pass one check, whatever their names. */
export function recordOf(each: (path: string, value: unknown, refuse: Refuse, name: string) => void): Check {
  return (path, value, refuse) => {
    if (value === undefined) return;
    for (const [name, own] of Object.entries(checkObject(path, value, undefined, refuse)))
      each(`${path}.${name}`, own, refuse, name);
  };
}

/** The same fields, all with one check. */
export function each(names: readonly string[], check: Check): Readonly<Record<string, Check>> {
  return Object.fromEntries(names.map((name) => [name, check]));
}

/** `false`, or what another check accepts. */
export function orFalse(check: Check): Check {
  return (path, value, refuse) => {
    if (value !== false) check(path, value, refuse);
  };
}

/** A number of at least `least`; an integer if `whole`. */
export function from(least: number, whole = false): Check {
  return (path, value, refuse) => checkNumber(path, value, refuse, { least, whole });
}

/** One of these words. */
export function word(...words: readonly string[]): Check {
  return (path, value, refuse) => checkWord(path, value, words, refuse);
}

function typed(type: 'string' | 'function' | 'boolean'): Check {
  return (path, value, refuse) => checkType(path, value, type, refuse);
}

export const amount: Check = (path, value, refuse) => checkNumber(path, value, refuse);
export const count: Check = /* @__PURE__ */ from(1, true);
export const text: Check = /* @__PURE__ */ typed('string');
export const callback: Check = /* @__PURE__ */ typed('function');
export const flag: Check = /* @__PURE__ */ typed('boolean');
export const ratio: Check = /* @__PURE__ */ is('a number from 0 to 1', (value) => isNumber(value, 0, 1));

/** Whether a value is a number within these bounds. */
export function isNumber(value: unknown, least: number, most = Number.POSITIVE_INFINITY): boolean {
  return typeof value === 'number' && value >= least && value <= most;
}
