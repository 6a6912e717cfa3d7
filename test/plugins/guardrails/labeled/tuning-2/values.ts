import { type Maker, maker } from '../random.ts';

// Other countries, networks, vendors and forms than in the first part.

const random = maker(417_093);
const { pick, like, from } = random;

function luhnEnd(body: string): string {
  let sum = 0;
  for (const [index, char] of [...body].reverse().entries()) {
    const digit = Number(char) * (index % 2 === 0 ? 2 : 1);
    sum += digit > 9 ? digit - 9 : digit;
  }
  return `${body}${(10 - (sum % 10)) % 10}`;
}

export const card = (): string => {
  const [prefix, length] = pick([
    ['62', 16],
    ['62', 19],
    ['6441', 16],
    ['6550', 16],
    ['3589', 16],
    ['38', 14],
    ['300', 14],
    ['4', 13],
    ['4929', 16],
    ['2720', 16],
    ['5210', 16],
    ['371', 15],
    ['2204', 16],
    ['5018', 16],
    ['6071', 16],
  ] as const);
  const number = luhnEnd(prefix + from('0123456789', length - prefix.length - 1));
  const dashed = length === 15 ? '$1-$2-$3' : '$1-$2-$3-$4';
  const groups = length === 15 ? /(.{4})(.{6})(.{5})/ : /(.{4})(.{4})(.{4})(.*)/;
  return pick([
    number,
    number.replace(groups, dashed.replaceAll('-', ' ')).trim(),
    number.replace(groups, dashed),
    number.replace(groups, dashed.replaceAll('-', '\u00a0')).trim(),
  ]);
};

const ibans: readonly string[] = [
  'NO 99999999999',
  'DK 99999999999999',
  'FI 99999999999999',
  'BE 999999999999',
  'PT 999999999999999999999',
  'GR 99999999999999999999999',
  'CZ 99999999999999999999',
  'HU 999999999999999999999999',
  'TR 9999909999999999999999',
  'AE 9999999999999999999',
  'IE AAAA99999999999999',
  'RO AAAA****************',
  'LU 9999999999999999',
  'MT AAAA99999******************',
];

export const iban = (): string => {
  const [country = '', body = ''] = like(
    pick(ibans)
      .replace(/^(..)/, '\\$1')
      .replace(/^\\(.)(.)/, '\\$1\\$2'),
  )
    .toUpperCase()
    .split(' ');
  const numeric = [...`${body}${country}00`].map((char) => Number.parseInt(char, 36)).join('');
  const whole = `${country}${String(98n - (BigInt(numeric) % 97n)).padStart(2, '0')}${body}`;
  return pick([whole, whole.replace(/(.{4})(?=.)/g, '$1 '), whole.toLowerCase()]);
};

export const email = (): string =>
  pick([
    () => like('aaaa.aaaaaa@aaaaaaa.co.jp'),
    () => like('AAAAA.AAAA@AAAAAA.COM'),
    () => like('aaa+aaaaaa99@aaaaa.email'),
    () => like('a_aaaa-99@aa-aaaa.aaaaaaa.se'),
    () => like("a'aaaaa@aaaaaaa.ie"),
    () => like('99999999@aa.com'),
    () => like('aaaaaa%aaaa@aaaaa.edu.au'),
    () => `josé.${like('aaaaa')}@correo.es`,
    () => `müller${like('99')}@straße.de`,
    () => `иван@почта.рф`,
    () => like('aaaaa@\\xn--aaaaaa-9aa.com'),
    () => like('aaa@aaaaaaaaaa.photography'),
  ])();

