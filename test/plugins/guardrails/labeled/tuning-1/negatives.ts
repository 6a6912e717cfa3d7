import { digits, group, letters, pick, withLuhn } from './values.ts';

const hex = '0123456789abcdef';
const upper = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const uuid = (): string => group(letters(32, hex), [8, 4, 4, 4, 12], '-');

/** A number with the form of a card whose check digit is wrong. */
const noCard = (): string => {
  const number = withLuhn(`4${digits(14)}`);
  const wrong = (Number(number.at(-1)) + pick([1, 3, 7])) % 10;
  return `${number.slice(0, -1)}${wrong}`;
};

/** What looks like a secret or personal data, and is neither. */
const kinds: Readonly<Record<string, () => string>> = {
  'order number': () =>
    pick([`ORD-${digits(8)}`, `#${digits(9)}`, `Order ${digits(12)}`, `PO ${digits(4)}-${digits(6)}`]),
  'number like a card': noCard,
  'tracking number': () => pick([`1Z${letters(16, upper)}`, `${digits(22)}`, `RR${digits(9)}US`]),
  uuid,
  hash: () => letters(pick([32, 40, 64]), hex),
  'commit hash': () => letters(pick([7, 8, 12]), hex),
  version: () =>
    pick([
      `v${digits(1)}.${digits(2)}.${digits(1)}`,
      `version 10.0.19041.${digits(4)}`,
      `v1.2.3.${digits(1)}`,
      `${digits(1)}.${digits(1)}.0-rc.${digits(1)}`,
    ]),
  date: () =>
    pick([
      `2026-0${pick(['1', '5'])}-2${digits(1)}`,
      `2${digits(1)}.11.2026`,
      `11/0${pick(['1', '7'])}/2026 10:4${digits(1)}`,
      `2026-11-28T22:14:0${digits(1)}.123Z`,
    ]),
  timestamp: () => `17${digits(11)}`,
  price: () =>
    pick([`$${digits(3)},${digits(3)}.00`, `€ 1${digits(1)}.${digits(3)},50`, `${digits(2)} 000 000`]),
  coordinates: () => `${pick(['48', '52'])}.${digits(6)}, ${pick(['2', '13'])}.${digits(6)}`,
  isbn: () => `978-3-16-${digits(6)}-${digits(1)}`,
  package: () => pick([`react@18.${digits(1)}.0`, '@types/node@24.19.2', 'lodash@^4.17.21']),
  'file name': () => pick([`logo@2x.png`, `IMG_${digits(8)}.jpg`, `report-2026.${digits(2)}.pdf`]),
  'git remote': () => `git@github.com:acme/app-${digits(2)}.git`,
  code: () =>
    pick(['std::vector<int>', 'Foo::bar()', 'array[1:3]', 'user@host:~$ ls', 'a::b::c', '@Injectable()']),
  'mac address': () => group(letters(12, hex), [2, 2, 2, 2, 2, 2], ':'),
  time: () => pick([`10:4${digits(1)}:5${digits(1)}`, '08:00-17:30', '12:30:45.678']),
  'model number': () =>
    pick([`SM-G99${digits(1)}B`, `WH-1000XM${digits(1)}`, `DE-${digits(5)} Berlin`, `EN ISO ${digits(4)}`]),
  'iban with a wrong check': () => `DE00 ${digits(4)} ${digits(4)} ${digits(4)} ${digits(4)} ${digits(2)}`,
  'invoice number': () => pick([`RE-2026-${digits(5)}`, `INV${digits(10)}`, `AB12345${digits(1)}`]),
  'base64 of an image': () =>
    `data:image/png;base64,iVBORw0KGgo${letters(20, `${upper}${upper.toLowerCase()}`)}`,
  'short number': () => `${digits(pick([2, 3, 4, 5]))} units`,
  'id in a path': () => `/users/${digits(8)}/posts/${digits(6)}`,
  'css and hex color': () => `#${letters(6, hex)}; margin: 10px 20px`,
  'placeholder for a secret': () =>
    pick([
      'password: <your password>',
      'API_KEY=your_api_key_here',
      'token: $' + '{TOKEN}',
      'secret=********',
      'password: process.env.PASSWORD',
    ]),
  'matrix of numbers': () => `${digits(3)} ${digits(3)} ${digits(3)} ${digits(3)}`,
  'scientific number': () => `6.022${digits(2)}e${digits(2)}`,
  'test score': () => `${digits(2)}-${digits(2)}, ${digits(2)}-${digits(2)}`,
  slug: () => `how-to-${letters(5)}-a-${letters(7)}-in-${letters(6)}`,
};

/** As many of each kind. */
export function negatives(each: number): readonly { readonly kind: string; readonly text: string }[] {
  return Object.entries(kinds).flatMap(([kind, make]) =>
    Array.from({ length: each }, () => ({ kind, text: make() })),
  );
}
