import { isLabeled, type Rule } from '../matching.ts';
import { isAhv, isCodiceFiscale, isCpf, isDni, isNir, isPesel, isSteuerId } from './checksums.ts';

/** Countries whose national ids `pii` knows. */
export type IdCountry = 'us' | 'uk' | 'de' | 'fr' | 'es' | 'it' | 'br' | 'ch' | 'pl';

const digitsOf = (text: string): string => text.replace(/\D/g, '');
/** A number without punctuation needs a label: its checksum alone passes too many order numbers. */
const hasForm = (value: string): boolean => /\D/.test(value);

/** Formats and check digits, as published by the issuing authorities. */
export const idRules: Readonly<Record<IdCountry, Rule>> = {
  // https://www.ssa.gov/employer/randomization.html: no 000, 666 or 9xx, no 00, no 0000.
  us: {
    entity: 'NATIONAL_ID',
    pattern: /(?<![\w.-])(?!000|666|9)\d{3}([- ])(?!00)\d{2}\1(?!0000)\d{4}(?![\w-]|\.\d)/g,
    accept: (value, text, at) => value.includes('-') || isLabeled(text, at, /\b(ssn|social security)\b/i),
  },
  // https://www.gov.uk/hmrc-internal-manuals/national-insurance-manual/nim39110
  uk: {
    entity: 'NATIONAL_ID',
    pattern:
      /(?<![\w.-])(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D](?![\w-])/g,
  },
  de: {
    entity: 'NATIONAL_ID',
    pattern: /(?<![\w.-])\d{2} ?\d{3} ?\d{3} ?\d{3}(?![\w-]|\.\d)/g,
    accept: (value, text, at) =>
      (hasForm(value) || isLabeled(text, at, /steuer|tax id|idnr/i)) && isSteuerId(digitsOf(value)),
  },
  fr: {
    entity: 'NATIONAL_ID',
    pattern: /(?<![\w.-])[12] ?\d{2} ?\d{2} ?(?:\d{2}|2[AB]) ?\d{3} ?\d{3} ?\d{2}(?![\w-]|\.\d)/g,
    accept: (value) => isNir(value.replaceAll(' ', '')),
  },
  es: {
    entity: 'NATIONAL_ID',
    pattern: /(?<![\w.-])(?:\d{8}|[XYZ]-?\d{7})-?[A-HJ-NP-TV-Z](?![\w-])/g,
    accept: (value) => isDni(value.replaceAll('-', '')),
  },
  it: {
    entity: 'NATIONAL_ID',
    pattern: /(?<![\w.-])[A-Z]{6}\d{2}[A-EHLMPRST]\d{2}[A-Z]\d{3}[A-Z](?![\w-])/g,
    accept: (value) => isCodiceFiscale(value),
  },
  br: {
    entity: 'NATIONAL_ID',
    pattern: /(?<![\w.-])\d{3}\.?\d{3}\.?\d{3}-?\d{2}(?![\w-]|\.\d)/g,
    accept: (value, text, at) =>
      (hasForm(value) || isLabeled(text, at, /\bcpf\b/i)) && isCpf(digitsOf(value)),
  },
  ch: {
    entity: 'NATIONAL_ID',
    pattern: /(?<![\w.-])756[. ]?\d{4}[. ]?\d{4}[. ]?\d{2}(?![\w-]|\.\d)/g,
    accept: (value) => isAhv(digitsOf(value)),
  },
  pl: {
    entity: 'NATIONAL_ID',
    pattern: /(?<![\w.-])\d{11}(?![\w-]|\.\d)/g,
    accept: (value, text, at) => isLabeled(text, at, /pesel/i) && isPesel(value),
  },
};