export const phone = (): string =>
  like(
    pick([
      '+34 612 99 99 99',
      '+39 06 9999 9999',
      '06 9999 9999',
      '+31 6 99999999',
      '020-9999999',
      '06-99999999',
      '+48 601 999 999',
      '08-999 999 99',
      '070-999 99 99',
      '+46 70 999 99 99',
      '+\\91 \\98999 99999',
      '0\\98999 99999',
      '(02) 9999 9999',
      '0412 999 999',
      '+61 412 999 999',
      '03-9999-9999',
      '0\\90-9999-9999',
      '+86 138 9999 9999',
      '138-9999-9999',
      '(11) 98999-9999',
      '0532 999 99 99',
      '044 999 99 99',
      '+41 44 999 99 99',
      '8 (495) 999-99-99',
      '+7 495 999-99-99',
      '010-9999-9999',
      '+45 20 99 99 99',
      '087 999 9999',
      '1-800-555-9999',
      '+14155559999',
      '+1 (415) 555-9999',
      '+1.415.555.9999',
      '01 42 99 99 99',
      '0171 9999999',
    ]),
  );

export const ip = (): string =>
  pick([
    () => like('185.199.108.153'),
    () => `${pick([45, 78, 141, 212])}.${pick([12, 87, 199])}.${pick([0, 31, 240])}.${pick([5, 66, 254])}`,
    () => `${pick([45, 78, 141, 212])}.${pick([12, 87, 199])}.${pick([0, 31, 240])}.${pick([5, 66, 254])}`,
    () => `172.${pick([16, 20, 31])}.${pick([3, 99])}.${pick([8, 200])}`,
    () => like('2\\a02:xxx9:xxx9:xxx9::x9'),
    () => like('2001:0DB8:0000:0000:0000:FF00:0042:83299').slice(0, 39),
    () => like('fd99:xxx9:xxx9::9'),
    () => like('::ffff:198.51.100.9'),
    () => like('2606:4700::6810:xx9x'),
  ])();

const checks = {
  steuerId(): string {
    for (;;) {
      const order = [...'0123456789'].sort(() => Number(from('0123456789', 1)) - 4.5);
      const body = [...order.slice(0, 9), order[0]].join('');
      if (body.startsWith('0')) continue;
      let product = 10;
      for (const char of body) {
        const sum = (product + Number(char)) % 10;
        product = ((sum === 0 ? 10 : sum) * 2) % 11;
      }
      return `${body}${(11 - product) % 10}`;
    }
  },
  codice(): string {
    const body = `${from('BCDFGLMNPRSTV', 6)}${from('0123456789', 2)}${pick(['A', 'H', 'T'])}${pick(['12', '27', '55'])}${pick(['H501', 'F205', 'L219'])}`;
    const odd: Readonly<Record<string, number>> = Object.fromEntries(
      [...'0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'].map((char, index) => [
        char,
        [
          1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12,
          14, 16, 10, 22, 25, 24, 23,
        ][index] as number,
      ]),
    );
    const even = (char: string): number => (/\d/.test(char) ? Number(char) : char.charCodeAt(0) - 65);
    const sum = [...body].reduce(
      (total, char, index) => total + (index % 2 === 0 ? (odd[char] ?? 0) : even(char)),
      0,
    );
    return `${body}${String.fromCharCode(65 + (sum % 26))}`;
  },
  pesel(): string {
    const body = `${like('99')}${pick(['03', '11', '27'])}${pick(['05', '19', '28'])}${like('9999')}`;
    const sum = [...body].reduce(
      (total, char, index) => total + Number(char) * ([1, 3, 7, 9][index % 4] as number),
      0,
    );
    return `${body}${(10 - (sum % 10)) % 10}`;
  },
  nie(): string {
    const [first, rest] = [pick(['X', 'Y', 'Z']), like('9999999')];
    return `${first}${rest}${'TRWAGMYFPDXBNJZSQVHLCKE'[Number(`${'XYZ'.indexOf(first)}${rest}`) % 23]}`;
  },
  cpf(): string {
    const digits = [...like('999999999')].map(Number);
    for (const weight of [10, 11]) {
      const rest = digits.reduce((sum, digit, index) => sum + digit * (weight - index), 0) % 11;
      digits.push(rest < 2 ? 0 : 11 - rest);
    }
    return digits.join('');
  },
  nirOfCorsica(): string {
    const body = `2${like('99')}08${pick(['2A', '2B'])}${like('999999')}`;
    const number = BigInt(body.replace('2A', '19').replace('2B', '18'));
    return `${body}${String(97n - (number % 97n)).padStart(2, '0')}`;
  },
};

