import { maker } from '../random.ts';

// No rule was changed for these. `‹` and `›` enclose the value where a label belongs to it.

const { pick, from } = maker(58_211_907);
const number = (count: number): string => from('0123456789', count);
const nonzero = (): string => from('123456789', 1);
const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
const word = (count: number): string => from(letters.slice(0, 26), count);
const token = (count: number): string => from(`${letters}0123456789`, count);
const hex = (count: number): string => from('0123456789abcdef', count);

export const card = (): string => {
  for (;;) {
    const length = pick([16, 16, 16, 15, 14]);
    const prefix =
      length === 15
        ? pick(['34', '37'])
        : length === 14
          ? pick(['36', '38', '39'])
          : pick([
              '40',
              '44',
              '47',
              '51',
              '53',
              '54',
              '2301',
              '2650',
              '6011',
              '6491',
              '3540',
              '6212',
              '6007',
              '9792',
            ]);
    const all = prefix + number(length - prefix.length);
    const sum = [...all].reduce((total, char, index) => {
      const digit = Number(char) * ((length - index) % 2 === 0 ? 2 : 1);
      return total + (digit > 9 ? digit - 9 : digit);
    }, 0);
    if (sum % 10 !== 0) continue;
    const parts = length === 16 ? [4, 8, 12] : [4, 10];
    const split = (by: string): string =>
      [0, ...parts].map((start, index) => all.slice(start, parts[index])).join(by);
    return pick([
      all,
      split(' '),
      split('-'),
      `"pan":"‹${all}›"`,
      `Karte ‹${split(' ')}›, gültig bis 11/30`,
      `pago con ‹${all}›`,
    ]);
  }
};

export const iban = (): string => {
  const [country, count] = pick([
    ['AL', 24],
    ['AD', 20],
    ['BA', 16],
    ['GE', 18],
    ['MD', 20],
    ['ME', 18],
    ['MK', 15],
    ['RS', 18],
    ['XK', 16],
    ['QA', 25],
    ['JO', 26],
    ['NL', 14],
    ['AT', 16],
    ['CH', 17],
    ['PL', 24],
    ['SE', 20],
    ['IT', 23],
    ['ES', 20],
  ] as const);
  const bank =
    country === 'NL'
      ? pick(['ABNA', 'INGB', 'RABO'])
      : country === 'GE'
        ? 'NB'
        : country === 'QA'
          ? 'DOHB'
          : country === 'JO'
            ? 'CBJO'
            : country === 'IT'
              ? pick(['X', 'K'])
              : '';
  const body = bank + number(count - bank.length);
  const value = [...`${body}${country}`].map((char) => String(Number.parseInt(char, 36))).join('');
  let rest = 0;
  for (const digit of `${value}00`) rest = (rest * 10 + Number(digit)) % 97;
  const all = `${country}${String(98 - rest).padStart(2, '0')}${body}`;
  return pick([
    all,
    (all.match(/.{1,4}/g) ?? []).join(' '),
    `to: ‹${all}›`,
    `Konto ‹${(all.match(/.{1,4}/g) ?? []).join(' ')}› bei der Sparkasse`,
  ]);
};

export const email = (): string =>
  pick([
    () =>
      `${word(6)}.${word(2)}.${word(7)}@${word(9)}.${pick(['eu', 'us', 'biz', 'info', 'app', 'ai', 'la', 'me'])}`,
    () =>
      `${word(1)}${number(6)}@${pick(['qq.com', '163.com', 'yandex.ru', 'proton.me', 'icloud.com', 'hotmail.fr'])}`,
    () => `"${word(4)} ${word(6)}" <‹${word(8)}@${word(5)}-${word(4)}.com.br›>`,
    () => `${word(3)}--${word(3)}@${word(3)}.${word(3)}.${word(6)}.edu`,
    () => `to=‹${word(5)}+${word(3)}.${number(2)}@${word(6)}.io›&cc=`,
    () =>
      `${pick(['françois', 'ÁgNES', 'jürgen', 'zoë', 'łukasz'])}@${word(6)}.${pick(['fr', 'hu', 'de', 'nl', 'pl'])}`,
    () => `${word(4)}@${pick(['университет.рф', 'münchen.de', 'köln.example'])}`,
    () => `${word(7).toUpperCase()}_${word(3)}@${word(8).toUpperCase()}.NET`,
    () => `e-mail: ‹${word(5)}@${word(4)}.travel›`,
    () => `${word(2)}&${word(2)}@${word(6)}.com`,
  ])();

