import type { AnyResult, ChatResult, LiveAnswer, LookupHit, Plugin, StreamPart } from 'signalbox';
import { describe, expect, it } from 'vitest';
import { read, rejection, textOf, type World, world } from '../support/requests.ts';

const ask = { prompt: 'Hi' };

/** Answers every request with what it is given. */
function answers(answer: LookupHit['answer'], more: Partial<LookupHit> = {}): Plugin {
  return { name: 'cache', lookup: () => ({ source: 'hit', answer, ...more }) };
}

/** What a router gave earlier. */
async function earlier(text = 'a stored answer'): Promise<ChatResult> {
  const { router } = world({ x: [{ text }] });
  return router.chat(ask);
}

const callsOf = ({ providers }: World): number => providers['a']?.calls.length ?? 0;

describe('lookup', () => {
  it('answers a chat without a target, at no cost', async () => {
    const stored = await earlier();
    const all = world({ a: [{}] }, { plugins: [answers(stored, { savedCost: 0.002 })] });
    const result = await all.router.chat(ask);
    expect(result).toMatchObject({
      text: 'a stored answer',
      target: 'x',
      usage: stored.usage,
      cost: { total: 0, source: 'lookup', estimated: false },
      attempts: [],
      raw: undefined,
    });
    expect(callsOf(all)).toBe(0);
    const lookup = { plugin: 'cache', source: 'hit', savedCost: 0.002 };
    expect(result.decision).toMatchObject({ route: 'default', candidates: [], skipped: [], lookup });
    expect(all.of('request-end')).toMatchObject([
      { outcome: 'success', target: 'x', cost: { total: 0 }, wastedCost: 0, attempts: [], lookup },
    ]);
    expect(all.of('usage')).toEqual([]);
    expect(all.router.stats()[0]).toMatchObject({ attempts: 0 });
  });

  it('answers a stream with the same stored answer, part by part', async () => {
    const all = world({ a: [{}] }, { plugins: [answers(earlier())] });
    const stream = await all.router.stream(ask);
    expect(stream.target).toBe('x');
    const parts = await read(stream);
    expect(textOf(parts)).toBe('a stored answer');
    expect(parts.at(-1)).toMatchObject({
      type: 'finish',
      finishReason: 'stop',
      target: 'x',
      cost: { total: 0 },
    });
    expect(await stream.result).toMatchObject({ text: 'a stored answer', cost: { total: 0 } });
    expect(all.of('request-end')).toMatchObject([{ kind: 'stream', outcome: 'success', target: 'x' }]);
    expect([callsOf(all), all.clock.timers]).toEqual([0, 0]);
  });

  it('gives calls of tools, reasoning and text of a stored answer in the order in which they were', async () => {
    const content: ChatResult['content'] = [
      { type: 'reasoning', text: 'hm' },
      { type: 'text', text: 'look' },
      { type: 'tool-call', toolCallId: '1', toolName: 'find', input: { x: 1 } },
    ];
    const stored = { ...(await earlier()), content, finishReason: 'tool-calls' as const };
    const { router } = world({ a: [{}] }, { plugins: [answers(stored)] });
    const parts = await read(await router.stream(ask));
    expect(parts.map(({ type }) => type)).toEqual([
      'reasoning-delta',
      'text-delta',
      'tool-call-start',
      'tool-call-delta',
      'tool-call',
      'finish',
    ]);
    expect((await router.chat(ask)).toolCalls).toHaveLength(1);
  });

  it('answers embeddings and images', async () => {
    const { router } = world({ x: [{}] });
    const embedded = await router.embed({ values: ['x'] });
    const drawn = await router.image({ prompt: 'x' });
    const byOperation: Plugin = {
      name: 'cache',
      lookup: ({ operation }) => ({ source: 'hit', answer: operation === 'embed' ? embedded : drawn }),
    };
    const all = world({ a: [{}] }, { plugins: [byOperation] });
    expect(await all.router.embed({ values: ['x'] })).toMatchObject({
      embeddings: embedded.embeddings,
      cost: { total: 0 },
      attempts: [],
    });
    expect(await all.router.image({ prompt: 'x' })).toMatchObject({
      images: drawn.images,
      cost: { total: 0 },
    });
    expect(all.of('attempt-start')).toEqual([]);
  });

  it('counts with the first hit; later plugins are not asked', async () => {
    const asked: string[] = [];
    const misses: Plugin = { name: 'misses', lookup: () => void asked.push('misses') };
    const never: Plugin = { name: 'never', lookup: () => void asked.push('never') };
    const { router } = world({ a: [{}] }, { plugins: [misses, answers(await earlier()), never] });
    await router.chat(ask);
    expect(asked).toEqual(['misses']);
  });

  it('may be a promise, also of a miss', async () => {
    const later = async (answer: AnyResult | undefined): Promise<LookupHit> => ({
      source: 'coalesced',
      answer: Promise.resolve(answer),
    });
    const stored = await earlier();
    const hit = world({ a: [{}] }, { plugins: [{ name: 'cache', lookup: () => later(stored) }] });
    expect((await hit.router.chat(ask)).text).toBe('a stored answer');
    for (const send of ['chat', 'stream'] as const) {
      const miss = world(
        { a: [{ text: 'made' }] },
        { plugins: [{ name: 'cache', lookup: () => later(undefined) }] },
      );
      const answer =
        send === 'chat'
          ? (await miss.router.chat(ask)).text
          : textOf(await read(await miss.router.stream(ask)));
      expect(answer).toBe('made');
      expect(miss.of('request-end')[0]).not.toHaveProperty('lookup');
      expect(miss.of('request-end')[0]?.decision?.candidates).toHaveLength(1);
    }
  });

  it.each<[string, Plugin['lookup']]>([
    [
      'throws',
      () => {
        throw new Error('a bug');
      },
    ],
    ['rejects', () => Promise.reject(new Error('a bug'))],
    ['takes too long', () => new Promise(() => {})],
  ])('misses where it %s, which is an event', async (_, lookup) => {
    const plugin: Plugin = { name: 'cache', timeout: 100, lookup: lookup as NonNullable<Plugin['lookup']> };
    const all = world({ a: [{ text: 'made' }] }, { plugins: [plugin] });
    const answer = all.router.chat(ask);
    await all.clock.advance(100);
    expect((await answer).text).toBe('made');
    expect(all.of('plugin-error')).toMatchObject([{ plugin: 'cache', station: 'lookup' }]);
    expect(all.clock.timers).toBe(0);
  });

  it('gets the request as inspect has changed it', async () => {
    const seen: unknown[] = [];
    const plugin: Plugin = {
      name: 'x',
      inspect: ({ operation, request }) =>
        operation === 'chat' ? { ...request, messages: [{ role: 'user', content: 'other' }] } : undefined,
      lookup: ({ request }) => void seen.push(request),
    };
    const { router } = world({ a: [{}] }, { plugins: [plugin] });
    await router.chat(ask);
    expect(seen).toEqual([{ messages: [{ role: 'user', content: 'other' }] }]);
  });

  it('delivers a stored answer in the parts it names, unless a transform changes it', async () => {
    const stored = await earlier('one two');
    const parts = ['one ', 'two'].map((text) => ({ type: 'text-delta', text }) as const);
    const hit = answers(stored, { parts });
    const plain = world({ a: [{}] }, { plugins: [hit] });
    const texts = (read: readonly StreamPart[]) =>
      read.flatMap((part) => ('text' in part ? [part.text] : []));
    expect(texts(await read(await plain.router.stream(ask)))).toEqual(['one ', 'two']);
    const shouts: Plugin = {
      name: 'shouts',
      transform: () => ({
        part: (part) => (part.type === 'text-delta' ? { ...part, text: part.text.toUpperCase() } : part),
      }),
    };
    const changed = world({ a: [{}] }, { plugins: [hit, shouts] });
    expect(texts(await read(await changed.router.stream(ask)))).toEqual(['ONE TWO']);
  });

  it('answers a part, and lets targets answer the rest', async () => {
    const partial: Plugin = {
      name: 'cache',
      lookup: () => ({
        rest: { values: ['new'] },
        savedCost: 0.5,
        complete: (made) =>
          'embeddings' in made ? { ...made, embeddings: [[1], ...made.embeddings] } : made,
      }),
    };
    const all = world({ a: [{}] }, { plugins: [partial] });
    const result = await all.router.embed({ values: ['known', 'new'] });
    expect(result.embeddings).toHaveLength(2);
    const lookup = { plugin: 'cache', source: 'partial', savedCost: 0.5 };
    expect(all.of('request-end')).toMatchObject([{ lookup, attempts: [{ outcome: 'success' }] }]);
    expect(result).toMatchObject({ decision: { lookup }, cost: { source: 'declared' } });
  });

  it('is checked as an answer from a target is: what does not pass is a miss', async () => {
    const schema = { type: 'object', required: ['x'] } as const;
    const stored = answers(await earlier('{}'));
    const all = world({ a: [{ text: '{"x":1}' }] }, { plugins: [stored] });
    expect((await all.router.chat({ ...ask, schema })).object).toEqual({ x: 1 });
    const picky = { accept: ({ text }: ChatResult) => text !== '{}' };
    expect((await all.router.chat(ask, picky)).text).toBe('{"x":1}');
    expect(textOf(await read(await all.router.stream(ask, picky)))).toBe('{"x":1}');
    const fits = world({ a: [{}] }, { plugins: [answers(await earlier('{"x":2}'))] });
    expect((await fits.router.chat({ ...ask, schema })).object).toEqual({ x: 2 });
  });

  it('takes part in no statistics, and is no target’s failure', async () => {
    const all = world({ a: [{}] }, { plugins: [answers(await earlier())] });
    for (let request = 0; request < 5; request++) await read(await all.router.stream(ask));
    expect(all.of('target-state')).toEqual([]);
    expect(all.router.stats()[0]).toMatchObject({ attempts: 0, failures: 0 });
  });

  it('ends with the request, whether it is still looking or its answer is still coming', async () => {
    for (const plugin of [
      { name: 'x', timeout: Number.POSITIVE_INFINITY, lookup: () => new Promise<undefined>(() => {}) },
      answers(new Promise<undefined>(() => {})),
    ]) {
      const all = world({ a: [{}] }, { plugins: [plugin] });
      const abort = new AbortController();
      const aborted = rejection(all.router.chat(ask, { signal: abort.signal }));
      await all.clock.advance(10);
      abort.abort('enough');
      expect(await aborted).toBe('enough');
      expect(all.of('request-end')).toMatchObject([{ outcome: 'aborted' }]);
      expect([callsOf(all), all.clock.timers]).toEqual([0, 0]);
    }
  });
});

