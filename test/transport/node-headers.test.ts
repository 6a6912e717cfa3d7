import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { headerReader } from '../../src/transport/node/headers.ts';

type Line = readonly [name: string, value: string];

/** A packet in a buffer of its own, as it comes from a socket, and where its names and values are. */
function packetOf(lines: readonly Line[]) {
  const text = `\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}`;
  const packet = Buffer.from(new ArrayBuffer(text.length));
  packet.write(text, 'latin1');
  let at = 2;
  const places = lines.flatMap(([name, value]) => {
    const from = at + name.length + 2;
    at = from + value.length + 2;
    return [
      [from - name.length - 2, from - 2],
      [from, from + value.length],
    ] as const;
  });
  return { packet, places };
}

/** The same lines as Node's clients give them. */
const forms: Readonly<Record<string, (lines: readonly Line[]) => (string | Buffer)[]>> = {
  strings: (lines) => lines.flat(),
  'one packet': (lines) => {
    const { packet, places } = packetOf(lines);
    return places.map(([from, to]) => packet.subarray(from, to));
  },
  'one packet in the pool': (lines) => {
    const { packet, places } = packetOf(lines);
    const pooled = Buffer.concat([packet]);
    return places.map(([from, to]) => pooled.subarray(from, to));
  },
  'two packets with a border anywhere': (lines) => {
    const { packet, places } = packetOf(lines);
    const border = packet.reduce((sum, byte) => sum + byte, 0) % packet.length;
    const [before, after] = [packet.subarray(0, border), packet.subarray(border)].map((part) => {
      const alone = Buffer.from(new ArrayBuffer(part.length));
      part.copy(alone);
      return alone;
    }) as [Buffer, Buffer];
    return places.map(([from, to]) => {
      if (to <= border) return before.subarray(from, to);
      if (from >= border) return after.subarray(from - border, to - border);
      return Buffer.concat([before.subarray(from), after.subarray(0, to - border)]);
    });
  },
  'a packet for each name and value': (lines) => lines.flat().map((text) => Buffer.from(text, 'latin1')),
  'the first and the last in another buffer than the rest': (lines) => {
    const pieces = forms['one packet']?.(lines) ?? [];
    // As large as Node's pool, in which pieces of several packets are joined.
    const other = Buffer.from(new ArrayBuffer(Buffer.poolSize)).fill('-');
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
  'content-type',
  'cf-ray',
  'server',
  'CF-RAY',
  'constructor',
  '__proto__',
);
const asked = ['date', 'set-cookie', 'x-request-id', 'constructor', '__proto__', 'toString', 'content-type'];
const lines = fc.array(fc.tuple(name, fc.stringMatching(/^[\x21-\x7e\xa1-\xff]{0,40}$/)), { maxLength: 12 });

function joined(lines: readonly Line[]): Record<string, string> {
  const values = new Map<string, string[]>();
  for (const [name, value] of lines)
    values.set(name.toLowerCase(), [...(values.get(name.toLowerCase()) ?? []), value]);
  return Object.fromEntries([...values].map(([name, each]) => [name, each.join(', ')]));
}

describe.each(Object.keys(forms))('headers as %s', (form) => {
  const toRaw = forms[form] ?? (() => []);
  const responses = fc.array(lines, { minLength: 1, maxLength: 6 });

  it('become a record with lower-case names and joined values', () => {
    fc.assert(
      fc.property(responses, (each) => {
        const read = headerReader();
        for (const one of each) expect(read(toRaw(one)).record()).toEqual(joined(one));
      }),
    );
  });

  it('have the values of the record under each name, and none under others', () => {
    fc.assert(
      fc.property(responses, (each) => {
        const read = headerReader();
        for (const one of each) {
          const headers = read(toRaw(one));
          const values = new Map(Object.entries(joined(one)));
          const expected = asked.map((name) => values.get(name));
          expect(asked.map((name) => headers.get(name))).toEqual(expected);
          expect(headers.pick(asked)).toEqual(expected);
        }
      }),
    );
  });
});

it('reads more different names than it remembers', () => {
  const read = headerReader();
  for (let response = 0; response < 16; response++) {
    const nth = (at: number): number => (at < 150 ? at : (at * (response + 1)) % 300);
    const many = Array.from({ length: 400 }, (_, at): Line => [`X-${nth(at)}`, `${at}`]);
    expect(read(many.flat()).record()).toEqual(joined(many));
  }
});

it('keeps what it has read when the connection uses the buffer for the next packet', () => {
  const raw = forms['one packet']?.([
    ['Date', 'today'],
    ['X-Request-ID', 'req-1'],
  ]) as Buffer[];
  const headers = headerReader()(raw);
  for (const piece of raw) piece.fill('-');
  expect(headers.get('date')).toBe('today');
  expect(headers.record()).toEqual({ date: 'today', 'x-request-id': 'req-1' });
});

it('makes no value of a header before it is asked for', () => {
  const read = headerReader();
  const toRaw = (id: string) =>
    forms['one packet']?.([
      ['Date', 'today'],
      ['X-Request-ID', id],
    ]) ?? [];
  expect(read(toRaw('req-1')).get('x-request-id')).toBe('req-1');
  const raw = toRaw('req-2');
  const slices = vi.spyOn(String.prototype, 'slice');
  try {
    const headers = read(raw);
    expect(slices).not.toHaveBeenCalled();
    headers.get('x-request-id');
    expect(slices.mock.results.map(({ value }) => value)).toEqual(['req-2']);
  } finally {
    slices.mockRestore();
  }
});

it('makes a plain record, which JSON, a spread and a structured clone copy', () => {
  const headers = headerReader()(['Content-Type', 'application/json', 'X-Request-ID', 'r']).record();
  const expected = { 'content-type': 'application/json', 'x-request-id': 'r' };
  expect(JSON.parse(JSON.stringify(headers))).toStrictEqual(expected);
  expect({ ...headers }).toStrictEqual(expected);
  expect(structuredClone(headers)).toStrictEqual(expected);
});
