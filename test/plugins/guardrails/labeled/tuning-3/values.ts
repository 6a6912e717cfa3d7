import { maker } from '../random.ts';

// Further countries, networks, vendors and forms. `‹` and `›` enclose the value where a label belongs to it.

const { pick, like, from } = maker(7_310_029);

function checked(body: string): string {
  const sum = [...body].reduceRight(
    ([total, isDouble], char): [number, boolean] => {
      const digit = Number(char) * (isDouble ? 2 : 1);
      return [total + Math.floor(digit / 10) + (digit % 10), !isDouble];
    },
    [0, true] as [number, boolean],
  )[0];
  return body + String((10 - (sum % 10)) % 10);
}

export const card = (): string => {
  const [prefix, length] = pick([
    ['4539', 16],
    ['4000', 16],
    ['5555', 16],
    ['5105', 16],
    ['2221', 16],
    ['378282', 15],
    ['341', 15],
    ['6011', 16],
    ['6512', 16],
    ['3566', 16],
    ['305', 14],
    ['6222', 16],
    ['5893', 16],
    ['8171', 16],
  ] as const);
  const number = checked(prefix + from('0123456789', length - prefix.length - 1));
  const spaced = length === 15 ? /^(.{4})(.{6})(.*)$/ : length === 14 ? /^(.{4})(.{6})(.*)$/ : undefined;
  return pick([
    () => number,
    () => (spaced === undefined ? number.replace(/(.{4})(?!$)/g, '$1 ') : number.replace(spaced, '$1 $2 $3')),
    () => (spaced === undefined ? number.replace(/(.{4})(?!$)/g, '$1-') : number.replace(spaced, '$1-$2-$3')),
    () => `card=‹${number}›&exp=12/29`,
    () => `Visa/MC ‹${number}› 09/28 CVV ${like('999')}`,
  ])();
};

export const iban = (): string => {
  const [country, body] = pick([
    ['SI', () => like('999999999999999')],
    ['SK', () => like('99999999999999999999')],
    ['HR', () => like('99999999999999999')],
    ['EE', () => like('9999999999999999')],
    ['LV', () => `HABA${like('9999999999999')}`],
    ['LT', () => like('9999999999999999')],
    ['CY', () => like('999999999999999999999999')],
    ['BG', () => `STSA${like('99999999999999')}`],
    ['IS', () => like('9999999999999999999999')],
    ['SA', () => like('99999999999999999999')],
    ['IL', () => like('9999999999999999999')],
    ['DE', () => like('999999999999999999')],
    ['FR', () => like('99999999999999999999999')],
    ['GB', () => `NWBK${like('99999999999999')}`],
  ] as const);
  const account = body();
  const numeric = [...`${account}${country}00`].map((char) => Number.parseInt(char, 36)).join('');
  const number = `${country}${String(98n - (BigInt(numeric) % 97n)).padStart(2, '0')}${account}`;
  return pick([
    number,
    number.replace(/(.{4})(?=.)/g, '$1 '),
    `IBAN:‹${number}›`,
    `iban ‹${number.toLowerCase()}›`,
  ]);
};

export const email = (): string => {
  const name = pick([
    'nina',
    'r2d2',
    'K.Okafor',
    'shipping',
    'le-roux',
    'M_Y_T',
    'aino.virtanen',
    'x',
    '007',
    'søren',
  ]);
  const host = pick([
    'gmail.com',
    't-online.de',
    'uni-wien.ac.at',
    'mail.gov.in',
    'wp.pl',
    'naver.com',
    'bund.io',
    'firma.swiss',
    'company.co.za',
    'ørsted.dk',
  ]);
  return pick([
    `${name}@${host}`,
    `<‹${name}@${host}›>`,
    `mailto:‹${name}@${host}›?subject=Hi`,
    `${name.toUpperCase()}@${host}`,
    `'‹${name}${like('99')}@${host}›'`,
  ]);
};

