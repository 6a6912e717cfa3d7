import type { LabeledSet } from '../figures.ts';
import { negatives } from './negatives.ts';
import { harmless, injections, languages } from './sentences.ts';
import { card, email, iban, ip, nationalId, phone, pick, secret } from './values.ts';

const frames = [
  (value: string) => value,
  (value: string) => `Please check ${value} for me.`,
  (value: string) => `Hallo, meine Angabe ist ${value}, danke.`,
  (value: string) => `(${value})`,
  (value: string) => `"${value}"`,
  (value: string) => `Eins: ${value}\nZwei: nichts`,
  (value: string) => `- ${value};`,
  (value: string) => `Les données : ${value}.`,
  (value: string) => `お客様 ${value} です`,
];

const of = (make: () => string) =>
  Array.from({ length: 110 }, () => {
    const value = make();
    return { value, text: pick(frames)(value) };
  });

/** Samples that the rules were written with. */
export const first: LabeledSet = {
  personal: {
    EMAIL: of(email),
    PHONE: of(phone),
    CARD: of(card),
    IBAN: of(iban),
    IP: of(ip),
    NATIONAL_ID: of(nationalId),
  },
  secrets: of(secret),
  negatives: negatives(20).map(({ text }) => ({ text: pick(frames)(text) })),
  injections,
  harmless,
  languages,
};
