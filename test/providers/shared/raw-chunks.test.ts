import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ChunkSource, PartStream } from '../../../src/providers/shared/stream/part-stream.ts';
import { RawChunks } from '../../../src/providers/shared/stream/raw-chunks.ts';

/** The last part of a stream of so many chunks, which arrive in packets of 20. */
async function finishOf(count: number, includeRaw: boolean | undefined) {
  let sent = 0;
  const source: ChunkSource = {
    async read(sink) {
      const size = Math.min(20, count - sent);
      for (let index = 0; index < size; index++) sink.push({ number: sent + index });
      sent += size;
      return sent < count ? undefined : 'closed';
    },
    rest() {},
    cancel() {},
  };
  const stream = new PartStream({
    provider: 'vendor',
    account: undefined,
    signal: new AbortController().signal,
    includeRaw,
    open: async () => ({
      first: { type: 'response' },
      source,
      reader: {
        push: () => [{ type: 'text-delta', text: 'word ' }],
        end: () => [{ type: 'finish', finishReason: 'stop', usage: {} }],
      },
    }),
    check() {},
    toThrown: (error) => error,
  });
  let rawParts = 0;
  for await (const part of stream) {
    if (part.type === 'raw') rawParts += 1;
    if (part.type === 'finish') return { raw: part.raw ?? [], rawParts };
  }
  throw new Error('the stream has no end');
}

describe('the raw chunks of a stream', () => {
  it('are the first and the last 8 of a stream of 100,000, which keeps no others', async () => {
    const { raw, rawParts } = await finishOf(100_000, undefined);
    expect([raw.length, rawParts]).toEqual([16, 0]);
    expect(raw[0]).toEqual({ number: 0 });
    expect(raw.at(-1)).toEqual({ number: 99_999 });
  });

  it('are all of them if the request asks for raw chunks', async () => {
    const { raw, rawParts } = await finishOf(1_000, true);
    expect([raw.length, rawParts]).toEqual([1_000, 1_000]);
  });

  it('are all of a short stream, and in the order they came', () => {
    fc.assert(
      fc.property(fc.nat(60), (count) => {
        const chunks = Array.from({ length: count }, (_, index) => index);
        const kept = new RawChunks(undefined);
        for (const chunk of chunks) kept.add(chunk);
        const expected = count <= 16 ? chunks : [...chunks.slice(0, 8), ...chunks.slice(-8)];
        expect(kept.list()).toEqual(expected);
      }),
    );
  });
});
