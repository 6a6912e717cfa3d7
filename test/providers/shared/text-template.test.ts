import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chunkReader } from '../../../src/providers/chat-completions/answer/stream.ts';
import { EventChunks } from '../../../src/providers/shared/stream/event-stream.ts';
import { PartStream, type StreamReader } from '../../../src/providers/shared/stream/part-stream.ts';
import type { Body } from '../../../src/transport/body.ts';
import { noHeaders } from '../../../src/transport/headers.ts';
import type { ProviderStreamPart } from '../../../src/types/provider.ts';

function bodyOf(packets: readonly Uint8Array[]): Body {
  let given = 0;
  return { read: async () => packets[given++], cancel() {} };
}

interface Seen {
  readonly parts: readonly ProviderStreamPart[];
  readonly error: unknown;
  /** How many chunks were parsed. */
  readonly parsed: number;
}

/** Reads a stream that arrives in these packets; `templates`: whether it may take texts out of events without parsing them. */
async function readAll(
  packets: readonly Uint8Array[],
  { templates = true, includeRaw = false, request = {} } = {},
): Promise<Seen> {
  let parsed = 0;
  const plain = chunkReader({ provider: 'vendor', headers: noHeaders, request });
  const reader: StreamReader = {
    ...plain,
    push(chunk) {
      parsed += 1;
      return plain.push(chunk);
    },
    ...(templates ? {} : { textIn: () => undefined }),
  };
  const stream = new PartStream({
    provider: 'vendor',
    account: 'account',
    signal: new AbortController().signal,
    includeRaw,
    open: async () => ({
      first: { type: 'response' },
      source: new EventChunks(bodyOf(packets), 'vendor'),
      reader,
    }),
    check() {},
    toThrown: (error) => error,
  });
  const parts: ProviderStreamPart[] = [];
  try {
    for await (const part of stream) parts.push(part);
  } catch (error) {
    return { parts, error, parsed };
  }
  return { parts, error: undefined, parsed };
}

