import { ConfigError } from '../../../errors.ts';
import { checkObject, type Refuse, show } from '../../../util/option-check.ts';
import type { Guard } from '../types.ts';
import type { GuardOptions } from './block.ts';

/** Options of `language`. */
export interface LanguageOptions extends GuardOptions {
  /** ISO 639-1 codes, such as `en`. */
  readonly allow: readonly string[];
}

const refuse: Refuse = (path, expected, got) => {
  throw new ConfigError(path, expected, got);
};

/** Scripts that name a language, or a family that only its own code allows. */
const scripts: readonly (readonly [script: RegExp, language: string])[] = [
  [/[\p{Script=Hiragana}\p{Script=Katakana}]/gu, 'ja'],
  [/\p{Script=Hangul}/gu, 'ko'],
  [/\p{Script=Han}/gu, 'zh'],
  [/[іїєґІЇЄҐ]/gu, 'uk'],
  [/\p{Script=Cyrillic}/gu, 'ru'],
  [/\p{Script=Arabic}/gu, 'ar'],
  [/\p{Script=Hebrew}/gu, 'he'],
  [/\p{Script=Greek}/gu, 'el'],
  [/\p{Script=Thai}/gu, 'th'],
  [/\p{Script=Devanagari}/gu, 'hi'],
];

/** The most frequent words of each language that few others have. */
const frequent: Readonly<Record<string, readonly string[]>> = {
  en: 'the and of to is that it for was with are this you have not be from they which would'.split(' '),
  de: 'der die und das ist nicht ich ein eine zu mit den für auf sich dass wird werden auch sind'.split(' '),
  fr: 'le les des est et une dans que pour qui pas sur avec vous nous ce plus sont cette être'.split(' '),
  es: 'el los las que una por con para está como más pero sus este son muy también hay del ser'.split(' '),
  it: 'il che di per non una sono con gli della nel anche più questo come alla dei essere ha è'.split(' '),
  pt: 'os que não uma com para mais como mas foi ele das tem seu sua são você muito também ao'.split(' '),
  nl: 'het een van en niet dat zijn op te voor met aan ook maar er naar wordt bij deze worden'.split(' '),
  pl: 'nie się jest że na do to jak ale przez tym jego są być oraz który może dla tylko ich'.split(' '),
  sv: 'och att det som är inte för på med ett till den har av om jag kan från när också'.split(' '),
  da: 'og at det som er ikke for på med et til den har af jeg kan fra når også der'.split(' '),
  tr: 'bir ve bu için ile çok daha olarak gibi olan var değil ama ben ne kadar sonra her en'.split(' '),
};

/**
 * The language of a text, by its script and most frequent words; `undefined` for texts that are too short or
 * too mixed to tell.
 */
export function languageOf(text: string): string | undefined {
  const letters = text.match(/\p{L}/gu)?.length ?? 0;
  if (letters < 4) return undefined;
  let others = 0;
  const counts = scripts.map(([script, language]) => {
    const count = text.match(script)?.length ?? 0;
    others += count;
    return [language, count] as const;
  });
  const first = counts.find(
    ([language, count]) => count / letters > (language === 'ja' || language === 'uk' ? 0.05 : 0.4),
  );
  if (first !== undefined && others / letters > 0.4) return first[0];
  const tokens = text.toLowerCase().match(/\p{L}+/gu) ?? [];
  if (tokens.length < 5) return undefined;
  const scores = Object.entries(frequent)
    .map(([language, list]) => [language, tokens.filter((token) => list.includes(token)).length] as const)
    .sort((a, b) => b[1] - a[1]);
  const [best, second] = scores;
  if (best === undefined || best[1] < 2 || best[1] / tokens.length < 0.08) return undefined;
  return best[1] > (second?.[1] ?? 0) ? best[0] : undefined;
}

/**
 * Blocks texts in other languages: by default requests and answers, with `on` also arguments and results of tools.
 * Reasoning, names, and texts too short to tell pass. Buffers streams.
 *
 * @throws ConfigError naming the invalid option
 * @example
 * guardrails([language({ allow: ['en', 'de'], on: ['output'] })])
 */
export function language(options: LanguageOptions): Guard {
  checkObject('language', options, ['name', 'on', 'mode', 'timeout', 'onError', 'history', 'allow'], refuse);
  const { allow, on = ['input', 'output'], ...settings } = options;
  const codes = Array.isArray(allow) ? allow : [];
  if (codes.length === 0 || codes.some((code) => !/^[a-z]{2}$/.test(code)))
    refuse('language.allow', 'a list of ISO 639-1 codes', show(allow));
  return {
    name: 'language',
    ...settings,
    on,
    check(text, { part }) {
      const isRead = part === 'text' || part === 'tool';
      const found = isRead ? languageOf(text.slice(0, 20_000)) : undefined;
      return found === undefined || codes.includes(found) ? { ok: true } : { block: `the language ${found}` };
    },
  };
}
