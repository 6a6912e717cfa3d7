import { toBase64 } from '../../../util/data-content.ts';

/**
 * A text that is the same for equal values and for no others: like JSON, with sorted keys and without
 * undefined fields. Bytes and URLs have distinct forms, so they equal no other value. `undefined` for values
 * without such a form: functions, symbols, and class instances.
 */
export function canonical(value: unknown): string | undefined {
  switch (typeof value) {
    case 'string':
      return ofText(value);
    case 'boolean':
      return String(value);
    case 'number':
      return Object.is(value, -0) ? '-0' : String(value);
    case 'bigint':
      return `${value}n`;
    case 'object':
      return value === null ? 'null' : ofObject(value);
    default:
      return undefined;
  }
}

/** With its length in front, a text needs no escapes, which take longer than the rest of a key. */
function ofText(text: string & { isWellFormed?(): boolean }): string {
  // A lone surrogate has no bytes. Runtimes before ES2024 cannot detect one.
  return text.isWellFormed?.() === true ? `"${text.length}:${text}` : `h${JSON.stringify(text)}`;
}

function ofObject(value: object): string | undefined {
  if (Array.isArray(value)) return ofList(value);
  if (value instanceof Uint8Array) return `b"${toBase64(value)}"`;
  if (value instanceof URL) return `u${ofText(value.href)}`;
  if (value instanceof Date) return `d${value.getTime()}`;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return undefined;
  const fields = value as Readonly<Record<string, unknown>>;
  let text = '';
  for (const key of Object.keys(fields).sort(byCodeUnit)) {
    const field = fields[key];
    if (field === undefined) continue;
    const written = canonical(field);
    if (written === undefined) return undefined;
    text += `${text === '' ? '' : ','}${ofText(key)}${written}`;
  }
  return `{${text}}`;
}

function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function ofList(values: readonly unknown[]): string | undefined {
  const texts: string[] = [];
  for (const value of values) {
    const written = value === undefined ? 'null' : canonical(value);
    if (written === undefined) return undefined;
    texts.push(written);
  }
  return `[${texts.join(',')}]`;
}
