import type { PartTransform, Plugin, RouterOptions } from 'signalbox';
import { describe, expect, it } from 'vitest';
import { outcome, read, rejection, textOf, world } from '../support/requests.ts';

/** Withholds an answer as soon as a part of it has the word. */
const withholding = (word: string, later = false): Plugin => ({
  name: 'guard',
  transform: () => ({
    part(part) {
      const made = 'text' in part && part.text.includes(word) ? { withhold: 'a rule' } : part;
      return later ? Promise.resolve(made) : made;
    },
  }),
});

const options = (more: Partial<RouterOptions> = {}) => ({ plugins: [withholding('bad')], ...more });

describe('an answer that a plugin withholds', () => {
  it.each([false, true])('ends a chat as content-filter without its content, later: %s', async (later) => {
    const { router, of } = world({ a: [{ text: 'bad' }], b: [{}] }, { plugins: [withholding('bad', later)] });
    const result = await router.chat({ prompt: 'Hi' });
    expect(result).toMatchObject({ finishReason: 'content-filter', content: [], text: '', target: 'a' });
    expect(result.attempts).toMatchObject([{ target: 'a', outcome: 'failed', error: { kind: 'guard' } }]);
    expect(of('request-end')).toMatchObject([{ outcome: 'success', finishReason: 'content-filter' }]);
  });

  it('books what a withheld chat cost as wasted, once', async () => {
    const { router, of } = world({ a: [{ text: 'bad' }] }, options());
    const { cost, attempts } = await router.chat({ prompt: 'Hi' });
    const [end] = of('request-end');
    expect(cost?.total).toBe(0);
    expect(end?.wastedCost).toBeGreaterThan(0);
    expect(end?.wastedCost).toBe(attempts[0]?.cost?.total);
  });

  it.each([false, true])('ends a stream as content-filter after what went out, later: %s', async (later) => {
    const plugins = [withholding('bad', later)];
    const { router, of } = world({ a: [{ text: ['good, ', 'bad', ' more'] }], b: [{}] }, { plugins });
    const stream = await router.stream({ prompt: 'Hi' });
    const parts = await read(stream);
    expect(textOf(parts)).toBe('good, ');
    expect(parts.at(-1)).toMatchObject({ type: 'finish', finishReason: 'content-filter' });
    expect(await stream.result).toMatchObject({ text: 'good, ', finishReason: 'content-filter' });
    expect(of('request-end')).toHaveLength(1);
  });

  it('goes to the next target where `fallbackOn` has `guard`', async () => {
    const all = { a: [{ text: 'bad' }], b: [{ text: 'fine' }] };
    const { router } = world(all, options({ fallbackOn: ['guard'] }));
    expect((await router.chat({ prompt: 'Hi' })).text).toBe('fine');
    const streamed = world(all, options({ fallbackOn: ['guard'] }));
    expect(textOf(await read(await streamed.router.stream({ prompt: 'Hi' })))).toBe('fine');
  });

  it('restarts a stream whose reader takes restarts', async () => {
    const { router } = world(
      { a: [{ text: ['good, ', 'bad'] }], b: [{ text: 'fine' }] },
      options({ fallbackOn: ['guard'], interrupted: 'restart' }),
    );
    const parts = await read(await router.stream({ prompt: 'Hi' }));
    expect(parts.map(({ type }) => type)).toContain('restart');
    expect(textOf(parts)).toBe('fine');
  });

  it('ends as content-filter when all targets are withheld', async () => {
    const { router } = world(
      { a: [{ text: 'bad' }], b: [{ text: 'bad too' }] },
      options({ fallbackOn: ['guard'] }),
    );
    const result = await router.chat({ prompt: 'Hi' });
    expect(result).toMatchObject({ finishReason: 'content-filter', text: '', target: 'b' });
    const stream = await router.stream({ prompt: 'Hi' });
    expect((await read(stream)).at(-1)).toMatchObject({ finishReason: 'content-filter' });
  });

  it('is an error where the caller expects an object', async () => {
    const { router } = world({ a: [{ text: '{"a": "bad"}' }] }, options());
    const schema = { type: 'object' } as const;
    expect(await rejection(router.chat({ prompt: 'Hi', schema }))).toMatchObject({
      code: 'output',
      by: 'guard',
    });
    const stream = await router.stream({ prompt: 'Hi', schema });
    expect((await outcome(read(stream))).error).toMatchObject({ code: 'output', by: 'guard' });
  });
});

describe('a transform that answers later', () => {
  const held = (): PartTransform => {
    let text = '';
    return {
      part: async (part) => {
        if (part.type !== 'text-delta') return part;
        text += part.text;
        return undefined;
      },
      end: async () => ({ type: 'text-delta', text: text.toUpperCase() }),
      warnings: [{ type: 'other', feature: 'held' }],
    };
  };
  const plugins: Plugin[] = [
    { name: 'held', transform: held },
    {
      name: 'marked',
      transform: () => ({ part: (part) => ('text' in part ? { ...part, text: `<${part.text}>` } : part) }),
    },
  ];

  it('holds up a stream, and the next plugin sees what it made', async () => {
    const { router } = world({ a: [{ text: ['a', 'b', 'c'] }] }, { plugins });
    const stream = await router.stream({ prompt: 'Hi' });
    expect(textOf(await read(stream))).toBe('<ABC>');
    expect((await stream.result).warnings).toEqual([{ type: 'other', feature: 'held' }]);
    expect(stream.warnings).toEqual([{ type: 'other', feature: 'held' }]);
  });

  it('changes a complete answer', async () => {
    const { router } = world({ a: [{ text: 'abc' }] }, { plugins });
    expect((await router.chat({ prompt: 'Hi' })).text).toBe('<ABC>');
  });

  it('fails the request when it is over its time', async () => {
    const slow: Plugin = {
      name: 'slow',
      timeout: 100,
      transform: () => ({ part: () => new Promise(() => {}) }),
    };
    const { router, clock } = world({ a: [{ text: 'abc' }] }, { plugins: [slow] });
    const chat = rejection(router.chat({ prompt: 'Hi' }));
    await clock.advance(200);
    expect(await chat).toMatchObject({ code: 'plugin', station: 'transform' });
  });
});