export const nationalId = (): string =>
  pick([
    () => `Steuer-ID ‹${checks.steuerId()}›`,
    () => `IdNr. ‹${checks.steuerId().replace(/(..)(...)(...)(...)/, '$1 $2 $3 $4')}›`,
    () => checks.codice(),
    () => `PESEL: ‹${checks.pesel()}›`,
    () => checks.nie(),
    () => `CPF ‹${checks.cpf()}›`,
    () => checks.cpf().replace(/(...)(...)(...)(..)/, '$1.$2.$3-$4'),
    () => checks.nirOfCorsica(),
    () => `SSN: ‹${pick(['529', '401', '730'])} ${pick(['41', '86'])} ${like('9')}${pick(['203', '871'])}›`,
    () => `${pick(['529', '401', '730'])}-${pick(['41', '86'])}-${like('9')}${pick(['203', '871'])}`,
    () =>
      like(`${pick(['QQ', 'SH', 'LP']).replace('QQ', 'MA')} 99 99 99 D`).replace(
        /^../,
        pick(['SH', 'LP', 'WE']),
      ),
  ])();

export const secret = (): string => secretsOf(random);

function secretsOf({ like: make, pick: one }: Maker): string {
  const body = one([
    'gho_************************************',
    'ghs_************************************',
    'xoxp-999999999999-999999999999-999999999999-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx',
    'https://hooks.slack.com/services/T9999999A/B9999999A/************************',
    'ASIAQ2ZYTR5AAAAAAAAA',
    'aws_secret_access_key = ‹****************************************›',
    'sk-svcacct-************************************************************',
    'gsk_****************************************************',
    'hf_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
    'rk_live_************************',
    'sk_test_************************',
    'shpat_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx',
    'glpat-********************',
    'glrt-********************',
    'dckr_pat_***************************',
    'pypi-AgEIcHlwaS5vcmc***********************************************************',
    'dop_v1_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx',
    'lin_api_****************************************',
    'ntn_99999999999***********************************',
    'figd_****************************************',
    'tskey-auth-************-********************************',
    'hvs.************************************************************************************************',
    'dapixxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx',
    'glsa_********************************_xxxxxxxx',
    'whsec_********************************',
    'SG.**********************.*******************************************',
    'key-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx',
    'AKCp*********************************************************************',
    'mongodb+srv://app:************@cluster0.aaaaa.mongodb.net/main',
    'redis://default:********************@aaaa-9.upstash.io:6379',
    'amqps://svc:**************@rabbit.aaaa.io/vhost',
    'mysql://root:A9aaaaaaaa9@10.0.0.9:3306/shop',
    'Authorization: Bearer ‹********************************************›',
    'DB_PASSWORD=‹************›',
    "'client_secret' => '‹********************************›'",
    'SECRET_KEY: "‹************************›"',
    'api-key: ‹xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx›',
    '9999999999:AAaaaaa****************************',
    'eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJh***************************.*************************************************',
    '-----BEGIN OPENSSH PRIVATE KEY-----\n****************************************************************\n****************************************************************\n****************************************************************\n-----END OPENSSH PRIVATE KEY-----',
    '-----BEGIN EC PRIVATE KEY-----\n****************************************************************\n****************************************************************\n-----END EC PRIVATE KEY-----',
  ]);
  return make(keepLiteral(body));
}

/** Letters of the vendor's own words stay; runs of one placeholder are drawn. */
function keepLiteral(template: string): string {
  return template.replace(/([9Aax*])\1{2,}|[A-Za-z9*]/g, (run, repeated?: string) =>
    repeated !== undefined || run === '*' ? run : `\\${run}`,
  );
}
