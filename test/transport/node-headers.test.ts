import fc from 'fast-check';
import { expect, it } from 'vitest';
import { headerReader } from '../../src/transport/node/headers.ts';

type Line = readonly [name: string, value: string];

/** The same lines as Node's clients give them. */
const forms: Readonly<Record<string, (lines: readonly Line[]) => (string | Buffer)[]>> = {
  strings: (lines) => lines.flat(),
  'one packet': (lines) => {
    const packet = Buffer.from(
      `\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}`,
      'latin1',
    );
    let at = 2;
    return lines.flatMap(([name, value]) => {
      const from = at + name.length + 2;
      at = from + value.length + 2;
      return [packet.subarray(from - name.length - 2, from - 2), packet.subarray(from, from + value.length)];
    });
  },
  'a packet for each name and value': (lines) => lines.flat().map((text) => Buffer.from(text, 'latin1')),
  'the first and the last in another buffer than the rest': (lines) => {
    const pieces = forms['one packet']?.(lines) ?? [];
    const other = Buffer.from(new ArrayBuffer(65_536)).fill('-');
    return pieces.map((piece, at) => {
      if (typeof piece === 'string') return piece;
      const copy = other.subarray(piece.byteOffset, piece.byteOffset + piece.length);
      piece.copy(copy);
      if (at === 0 || at === pieces.length - 1) return copy;
      copy.fill('-');
      return piece;
    });
  },
  'values outside the part of the buffer that holds the rest': (lines) => {
    const buffer = Buffer.from(new ArrayBuffer(8_192));
    return lines.flat().map((text, at, all) => {
      const from = (at % 2 === 0 || at === all.length - 1 ? 4_096 : 0) + at * 64;
      return buffer.subarray(from, from + buffer.write(text, from, 'latin1'));
    });
  },
};

const name = fc.constantFrom(
  'date',
  'Date',
  'set-cookie',
  'Set-Cookie',
  'SET-COOKIE',
  'x-request-id',
  'CF-RAY',
  'constructor',
);
const lines = fc.array(fc.tuple(name, fc.stringMatching(/^[\x21-\x7e\xa1-\xff]{0,40}$/)), { maxLength: 12 });

function joined(lines: readonly Line[]): Record<string, string> {
  const values = new Map<string, string[]>();
  for (const [name, value] of lines)
    values.set(name.toLowerCase(), [...(values.get(name.toLowerCase()) ?? []), value]);
  return Object.fromEntries([...values].map(([name, each]) => [name, each.join(', ')]));
}

it.each(Object.keys(forms))('lines become a record with lower-case names and joined values: %s', (form) => {
  const toRaw = forms[form] ?? (() => []);
  fc.assert(
    fc.property(fc.array(lines, { minLength: 1, maxLength: 6 }), (responses) => {
      const read = headerReader();
      for (const each of responses) expect(read(toRaw(each))).toEqual(joined(each));
    }),
  );
});

it('reads more different names than it remembers', () => {
  const read = headerReader();
  for (let response = 0; response < 4; response++) {
    const nth = (at: number): number => (at < 150 ? at : (at * (response + 1)) % 300);
    const many = Array.from({ length: 400 }, (_, at): Line => [`X-${nth(at)}`, `${at}`]);
    expect(read(many.flat())).toEqual(joined(many));
  }
});

it('makes a plain record, which JSON, a spread and a structured clone copy', () => {
  const headers = headerReader()(['Content-Type', 'application/json', 'X-Request-ID', 'r']);
  const expected = { 'content-type': 'application/json', 'x-request-id': 'r' };
  expect(JSON.parse(JSON.stringify(headers))).toStrictEqual(expected);
  expect({ ...headers }).toStrictEqual(expected);
  expect(structuredClone(headers)).toStrictEqual(expected);
});
