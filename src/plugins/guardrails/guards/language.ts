import { checkObject, refuse, show } from '../../../util/option-check.ts';
import type { Guard } from '../types.ts';
import type { GuardOptions } from './block.ts';

/** Options of `language`. */
export interface LanguageOptions extends GuardOptions {
  /** ISO 639-1 codes, such as `en`. */
  readonly allow: readonly string[];
}

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

/** Letters that only Japanese or Ukrainian has are rare beside those shared with other languages. */
const leasts: Readonly<Record<string, number>> = { ja: 0.05, uk: 0.015 };

/** The most frequent words of each language. */
const frequent: Readonly<Record<string, ReadonlySet<string>>> = {
  en: setOf(
    'the and of to is that it for was with are this you have not be from they which would could can ' +
      'been has had were your my our any what when there if but at by on in or an will do does did how ' +
      'please',
  ),
  de: setOf(
    'der die und das ist nicht ich ein eine zu mit den für auf sich dass wird werden auch sind war ' +
      'im dem des von aus bei nach wie aber noch nur oder wenn kann können du wir ihr sie bitte einen ' +
      'einer mir mein keine',
  ),
  fr: setOf(
    'le les des est et une dans que pour qui pas sur avec vous nous ce plus sont cette être du la de ' +
      'il elle je ne se en au aux si ou mais par son sa ses été était avait pouvez tout bien mon votre',
  ),
  es: setOf(
    'el los las que una por con para está como más pero sus este son muy también hay del ser la de ' +
      'en y se no un si al lo fue ha me mi nada nadie puede cuando sobre desde usted',
  ),
  it: setOf(
    'il che di per non una sono con gli della nel anche più questo come alla dei essere ha è la le ' +
      'un in si se era del da al ma mi può hanno suo stato stata nessuno quando molto',
  ),
  pt: setOf(
    'os que não uma com para mais como mas foi ele das tem seu sua são você muito também ao de do da ' +
      'em um se já há na no por está pode meu minha quando ninguém isso estava',
  ),
  nl: setOf(
    'het een van en niet dat zijn op te voor met aan ook maar er naar wordt bij deze worden de is ik ' +
      'je of kan kun was had werd nog niemand geen wat dan als wij zij uit mijn',
  ),
  pl: setOf(
    'nie się jest że na do to jak ale przez tym jego są być oraz który może dla tylko ich w z czy od ' +
      'już po ten ta było został została nikt co tak moja możesz proszę jeszcze',
  ),
  sv: setOf(
    'och att det som är inte för på med ett till den har av om jag kan från när också du en i var ' +
      'hade de vi ingen min nu men så blir skulle någon här',
  ),
  da: setOf(
    'og at det som er ikke for på med et til den har af jeg kan fra når også der du en i var havde ' +
      'de vi ingen min nu men så bliver skulle nogen blevet om',
  ),
  tr: setOf(
    'bir ve bu için ile çok daha olarak gibi olan var değil ama ben ne kadar sonra her en mi mı mu ' +
      'hiç kimse biz siz şu o ki lütfen bana olduğunu yok bunu',
  ),
};

function setOf(words: string): ReadonlySet<string> {
  return new Set(words.split(' '));
}

/** Letters that other languages lack; each occurrence counts as a word. */
const letters: Readonly<Record<string, RegExp>> = {
  de: /[ß]/g,
  fr: /[êœ]/g,
  es: /[¿¡ñ]/g,
  pt: /[ãõ]/g,
  pl: /[łąęćńśźż]/g,
  tr: /[ğış]/g,
  da: /[æø]/g,
};

/**
 * The language of a text, by its script and most frequent words; `undefined` for texts that are too short or
 * too mixed to tell.
 */
export function languageOf(text: string): string | undefined {
  const count = text.match(/\p{L}/gu)?.length ?? 0;
  if (count < 4) return undefined;
  let others = 0;
  const counts = scripts.map(([script, language]) => {
    const own = text.match(script)?.length ?? 0;
    others += own;
    return [language, own] as const;
  });
  const first = counts.find(([language, own]) => own / count > (leasts[language] ?? 0.4));
  if (first !== undefined && others / count > 0.4) return first[0];
  const tokens = text.toLowerCase().match(/\p{L}+/gu) ?? [];
  if (tokens.length < 4) return undefined;
  const scores = Object.entries(frequent)
    .map(([language, list]) => {
      const known = tokens.filter((token) => list.has(token)).length;
      const own = letters[language];
      return [language, known + (own === undefined ? 0 : (text.match(own)?.length ?? 0))] as const;
    })
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
  checkObject('language', options, ['name', 'on', 'mode', 'timeout', 'onError', 'history', 'allow']);
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