const phones: readonly (() => string)[] = [
  () => `+351 9${pick([1, 2, 6])}${like('9 999 999')}`,
  () => `+30 69${like('9 999 9999')}`,
  () => `+420 60${like('9 999 999')}`,
  () => `+36 20 ${like('999 9999')}`,
  () => `+40 72${like('9 999 999')}`,
  () => `+380 67 ${like('999 99 99')}`,
  () => `+972-54-${like('999-9999')}`,
  () => `+971 50 ${like('999 9999')}`,
  () => `+65 9${like('999 9999')}`,
  () => `+62 812-${like('9999-9999')}`,
  () => `+84 90 ${like('999 99 99')}`,
  () => `+27 82 ${like('999 9999')}`,
  () => `+234 803 ${like('999 9999')}`,
  () => `+52 55 ${like('9999 9999')}`,
  () => `+54 9 11 ${like('9999-9999')}`,
  () => `+56 9 ${like('9999 9999')}`,
  () => `+353 85 ${like('999 9999')}`,
  () => `+43 664 ${like('9999999')}`,
  () => `+32 47${like('9 99 99 99')}`,
  () => `+358 40 ${like('9999999')}`,
  () => `+47 4${like('99 99 999')}`,
  () => `0664 ${like('9999999')}`,
  () => `0475 ${like('99 99 99')}`,
  () => `07700 900${like('999')}`,
  () => `0161 496 0${like('999')}`,
  () => `054-${like('999-9999')}`,
  () => `(0221) ${like('999 99 99')}`,
  () => `089/${like('99 99 99-99')}`,
  () => `06 1${pick([2, 8])} ${like('99 99 99')}`,
  () => `(646) 555-0${like('199').slice(-3)}`,
  () => `1 (312) 555 01${like('99')}`,
  () => `512.555.01${like('99')}`,
  () => `tel:‹+1-303-555-01${like('99')}›`,
  () => `Tel. ‹04${like('9 99999999')}›`,
  () => `Mobil ‹0176${like('99999999')}›`,
  () => `phone: ‹5125550${like('199').slice(-3)}›`,
];
export const phone = (): string => pick(phones)();

export const ip = (): string => {
  const octet = (): number => pick([1, 9, 23, 64, 101, 144, 186, 219, 250]);
  const address = `${pick([17, 51, 88, 104, 151, 203])}.${octet()}.${octet()}.${octet()}`;
  const group = (): string => from('123456789abcdef', 4);
  return pick([
    () => address,
    () => `${address}`,
    () => `‹${address}›:44${like('9')}`,
    () => `http://‹${address}›/admin`,
    () => `client_ip="‹${address}›"`,
    () => `ssh root@‹${address}›`,
    () => `2a01:4f8:${group()}:${group()}::2`,
    () => `[‹2001:67c:${group()}::1›]:8443`,
    () => `fe80::${group()}:${group()}:${group()}:${group()}`,
    () => `2400:cb00:2048:1::${group()}:${group()}`.toUpperCase(),
  ])();
};

const modulo = (digits: readonly number[], weights: readonly number[]): number =>
  digits.reduce((sum, digit, index) => sum + digit * (weights[index] as number), 0);

export const nationalId = (): string =>
  pick([
    () =>
      `${pick(['212', '387', '545', '621'])}-${pick(['14', '38', '71'])}-${like('9').replace('0', '4')}${like('999').replace('000', '123')}`,
    () =>
      `social security number ‹${pick(['212', '387', '545'])} ${pick(['14', '38'])} ${pick(['4821', '7730'])}›`,
    () => `NI no ‹${pick(['AB', 'HK', 'PE', 'RY', 'TW'])}${like('999999')}${pick(['A', 'B', 'C', 'D'])}›`,
    () => `${pick(['AB', 'HK', 'PE', 'RY', 'TW'])} ${like('99 99 99')} ${pick(['A', 'B', 'C', 'D'])}`,
    () => {
      const digits = [...`756${like('999999999')}`].map(Number);
      const sum = modulo(digits, [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3]);
      const all = [...digits, (10 - (sum % 10)) % 10].join('');
      return pick([all.replace(/(...)(....)(....)(..)/, '$1.$2.$3.$4'), `AHV ‹${all}›`]);
    },
    () => {
      const number = like('99999999');
      const letter = 'TRWAGMYFPDXBNJZSQVHLCKE'[Number(number) % 23];
      return pick([`${number}${letter}`, `${number}-${letter}`, `DNI ‹${number}${letter}›`]);
    },
    () => {
      const digits = [...like('999999999')].map(Number);
      for (const first of [10, 11]) {
        const rest =
          (modulo(
            digits,
            digits.map((_, index) => first - index),
          ) *
            10) %
          11;
        digits.push(rest % 10);
      }
      return digits.join('').replace(/(...)(...)(...)(..)/, '$1.$2.$3-$4');
    },
    () => {
      const body = `${pick([1, 2])}${like('99')}${pick(['02', '05', '10'])}${pick(['31', '59', '92'])}${like('999999')}`;
      const key = String(97n - (BigInt(body) % 97n)).padStart(2, '0');
      return pick([
        `${body}${key}`,
        `${body} ${key}`,
        `NIR ‹${body.replace(/(.)(..)(..)(..)(...)(...)/, '$1 $2 $3 $4 $5 $6')} ${key}›`,
      ]);
    },
  ])();