export const phone = (): string =>
  pick([
    () => `+33 7 ${number(2)} ${number(2)} ${number(2)} ${number(2)}`,
    () => `07.${nonzero()}${number(1)}.${number(2)}.${number(2)}.${number(2)}`,
    () => `+49 (0)${pick(['221', '711', '351'])} ${nonzero()}${number(6)}`,
    () => `0${pick(['221', '711', '351'])}-${nonzero()}${number(6)}`,
    () => `0049 ${pick(['221', '711'])} ${nonzero()}${number(6)}`,
    () => `+44 7${number(3)} ${number(6)}`,
    () => `(0117) ${number(3)} ${number(4)}`,
    () => `+1-${pick(['604', '416', '787', '809'])}-${pick(['555', '731'])}-${number(4)}`,
    () => `${pick(['604', '416', '787'])} ${pick(['555', '731'])} ${number(4)}`,
    () => `+1${pick(['604', '416'])}${pick(['555', '731'])}${number(4)}`,
    () => `+81 90 ${number(4)} ${number(4)}`,
    () => `045-${number(3)}-${number(4)}`,
    () => `+82 10-${number(4)}-${number(4)}`,
    () => `+886 9${number(2)} ${number(3)} ${number(3)}`,
    () => `+66 8 ${number(4)} ${number(4)}`,
    () => `+63 917 ${number(3)} ${number(4)}`,
    () => `+92 300 ${number(7)}`,
    () => `+880 17${number(2)}-${number(6)}`,
    () => `+20 10 ${number(4)} ${number(4)}`,
    () => `+254 7${number(2)} ${number(6)}`,
    () => `+57 30${number(1)} ${number(3)} ${number(4)}`,
    () => `+51 9${number(2)} ${number(3)} ${number(3)}`,
    () => `+64 21 ${number(3)} ${number(4)}`,
    () => `+385 91 ${number(3)} ${number(4)}`,
    () => `+370 6${number(2)} ${number(5)}`,
    () => `+352 621 ${number(3)} ${number(3)}`,
    () => `Handy: ‹0151${number(8)}›`,
    () => `WhatsApp ‹+55 21 9${number(4)}-${number(4)}›`,
    () => `call me at ‹${pick(['604', '416'])}${pick(['555', '731'])}${number(4)}›`,
    () => `${pick(['91', '93'])} ${number(3)} ${number(2)} ${number(2)}`,
  ])();

export const ip = (): string => {
  const four = `${pick([5, 31, 62, 80, 95, 138, 176, 193, 216])}.${pick([0, 7, 43, 128, 255])}.${pick([3, 18, 77, 164, 239])}.${pick([1, 14, 99, 187, 252])}`;
  return pick([
    () => four,
    () => `from=‹${four}›`,
    () => `‹${four}› - - [28/Nov/2026:22:14:03 +0100] "GET / HTTP/1.1" 200`,
    () => `X-Forwarded-For: ‹${four}›, 10.0.0.${nonzero()}`,
    () => `ping ‹${four}›`,
    () => `10.${number(1)}.${nonzero()}${number(1)}.${nonzero()}`,
    () => `2a00:1450:4001:${hex(3)}::200e`,
    () => `2620:0:2d0:${nonzero()}${hex(2)}::7`,
    () => `fe80::${nonzero()}${hex(3)}:${nonzero()}${hex(3)}:fe${hex(2)}:${nonzero()}${hex(3)}`,
    () => `https://[‹2a0b:f4c${nonzero()}::${nonzero()}${hex(2)}›]/x`,
  ])();
};

function luhnless(digits: string, weights: readonly number[]): number {
  return [...digits].reduce((sum, digit, index) => sum + Number(digit) * (weights[index] ?? 0), 0);
}

