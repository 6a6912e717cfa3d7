import type { LabeledSet } from '../figures.ts';
import { maker, withoutLabel } from '../random.ts';
import { negatives } from './negatives.ts';
import { harmless, injections, languages } from './sentences.ts';
import { card, email, iban, ip, nationalId, phone, secret } from './values.ts';

const { pick } = maker(3_333_017);

const contexts: readonly ((text: string) => string)[] = [
  (text) => text,
  (text) => `Good morning! Quick update: ${text}; the rest is unchanged. Have a nice day, Priya`,
  (text) => `User: ${text}\nBot: Thanks, noted.\n`,
  (text) => `console.log('${text.replaceAll('\n', '\\n')}')`,
  (text) => `{"event":"update","data":{"note":${JSON.stringify(text)}}}`,
  (text) => `Anruf von Frau Yilmaz, ${text}, bittet um Rückruf.`,
  (text) => `level=info msg="processed" input="${text}" ms=14`,
  (text) => `Column A\tColumn B\n${text}\tok\n`,
  (text) => `## Notes\n\n- ${text}\n- none\n`,
  (text) => `“${text}” – that is what it says.`,
  (text) => `お世話になっております。${text} の件です。`,
  (text) => `Здравствуйте! Данные: ${text}. Спасибо.`,
  (text) => `Re: Fwd: ${text} (urgent)`,
  (text) => `x = [ ${text} ]`,
];

function inContext(made: string): { readonly value: string; readonly text: string } {
  const { value, whole } = withoutLabel(made);
  return { value, text: pick(contexts)(whole) };
}

const of = (make: () => string) => Array.from({ length: 100 }, () => inContext(make()));

/** The part that no rule was changed for. */
export const heldOut: LabeledSet = {
  personal: {
    EMAIL: of(email),
    PHONE: of(phone),
    CARD: of(card),
    IBAN: of(iban),
    IP: of(ip),
    NATIONAL_ID: of(nationalId),
  },
  secrets: of(secret),
  negatives: negatives(10).map(inContext),
  injections,
  harmless,
  languages,
};
