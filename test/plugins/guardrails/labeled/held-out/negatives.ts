import { maker } from '../random.ts';

const { pick, from } = maker(99_140);
const number = (count: number): string => from('0123456789', count);
const hex = (count: number): string => from('0123456789abcdef', count);
const caps = (count: number): string => from('ABCDEFGHJKLMNPQRSTUVWXYZ', count);
const any = (count: number): string =>
  from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789', count);

/** From shops, factories, laboratories, newspapers, repositories and consoles. */
const kinds: Readonly<Record<string, () => string>> = {
  asin: () => `ASIN B0${caps(2)}${number(6)}`,
  gtin: () => `GTIN ${number(14)}`,
  'product key': () => `${caps(5)}-${caps(2)}${number(3)}-${caps(5)}-${number(2)}${caps(3)}`,
  'article number': () =>
    pick([
      `Art.-Nr. ${number(3)}.${number(3)}.${number(2)}`,
      `ref. ${number(6)}-${number(4)}`,
      `SKU-${number(10)}`,
    ]),
  'invoice of a year': () => `Rechnung 2026/${number(2)}/${number(5)}`,
  'customer number': () => `Kundennummer ${number(9)}`,
  'insurance policy': () => `Police ${caps(2)}-${number(8)}`,
  batch: () => `LOT ${number(6)} EXP 2027-0${pick([1, 5, 9])}`,
  resistor: () => `${number(3)}kΩ ±1%, 0603, ${number(2)}V`,
  bolt: () => `M8x1.25x${number(2)}, ISO 4017`,
  tolerance: () => `${number(2)}.${number(3)} ±0.0${number(2)} mm`,
  spectrum: () => `m/z ${number(3)}.${number(4)}, ${number(3)}.${number(4)}`,
  sequence: () => from('ACGT', 40),
  smiles: () => 'CC(=O)OC1=CC=CC=C1C(=O)O',
  'pubmed id': () => `PMID: ${number(8)}`,
  issn: () => `ISSN ${number(4)}-${number(4)}`,
  'newspaper date': () => `Ausgabe ${number(3)}, 28./29. November 2026`,
  'phone of a game': () => `level 12-${number(2)}-${number(3)}`,
  'sports results': () => `6-4, 3-6, 7-6 (${number(1)})`,
  'election result': () => `${number(2)}.${number(1)} % / ${number(3)} ${number(3)} Stimmen`,
  'stock prices': () => `DAX 1${number(1)}.${number(3)},${number(2)} (+0,${number(2)} %)`,
  'crypto amount': () => `0.${number(8)} BTC`,
  transaction: () => `tx 0x${hex(64)}`,
  ipfs: () => `Qm${any(44)}`,
  'node id': () => `node-${hex(8)}-${hex(4)}.compute.internal`,
  'image tag': () => `registry.internal/app:2026${number(4)}-${hex(7)}`,
  'helm release': () => `ingress-nginx-4.${number(1)}.1 (app 1.11.${number(1)})`,
  'four part version': () =>
    pick([
      `SDK 5.0.1.${number(2)} installed`,
      `dotnet-runtime-8.0.0.${number(1)}`,
      `release 3.1.4.${number(2)}`,
      `Version: 12.4.0.${number(1)}`,
    ]),
  'browser version': () =>
    pick([
      `Edg/12${number(1)}.0.${number(4)}.51`,
      `Chrome/11${number(1)}.0.5${number(3)}.9`,
      `Opera/10${number(1)}.0.0.0`,
    ]),
  'private range': () => pick(['subnet 255.255.252.0', 'bind 0.0.0.0', 'loopback 127.0.0.53', 'listen ::1']),
  'snmp oid': () => `1.3.6.1.2.1.1.${number(1)}.0`,
  'time with colons': () =>
    pick([
      `0${number(1)}:${number(2)}:${number(2)}.${number(3)}`,
      `00:00:0${number(1)},${number(3)} --> 00:00:09,500`,
    ]),
  'bluetooth id': () => Array.from({ length: 6 }, () => hex(2).toUpperCase()).join(':'),
  fingerprint: () => `SHA256:${any(43)}`,
  'md5 of a file': () => `${hex(32)}  archive.tar.gz`,
  'jenkins build': () => `build #${number(5)} (${hex(8)})`,
  'go import': () =>
    pick([`golang.org/x/sys@v0.2${number(1)}.0`, 'gopkg.in/yaml.v3@v3.0.1', `k8s.io/api@v0.31.${number(1)}`]),
  'npm tarball': () => `@babel/core@7.2${number(1)}.0`,
  decorator: () =>
    pick(['@Component({ selector: "app" })', '@pytest.fixture', '@RequestMapping("/v1")', '@property']),
  'at in prose': () => pick(['3 apples @ $1.50 each', 'meet @ 5pm', 'lead @ Acme', 'C@t and d@g']),
  'mention in a chat': () => pick(['@here please review', '@marta.k could you?', '@channel deploy at 5']),
  'sql and regex': () =>
    pick([`WHERE id IN (${number(6)}, ${number(6)})`, '^\\d{3}-\\d{4}$', '[A-Z]{2}\\d{6}']),
  perl: () => pick(['My::Module->new', 'Foo::Bar::baz($x)', 'ActiveRecord::Base']),
  typescript: () =>
    pick([
      'password?: string | undefined;',
      'secret: z.string().min(32)',
      'token: Token2Type;',
      'function getToken(id2: string)',
    ]),
  'helm values': () =>
    pick([
      'secretName: app-tls-2',
      'existingSecret: db-2026',
      'passwordSecretRef: vault-1',
      'tokenPath: /var/run/secrets/token1',
    ]),
  documentation: () =>
    pick([
      'Set API_KEY=<your-key-1>',
      'password: ********1',
      'token: xxxxxxxx-1234',
      'export TOKEN=$(gh auth token2)',
      'Passwort: mindestens 12 Zeichen',
      'the token is valid for 3600s',
      'password is required1',
    ]),
  slugs: () =>
    pick([
      `sk-learn-cheat-sheet-for-beginners-${number(4)}`,
      `rk-9-travel-guide-to-iceland-${number(4)}`,
      `key_account_manager_region_${number(2)}_west`,
      `pk-station-opening-hours-${number(4)}`,
    ]),
  'object ids': () =>
    pick([
      `cus_${any(14)}`,
      `pi_3${any(23)}`,
      `msg_01${any(22)}`,
      `chatcmpl-${any(29)}`,
      `req_${any(24)}`,
      `call_${any(24)}`,
    ]),
  'page cursor': () => `?cursor=${any(24)}&limit=50`,
  'short link': () => `https://bit.ly/${any(7)}`,
  'file path': () => `/var/lib/app/2026/11/28/${hex(16)}.log`,
  'sentence with numbers': () =>
    `In ${pick(['2019', '2024'])} there were ${number(2)} ${number(3)} visitors on ${number(3)} days.`,
  address: () =>
    pick([
      `Hauptstr. ${number(2)}, ${number(5)} Berlin`,
      `${number(4)} Elm Street, Springfield, IL 6${number(4)}`,
      `${number(2)} rue de Rivoli, 750${number(2)} Paris`,
    ]),
  'tax rate': () => `${number(1)}9 %, USt-IdNr. DE${number(9)}`,
  'measured list': () => Array.from({ length: 6 }, () => `${number(2)}.${number(1)}`).join(', '),
};

/** As many of each kind. */
export function negatives(each: number): readonly string[] {
  return Object.values(kinds).flatMap((make) => Array.from({ length: each }, make));
}
