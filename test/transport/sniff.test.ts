import { describe, expect, it } from 'vitest';
import { type Body, readText } from '../../src/transport/body.ts';
import { sniff } from '../../src/transport/sniff.ts';

const encoder = new TextEncoder();

function bodyOf(pieces: readonly string[]): Body & { readonly left: string[] } {
  const left = [...pieces];
  return {
    left,
    read: () => {
      const piece = left.shift();
      return Promise.resolve(piece === undefined ? undefined : encoder.encode(piece));
    },
    cancel: () => left.splice(0),
  };
}

describe('the start of a body', () => {
  it.each([
    ['event-stream', ['data: {}\n\n']],
    ['event-stream', ['\n', '  ', 'ev', 'ent: x\n']],
    ['event-stream', [': alive\n\n']],
    ['json', ['  {"a":1}']],
    ['json', ['[', ']']],
    ['other', ['<!doctype html>']],
    ['other', ['Bad Gateway']],
    ['other', []],
  ] as const)('identifies %s: %j', async (format, pieces) => {
    const sniffed = await sniff(bodyOf(pieces));
    expect(sniffed.format).toBe(format);
    expect(await readText(sniffed.body)).toBe(pieces.join(''));
  });

  it('is read no further than needed, and to a limit', async () => {
    const body = bodyOf(['{"a":1}', 'rest']);
    await sniff(body);
    expect(body.left).toEqual(['rest']);
    const blank = bodyOf(Array.from({ length: 100 }, () => ' '.repeat(1_000)));
    expect((await sniff(blank)).format).toBe('other');
    expect(blank.left.length).toBeGreaterThan(90);
  });
});
