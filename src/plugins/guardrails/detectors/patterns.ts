import type { Awaitable } from '../../../types/plugin.ts';
import { check, checkObject, refuse, show } from '../../../util/option-check.ts';
import { atLeast, count } from '../../../util/shape.ts';
import type { Detector, Finding } from '../types.ts';

/** Options of `patterns`. */
export interface PatternsOptions {
  /** Maximum length of a match in characters. Longer matches are not found in streams. @default 128 */
  readonly longest?: number;
  /** Milliseconds per text for patterns that `re2js` cannot run, or without the package. @default 20 */
  readonly budget?: number;
}

/** All matches of a text: start and end of each, in one list. */
type Engine = (text: string) => readonly number[];

/**
 * Finds matches of your own patterns, by entity. They run on [re2js](https://github.com/le0pard/re2js), an
 * optional peer, whose time is linear in the length of the text. Patterns that it does not support, such as
 * lookarounds, and applications without the package need Node: there each text has a time budget, and a pattern
 * that exceeds it fails the check (`onError`).
 *
 * @throws ConfigError naming the invalid option; at the first check if a pattern can run in neither way
 * @example
 * guardrails([redact(patterns({ TICKET: /\bTCK-\d{6}\b/ }))])
 */
export function patterns(list: Readonly<Record<string, RegExp>>, options: PatternsOptions = {}): Detector {
  checkObject('patterns', options, ['longest', 'budget']);
  const { longest = 128, budget = 20 } = options;
  check('patterns.longest', longest, count);
  check('patterns.budget', budget, atLeast(1));
  for (const [entity, pattern] of Object.entries(list))
    if (!(pattern instanceof RegExp)) refuse(`patterns.${entity}`, 'a regular expression', show(pattern));
  let engines: readonly (readonly [string, Engine])[] | undefined;
  const load = async (): Promise<void> => {
    const all = Object.entries(list).map(async ([entity, pattern]) => {
      return [entity, (await linear(pattern)) ?? budgeted(entity, pattern, budget)] as const;
    });
    engines = await Promise.all(all);
  };
  const run = (text: string): Finding[] =>
    (engines ?? []).flatMap(([entity, engine]) => {
      const offsets = engine(text);
      const found: Finding[] = [];
      for (let at = 0; at + 1 < offsets.length; at += 2)
        found.push({ start: offsets[at] as number, end: offsets[at + 1] as number, entity });
      return found;
    });
  return {
    name: 'patterns',
    longest: longest + 1,
    find: (text): Awaitable<readonly Finding[]> =>
      engines === undefined ? load().then(() => run(text)) : run(text),
  };
}

/** The pattern on re2js; `undefined` if it is not installed or does not support the pattern. */
async function linear({ source, flags }: RegExp): Promise<Engine | undefined> {
  try {
    const { RE2JS } = await import('re2js');
    const bits = [
      [flags.includes('i'), RE2JS.CASE_INSENSITIVE],
      [flags.includes('m'), RE2JS.MULTILINE],
      [flags.includes('s'), RE2JS.DOTALL],
    ] as const;
    const compiled = RE2JS.compile(
      RE2JS.translateRegExp(source),
      bits.reduce((sum, [isSet, bit]) => (isSet ? sum | bit : sum), 0),
    );
    return (text) => {
      const offsets: number[] = [];
      const matcher = compiled.matcher(text);
      while (matcher.find())
        if (matcher.end() > matcher.start()) offsets.push(matcher.start(), matcher.end());
      return offsets;
    };
  } catch {
    return undefined;
  }
}

/** The parts of `node:vm` that are used. */
interface VM {
  createContext(globals: object): object;
  Script: new (code: string) => { runInContext(context: object, options: { timeout: number }): unknown };
}

/** The pattern on the runtime's engine, which `node:vm` interrupts when its time is over. */
function budgeted(entity: string, pattern: RegExp, budget: number): Engine {
  const { process } = globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } };
  const vm = process?.getBuiltinModule?.('node:vm') as VM | undefined;
  if (vm === undefined)
    return refuse(`patterns.${entity}`, 'the package re2js and a pattern that it supports', 'another one');
  const globals = { text: '', source: pattern.source, flags: `${pattern.flags.replace(/[gy]/g, '')}g` };
  const context = vm.createContext(globals);
  const script = new vm.Script(
    'var found = []; for (const m of text.matchAll(new RegExp(source, flags))) if (m[0]) found.push(m.index, m.index + m[0].length); JSON.stringify(found)',
  );
  return (text) => {
    globals.text = text;
    return JSON.parse(String(script.runInContext(context, { timeout: budget })));
  };
}
