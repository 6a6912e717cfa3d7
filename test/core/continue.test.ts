import fc from 'fast-check';
import { type Capabilities, createRouter, type StreamPart, type TargetOptions } from 'signalbox';
import {
  type Script,
  type ScriptedProvider,
  scriptedProvider,
  seededRandom,
  virtualClock,
} from 'signalbox/testing';
import { describe, expect, it } from 'vitest';
import { type Continuation, splice } from '../../src/core/calls/stream/continuation.ts';
import { outcome, read, rejection, textOf } from '../support/requests.ts';

const price = { input: 1, output: 1 };
const broken = { kind: 'network', code: 'ECONNRESET', answered: true } as const;
const ask = { prompt: 'Tell me' };

interface Cast {
  readonly scripts: readonly Script[] | ((call: { readonly messages: readonly unknown[] }) => Script);
  readonly prefill?: Capabilities['prefill'];
}

/** Targets in order; streams that break are to be continued. */
function stage(cast: Readonly<Record<string, Cast>>) {
  const clock = virtualClock();
  const providers: Record<string, ScriptedProvider> = {};
  const targets: TargetOptions[] = Object.entries(cast).map(([id, { scripts, prefill }]) => {
    const provider = scriptedProvider(id, scripts as Parameters<typeof scriptedProvider>[1], clock);
    providers[id] = provider;
    return {
      provider,
      model: 'm',
      id,
      price,
      ...(prefill === undefined ? {} : { capabilities: { prefill } }),
    };
  });
  const router = createRouter({
    targets,
    clock,
    random: seededRandom(1),
    interrupted: 'continue-or-restart',
  });
  return { clock, router, providers };
}

/** A target that breaks after some words. */
const breaks = (...text: readonly string[]): Cast => ({
  scripts: [{ text: [...text, 'never'], after: text.length, error: broken }],
});
const goesOn = (...text: readonly string[]): Cast => ({ scripts: [{ text }], prefill: true });

const types = (parts: readonly StreamPart[]): readonly string[] => parts.map(({ type }) => type);

describe("interrupted: 'continue-or-restart'", () => {
  it('has another target say the rest, and the reader notices nothing', async () => {
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
      { type: 'other', feature: 'interrupted', details: 'the rest of the answer is of b' },
    ]);
    expect(providers['b']?.calls[0]?.messages).toEqual([
      { role: 'user', content: 'Tell me' },
      { role: 'assistant', content: 'Paris is the capi' },
    ]);
  });

  it('works for textStream as well', async () => {
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

  it('goes on again when the second target breaks as well', async () => {
    const { router, providers } = stage({
      a: breaks('one '),
      b: { ...breaks('two '), prefill: true },
      c: goesOn('three'),
    });
    const parts = await read(await router.stream(ask));
    expect(textOf(parts)).toBe('one two three');
    expect(providers['c']?.calls[0]?.messages.at(-1)).toEqual({ role: 'assistant', content: 'one two' });
  });

  it('lets the same target go on where it is the only one', async () => {
    const { router, clock } = stage({
      a: {
        scripts: ({ messages }) =>
          messages.length === 1 ? { text: ['one', 'never'], after: 1, error: broken } : { text: [' two'] },
        prefill: true,
      },
    });
    const parts = read(await router.stream(ask));
    await clock.advance(1_000);
    expect(textOf(await parts)).toBe('one two');
  });

  it('starts anew where nobody can go on', async () => {
    const { router } = stage({ a: breaks('one'), b: { scripts: [{ text: 'all of it' }] } });
    const parts = await read(await router.stream(ask));
    expect(types(parts)).toContain('restart');
    expect(textOf(parts)).toBe('all of it');
  });

  it('starts anew at another target where whoever should go on refuses to', async () => {
    const refusal = { error: { kind: 'bad-request', status: 400 } } as const;
    const { router } = stage({
      a: breaks('one'),
      b: { scripts: [refusal], prefill: true },
      c: { scripts: [{ text: 'all of it' }] },
    });
    const parts = await read(await router.stream(ask));
    expect(textOf(parts)).toBe('all of it');
  });

  it('says that it was interrupted where nothing is left to try', async () => {
    const { router, clock } = stage({ a: breaks('one') });
    const reading = rejection(read(await router.stream(ask)));
    await clock.advance(60_000);
    expect(await reading).toMatchObject({ code: 'stream-interrupted', partial: { text: 'one' } });
  });

  for (const [what, request] of [
    ['with tools', { tools: [{ name: 't', inputSchema: { type: 'object' } }] }],
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
    it(`never continues requests ${what}: they start anew`, async () => {
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

  it('never continues thoughts', async () => {
    const { router } = stage({
      a: {
        scripts: [
          {
            content: [
              { type: 'reasoning', text: 'hm' },
              { type: 'text', text: 'one' },
            ],
            after: 2,
            error: broken,
          },
        ],
      },
      b: { scripts: [{ text: 'all of it' }], prefill: true },
    });
    expect(textOf(await read(await router.stream(ask)))).toBe('all of it');
  });

  it('starts anew, and never continues, an answer that was not accepted', async () => {
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

describe('the joint of a continued text', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', ' ', '\n'), maxLength: 30 });
  const cuts = fc.array(fc.nat(30), { maxLength: 6 });
  const continuation = (before: string): Continuation => ({
    asked: { request: { messages: [] }, schema: undefined },
    before,
    prefill: before.trimEnd(),
    id: undefined,
  });
  /** A text in pieces, through the joint. */
  const through = (said: string, at: readonly number[], before: string, echoes: boolean): string => {
    const seam = splice(continuation(before), echoes);
    const points = [...new Set([0, ...at.map((cut) => Math.min(cut, said.length)), said.length])].sort(
      (a, b) => a - b,
    );
    const pieces = points.slice(1).map((end, index) => said.slice(points[index], end));
    return pieces.map((piece) => seam.push(piece)).join('') + seam.end();
  };

  it('gives the whole text once, wherever it broke and however the rest is cut', () => {
    fc.assert(
      fc.property(text, text, cuts, fc.boolean(), (before, after, at, echoes) => {
        fc.pre(before.trimEnd() !== '' && !(after.trim() === '' && after !== ''));
        const whole = before + after;
        // What a model says that goes on right after the text it was given.
        const rest = whole.slice(before.trimEnd().length);
        const said = echoes ? whole : rest;
        expect(before + through(said, at, before, echoes)).toBe(whole);
      }),
    );
  });

  it('loses nothing of a target that was thought to repeat the text, and does not', () => {
    fc.assert(
      fc.property(text, text, cuts, (before, after, at) => {
        fc.pre(before.trimEnd() === before && before !== '' && !after.startsWith(before));
        expect(through(after, at, before, true)).toBe(after);
      }),
    );
  });
});
