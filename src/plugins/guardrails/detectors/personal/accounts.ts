import type { Finding } from '../../types.ts';
import { ibanLength, isIban, luhn } from './checksums.ts';

/** The networks' ranges and lengths, https://en.wikipedia.org/wiki/Payment_card_number. */
const cardNumber =
  /^(?:4\d{12}(?:\d{3}){0,2}|5[1-5]\d{14}|2(?:20[0-4]|22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|3[47]\d{13}|3(?:0[0-5]|[689]\d)\d{11}|6(?:011|5\d\d|4[4-9]\d)\d{12}|35(?:2[89]|[3-8]\d)\d{12}|62\d{14,17}|(?:60|81|82)\d{14}|508\d{13}|9792\d{12}|(?:5018|5020|5038|5893|6304|6759|676[123])\d{8,15})$/;

/** Digits in groups, of which some may be a card and others a number beside it. */
const groups = /(?<![\w.+-])\d(?:[ -]?\d){12,40}(?![\w-]|\.\d)/g;

/** Payment cards, also beside other numbers. */
export function findCards(text: string, into: Finding[]): void {
  const accounts = into.filter(({ entity }) => entity === 'IBAN');
  for (const match of text.matchAll(groups)) {
    if (accounts.some(({ start, end }) => match.index > start && match.index < end)) continue;
    const parts = [...match[0].matchAll(/\d+/g)];
    for (let first = 0; first < parts.length; first++) {
      let number = '';
      for (let last = first; last < parts.length && number.length < 19; last++) {
        const part = parts[last] as RegExpExecArray;
        number += part[0];
        if (!cardNumber.test(number) || !luhn(number)) continue;
        // Visa no longer issues cards with thirteen digits, which barcodes also have.
        if (number.length === 13 && first === last) continue;
        const start = match.index + (parts[first] as RegExpExecArray).index;
        into.push({ start, end: match.index + part.index + part[0].length, entity: 'CARD' });
        first = last;
        break;
      }
    }
  }
}

const country = /(?<![\w-])(?:[A-Z]{2}\d{2}(?= ?[A-Z\d])|[a-z]{2}\d{2}(?=[a-z\d]))/g;

/** IBANs of their country's length, with or without spaces; lowercase ones only without. */
export function findIbans(text: string, into: Finding[]): void {
  for (const match of text.matchAll(country)) {
    const [begin] = match;
    const isSmall = /[a-z]/.test(begin);
    const letters = isSmall ? /[a-z\d]/ : /[A-Z\d]/;
    let compact = begin.toUpperCase();
    const length = ibanLength(compact);
    if (length === undefined) continue;
    let at = match.index + 4;
    while (compact.length < length) {
      if (text[at] === ' ' && !isSmall) at += 1;
      const char = text[at];
      if (char === undefined || !letters.test(char)) break;
      compact += char.toUpperCase();
      at += 1;
    }
    if (/[A-Za-z\d]/.test(text[at] ?? '') || !isIban(compact)) continue;
    into.push({ start: match.index, end: at, entity: 'IBAN' });
  }
}
