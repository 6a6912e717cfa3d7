import type { ProviderStreamPart } from 'signalbox';
import { describe, expect, it } from 'vitest';
import { chunkReader } from '../../../src/providers/google/chat/stream.ts';
import { noHeaders } from '../../../src/transport/headers.ts';

type Fields = Readonly<Record<string, unknown>>;

/** What each chunk with one piece of a call gives, and the end. */
function read(...pieces: readonly Fields[]) {
  const reader = chunkReader(noHeaders);
  const push = (functionCall: Fields, more: Fields = {}) =>
    reader.push({ candidates: [{ content: { parts: [{ functionCall, ...more }] } }] });
  const given = pieces.map(({ thoughtSignature, ...piece }) =>
    push(piece, thoughtSignature === undefined ? {} : { thoughtSignature }),
  );
  reader.push({ candidates: [{ finishReason: 'STOP' }] });
  return [...given, reader.end(false)];
}

function textIn(parts: readonly ProviderStreamPart[]): string {
  return parts.map((part) => (part.type === 'tool-call-delta' ? part.text : '')).join('');
}

const value = (jsonPath: string, given: Fields): Fields => ({
  partialArgs: [{ jsonPath, ...given }],
  willContinue: true,
});

describe('arguments that come in pieces', () => {
  it('are streamed as JSON text, piece by piece', () => {
    const texts = read(
      { name: 'plan', willContinue: true },
      value('$.city', { stringValue: 'Os', willContinue: true }),
      value('$.city', { stringValue: 'lo' }),
      value('$.days[0].hours', { numberValue: 2 }),
      value('$.days[0].open', { boolValue: true }),
      value('$.days[1]', { nullValue: 'NULL_VALUE' }),
      value('$.note', { stringValue: '' }),
      {},
    ).map(textIn);
    expect(texts).toEqual([
      '',
      '{"city":"Os',
      'lo',
      '","days":[{"hours":2',
      ',"open":true',
      '},null',
      '],"note":"',
      '"}',
      '',
    ]);
    expect(JSON.parse(texts.join(''))).toEqual({
      city: 'Oslo',
      days: [{ hours: 2, open: true }, null],
      note: '',
    });
  });

  it('begin at once, under the name and an id of their own', () => {
    const [first] = read({ name: 'plan', id: 'a', willContinue: true }, {});
    expect(first).toContainEqual({ type: 'tool-call-start', toolCallId: 'a', toolName: 'plan' });
  });

  it('are whole with the piece that announces no other', () => {
    const [, last] = read(
      { name: 'plan', willContinue: true },
      { ...value('$.n', { numberValue: 1 }), willContinue: false },
    );
    expect(last?.at(-1)).toMatchObject({ type: 'tool-call', toolName: 'plan', input: { n: 1 } });
  });

  it.each(['first', 'second', 'last'])('keep the signature that comes with the %s piece', (where) => {
    const signed = (at: string): Fields => (at === where ? { thoughtSignature: 'sig' } : {});
    const parts = read(
      { name: 'plan', willContinue: true, ...signed('first') },
      { ...value('$.n', { numberValue: 1 }), ...signed('second') },
      { ...signed('last') },
    ).flat();
    expect(parts.find(({ type }) => type === 'tool-call')).toMatchObject({
      providerOptions: { google: { thoughtSignature: 'sig' } },
    });
  });

  it('may repeat the name of their call, which its id identifies', () => {
    const parts = read(
      { name: 'plan', id: 'a', willContinue: true },
      { name: 'plan', id: 'a', ...value('$.n', { numberValue: 1 }) },
      {},
    ).flat();
    const calls = parts.filter(({ type }) => type === 'tool-call');
    expect(calls).toMatchObject([{ toolCallId: 'a', input: { n: 1 } }]);
  });

  it('are no way to change a prototype', () => {
    const parts = read(
      { name: 'plan', willContinue: true },
      value('$.__proto__.polluted', { boolValue: true }),
      value("$['constructor'].prototype.polluted", { boolValue: true }),
      {},
    ).flat();
    expect(parts.find(({ type }) => type === 'tool-call')).toBeDefined();
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it.each([
    ['a value twice', [value('$.n', { numberValue: 1 }), value('$.n', { numberValue: 2 })]],
    [
      'an object that was over',
      [
        value('$.a.x', { numberValue: 1 }),
        value('$.b', { numberValue: 1 }),
        value('$.a.y', { numberValue: 1 }),
      ],
    ],
    ['an object in a string', [value('$.a', { stringValue: 'x' }), value('$.a.b', { stringValue: 'y' })]],
    ['a name in a list', [value('$.a[0]', { numberValue: 1 }), value('$.a.b', { numberValue: 1 })]],
    ['a number for the name of a field', [value('$[0]', { numberValue: 1 })]],
    ['a path that is none', [value('$..a', { numberValue: 1 })]],
    ['the root itself', [value('$', { stringValue: 'x' })]],
  ])('that cannot be put together are refused: %s', (_, pieces) => {
    expect(() => read({ name: 'plan', willContinue: true }, ...pieces)).toThrow(
      expect.objectContaining({ code: 'provider', kind: 'malformed', scope: 'request' }),
    );
  });
});