export const secret = (): string =>
  pick([
    () => `ghp_${from(alphanumeric, 36)}`,
    () => `github_pat_11${from(alphanumeric, 20)}_${from(alphanumeric, 59)}`,
    () => `ghu_${from(alphanumeric, 36)}`,
    () => `xoxb-${like('99999999999-9999999999999')}-${from(alphanumeric, 24)}`,
    () => `xapp-1-A${like('999999999')}-${like('9999999999999')}-${from(hex, 64)}`,
    () => `AKIA${from('ABCDEFGHIJKLMNOPQRSTUVWXYZ234567', 16)}`,
    () => `export AWS_SECRET_ACCESS_KEY=‹${from(`${alphanumeric}+/`, 40)}›`,
    () => `sk-proj-${from(`${alphanumeric}_-`, 120)}T3BlbkFJ${from(alphanumeric, 20)}`,
    () => `sk-ant-api03-${from(`${alphanumeric}_-`, 93)}AA`,
    () => `sk-or-v1-${from(hex, 64)}`,
    () => `AIzaSy${from(`${alphanumeric}_-`, 33)}`,
    () => `ya29.${from(`${alphanumeric}_-`, 120)}`,
    () => `GOCSPX-${from(`${alphanumeric}_-`, 28)}`,
    () => `r8_${from(alphanumeric, 37)}`,
    () => `pplx-${from(alphanumeric, 48)}`,
    () => `xai-${from(alphanumeric, 80)}`,
    () => `hf_${from(alphanumeric.slice(0, 52), 34)}`,
    () => `npm_${from(alphanumeric, 36)}`,
    () => `rk_live_${from(alphanumeric, 99)}`,
    () => `sk_live_51${from(alphanumeric, 97)}`,
    () => `SG.${from(`${alphanumeric}_-`, 22)}.${from(`${alphanumeric}_-`, 43)}`,
    () => `dckr_pat_${from(`${alphanumeric}_-`, 27)}`,
    () => `vercel token ‹vcp_${from(alphanumeric, 56)}›`,
    () => `NRAK-${from('ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789', 27)}`,
    () => `PMAK-${from(hex, 24)}-${from(hex, 34)}`,
    () => `sntrys_${from(alphanumeric, 90)}`,
    () => `https://‹${from(hex, 32)}:${from(hex, 32)}›@o1.ingest.sentry.io/42`,
    () => `postgresql://shop:‹${from(alphanumeric, 18)}›@pg.internal:5432/shop?sslmode=require`,
    () => `rediss://:‹${from(alphanumeric, 32)}›@cache.internal:6380/0`,
    () => `ftp://deploy:‹${from(alphanumeric, 12)}›@files.internal/`,
    () => `authorization: bearer ‹${from(`${alphanumeric}_-`, 52)}›`,
    () => `x-api-key: ‹${from(alphanumeric, 32)}›`,
    () => `JWT_SECRET=‹${from(`${alphanumeric}+/`, 43)}=›`,
    () => `"private_key_id": "‹${from(hex, 40)}›"`,
    () => `Das Passwort lautet ‹${from(alphanumeric, 14)}›`,
    () => `spring.datasource.password=‹${from(`${alphanumeric}!#%`, 16)}›`,
    () =>
      `eyJhbGciOiJFUzI1NiIsImtpZCI6Ij${from(alphanumeric, 8)}.eyJleHAiOjE3${from(alphanumeric, 60)}.${from(`${alphanumeric}_-`, 86)}`,
    () =>
      `-----BEGIN RSA PRIVATE KEY-----\n${Array.from({ length: 12 }, () => from(`${alphanumeric}+/`, 64)).join('\n')}\n-----END RSA PRIVATE KEY-----`,
    () =>
      `-----BEGIN PGP PRIVATE KEY BLOCK-----\n\n${Array.from({ length: 9 }, () => from(`${alphanumeric}+/`, 64)).join('\n')}\n-----END PGP PRIVATE KEY BLOCK-----`,
  ])();

const alphanumeric = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const hex = '0123456789abcdef';
