import { seededRandom } from 'signalbox/testing';

// Values of each kind, made with check digits of their own, independent of the detectors.

const random = seededRandom(20_261_128);
export const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
export const digits = (count: number): string =>
  Array.from({ length: count }, () => pick([...'0123456789'])).join('');
export const letters = (count: number, from = 'abcdefghijklmnopqrstuvwxyz'): string =>
  Array.from({ length: count }, () => pick([...from])).join('');
const capitals = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const mixed = `${capitals}${capitals.toLowerCase()}0123456789`;

export const group = (text: string, sizes: readonly number[], by: string): string => {
  const parts: string[] = [];
  let at = 0;
  for (const size of sizes) {
    parts.push(text.slice(at, at + size));
    at += size;
  }
  if (at < text.length) parts.push(text.slice(at));
  return parts.join(by);
};

/** The last digit that makes a number pass Luhn. */
export function withLuhn(body: string): string {
  for (const last of '0123456789') {
    const all = [...`${body}${last}`].reverse().map(Number);
    const sum = all.reduce((total, digit, index) => {
      const value = index % 2 === 1 ? digit * 2 : digit;
      return total + (value > 9 ? value - 9 : value);
    }, 0);
    if (sum % 10 === 0) return `${body}${last}`;
  }
  throw new Error('no check digit');
}

export function card(): string {
  const [prefix, length, sizes] = pick([
    ['4', 16, [4, 4, 4, 4]],
    ['51', 16, [4, 4, 4, 4]],
    ['55', 16, [4, 4, 4, 4]],
    ['2230', 16, [4, 4, 4, 4]],
    ['34', 15, [4, 6, 5]],
    ['37', 15, [4, 6, 5]],
    ['6011', 16, [4, 4, 4, 4]],
    ['3530', 16, [4, 4, 4, 4]],
    ['36', 14, [4, 6, 4]],
  ] as const);
  const number = withLuhn(prefix + digits(length - prefix.length - 1));
  return pick([number, group(number, sizes, ' '), group(number, sizes, '-')]);
}

export function iban(): string {
  const [country, shape] = pick([
    ['DE', 'd18'],
    ['FR', 'd23'],
    ['GB', 'a4d14'],
    ['NL', 'a4d10'],
    ['ES', 'd20'],
    ['IT', 'a1d22'],
    ['CH', 'd17'],
    ['AT', 'd16'],
    ['PL', 'd24'],
    ['SE', 'd20'],
  ] as const);
  const body = shape.replace(/([ad])(\d+)/g, (_, kind: string, count: string) =>
    kind === 'a' ? letters(Number(count), capitals) : digits(Number(count)),
  );
  const numeric = [...`${body}${country}00`].map((char) => Number.parseInt(char, 36)).join('');
  const check = String(98n - (BigInt(numeric) % 97n)).padStart(2, '0');
  const whole = `${country}${check}${body}`;
  return pick([
    whole,
    group(
      whole,
      Array.from({ length: Math.floor(whole.length / 4) }, () => 4),
      ' ',
    ).trim(),
  ]);
}

export function email(): string {
  const first = pick([
    'anna',
    'b.smith',
    'o.brien',
    'info',
    'jean-luc',
    'maria_g',
    'k',
    'x9',
    'sales+eu',
    'zoe.o',
  ]);
  const domain = pick(['mail', 'acme-corp', 'uni', 'x1', 'post', 'corp.internal', 'sub.mail']);
  return `${first}${pick(['', digits(2), `.${letters(4)}`])}@${domain}${pick(['', digits(1)])}.${pick(['com', 'de', 'co.uk', 'org', 'io', 'museum', 'fr', 'dev'])}`;
}

export function phone(): string {
  return pick([
    () => `+1 ${pick(['212', '415', '303'])} ${pick(['555', '234'])} ${digits(4)}`,
    () => `(${pick(['212', '415', '303'])}) ${pick(['555', '234'])}-${digits(4)}`,
    () => `${pick(['212', '415', '303'])}-${pick(['555', '234'])}-${digits(4)}`,
    () => `${pick(['212', '415', '303'])}.${pick(['555', '234'])}.${digits(4)}`,
    () => `+49 ${pick(['30', '89', '171', '40'])} ${pick(['', '2'])}${digits(7)}`,
    () => `+49${pick(['30', '171'])}${digits(8)}`,
    () => `0${pick(['30', '89', '171'])} ${digits(7)}`,
    () => `0${pick(['30', '171'])}/${digits(7)}`,
    () => `+44 20 ${digits(4)} ${digits(4)}`,
    () => `020 ${digits(4)} ${digits(4)}`,
    () => `+33 ${pick(['1', '6'])} ${digits(2)} ${digits(2)} ${digits(2)} ${digits(2)}`,
    () => `0${pick(['1', '6'])} ${digits(2)} ${digits(2)} ${digits(2)} ${digits(2)}`,
    () => `+81-3-${digits(4)}-${digits(4)}`,
    () => `0044 20 ${digits(4)} ${digits(4)}`,
    () => `+55 (11) 9${digits(4)}-${digits(4)}`,
    // Forms that need a label or a country, which a pattern does not know.
    () => `${pick(['555', '867'])}-${digits(4)}`,
  ])();
}

