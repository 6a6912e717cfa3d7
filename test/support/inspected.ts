import { inspect } from 'node:util';

/** All that can be seen of a value by printing it in any way, its hidden fields and all that it is caused by included. */
export function inspected(value: unknown): string {
  const shown = [
    inspect(value, { depth: 20, showHidden: true, maxStringLength: null, maxArrayLength: null }),
  ];
  const seen = new Set<unknown>();
  for (let next = value; next instanceof Error && !seen.has(next); next = next.cause) {
    seen.add(next);
    shown.push(String(next), next.message, next.stack ?? '', json(next), json({ ...next }));
  }
  return [...shown, json(value)].join('\n');
}

function json(value: unknown): string {
  return JSON.stringify(value) ?? '';
}
