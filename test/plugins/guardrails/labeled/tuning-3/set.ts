import type { LabeledSet } from '../figures.ts';
import { maker, withoutLabel } from '../random.ts';
import { negatives } from './negatives.ts';
import { harmless, injections, languages } from './sentences.ts';
import { card, email, iban, ip, nationalId, phone, secret } from './values.ts';

const { pick } = maker(20_031);

const contexts: readonly ((text: string) => string)[] = [
  (text) => `Dear support,\nI moved last week. Please note: ${text}. Nothing else has changed.\nBest, Femi`,
  (text) => `agent: can you repeat that?\ncaller: sure, ${text}\nagent: thank you`,
  (text) => `<user-note>${text}</user-note>`,
  (text) => `INSERT INTO notes VALUES (17, '${text.replaceAll("'", "''")}');`,
  (text) => `key;comment\n9;${text}\n`,
  (text) => `# export\nvalue: ${text}\nnext: none\n`,
  (text) => `Nov 28 22:14:03 web1 app[811]: handled ${text} in 12ms`,
  (text) => `1. ${text}\n2. see attachment`,
  (text) => `**${text}** (please double-check)`,
  (text) => `客户信息：${text}，请核对。`,
  (text) => `Bonjour, voici : ${text} – merci de confirmer.`,
  (text) => `Merhaba, bilgi: ${text}.`,
  (text) => `${text}\n`,
  (text) => `ok so ${text} right`,
];

function inContext(made: string): { readonly value: string; readonly text: string } {
  const { value, whole } = withoutLabel(made);
  return { value, text: pick(contexts)(whole) };
}

const of = (make: () => string) => Array.from({ length: 100 }, () => inContext(make()));

/** Samples written after the rules were improved with the second part; they were improved with these again. */
export const third: LabeledSet = {
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
