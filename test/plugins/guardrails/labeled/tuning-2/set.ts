import type { LabeledSet } from '../figures.ts';
import { inContext, labeled } from './contexts.ts';
import { negatives } from './negatives.ts';
import { harmless, injections, languages } from './sentences.ts';
import { card, email, iban, ip, nationalId, phone, secret } from './values.ts';

const of = (make: () => string) => Array.from({ length: 90 }, () => labeled(make()));

/** Samples written apart from the rules, which were then improved with them. */
export const second: LabeledSet = {
  personal: {
    EMAIL: of(email),
    PHONE: of(phone),
    CARD: of(card),
    IBAN: of(iban),
    IP: of(ip),
    NATIONAL_ID: of(nationalId),
  },
  secrets: of(secret),
  negatives: negatives(12).map((text) => ({ text: inContext(text) })),
  injections,
  harmless,
  languages,
};
