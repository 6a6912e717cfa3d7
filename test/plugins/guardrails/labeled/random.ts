import { seededRandom } from 'signalbox/testing';

/** Makers of values by template: `9` a digit, `A` a capital, `a` a letter, `x` a hexadecimal digit, `*` any of these. */
export interface Maker {
  pick<T>(list: readonly T[]): T;
  /** Text by a template; `\` before a character keeps it. */
  like(template: string): string;
  /** Characters of an alphabet. */
  from(alphabet: string, count: number): string;
}

const alphabets: Readonly<Record<string, string>> = {
  '9': '0123456789',
  A: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ',
  a: 'abcdefghijklmnopqrstuvwxyz',
  x: '0123456789abcdef',
  '*': 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789',
};

export function maker(seed: number): Maker {
  const random = seededRandom(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const from = (alphabet: string, count: number): string =>
    Array.from({ length: count }, () => pick([...alphabet])).join('');
  return {
    pick,
    from,
    like: (template) =>
      template.replace(/\\(.)|[9Aax*]/g, (char, kept?: string) => kept ?? from(alphabets[char] ?? '', 1)),
  };
}

/** A value alone, and with its label: the value is between `‹` and `›`, or all of it. */
export function withoutLabel(made: string): { readonly value: string; readonly whole: string } {
  const value = /‹([\s\S]*)›/.exec(made)?.[1] ?? made;
  return { value, whole: made.replace(/[‹›]/g, '') };
}
