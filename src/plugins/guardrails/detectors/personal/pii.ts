import { ConfigError } from '../../../../errors.ts';
import { checkObject, type Refuse, show } from '../../../../util/option-check.ts';
import type { Detector, Finding } from '../../types.ts';
import { holdRun } from '../hold.ts';
import { isLabeled, matches, type Rule } from '../matching.ts';
import { isIban, luhn } from './checksums.ts';
import { findEmails } from './emails.ts';
import { isAddress4, isAddress6 } from './ip.ts';
import { type IdCountry, idRules } from './national-ids.ts';

/** Kinds of personal data to find. */
export interface PiiOptions {
  /** @default true */
  readonly email?: boolean;
  /** Numbers in international form, and national ones with their usual punctuation. @default true */
  readonly phone?: boolean;
  /** Payment cards, with the check digit (Luhn) and the ranges of the networks. @default true */
  readonly card?: boolean;
  /** @default true */
  readonly iban?: boolean;
  /** IPv4 and IPv6, without loopback, unspecified and mask addresses. @default true */
  readonly ip?: boolean;
  /** National ids by country; `false`: none. @default all that are supported */
  readonly ids?: readonly IdCountry[] | false;
}

const refuse: Refuse = (path, expected, got) => {
  throw new ConfigError(path, expected, got);
};

/** The networks' ranges and lengths, https://en.wikipedia.org/wiki/Payment_card_number. */
const cardNumber =
  /^(?:4\d{12}(?:\d{3}){0,2}|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|3[47]\d{13}|3(?:0[0-5]|[689]\d)\d{11}|6(?:011|5\d\d|4[4-9]\d)\d{12}|35(?:2[89]|[3-8]\d)\d{12}|62\d{14,17})$/;

const card: Rule = {
  entity: 'CARD',
  pattern: /(?<![\w.+-])\d(?:[ -]?\d){12,18}(?![\w-]|\.\d)/g,
  accept(value) {
    const digits = value.replace(/[ -]/g, '');
    return cardNumber.test(digits) && luhn(digits);
  },
};

const iban: Rule = {
  entity: 'IBAN',
  pattern: /(?<![\w-])[A-Z]{2}\d{2}(?: ?[A-Z\d]{4}){2,7}(?: ?[A-Z\d]{1,3})?(?![A-Za-z\d])/g,
  accept: (value) => isIban(value.replaceAll(' ', '')),
};

const phones: readonly Rule[] = [
  {
    // E.164: a country code and at most fifteen digits.
    entity: 'PHONE',
    pattern: /(?<![\w.+-]|[\dA-Z]{2}[ -])(?:\+|00)[1-9](?:[ .()/-]{0,2}\d){7,14}(?![\w-]|\.\d)/g,
    accept: (value, text, at) =>
      value.replace(/\D/g, '').length <= 17 && (value.startsWith('+') || isPhone(value, text, at)),
  },
  {
    // North America: area codes and exchanges begin with 2 to 9.
    entity: 'PHONE',
    pattern:
      /(?<![\w.+-]|[\dA-Z]{2}[ -])(?:1[ .-])?(?:\([2-9]\d{2}\) ?|[2-9]\d{2}[ .-])[2-9]\d{2}[ .-]\d{4}(?![\w-]|\.\d)/g,
  },
  {
    // With a trunk prefix: a 0, an area code, and groups of two to eight digits.
    entity: 'PHONE',
    pattern: /(?<![\w.+-]|[\dA-Z]{2}[ -])\(?0[1-9]\d{0,4}\)?(?:[ /-]\d{2,8}){1,4}(?![\w-]|\.\d|[ /-]\d)/g,
    accept(value, text, at) {
      const { length } = value.replace(/\D/g, '');
      return length >= 9 && length <= 12 && !/^0\d-\d{2}-\d{2,4}$/.test(value) && isPhone(value, text, at);
    },
  },
];

/** Numbers of orders and columns of numbers have the same form. */
function isPhone(value: string, text: string, at: number): boolean {
  if (/^\d{3}(?: \d{3}){2,}$/.test(value)) return false;
  return !isLabeled(
    text,
    at,
    /\b(?:po|order|invoice|ref|reference|ticket|case|no|nr|id|sku|item)\b\W{0,3}$/i,
  );
}

const ips: readonly Rule[] = [
  { entity: 'IP', pattern: /(?<![\w.-])\d{1,3}(?:\.\d{1,3}){3}(?![\w-]|\.\d)/g, accept: isAddress4 },
  {
    entity: 'IP',
    pattern: /(?<![\w:.])(?=[\da-fA-F:]{0,38}:)[\da-fA-F:]{2,39}(?![\w:]|\.\d)/g,
    accept: isAddress6,
  },
];

/**
 * Finds personal data by pattern and check digit: e-mail addresses, phone numbers, cards, IBANs, IP addresses
 * and national ids. Names need a list (`names`) or a detector of your own.
 *
 * @throws ConfigError naming the invalid option
 * @example
 * guardrails([redact(pii({ ip: false, ids: ['us', 'de'] }), { restore: true })])
 */
export function pii(options: PiiOptions = {}): Detector {
  checkObject('pii', options, ['email', 'phone', 'card', 'iban', 'ip', 'ids'], refuse);
  const { email = true, ids = Object.keys(idRules) as IdCountry[] } = options;
  for (const country of ids === false ? [] : ids)
    if (!(country in idRules))
      refuse('pii.ids', `countries of ${Object.keys(idRules).join(', ')}`, show(country));
  const rules: readonly Rule[] = [
    ...(options.iban === false ? [] : [iban]),
    ...(options.card === false ? [] : [card]),
    ...(ids === false ? [] : ids.map((country) => idRules[country])),
    ...(options.phone === false ? [] : phones),
    ...(options.ip === false ? [] : ips),
  ];
  return {
    name: 'pii',
    longest: 320, // of an e-mail address, RFC 3696
    hold: holdRun,
    maybe: (text, from) => sign.test(from === 0 ? text : text.slice(from)),
    find(text) {
      const found: Finding[] = [];
      if (email && text.includes('@')) findEmails(text, found);
      if (digits.test(text)) for (const rule of rules) matches(rule, text, found);
      return found;
    },
  };
}

/** What every value has: an @, the punctuation of an IP address, or six digits close to each other. */
const sign = /@|::|\d\.\d{1,3}\.\d{1,3}\.\d|(?:[\da-fA-F]{1,4}:){4}|(?:\d[^\d\n]{0,4}){6}/;
const digits = /\d|:/;
