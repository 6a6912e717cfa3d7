import { maker } from '../random.ts';

const { pick, like } = maker(905_511);

/** Things that look like personal data or secrets and are neither, as they stand in tickets, logs and code. */
const kinds: Readonly<Record<string, () => string>> = {
  'vehicle number': () => `VIN ${like('1HGBH41JXMN999999').replace(/^.{11}/, '1HGBH41JXMN')}`,
  'equipment number': () => `IMEI 35${like('9999999999999')}`,
  'sim card': () => `ICCID 8949${like('999999999999999')}`,
  isbn: () => pick([`ISBN 0-306-${like('99999')}-2`, `ISBN 978 0 306 ${like('99999')} 7`]),
  barcode: () => `EAN ${like('9999999999999')}`,
  'zip code': () =>
    pick([like('99999-9999'), `SW1A ${like('9')}AA`, `D-${like('99999')} Köln`, `〒${like('999-9999')}`]),
  'routing number': () => `routing no. ${like('999999999')}`,
  'account number': () => `Kto. ${like('9999999999')}, BLZ ${like('99999999')}`,
  cve: () => `CVE-2025-${like('99999')}`,
  doi: () => `doi:10.1145/${like('9999999.9999999')}`,
  arxiv: () => `arXiv:2${like('999.99999')}v2`,
  orcid: () => `https://orcid.org/0000-000${like('9-9999-9999')}`,
  wallet: () => pick([`0x${like('x'.repeat(40))}`, `bc1q${like('a'.repeat(38))}`]),
  digest: () =>
    pick([
      `sha256:${like('x'.repeat(64))}`,
      `sha512-${like('*'.repeat(86))}==`,
      `md5 ${like('x'.repeat(32))}`,
    ]),
  etag: () => `ETag: "${like('x'.repeat(32))}-7"`,
  'object id': () => `1.3.6.1.4.1.${like('9999')}.1.2`,
  'user agent': () => `Mozilla/5.0 (X11; Linux x86_64) Chrome/1${like('99')}.0.0.0 Safari/537.36`,
  'assembly version': () =>
    pick([
      `Newtonsoft.Json, Version=13.0.0.0`,
      `libssl.so.1.1.${like('9')}`,
      `build 10.0.226${like('99')}.4460`,
    ]),
  section: () => `see §3.2.1.${like('9')} of the annex`,
  subnet: () =>
    pick(['mask 255.255.255.0', 'listens on 0.0.0.0:8080', 'http://127.0.0.1:3000/health', '[::1]:5432']),
  'package version': () =>
    pick([
      `golang.org/x/net@v0.${like('99')}.0`,
      `pkg:npm/%40acme/ui@1.2.${like('9')}`,
      `jest@^29.${like('9')}.0`,
    ]),
  'code with @': () =>
    pick([
      'this@MainActivity.finish()',
      'y = W@x.T + b',
      '@app.get("/users")',
      'cc @anna-k @bob',
      'foo@localhost',
    ]),
  scope: () =>
    pick([
      '@tanstack/react-query',
      '@media (min-width: 600px)',
      'user@1000.service',
      'docker.io/acme/app@sha256:abc',
    ]),
  'date and time': () =>
    pick([
      `2026-11-28 10:15:3${like('9')}`,
      `28/11/2026 22:1${like('9')}`,
      `Sat, 28 Nov 2026 22:14:0${like('9')} +0100`,
      `2026-W48-6`,
    ]),
  range: () => pick([`1990-2${like('999')}`, `pp. ${like('999')}-${like('999')}`, `08:00-12:30`, `18–65`]),
  epoch: () => pick([like('1799999999'), like('1799999999.999'), like('1799999999999')]),
  money: () =>
    pick([
      `USD 1,${like('999,999')}.00`,
      `CHF 1'${like('999')}'000.–`,
      `1.${like('999.999')},00 EUR`,
      `₹ 12,34,${like('999')}`,
    ]),
  statistics: () => `p=0.0${like('99')}, n=${like('9999')}, CI [0.${like('99')}, 0.${like('99')}]`,
  coordinates: () =>
    pick([`${like('99.999999')},-${like('99.999999')}`, `48°51'2${like('9')}"N 2°21'0${like('9')}"E`]),
  timecode: () => `01:02:0${like('9')}:1${like('9')}`,
  'hardware id': () =>
    pick([like('xx:xx:xx:xx:xx:xx'), `046d:c52${like('x')}`, `PCI 0000:00:1f.${like('9')}`]),
  'code with colons': () =>
    pick([
      'li::before { content: "" }',
      'use std::io::Read;',
      'App\\Models\\User::find(1)',
      'case A::B: break;',
      'x[::2]',
      'x[::-1]',
    ]),
  'order number': () =>
    pick([
      `Bestellung ${like('999-9999999-9999999')}`,
      `order 4${like('99-9999999')}`,
      `PO-${like('9999999')}`,
      `Ref: ${like('9999 9999 9999')}`,
    ]),
  'tracking number': () =>
    pick([
      like('9999 9999 9999 9999 9999 99'),
      `JD01${like('99999999999999')}`,
      `00340${like('999999999999999')}`,
    ]),
  'ticket number': () => pick([`INC${like('9999999')}`, `JIRA-${like('99999')}`, `case ${like('99999999')}`]),
  flight: () => `LH${like('999')} at gate B${like('99')}, seat ${like('99')}C`,
  plate: () => pick([`B-AB ${like('9999')}`, `AB ${like('999')} CD`, `${like('9')}ABC${like('999')}`]),
  score: () => `${like('9')}-${like('9')}, ${like('9')}-${like('9')}, ${like('99')}:${like('99')}`,
  dimensions: () => `${like('999')} x ${like('999')} x ${like('99')} mm`,
  'log line': () =>
    `[worker-${like('9')}] pid=${like('99999')} took=${like('999')}ms rss=${like('999999999')}`,
  'row of numbers': () =>
    pick([
      like('999 999 999 999'),
      like('99,99,99,99'),
      like('9999\t9999\t9999\t9999'),
      like('9999, 9999, 9999, 9999'),
    ]),
  uuid: () => like('xxxxxxxx-xxxx-4xxx-9xxx-xxxxxxxxxxxx'),
  'public key': () =>
    pick([
      `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${like('*'.repeat(43))} ci`,
      `-----BEGIN PUBLIC KEY-----\n${like('*'.repeat(64))}\n-----END PUBLIC KEY-----`,
      `-----BEGIN CERTIFICATE-----\n${like('*'.repeat(64))}\n-----END CERTIFICATE-----`,
    ]),
  'words of configuration': () =>
    pick([
      'password: string;',
      'token: $' + '{{ secrets.GITHUB_TOKEN }}',
      'const password = readLine();',
      'max_tokens=4096',
      'tokenizer: cl100k_base',
      'primary_key: user_id',
      'token_type: bearer',
      'secretName: tls-cert-2026',
      'secret_key_base: <%= ENV["KEY"] %>',
      'API_KEY=changeme',
      'password=$PASSWORD',
      'password: "{{ vault_password }}"',
      'pwd: /home/app/releases/2026',
      "apiKey: config.get('service.key1')",
      'accessKey: useAccessKey2()',
      'token: nextPageToken12',
      'password must have 12 characters',
    ]),
  slug: () =>
    pick([
      `sk_learn_pipeline_preprocessing_${like('9')}`,
      `key-value-store-partition-000${like('9')}`,
      `pk_orders_customer_id_created_at_v${like('9')}`,
      `key_metrics_dashboard_q${like('9')}_2026_report`,
      `sk-SK-bratislava-region-station-${like('99')}`,
    ]),
  'minified code': () =>
    `function t${like('9')}(e){return e&&e.__esModule?e:{default:e}}var n=r(${like('99999')})`,
  'image data': () => `data:image/svg+xml;base64,PHN2ZyB4bWxucz0i${like('*'.repeat(40))}`,
  'hex dump': () => `0000${like('99')}0: ${like('xxxx xxxx xxxx xxxx xxxx xxxx xxxx xxxx')}`,
  'phone-like': () =>
    pick([
      `model 800-${like('999')}`,
      `${like('999-9999')} pts`,
      `extension ${like('9999')}`,
      `99-${like('9999999')}`,
      `1${like('9-9999')}`,
    ]),
  chemistry: () => `CAS ${like('9999')}-${like('99')}-${like('9')}`,
  chess: () => '1. e4 e5 2. Nf3 Nc6 3. Bb5 a6 4. Ba4 Nf6',
  nutrition: () => `E${like('999')}, 12${like('9')} kcal / 5${like('9')}2 kJ`,
};

/** As many of each kind. */
export function negatives(each: number): readonly string[] {
  return Object.values(kinds).flatMap((make) => Array.from({ length: each }, make));
}