export const nationalId = (): string =>
  pick([
    () => `${pick(['105', '238', '456', '701'])}-${pick(['09', '22', '67'])}-${nonzero()}${number(3)}`,
    () => `SSN ‹${pick(['105', '238'])}${'-'}${pick(['09', '22'])}-${nonzero()}${number(3)}›`,
    () => `${pick(['AA', 'CB', 'JM', 'LS', 'NR', 'WK'])}${number(6)}${pick(['A', 'B', 'C', 'D'])}`,
    () => {
      const nine = number(9);
      const d1 = ((luhnless(nine, [10, 9, 8, 7, 6, 5, 4, 3, 2]) * 10) % 11) % 10;
      const d2 = ((luhnless(`${nine}${d1}`, [11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) * 10) % 11) % 10;
      return pick([
        `${nine.slice(0, 3)}.${nine.slice(3, 6)}.${nine.slice(6)}-${d1}${d2}`,
        `cpf: ‹${nine}${d1}${d2}›`,
      ]);
    },
    () => {
      const ten = `${number(2)}${pick(['01', '12', '25'])}${pick(['07', '30'])}${number(4)}`;
      return `pesel ‹${ten}${(10 - (luhnless(ten, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3]) % 10)) % 10}›`;
    },
    () => {
      const seven = number(7);
      const prefix = pick(['X', 'Y', 'Z']);
      const letter = 'TRWAGMYFPDXBNJZSQVHLCKE'[Number('XYZ'.indexOf(prefix) + seven) % 23];
      return pick([`${prefix}${seven}${letter}`, `${prefix}-${seven}-${letter}`]);
    },
    () => {
      const twelve = `756${number(9)}`;
      const sum = luhnless(twelve, [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3]);
      const all = `${twelve}${(10 - (sum % 10)) % 10}`;
      return `${all.slice(0, 3)}.${all.slice(3, 7)}.${all.slice(7, 11)}.${all.slice(11)}`;
    },
    () => {
      const body = `${pick(['1', '2'])}${number(2)}${pick(['03', '08', '11'])}${pick(['06', '44', '67'])}${number(6)}`;
      return `n° de sécu ‹${body}${String(97n - (BigInt(body) % 97n)).padStart(2, '0')}›`;
    },
  ])();

export const secret = (): string =>
  pick([
    () => `gh${pick(['p', 'o', 'u', 's', 'r'])}_${token(36)}`,
    () => `AKIA${from('ABCDEFGHIJKLMNOPQRSTUVWXYZ234567', 16)}`,
    () => `"SecretAccessKey": "‹${from(`${letters}0123456789/+`, 40)}›"`,
    () => `sk-proj-${token(74)}T3BlbkFJ${token(74)}`,
    () => `sk-ant-admin01-${token(93)}AA`,
    () => `AIzaSy${token(33)}`,
    () => `gsk_${token(52)}`,
    () => `hf_${from(letters, 34)}`,
    () => `xoxe.xoxp-1-${token(166)}`,
    () => `xoxb-${number(12)}-${number(13)}-${token(24)}`,
    () => `sk_live_${token(24)}`,
    () => `whsec_${token(32)}`,
    () => `SG.${token(22)}.${token(43)}`,
    () => `npm_${token(36)}`,
    () => `glpat-${token(20)}`,
    () => `EAACEdEose0cBA${token(80)}`,
    () => `lsv2_pt_${hex(32)}_${hex(10)}`,
    () => `fc-${hex(32)}`,
    () => `tvly-${token(32)}`,
    () => `phx_${token(43)}`,
    () => `sbp_${hex(40)}`,
    () => `ATATT3xFfGF0${token(180)}`,
    () => `mysql://app:‹${token(16)}›@db-1.internal/app`,
    () => `mongodb://root:‹${token(20)}›@mongo:27017`,
    () => `nats://svc:‹${token(14)}›@nats.internal:4222`,
    () => `Authorization: Bearer ‹${token(40)}›`,
    () => `Authorization: Basic ‹${token(32)}›`,
    () => `password = "‹${token(14)}›"`,
    () => `my password is ‹${token(12)}›`,
    () => `contraseña: ‹${token(12)}›`,
    () => `REDIS_PASSWORD=‹${token(22)}›`,
    () => `clientSecret: '‹${token(36)}›'`,
    () => `APP_TOKEN=‹${token(48)}›`,
    () => `aws_session_token = ‹${token(120)}›`,
    () => `eyJhbGciOiJIUzUxMiJ9.eyJ1aWQiOjE${token(50)}.${token(86)}`,
    () =>
      `-----BEGIN PRIVATE KEY-----\n${Array.from({ length: 10 }, () => token(64)).join('\n')}\n-----END PRIVATE KEY-----`,
    () =>
      `-----BEGIN ENCRYPTED PRIVATE KEY-----\n${Array.from({ length: 10 }, () => token(64)).join('\n')}\n-----END ENCRYPTED PRIVATE KEY-----`,
  ])();
