import { maker } from '../random.ts';

const { pick, like } = maker(6_402);

/** From bills of lading, medical reports, build logs, spreadsheets, standards and chats. */
const kinds: Readonly<Record<string, () => string>> = {
  container: () => `MSKU${like('999999')}-${like('9')}`,
  'bill of lading': () => `B/L no. ${like('999999999999')}`,
  customs: () => `HS 8471.30.${like('99')}`,
  meter: () => `Zählernummer 1EMH00${like('99999999')}`,
  'iso date range': () => `2026-03-0${like('9')}/2026-04-1${like('9')}`,
  'time zone': () => `T22:1${like('9')}:00.000+0${pick([1, 2, 5])}:30`,
  duration: () => `P3Y6M4DT12H30M${like('9')}S`,
  cron: () => `*/15 0-${like('9')} 1,15 * 1-5`,
  'medical code': () => `ICD-10 ${like('A99.9')}, LOINC ${like('9999-9')}`,
  'blood pressure': () => `1${like('99')}/8${like('9')} mmHg, pulse ${like('99')}`,
  'lab values': () => `Na 1${like('99')}, K 4.${like('9')}, CRP ${like('99.9')}`,
  standard: () =>
    pick([`DIN EN 61000-4-${like('9')}`, `ISO/IEC 27001:2022`, `IEEE 802.11ax`, `RFC 9${like('999')}`]),
  'gene and protein': () =>
    pick([`NM_00${like('9999')}.4:c.${like('999')}G>A`, `rs${like('99999999')}`, `P0${like('9999')}`]),
  patent: () => `EP ${like('9 999 999')} B1`,
  law: () => `BGH, Urt. v. 1${like('9')}.03.2024 – VI ZR ${like('999')}/23`,
  parcel: () => `DHL ${like('99 9999 9999')}`,
  'purchase order': () => `Order no.: 302-${like('9999999-9999999')}`,
  'booking code': () => pick([`PNR ${like('AA9A9A')}`, `Confirmation ${like('999999999')}`]),
  serial: () => `S/N ${like('A99AA999999')}`,
  license: () => `${like('AAAA9-A9AAA-9AAA9-AA9A9-A999A')}`.replace(/O/g, '8'),
  'build log': () => `[${like('99')}%] Building CXX object src/CMakeFiles/core.dir/v1.2.3.${like('9')}.o`,
  'nuget and so': () =>
    pick([`System.Text.Json/8.0.0.${like('9')}`, `libcurl.so.4.8.0`, `Firefox/12${like('9')}.0.1.0`]),
  'stack trace': () =>
    `at Object.<anonymous> (/srv/app/dist/index-${like('xxxxxxxx')}.js:${like('9999')}:${like('99')})`,
  'webpack chunk': () => `main.${like('x'.repeat(20))}.chunk.js`,
  'docker layer': () => `${like('x'.repeat(12))}: Pull complete`,
  'kubernetes pod': () => `payments-${like('xxxxxxxxx')}-${like('aaaaa')}`,
  'trace id': () => `traceparent: 00-${like('x'.repeat(32))}-${like('x'.repeat(16))}-01`,
  'aws resource': () =>
    pick([
      `arn:aws:iam::${like('999999999999')}:role/app`,
      `i-0${like('x'.repeat(16))}`,
      `ami-0${like('x'.repeat(16))}`,
    ]),
  'azure guid': () => `tenant ${like('xxxxxxxx-xxxx-4xxx-axxx-xxxxxxxxxxxx').replace(/^./, '7')}`,
  'git log': () => `${like('x'.repeat(40))} refs/tags/v2.${like('9')}.0`,
  lockfile: () => `integrity sha512-${like('*'.repeat(86))}==`,
  'package with at': () =>
    pick([
      `pnpm@9.1${like('9')}.0`,
      `actions/checkout@v4.${like('9')}.0`,
      `vue@3.4.${like('9')}`,
      `ghcr.io/acme/api@sha256:${like('x'.repeat(16))}`,
    ]),
  'matrix with at': () => pick(['attn = softmax(q@k.mT)', 'x = A@b.real', 'out@axis.mean']),
  handle: () => pick(['thanks @lea_99!', '@team-core please', 'via @nytimes']),
  'shell prompt': () => pick(['deploy@web-01:~/app$ make', 'root@localhost:/# id', 'pi@raspberrypi:~ $']),
  'ssh remote': () =>
    pick([
      'ssh://git@github.com/acme/app.git',
      'git@gitlab.com:acme/web.git',
      'https://git@bitbucket.org/acme/x.git',
    ]),
  'css and scss': () =>
    pick(['@include mq($from: md)', 'a:hover::after { top: 10px }', '.grid\\:2xl\\:cols-3']),
  'rust and cpp': () =>
    pick(['std::chrono::seconds(5)', 'crate::a::b::fade', 'boost::asio::ip::tcp::v4()', 'Enum::Dead::Beef']),
  slice: () => pick(['rows[10:20]', 'arr[::2, 1::3]', '0:1:2:3', 'a:b:c:d']),
  'local addresses': () => pick(['127.0.0.1:8000', '0.0.0.0/0', '255.255.255.240', '::1', '127.0.1.1 host']),
  'section number': () =>
    pick([`Kapitel 4.2.1.${like('9')}`, `Section 2.3.4.${like('9')}`, `clause 7.1.4.${like('9')}`]),
  'version in words': () =>
    pick([
      `Version 2.0.1.${like('99')}`,
      `firmware 4.1.0.${like('9')}`,
      `v6.0.0.${like('99')}`,
      `macOS 14.4.1`,
    ]),
  weather: () => `${like('99')}.9°C, ${like('99')}% rH, 10${like('99')} hPa`,
  odds: () => `${like('9')}-${like('9')}-${like('9')}, ${like('99')}/1`,
  timetable: () => `Gleis ${like('9')}, ab 14:0${like('9')}, an 17:5${like('9')}, ICE ${like('999')}`,
  spreadsheet: () =>
    pick([
      `=SUM(A${like('99')}:C${like('999')})`,
      `$B$${like('99')}`,
      like('9999;9999;9999;9999'),
      like('99 999 99 999'),
    ]),
  amounts: () =>
    pick([
      `total 1 ${like('999 999')},00 kr`,
      `£${like('99')},${like('999')},${like('999')}`,
      `¥${like('9999999')}`,
      `${like('999')}.${like('999')}.${like('999')},- Kč`,
    ]),
  'telephone of nobody': () =>
    pick(['dial 112 or 911', `ext. ${like('9999')}`, 'press 1-2-3', `channel ${like('999-999')}`]),
  'year lists': () => '1998 2002 2006 2010 2014 2018 2022',
  lottery: () => `${like('99 99 99 99 99')} + ${like('9')}`,
  'page ids': () => `/p/${like('9999999999')}?ref=${like('x'.repeat(10))}`,
  'env names': () =>
    pick([
      'TOKEN_TTL=3600',
      'PASSWORD_MIN_LENGTH: 12',
      'secret: { name: db-creds }',
      'token = tokenizer.encode(x2)',
      'SECRET=$(cat /run/secrets/db1)',
      `password: $${'{DB_PASSWORD1}'}`,
      'api_key=os.environ["KEY_2"]',
      'auth_key = get_key(version=2)',
      'private_key: ./certs/server-2026.pem',
      'apiKey: "YOUR_API_KEY_1"',
      'Password: ••••••••12',
      'token_count: 128000',
    ]),
  'random words': () =>
    pick([
      'sk-toolbar-button-primary-2',
      'key_press_handler_for_window_3',
      'pk_index_on_customers_2024_archive',
      'rk_scheduler_round_robin_v2_final',
      'key-features-of-version-3-release',
    ]),
  'open keys': () =>
    pick([
      `ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQ${like('*'.repeat(60))} me@laptop`,
      `-----BEGIN CERTIFICATE REQUEST-----\n${like('*'.repeat(64))}\n-----END CERTIFICATE REQUEST-----`,
      `age1${like('a'.repeat(58))}`,
    ]),
  links: () =>
    pick([
      `https://example.org/a/${like('x'.repeat(32))}`,
      `https://youtu.be/${like('*'.repeat(11))}`,
      `https://s3.amazonaws.com/b/${like('x'.repeat(24))}.png`,
    ]),
};

/** As many of each kind. */
export function negatives(each: number): readonly string[] {
  return Object.values(kinds).flatMap((make) => Array.from({ length: each }, make));
}