/** The text of an event stream, cut into packets at these places. */
function cut(text: string, places: readonly number[]): readonly Uint8Array[] {
  const bytes = new TextEncoder().encode(text);
  const at = [0, ...places.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return at.slice(1).map((end, index) => bytes.slice(at[index], end));
}

const usual = {
  id: 'chatcmpl-1',
  object: 'chat.completion.chunk',
  created: 1_763_720_000,
  model: 'gpt-5',
  service_tier: 'default',
};
const chunkOf = (choice: object, more: object = {}): object => ({
  ...usual,
  choices: [{ index: 0, delta: {}, logprobs: null, finish_reason: null, ...choice }],
  usage: null,
  ...more,
});
const textOf = (content: string, more: object = {}): object => chunkOf({ delta: { content } }, more);
const event = (chunk: unknown): string => `data: ${JSON.stringify(chunk)}\n\n`;
const ends = `${event(chunkOf({ finish_reason: 'stop' }))}data: [DONE]\n\n`;

const usually = (value: string, ...others: readonly string[]) =>
  fc.oneof({ weight: 20, arbitrary: fc.constant(value) }, fc.constantFrom(...others));
/** What stands between the quotes of a text; not always valid JSON. */
const literal = fc.oneof(
  {
    weight: 30,
    arbitrary: fc.constantFrom('Hello', ' world', ' 😀', 'é', '你好', 'a longer piece of a text'),
  },
  {
    weight: 10,
    arbitrary: fc
      .string({ unit: 'grapheme', maxLength: 20 })
      .map((text) => JSON.stringify(text).slice(1, -1)),
  },
  {
    weight: 10,
    arbitrary: fc.constantFrom('\\n', '\\"', '\\\\', '\\u4f60', '\\ud83d', '', 'content', '[DONE]'),
  },
  { weight: 1, arbitrary: fc.string({ maxLength: 20 }) },
  { weight: 1, arbitrary: fc.constantFrom('a\\', '\\q', '\t', '","x":"') },
);
const padded = fc.oneof(
  { weight: 40, arbitrary: fc.constantFrom(undefined, '', 'aB3') },
  fc.constantFrom('x"', '\\', '\\u0041', 'zz","usage":{"prompt_tokens":3},"a":"'),
);

const call = { index: 0, id: 'call', function: { name: 'plot', arguments: '{}' } };
/** Chunks with a text, `@`. */
const usualChunks = [textOf('@'), chunkOf({ delta: { content: null, reasoning_content: '@' } })];
const otherChunks = [
  textOf('@', { id: 'chatcmpl-2' }),
  textOf('@', { id: undefined }),
  textOf('@', { created: 1_763_720_001 }),
  textOf('@', { service_tier: 'priority' }),
  textOf('@', { citations: ['https://example.com'] }),
  textOf('@', { usage: { prompt_tokens: 3, completion_tokens: 4 } }),
  textOf('@', { error: { message: 'no' } }),
  { ...usual, choices: [{ index: 1, delta: { content: '@' } }] },
  { ...usual, choices: [{ delta: { content: '@' } }, { delta: { content: 'Hello' } }] },
  { title: 'Hello', ...textOf('@') },
  { title: '@', ...textOf('Hello') },
  chunkOf({ delta: { content: '@', role: 'assistant' } }),
  chunkOf({ delta: { content: 'Hello', reasoning_content: '@' } }),
  chunkOf({ delta: { content: '@', refusal: 'no' } }),
  chunkOf({ delta: { content: [{ type: 'text', text: '@' }] } }),
  chunkOf({ delta: { reasoning: '@', reasoning_details: [{ type: 'reasoning.text', text: 'hm' }] } }),
  chunkOf({ delta: { content: '@', tool_calls: [call] } }),
  chunkOf({ delta: { content: '@', audio: { data: 'AAAA' } } }),
  chunkOf({ delta: { content: '@' }, logprobs: { content: [{ token: 'Hello' }] } }),
  chunkOf({ delta: { content: '@' }, finish_reason: 'stop' }),
  chunkOf({ message: { content: '@' }, delta: undefined }),
  [textOf('@'), textOf('Hello')],
];
const shapes = (chunks: readonly object[]): fc.Arbitrary<string> =>
  fc
    .tuple(fc.constantFrom(...chunks), fc.constantFrom(0, 0, 0, 1))
    .map(([chunk, space]) => JSON.stringify(chunk, undefined, space));
/** Events of one shape, one after the other: data that differ in text and padding. */
const run = fc
  .tuple(
    fc.oneof(
      { weight: 3, arbitrary: shapes(usualChunks) },
      { weight: 2, arbitrary: shapes(otherChunks) },
      { weight: 1, arbitrary: usually('', 'ping', '"Hello"', '{"id":') },
    ),
    fc.array(fc.tuple(literal, padded), { minLength: 1, maxLength: 6 }),
  )
  .map(([shape, texts]) =>
    texts.map(([text, padding]) => {
      const data = shape.split('@').join(text);
      return padding === undefined ? data : `${data.slice(0, -1)},"obfuscation":"${padding}"}`;
    }),
  );
const lines = (data: string): string => `data: ${data.replaceAll(/[\r\n]/g, '\ndata: ')}`;
const end = usually('\n\n', '\r\n\r\n', '\r\r', '\n: comment\n\n');
const streamText = fc
  .array(fc.tuple(run, usually('', 'event: message\n', 'event: error\n', 'id: 1\n'), end), { maxLength: 8 })
  .map((runs) =>
    runs.flatMap(([events, before, after]) => events.map((data) => before + lines(data) + after)).join(''),
  );

describe('events that differ only in their text', () => {
  it('give the same as if each was parsed, for any sequence and wherever it is cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        streamText,
        fc.constantFrom(ends, event(chunkOf({ finish_reason: 'stop' })), ''),
        fc.array(fc.nat(), { maxLength: 12 }),
        fc.boolean(),
        fc.constantFrom({}, { n: 2 }),
        async (text, last, places, includeRaw, request) => {
          const packets = cut(event(textOf('')) + text + last, places);
          const fast = await readAll(packets, { includeRaw, request });
          const slow = await readAll(packets, { templates: false, includeRaw, request });
          expect(fast.parts).toEqual(slow.parts);
          expect(fast.error).toEqual(slow.error);
        },
      ),
      { numRuns: 3_000, seed: 11 },
    );
  });

  it('are parsed until they are known, and then no more', async () => {
    const text = Array.from({ length: 200 }, (_, index) =>
      event(textOf(`${index} “x”\n`.repeat(1 + (index % 3)))),
    );
    for (const places of [[], Array.from({ length: 40 }, (_, index) => index * 977)]) {
      const { parts, parsed } = await readAll(
        cut(event(textOf('')) + event(textOf('Hi')) + event(textOf('Hi')) + text.join('') + ends, places),
      );
      expect(parsed).toBeLessThanOrEqual(4);
      expect(parts.filter(({ type }) => type === 'text-delta')).toHaveLength(202);
    }
  });

  it('are known although OpenAI pads each of them with another random text', async () => {
    const text = Array.from({ length: 100 }, (_, index) =>
      event(textOf('word ', { obfuscation: 'x'.repeat(index % 16) })),
    );
    expect(await readAll(cut(text.join('') + ends, [])).then(({ parsed }) => parsed)).toBeLessThanOrEqual(4);
  });

  it('are known for reasoning too', async () => {
    const text = Array.from({ length: 100 }, () =>
      event(chunkOf({ delta: { content: null, reasoning_content: 'hm ' } })),
    );
    expect(await readAll(cut(text.join('') + ends, [])).then(({ parsed }) => parsed)).toBeLessThanOrEqual(
      104,
    );
  });

  it('are parsed if the request asks for raw chunks', async () => {
    const text = event(textOf('Hi')).repeat(50);
    const { parsed, parts } = await readAll(cut(text + ends, []), { includeRaw: true });
    expect(parsed).toBe(51);
    expect(parts.filter(({ type }) => type === 'raw')).toHaveLength(51);
  });

  it('are not sought for long in a stream in which each has its own id', async () => {
    const text = Array.from({ length: 50 }, (_, index) => event(textOf('Hi', { id: `${index}`, n: index })));
    const { parsed } = await readAll(cut(text.join('') + ends, []));
    expect(parsed).toBe(51);
  });
});
