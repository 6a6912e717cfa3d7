import { checkObject, refuse, show } from '../../../../util/option-check.ts';
import type { Detector, Finding } from '../../types.ts';
import { holdRun } from '../hold.ts';
import { isLabeled, matches, type Rule } from '../matching.ts';
import { findCards, findIbans } from './accounts.ts';
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
    // Mobile phones in China: 13 to 19, https://www.itu.int/oth/T020200002B
    entity: 'PHONE',
    pattern: /(?<![\w.+-]|[\dA-Z]{2}[ -])1[3-9]\d[ -]\d{4}[ -]\d{4}(?![\w-]|\.\d|[ -]\d)/g,
    accept: isPhone,
  },
  {
    // Without punctuation a number needs a label.
    entity: 'PHONE',
    pattern: /(?<![\w.+-])\d{9,13}(?![\w-]|\.\d)/g,
    accept: (_, text, at) => isLabeled(text, at, phoneLabel),
  },
  {
    // Russia and Kazakhstan have 8 as the trunk prefix.
    entity: 'PHONE',
    pattern: /(?<![\w.+-]|[\dA-Z]{2}[ -])8 ?\([3-9]\d{2}\) ?\d{3}[ -]\d{2}[ -]\d{2}(?![\w-]|\.\d)/g,
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

const phoneLabel =
  /(?:\b(?:tel|phone|telefono?|telefone|téléphone|mobile?|móvil|handy|cell|fax|whatsapp|call me (?:at|on))|电话|手机|電話)[^\w\n]{0,4}$/i;

/** Numbers of orders, columns of numbers, ZIP codes and national ids have the same form. */
function isPhone(value: string, text: string, at: number): boolean {
  if (/^\d{3}(?: \d{3}){2,}$|^\d{5}-\d{4}$|^\d{3}-\d\d-\d{4}$/.test(value)) return false;
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
  checkObject('pii', options, ['email', 'phone', 'card', 'iban', 'ip', 'ids']);
  const { email = true, card = true, iban = true, ids = Object.keys(idRules) as IdCountry[] } = options;
  for (const country of ids === false ? [] : ids)
    if (!(country in idRules))
      refuse('pii.ids', `countries of ${Object.keys(idRules).join(', ')}`, show(country));
  const rules: readonly Rule[] = [
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
      if (!digits.test(text)) return found;
      if (iban) findIbans(text, found);
      if (card) findCards(text, found);
      for (const rule of rules) matches(rule, text, found);
      return found;
    },
  };
}

/**
 * Features of which every value has one: an @, the form of an IP address or IBAN, or six digits close
 * together.
 */
const sign =
  /@|::|[A-Za-z]{2}\d{2} ?[A-Za-z]{4} ?[A-Za-z\d]{4}|\d\.\d{1,3}\.\d{1,3}\.\d|(?:[\da-fA-F]{1,4}:){4}|(?:\d[^\d\n]{0,4}){6}/;
const digits = /\d|:/;
