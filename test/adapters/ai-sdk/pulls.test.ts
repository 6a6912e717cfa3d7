import { createRouter, type Provider, type ProviderStreamPart } from 'signalbox';
import { toProvider } from 'signalbox/ai-sdk';
import { toFetch } from 'signalbox/openai-fetch';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type ChunkSource, PartStream } from '../../../src/providers/shared/stream/part-stream.ts';

/** Chunks that arrive together; `open`: the last packet never comes. */
const packets: readonly (readonly string[])[] = [['a', 'b', 'c'], ['d', 'e', 'f', 'g'], ['h']];

let reads = 0;
let isCanceled = false;
function source(open: boolean): ChunkSource {
  let given = 0;
  return {
    async read(sink) {
      reads += 1;
      const chunks = packets[given++];
      for (const chunk of chunks ?? []) sink.push(chunk);
      if (chunks !== undefined) return undefined;
      return open ? new Promise(() => {}) : 'marked';
    },
    rest() {},
    cancel() {
      isCanceled = true;
    },
  };
}

/** A provider whose answer arrives in packets. */
function arriving(open = false): Provider<'packets'> {
  const finish: ProviderStreamPart = {
    type: 'finish',
    finishReason: 'stop',
    usage: { inputTokens: 1, outputTokens: 8 },
    providerMetadata: {},
  };
  return {
    name: 'packets',
    chat: () => Promise.reject(new Error('not asked')),
    stream: ({ signal }) =>
      new PartStream({
        provider: 'packets',
        account: undefined,
        signal,
        includeRaw: false,
        open: async () => ({
          first: { type: 'response', headers: {} },
          source: source(open),
          reader: {
            push: (chunk) => [{ type: 'text-delta', text: String(chunk) }],
            end: () => [finish],
          },
        }),
        check: () => signal.throwIfAborted(),
        toThrown: (error) => error,
      }),
  };
}

/** How often streams are pulled. */
let pulls = 0;
beforeEach(() => {
  [pulls, reads, isCanceled] = [0, 0, false];
  const Native = globalThis.ReadableStream;
  vi.stubGlobal(
    'ReadableStream',
    class extends Native<unknown> {
      constructor(given: UnderlyingDefaultSource, strategy: QueuingStrategy) {
        const pull = (controller: ReadableStreamDefaultController): void | PromiseLike<void> => {
          pulls += 1;
          return given.pull?.(controller);
        };
        super({ ...given, pull }, strategy);
      }
    },
  );
});
afterEach(() => {
  vi.unstubAllGlobals();
});

const routerOver = (provider: Provider) =>
  createRouter({ targets: [{ provider, model: 'm', price: { input: 0, output: 0 } }] });

async function begin(open = false, abortSignal?: AbortSignal) {
  const model = toProvider(routerOver(arriving(open)))('default');
  const prompt = [{ role: 'user' as const, content: [{ type: 'text' as const, text: 'Hi' }] }];
  const { stream } = await model.doStream({ prompt, ...(abortSignal && { abortSignal }) });
  return (stream as ReadableStream<{ readonly type: string; readonly delta?: string }>).getReader();
}

describe('a stream for the AI SDK', () => {
  it('is pulled once for each packet, and once for its end', async () => {
    const reader = await begin();
    let text = '';
    const types: string[] = [];
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      types.push(next.value.type);
      text += next.value.delta ?? '';
    }
    expect(text).toBe('abcdefgh');
    const deltas = Array<string>(8).fill('text-delta');
    expect(types).toEqual([
      'stream-start',
      'response-metadata',
      'text-start',
      ...deltas,
      'text-end',
      'finish',
    ]);
    // The end is the finish part, and then that there is no more.
    expect(pulls).toBe(packets.length + 2);
  });

  it('reads no packet before the parts of the previous one are read', async () => {
    const reader = await begin();
    const deltas: (string | undefined)[] = [];
    while (deltas.length < 3) {
      const { value } = await reader.read();
      if (value?.type === 'text-delta') deltas.push(value.delta);
      expect(reads).toBe(1);
    }
    expect(deltas).toEqual(['a', 'b', 'c']);
    expect((await reader.read()).value?.delta).toBe('d');
    expect(reads).toBe(2);
  });

  it('delivers nothing buffered after the caller has aborted', async () => {
    const aborting = new AbortController();
    const reader = await begin(true, aborting.signal);
    await reader.read();
    const reason = new Error('enough');
    aborting.abort(reason);
    await expect(reader.read()).rejects.toBe(reason);
    expect(isCanceled).toBe(true);
  });

  it('closes the connection when its reader leaves with parts still buffered', async () => {
    const reader = await begin(true);
    await reader.read();
    await reader.cancel();
    expect([isCanceled, reads]).toEqual([true, 1]);
  });
});

describe('a stream of toFetch', () => {
  it('sends what came in one packet in one', async () => {
    const fetch = toFetch(routerOver(arriving()));
    const body = JSON.stringify({
      model: 'default',
      stream: true,
      messages: [{ role: 'user', content: 'Hi' }],
    });
    const answer = await fetch('http://signalbox/v1/chat/completions', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    const pieces: string[] = [];
    const reader = answer.body?.getReader();
    for (let next = await reader?.read(); next?.done === false; next = await reader?.read())
      pieces.push(new TextDecoder().decode(next.value));
    const texts = pieces.map((piece) => [...piece.matchAll(/"content":"(\w)"/g)].map(([, letter]) => letter));
    expect(texts.filter((letters) => letters.length > 0)).toEqual(packets);
  });
});
