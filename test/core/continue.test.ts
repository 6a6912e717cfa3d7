import type { ContentPart, StreamPart } from 'signalbox';
import { describe, expect, it } from 'vitest';
import { breaks, connectionLost, goesOn, continuing as stage } from '../support/continuing.ts';
import { outcome, read, rejection, textOf } from '../support/requests.ts';

const ask = { prompt: 'Tell me' };

const types = (parts: readonly StreamPart[]): readonly string[] => parts.map(({ type }) => type);

describe("interrupted: 'continue-or-restart'", () => {
  it('lets another target continue the answer without the reader noticing', async () => {
    const { router, providers } = stage({
      a: breaks('Paris is', ' the capi'),
      b: goesOn('tal', ' of France.'),
    });
    const stream = await router.stream(ask);
    const parts = await read(stream);
    expect(textOf(parts)).toBe('Paris is the capital of France.');
    expect(types(parts)).not.toContain('restart');
    const result = await stream.result;
    expect(result.text).toBe('Paris is the capital of France.');
    expect(result.content).toEqual([{ type: 'text', text: 'Paris is the capital of France.' }]);
    expect(result.target).toBe('b');
    expect(result.attempts.map(({ target, outcome: end }) => [target, end])).toEqual([
      ['a', 'failed'],
      ['b', 'success'],
    ]);
    expect(result.warnings).toEqual([
      { type: 'other', feature: 'interrupted', details: 'the rest of the answer comes from b' },
    ]);
    expect(providers['b']?.calls[0]?.messages).toEqual([
      { role: 'user', content: 'Tell me' },
      { role: 'assistant', content: 'Paris is the capi' },
    ]);
  });

  it('works for textStream too', async () => {
    const { router } = stage({ a: breaks('one ', 'two '), b: goesOn('three') });
    let text = '';
    for await (const delta of (await router.stream(ask)).textStream) text += delta;
    expect(text).toBe('one two three');
  });

  it('leaves white space at the break to the reader, not to the target, and does not double it', async () => {
    const { router, providers } = stage({ a: breaks('one\n', '\n'), b: goesOn('\n', '\n', '  two') });
    expect(textOf(await read(await router.stream(ask)))).toBe('one\n\n  two');
    expect(providers['b']?.calls[0]?.messages.at(-1)).toEqual({ role: 'assistant', content: 'one' });
  });

  it('asks for no more output than is left', async () => {
    const { router, providers } = stage({ a: breaks('one two three four'), b: goesOn(' five') });
    await read(await router.stream({ ...ask, maxOutputTokens: 100 }));
    expect(providers['b']?.calls[0]?.maxOutputTokens).toBeGreaterThan(80);
    expect(providers['b']?.calls[0]?.maxOutputTokens).toBeLessThan(100);
  });

  it('passes over targets that are not known to be able to', async () => {
    const { router, providers } = stage({
      a: breaks('one'),
      b: { scripts: [{ text: 'no' }] },
      c: goesOn(' two'),
    });
    expect(textOf(await read(await router.stream(ask)))).toBe('one two');
    expect(providers['b']?.calls).toHaveLength(0);
  });

  it('continues again when the second target breaks too', async () => {
    const { router, providers } = stage({
      a: breaks('one '),
      b: { ...breaks('two '), prefill: true },
      c: goesOn('three'),
    });
    const parts = await read(await router.stream(ask));
    expect(textOf(parts)).toBe('one two three');
    expect(providers['c']?.calls[0]?.messages.at(-1)).toEqual({ role: 'assistant', content: 'one two' });
  });

  it('lets the same target continue if it is the only one', async () => {
    const { router, clock } = stage({
      a: {
        scripts: ({ messages }) =>
          messages.length === 1
            ? { text: ['one', 'never'], after: 1, error: connectionLost }
            : { text: [' two'] },
        prefill: true,
      },
    });
    const parts = read(await router.stream(ask));
    await clock.advance(1_000);
    expect(textOf(await parts)).toBe('one two');
  });

  it('restarts where no target can continue', async () => {
    const { router } = stage({ a: breaks('one'), b: { scripts: [{ text: 'all of it' }] } });
    const parts = await read(await router.stream(ask));
    expect(types(parts)).toContain('restart');
    expect(textOf(parts)).toBe('all of it');
  });

  it('restarts at another target where the one that should continue refuses', async () => {
    const refusal = { error: { kind: 'bad-request', status: 400 } } as const;
    const { router } = stage({
      a: breaks('one'),
      b: { scripts: [refusal], prefill: true },
      c: { scripts: [{ text: 'all of it' }] },
    });
    const parts = await read(await router.stream(ask));
    expect(textOf(parts)).toBe('all of it');
  });

  it('throws StreamInterruptedError if no target is left', async () => {
    const { router, clock } = stage({ a: breaks('one') });
    const reading = rejection(read(await router.stream(ask)));
    await clock.advance(60_000);
    expect(await reading).toMatchObject({ code: 'stream-interrupted', partial: { text: 'one' } });
  });

  for (const [what, request] of [
    [
      'in which a tool has to be called',
      { tools: [{ name: 't', inputSchema: { type: 'object' } }], toolChoice: 'required' },
    ],
    ['with a schema', { schema: { type: 'object' } }],
    ['with reasoning', { reasoning: 'low' }],
    [
      'that end with an assistant message',
      {
        prompt: undefined,
        messages: [
          { role: 'user', content: 'a' },
          { role: 'assistant', content: 'b' },
        ],
      },
    ],
  ] as const) {
    it(`never continues requests ${what}: they restart`, async () => {
      const { router, providers } = stage({
        a: breaks('{"one":1'),
        b: { scripts: [{ text: '{}' }], prefill: true },
      });
      const { prompt, ...rest } = { ...ask, ...request };
      const stream = await router.stream({
        ...rest,
        ...(prompt === undefined ? {} : { prompt }),
      } as typeof ask);
      const parts = await read(stream);
      expect(types(parts)).toContain('restart');
      const first = providers['a']?.calls[0]?.messages;
      expect(providers['b']?.calls[0]?.messages).toEqual(first);
    });
  }

  describe('where tools are declared', () => {
    const tools = [{ name: 'look_up', inputSchema: { type: 'object' } }];
    const call: ContentPart = { type: 'tool-call', toolCallId: '1', toolName: 'look_up', input: {} };

    it('continues as long as only text has come, and the tools go with it', async () => {
      const { router, providers } = stage({ a: breaks('Let me ', 'look'), b: goesOn(' that', ' up.') });
      const parts = await read(await router.stream({ ...ask, tools }));
      expect(textOf(parts)).toBe('Let me look that up.');
      expect(types(parts)).not.toContain('restart');
      expect(providers['b']?.calls[0]?.tools).toEqual(providers['a']?.calls[0]?.tools);
    });

    it('continues with a call', async () => {
      const { router } = stage({
        a: breaks('Let me look.'),
        b: { scripts: [{ content: [call], finishReason: 'tool-calls' }], prefill: true },
      });
      const stream = await router.stream({ ...ask, tools });
      await read(stream);
      expect((await stream.result).content).toEqual([{ type: 'text', text: 'Let me look.' }, call]);
    });

    it.each<[string, ContentPart[], number]>([
      ['a call has begun', [{ type: 'text', text: 'one' }, call], 2],
      ['a call is complete', [{ type: 'text', text: 'one' }, call], 4],
      ['a call came first', [call, { type: 'text', text: 'one' }], 4],
      [
        'the vendor has run one of its own',
        [
          { ...call, providerExecuted: true },
          { type: 'text', text: 'one' },
        ],
        4,
      ],
    ])('restarts once %s', async (_, content, after) => {
      const { router } = stage({
        a: { scripts: [{ content, after, error: connectionLost }] },
        b: { scripts: [{ text: 'all of it' }], prefill: true },
      });
      const parts = await read(await router.stream({ ...ask, tools }));
      expect(types(parts)).toContain('restart');
      expect(textOf(parts)).toBe('all of it');
    });
  });

  it('never continues reasoning', async () => {
    const { router } = stage({
      a: {
        scripts: [
          {
            content: [
              { type: 'reasoning', text: 'hm' },
              { type: 'text', text: 'one' },
            ],
            after: 2,
            error: connectionLost,
          },
        ],
      },
      b: { scripts: [{ text: 'all of it' }], prefill: true },
    });
    expect(textOf(await read(await router.stream(ask)))).toBe('all of it');
  });

  it('restarts, and never continues, an answer that was not accepted', async () => {
    const { router } = stage({ a: { scripts: [{ text: 'bad' }], prefill: true }, b: goesOn('good') });
    const stream = await router.stream(ask, { accept: ({ text }) => text !== 'bad' });
    const parts = await read(stream);
    expect(textOf(parts)).toBe('good');
  });

  it('bills each target for its own part', async () => {
    const { router, clock } = stage({ a: breaks('one two three'), b: goesOn(' four') });
    const billed: [string, string, number | undefined][] = [];
    router.on('usage', ({ target, billed: how, usage }) => billed.push([target, how, usage.outputTokens]));
    await outcome(read(await router.stream(ask)));
    await clock.advance(0);
    expect(billed).toEqual([
      ['a', 'unknown', 3],
      ['b', 'yes', 5],
    ]);
  });
});