export function ip(): string {
  return pick([
    () =>
      `${pick(['8', '93', '203', '172', '10', '192'])}.${pick(['0', '16', '168'])}.${pick(['1', '113', '44'])}.${pick(['7', '77', '250'])}`,
    () => `2001:db8:${letters(4, 'abcdef0123456789')}::${letters(4, 'abcdef123456789')}`,
    () =>
      `fe80::${letters(4, 'abcdef123456789')}:${letters(4, 'abcdef123456789')}:${letters(4, 'abcdef123456789')}:1`,
    () => Array.from({ length: 8 }, () => letters(4, 'abcdef0123456789')).join(':'),
  ])();
}

const cpf = (): string => {
  const body = digits(9);
  const check = (text: string): string => {
    const sum = [...text].reduce(
      (total, digit, index) => total + Number(digit) * (text.length + 1 - index),
      0,
    );
    const rest = sum % 11;
    return String(rest < 2 ? 0 : 11 - rest);
  };
  const first = check(body);
  const whole = `${body}${first}${check(body + first)}`;
  return `${group(whole.slice(0, 9), [3, 3, 3], '.')}-${whole.slice(9)}`;
};
const nir = (): string => {
  const body = `${pick(['1', '2'])}${digits(2)}${pick(['01', '07', '12'])}${pick(['75', '13', '69'])}${digits(6)}`;
  const whole = `${body}${String(97n - (BigInt(body) % 97n)).padStart(2, '0')}`;
  return pick([whole, group(whole, [1, 2, 2, 2, 3, 3, 2], ' ')]);
};
const dni = (): string => {
  const number = digits(8);
  return `${number}${'TRWAGMYFPDXBNJZSQVHLCKE'[Number(number) % 23]}`;
};
const ahv = (): string => {
  const body = `756${digits(9)}`;
  const sum = [...body].reduce((total, digit, index) => total + Number(digit) * (index % 2 === 0 ? 1 : 3), 0);
  return group(`${body}${(10 - (sum % 10)) % 10}`, [3, 4, 4, 2], '.');
};
const ssn = (): string =>
  `${pick(['219', '078', '457', '612'])}-${pick(['09', '55', '12'])}-${pick(['9999', '1120', '5462'])}`;
const nino = (): string => {
  const prefix = pick(['AB', 'CE', 'JK', 'PX', 'ZY']);
  return pick([`${prefix}${digits(6)}C`, `${prefix} ${digits(2)} ${digits(2)} ${digits(2)} A`]);
};

export const nationalId = (): string => pick([ssn, nino, cpf, nir, dni, ahv])();

export function secret(): string {
  return pick([
    () => `ghp_${letters(36, mixed)}`,
    () => `github_pat_${letters(22, mixed)}_${letters(59, mixed)}`,
    () => `xoxb-${digits(12)}-${digits(12)}-${letters(24, mixed)}`,
    () => `AKIA${letters(16, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567')}`,
    () => `sk-ant-api03-${letters(93, mixed)}AA`,
    () => `sk-proj-${letters(48, mixed)}`,
    () => `AIza${letters(35, mixed)}`,
    () => `sk_live_${letters(24, mixed)}`,
    () => `glpat-${letters(20, mixed)}`,
    () => `npm_${letters(36, mixed)}`,
    () => `SG.${letters(22, mixed)}.${letters(43, mixed)}`,
    () => `hf_${letters(34, mixed.slice(0, 52))}`,
    () => `eyJ${letters(30, mixed)}.eyJ${letters(40, mixed)}.${letters(43, mixed)}`,
    () => `${digits(10)}:AA${letters(33, mixed)}`,
    () => `SK${letters(32, '0123456789abcdef')}`,
    () => `postgres://admin:${letters(14, mixed)}@db.example.com:5432/app`,
    () => `https://user:${letters(12, mixed)}@git.example.com/x.git`,
    () => `password: ${letters(1, capitals)}${letters(6)}${digits(3)}${letters(4, mixed)}`,
    () => `"api_key": "${letters(32, mixed)}"`,
    () =>
      `-----BEGIN PRIVATE KEY-----\n${Array.from({ length: 8 }, () => letters(64, `${mixed}+/`)).join('\n')}\n-----END PRIVATE KEY-----`,
    // Weak ones that look like words.
    () => `password: ${pick(['letmein', 'summer', 'dragon'])}`,
  ])();
}
