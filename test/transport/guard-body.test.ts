import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Arrived, type Body, fromWeb, readText, toWeb } from '../../src/transport/body.ts';
import { guardBody as guard } from '../../src/transport/guard-body.ts';
import { outcome } from '../support/requests.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const mebibyte = 1024 * 1024;

const guardBody = (body: ReadableStream<Uint8Array>, provider: string, eventStream: boolean) =>
  toWeb(guard(fromWeb(body), provider, eventStream));

/** A body that gives these pieces, and tells when it is given up. */
function bodyOf(pieces: Iterable<Uint8Array>): {
  body: ReadableStream<Uint8Array>;
  cancelled: () => boolean;
} {
  const iterator = pieces[Symbol.iterator]();
  let cancelled = false;
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const { done, value } = iterator.next();
        if (done === true) controller.close();
        else controller.enqueue(value);
      },
      cancel() {
        cancelled = true;
      },
    },
    { highWaterMark: 0 },
  );
  return { body, cancelled: () => cancelled };
}

async function read(body: ReadableStream<Uint8Array>): Promise<{ text: string; size: number }> {
  const decoder = new TextDecoder();
  let text = '';
  let size = 0;
  for await (const piece of body) {
    size += piece.length;
    if (size < 10_000) text += decoder.decode(piece, { stream: true });
  }
  return { text, size };
}

function* times(count: number, piece: Uint8Array): Generator<Uint8Array> {
  for (let index = 0; index < count; index++) yield piece;
}

describe('guardBody', () => {
  it('yields the same bytes for any split into chunks', async () => {
    const anyBytes = fc.array(fc.constantFrom('data: x', '\n', '\r', '\r\n', '\n\n', 'ü', ' '), {
      maxLength: 40,
    });
    await fc.assert(
      fc.asyncProperty(anyBytes, fc.boolean(), async (pieces, eventStream) => {
        const { body } = bodyOf(pieces.map(bytes));
        expect((await read(guardBody(body, 'p', eventStream))).text).toBe(pieces.join(''));
      }),
    );
  });

  it.each([
    ['\n\n', `data: ${'x'.repeat(1000)}\n\n`],
    ['\r\n\r\n', `data: ${'x'.repeat(1000)}\r\n\r\n`],
    ['\r\r', `data: ${'x'.repeat(1000)}\r\r`],
  ])('passes any number of events that end in %j, for any split into chunks', async (_, event) => {
    const all = bytes(event.repeat(1500));
    for (const size of [event.length, 997, 64 * 1024]) {
      const pieces = Array.from({ length: Math.ceil(all.length / size) }, (__, index) =>
        all.subarray(index * size, (index + 1) * size),
      );
      expect((await read(guardBody(bodyOf(pieces).body, 'p', true))).size).toBe(all.length);
    }
  });

  it.each([
    ['of one line', bytes('x'.repeat(65_536))],
    ['of many lines', bytes('data: x\n'.repeat(8_192))],
    ['of many lines, with carriage returns', bytes('data: x\r\n'.repeat(8_192))],
    ['of a line that ends in one piece and begins in the next', bytes(`\n${'x'.repeat(65_534)}\r`)],
    ['of small pieces', bytes('x'.repeat(64))],
  ])('cancels an endless event %s', async (_, piece) => {
    const { body, cancelled } = bodyOf(times((9 * mebibyte) / piece.length, piece));
    let size = 0;
    const settled = await outcome(
      (async () => {
        for await (const part of guardBody(body, 'p', true)) size += part.length;
      })(),
    );
    expect(settled).toMatchObject({ error: { kind: 'malformed', answered: true } });
    expect(size).toBeLessThanOrEqual(8 * mebibyte);
    expect(cancelled()).toBe(true);
  });

  it('passes an event with a large image', async () => {
    const picture = bytes(`data: ${'A'.repeat(65_530)}`);
    const { body } = bodyOf([...times(100, picture), bytes('\n\n'), ...times(100, picture), bytes('\n\n')]);
    expect((await read(guardBody(body, 'p', true))).size).toBe(200 * 65_536 + 4);
  });

  it('cancels an endless stream of small events', async () => {
    const { body, cancelled } = bodyOf(times(600, bytes(': x\n\n'.repeat(200_000))));
    expect(await outcome(read(guardBody(body, 'p', true)))).toMatchObject({ error: { kind: 'malformed' } });
    expect(cancelled()).toBe(true);
  });

  it('cancels any other body that is too large', async () => {
    const { body, cancelled } = bodyOf(times(40, new Uint8Array(mebibyte)));
    expect(await outcome(read(guardBody(body, 'p', false)))).toMatchObject({ error: { kind: 'malformed' } });
    expect(cancelled()).toBe(true);
  });

  it('reads nothing ahead of its reader', async () => {
    let pulled = 0;
    const body = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          pulled += 1;
          controller.enqueue(bytes(': x\n\n'));
        },
      },
      { highWaterMark: 0 },
    );
    const reader = guardBody(body, 'p', true).getReader();
    await reader.read();
    await reader.read();
    await new Promise((resolve) => setImmediate(resolve));
    expect(pulled).toBe(2);
  });
});

/** A body of which some has arrived; further pieces come one by one. */
function arrivedBody(
  arrived: Arrived,
  later: readonly Uint8Array[] = [],
): { body: Body; seen: { reads: number; cancelled: boolean } } {
  const seen = { reads: 0, cancelled: false };
  let early: Arrived | undefined = arrived;
  const rest = [...later];
  const body: Body = {
    read: () => {
      seen.reads += 1;
      return Promise.resolve(rest.shift());
    },
    arrived() {
      const now = early ?? { bytes: [], ended: false };
      early = undefined;
      return now;
    },
    cancel() {
      seen.cancelled = true;
    },
  };
  return { body, seen };
}

describe('the arrived part of a body', () => {
  const [start, end] = [bytes('Grüße, 世').subarray(0, 11), bytes('Grüße, 世').subarray(11)];

  it.each<[string, Arrived, readonly Uint8Array[], number]>([
    ['in one piece', { bytes: [bytes('Grüße, 世')], ended: true }, [], 0],
    ['in two pieces', { bytes: [start, end], ended: true }, [], 0],
    ['in part', { bytes: [start], ended: false }, [end], 2],
    ['with its end to come', { bytes: [start, end], ended: false }, [], 1],
    ['not at all', { bytes: [], ended: false }, [start, end], 3],
  ])('is read as text without waiting: %s', async (_, arrived, later, reads) => {
    const { body, seen } = arrivedBody(arrived, later);
    const traffic = { received: 0 };
    expect(await readText(guard(body, 'test', false, false, traffic))).toBe('Grüße, 世');
    expect(seen.reads).toBe(reads);
    expect(traffic.received).toBe(12);
  });

  it('obeys the size limit, and each chunk is reported', async () => {
    const piece = new Uint8Array(20 * mebibyte);
    const { body, seen } = arrivedBody({ bytes: [piece, piece], ended: true });
    let pieces = 0;
    const guarded = guard(body, 'test', false, false, undefined, () => {
      pieces += 1;
    });
    expect(await outcome(readText(guarded))).toMatchObject({ error: { kind: 'malformed' } });
    expect([seen.cancelled, pieces]).toEqual([true, 2]);
    expect(guarded.arrived?.()).toEqual({ bytes: [], ended: false });
  });
});