/** An answer that another request is getting. */
function live(parts: readonly (StreamPart | Error)[], result: Promise<ChatResult>): LiveAnswer {
  result.catch(() => {});
  return {
    result,
    async *[Symbol.asyncIterator]() {
      for (const part of parts) {
        if (part instanceof Error) throw part;
        yield part;
      }
    },
  };
}
const delta = (text: string): StreamPart => ({ type: 'text-delta', text });

describe('lookup with an answer that is still coming', () => {
  it('gives its parts as they come', async () => {
    const answer = live([delta('one '), delta('two')], earlier('one two'));
    const all = world({ a: [{}] }, { plugins: [answers(answer, { source: 'coalesced' })] });
    const stream = await all.router.stream(ask);
    const parts = await read(stream);
    expect(parts.map((part) => ('text' in part ? part.text : part.type))).toEqual(['one ', 'two', 'finish']);
    expect(await stream.result).toMatchObject({ text: 'one two', target: 'x', cost: { total: 0 } });
    expect(all.of('request-end')).toMatchObject([
      { outcome: 'success', lookup: { source: 'coalesced' }, firstToken: 0 },
    ]);
  });

  it('can be the stream of another router', async () => {
    const other = world({ x: [{ text: ['one ', 'two'] }] });
    const all = world(
      { a: [{}] },
      {
        plugins: [
          {
            name: 'x',
            lookup: async () => ({ source: 'coalesced', answer: await other.router.stream(ask) }),
          },
        ],
      },
    );
    expect(textOf(await read(await all.router.stream(ask)))).toBe('one two');
  });

  it('gives a chat the whole of it', async () => {
    const answer = live([], earlier('one two'));
    const { router } = world({ a: [{}] }, { plugins: [answers(answer)] });
    expect((await router.chat(ask)).text).toBe('one two');
  });

  it('passes a restart on', async () => {
    const answer = live([delta('wrong'), { type: 'restart', target: 'y' }, delta('right')], earlier('right'));
    const { router } = world({ a: [{}] }, { plugins: [answers(answer)] });
    expect(textOf(await read(await router.stream(ask)))).toBe('right');
    const stream = await router.stream(ask);
    const texts = async () => {
      for await (const _ of stream.textStream);
    };
    expect(await rejection(texts())).toMatchObject({
      code: 'stream-interrupted',
      partial: { text: 'wrong' },
    });
  });

  it('is a miss where it breaks before its first token', async () => {
    const answer = live([new Error('the leader failed')], Promise.reject(new Error('the leader failed')));
    const { router } = world({ a: [{ text: 'made' }] }, { plugins: [answers(answer)] });
    expect(textOf(await read(await router.stream(ask)))).toBe('made');
    expect((await router.chat(ask)).text).toBe('made');
  });

  it('fails where it breaks after its first token', async () => {
    const broken = new Error('the leader failed');
    const answer = live([delta('one '), broken], Promise.reject(broken));
    const all = world({ a: [{}] }, { plugins: [answers(answer)] });
    expect(await rejection(all.router.stream(ask).then(read))).toMatchObject({
      code: 'stream-interrupted',
      partial: { text: 'one ' },
    });
    expect(all.of('request-end')).toMatchObject([{ outcome: 'failed' }]);
  });

  it('goes to targets where it breaks after its first token and may restart', async () => {
    const broken = new Error('the leader failed');
    const answer = live([delta('one '), broken], Promise.reject(broken));
    const all = world({ a: [{ text: 'made' }] }, { plugins: [answers(answer)], interrupted: 'restart' });
    const stream = await all.router.stream(ask);
    const parts = await read(stream);
    expect(parts.map(({ type }) => type)).toEqual(['text-delta', 'restart', 'text-delta', 'finish']);
    expect(textOf(parts)).toBe('made');
    expect(await stream.result).toMatchObject({
      text: 'made',
      target: 'a',
      attempts: [{ outcome: 'success' }],
    });
    expect(all.of('request-end')[0]).not.toHaveProperty('lookup');
  });

  it('can be left by its reader', async () => {
    let left = false;
    const answer: LiveAnswer = {
      result: new Promise(() => {}),
      async *[Symbol.asyncIterator]() {
        try {
          for (;;) yield delta('more');
        } finally {
          left = true;
        }
      },
    };
    const all = world({ a: [{}] }, { plugins: [answers(answer)] });
    for await (const _ of await all.router.stream(ask)) break;
    await all.clock.advance(0);
    expect(left).toBe(true);
    expect(all.of('request-end')).toMatchObject([{ outcome: 'aborted' }]);
    expect(all.clock.timers).toBe(0);
  });

  it('fails a reader whose own checks it does not pass', async () => {
    const answer = live([delta('{}')], earlier('{}'));
    const { router } = world({ a: [{}] }, { plugins: [answers(answer)] });
    const failed = rejection(router.stream(ask, { accept: () => 'not good' }).then(read));
    expect(await failed).toMatchObject({ code: 'output', by: 'accept' });
  });
});
