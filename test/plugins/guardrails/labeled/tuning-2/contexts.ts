import { maker, withoutLabel } from '../random.ts';

const { pick } = maker(66_310);

/** Texts around a value, as people, programs and documents write them. */
const contexts: readonly ((value: string) => string)[] = [
  (value) =>
    `Hi team,\n\nthe customer wrote again. Details: ${value}\n\nCan someone call them back before 5pm?\nThanks, Mia`,
  (value) => `2026-11-28T22:14:03.120Z WARN [api] request failed for ${value} after 3 retries (status=502)`,
  (value) => `{"id": 4711, "note": "${value.replaceAll('\n', '\\n').replaceAll('"', '\\"')}", "ok": true}`,
  (value) => `id,name,contact\n17,Tanaka,${value}\n18,Silva,n/a`,
  (value) => `| field | value |\n|---|---|\n| entry | ${value} |`,
  (value) => `> Am 28.11. schrieb Jonas:\n> ${value}\nDas stimmt so nicht, bitte korrigieren.`,
  (value) => `Mi dato es ${value}; ¿puede confirmarlo?`,
  (value) => `Moje dane: ${value}, proszę o pilny kontakt.`,
  (value) => `<td class="cell">${value}</td>`,
  (value) => `curl -s https://api.acme.dev/v2/items -d 'q=${value}'`,
  (value) => `${value}?`,
  (value) => `* ${value}\n* (nothing else)`,
  (value) => `連絡先は${value}です。`,
  (value) => `const sample = "${value.replaceAll('"', '\\"')}"; // TODO remove`,
  (value) => `Q: What is on file?\nA: ${value}.`,
];

export function inContext(value: string): string {
  return pick(contexts)(value);
}

/** A value in a text. */
export function labeled(made: string): { readonly value: string; readonly text: string } {
  const { value, whole } = withoutLabel(made);
  return { value, text: inContext(whole) };
}
