import type { AnyResult, PartTransform, Plugin, StreamPart } from 'signalbox';
import { describe, expect, it } from 'vitest';
import { read, rejection, textOf, world } from '../support/requests.ts';

const ask = { prompt: 'Hi' };
const broken = { text: ['Hel', 'lo'], after: 1, error: { kind: 'network' } } as const;

/** Changes the text of each part. */
function changes(name: string, change: (text: string) => string): Plugin {
  return {
    name,
    transform: () => ({
      part: (part) => (part.type === 'text-delta' ? { ...part, text: change(part.text) } : part),
    }),
  };
}
const upper = changes('upper', (text) => text.toUpperCase());

/** Puts back what was taken out of the request: a placeholder that may be split over parts. */
function restores(placeholder: string, value: string): Plugin {
  return {
    name: 'restores',
    transform(): PartTransform {
      let held = '';
      const release = (text: string) => ({ type: 'text-delta', text }) as const;
      return {
        part(part) {
          if (part.type !== 'text-delta') return part;
          held = `${held}${part.text}`.replaceAll(placeholder, value);
          const start = held.lastIndexOf('[');
          const out = start < 0 ? held : held.slice(0, start);
          held = held.slice(out.length);
          return out === '' ? undefined : release(out);
        },
        end: () => (held === '' ? [] : [release(held)]),
      };
    },
  };
}

/** Rejects answers with a word in them, as soon as it comes. */
function rejects(word: string): Plugin {
  return {
    name: `no-${word}`,
    transform: () => ({
      part: (part) => ('text' in part && part.text.includes(word) ? { reject: `says ${word}` } : part),
    }),
  };
}

describe('transform', () => {
  it('changes the parts of a stream, and its result with them', async () => {
    const { router } = world({ a: [{ text: ['one ', 'two'] }] }, { plugins: [upper] });
    const stream = await router.stream(ask);
    expect(textOf(await read(stream))).toBe('ONE TWO');
    expect(await stream.result).toMatchObject({
      text: 'ONE TWO',
      content: [{ type: 'text', text: 'ONE TWO' }],
    });
  });

  it('changes a complete answer in the same way', async () => {
    const content = [
      { type: 'reasoning', text: 'hm' },
      { type: 'text', text: 'one' },
      { type: 'text', text: 'two' },
    ] as const;
    const { router } = world({ a: [{ content }] }, { plugins: [upper] });
    const { text, content: changed, reasoning } = await router.chat(ask);
    expect([text, reasoning]).toEqual(['ONETWO', 'hm']);
    expect(changed).toEqual([content[0], { type: 'text', text: 'ONE' }, { type: 'text', text: 'TWO' }]);
  });

  it('takes turns in the order of the plugins', async () => {
    const { router } = world(
      { a: [{ text: 'x' }] },
      { plugins: [changes('one', (t) => `${t}1`), changes('two', (t) => `${t}2`)] },
    );
    expect((await router.chat(ask)).text).toBe('x12');
    expect(textOf(await read(await router.stream(ask)))).toBe('x12');
  });

  it('may hold parts back, and gives what is left at the end', async () => {
    const plugins = [restores('[EMAIL_1]', 'a@b.example')];
    const text = ['Write to ', '[EM', 'AIL_', '1] or ', '[else'];
    const { router } = world({ a: [{ text }] }, { plugins });
    const whole = 'Write to a@b.example or [else';
    const parts = await read(await router.stream(ask));
    expect(textOf(parts)).toBe(whole);
    expect(parts.at(-1)?.type).toBe('finish');
    expect((await router.chat(ask)).text).toBe(whole);
  });

  it('passes what one plugin gives at the end on to the next', async () => {
    const { router } = world({ a: [{ text: ['a [', 'x'] }] }, { plugins: [restores('[none]', ''), upper] });
    expect(textOf(await read(await router.stream(ask)))).toBe('A [X');
    expect((await router.chat(ask)).text).toBe('A [X');
  });

  it('may leave parts out, and make several of one', async () => {
    const doubles: Plugin = {
      name: 'doubles',
      transform: () => ({
        part: (part) =>
          part.type === 'text-delta' ? [part, part] : part.type === 'reasoning-delta' ? undefined : part,
      }),
    };
    const content = [
      { type: 'reasoning', text: 'hm' },
      { type: 'text', text: 'ha' },
    ] as const;
    const { router } = world({ a: [{ content }] }, { plugins: [doubles] });
    const parts = await read(await router.stream(ask));
    expect(parts.map(({ type }) => type)).toEqual(['text-delta', 'text-delta', 'finish']);
    expect(await router.chat(ask)).toMatchObject({ text: 'haha', reasoning: undefined });
  });

  it('is called once for each answer', async () => {
    let made = 0;
    const counts: Plugin = {
      name: 'counts',
      transform() {
        made += 1;
        return undefined;
      },
    };
    const { router } = world({ a: [{}] }, { plugins: [counts] });
    await router.chat(ask);
    await read(await router.stream(ask));
    expect(made).toBe(2);
  });

  it('starts over where a stream restarts', async () => {
    const { router } = world(
      { a: [{ text: ['se [', 'x'], after: 1, error: { kind: 'network' } }], b: [{ text: 'other' }] },
      { plugins: [restores('[none]', '')], interrupted: 'restart' },
    );
    const parts = await read(await router.stream(ask));
    expect(parts.map((part) => ('text' in part ? part.text : part.type))).toEqual([
      'se ',
      'restart',
      'other',
      'finish',
    ]);
  });

  it('leaves what the reader has in the error of a stream that breaks', async () => {
    const { router } = world({ a: [broken] }, { plugins: [upper], maxAttempts: 1 });
    expect(await rejection(router.stream(ask).then(read))).toMatchObject({
      code: 'stream-interrupted',
      partial: { text: 'HEL' },
    });
  });

  it('restarts where it may rather than continue, since what is held back is not known to be the end', async () => {
    const continues = async (plugins: readonly Plugin[]) => {
      const { router, providers } = world(
        { a: [broken], b: [{ text: 'Hello' }] },
        { plugins, interrupted: 'continue-or-restart' },
      );
      for (const provider of Object.values(providers))
        Object.assign(provider, { capabilities: () => ({ prefill: true }) });
      return (await read(await router.stream(ask))).some(({ type }) => type === 'restart');
    };
    expect(await continues([upper])).toBe(true);
  });

  it('drops what still has the old answer', async () => {
    const { router, providers } = world({ a: [{ text: 'x' }] }, { plugins: [upper] });
    const provider = providers['a'];
    const { chat, stream } = provider ?? {};
    Object.assign(provider ?? {}, {
      chat: async (call: never) => ({ ...(await chat?.(call)), origin: 'x' }),
      async *stream(call: never) {
        for await (const part of stream?.(call) ?? []) yield { ...part, origin: 'x' };
      },
    });
    const result = await router.chat(ask);
    expect([result.raw, 'origin' in result]).toEqual([undefined, false]);
    for (const part of await read(await router.stream(ask))) expect(part).not.toHaveProperty('origin');
  });

  it('does not touch an answer that it leaves alone', async () => {
    const { router, providers } = world(
      { a: [{}] },
      { plugins: [{ name: 'none', transform: () => undefined }] },
    );
    const { chat } = providers['a'] ?? {};
    const whole = { raw: { id: 7 }, origin: { id: 7 } };
    Object.assign(providers['a'] ?? {}, {
      chat: async (call: never) => ({ ...(await chat?.(call)), ...whole }),
    });
    expect(await router.chat(ask)).toMatchObject(whole);
  });

  it('is what the schema, reviews and accept see', async () => {
    const seen: string[] = [];
    const fixes = changes('fixes', (text) => text.replace("'", '"').replace("'", '"'));
    const { router } = world(
      { a: [{ text: "{'a':1}" }] },
      { plugins: [fixes, { name: 'sees', review: ({ text }) => void seen.push(text) }] },
    );
    const schema = { type: 'object', required: ['a'] } as const;
    expect((await router.chat({ ...ask, schema })).object).toEqual({ a: 1 });
    const stream = await router.stream({ ...ask, schema });
    await read(stream);
    expect((await stream.result).object).toEqual({ a: 1 });
    expect(seen).toEqual(['{"a":1}', '{"a":1}']);
  });
});

describe('a transform that rejects an answer', () => {
  it('sends a chat to the next target', async () => {
    const { router } = world({ a: [{ text: 'bad' }], b: [{ text: 'good' }] }, { plugins: [rejects('bad')] });
    const { text, attempts } = await router.chat(ask);
    expect(text).toBe('good');
    expect(attempts[0]).toMatchObject({ outcome: 'failed', error: { kind: 'output' }, billed: 'yes' });
  });

  it('sends a stream to the next target unseen, as long as nothing has gone out', async () => {
    const all = world(
      { a: [{ text: ['bad', ' words'] }], b: [{ text: 'good' }] },
      { plugins: [rejects('bad')] },
    );
    const stream = await all.router.stream(ask);
    const parts = await read(stream);
    expect(parts.map((part) => ('text' in part ? part.text : part.type))).toEqual(['good', 'finish']);
    expect(stream.target).toBe('b');
    expect(all.of('usage').map(({ target, billed }) => [target, billed])).toEqual([
      ['a', 'unknown'],
      ['b', 'yes'],
    ]);
    expect([all.providers['a']?.open, all.clock.timers]).toEqual([0, 0]);
  });

  it('restarts a stream of which something has gone out, where that is wanted', async () => {
    const targets = { a: [{ text: ['fine ', 'bad'] }], b: [{ text: 'good' }] };
    const restarts = world(targets, { plugins: [rejects('bad')], interrupted: 'restart' });
    const parts = await read(await restarts.router.stream(ask));
    expect(parts.map((part) => ('text' in part ? part.text : part.type))).toEqual([
      'fine ',
      'restart',
      'good',
      'finish',
    ]);
    const fails = world(targets, { plugins: [rejects('bad')] });
    const seen: StreamPart[] = [];
    const stream = await fails.router.stream(ask);
    const error = await rejection(
      (async () => {
        for await (const part of stream) seen.push(part);
      })(),
    );
    expect(error).toMatchObject({ code: 'output', by: 'plugin', plugin: 'no-bad', issues: ['says bad'] });
    expect(textOf(seen)).toBe('fine ');
  });

  it('holds nothing against the target', async () => {
    const { router } = world({ a: [{ text: 'bad' }], b: [{ text: 'good' }] }, { plugins: [rejects('bad')] });
    for (let request = 0; request < 10; request++) await read(await router.stream(ask));
    expect(router.stats()[0]).toMatchObject({ health: 'healthy', failures: 0 });
  });

  it('fails the request with what it throws, which is no failure of the target', async () => {
    const bug = new TypeError('a bug');
    const breaks: Plugin = {
      name: 'breaks',
      transform: () => ({
        part() {
          throw bug;
        },
      }),
    };
    const all = world({ a: [{}], b: [{}] }, { plugins: [breaks] });
    expect(await rejection(all.router.chat(ask))).toBe(bug);
    expect(await rejection(all.router.stream(ask).then(read))).toBe(bug);
    expect(all.router.stats().map(({ failures, inFlight }) => [failures, inFlight])).toEqual([
      [0, 0],
      [0, 0],
    ]);
    expect(all.clock.timers).toBe(0);
  });
});

describe('observers of a stream', () => {
  it('see its parts as its target sent them, and the answer before it was changed', async () => {
    const parts: string[] = [];
    const results: AnyResult[] = [];
    const sees: Plugin = {
      name: 'sees',
      observe: () => ({
        part: (part) => parts.push('text' in part ? part.text : part.type),
        answer: (answer) => results.push(answer),
      }),
    };
    const { router } = world(
      { a: [broken], b: [{ text: ['one ', 'two'] }] },
      { plugins: [upper, sees], interrupted: 'restart' },
    );
    expect(textOf(await read(await router.stream(ask)))).toBe('ONE TWO');
    expect(parts).toEqual(['Hel', 'restart', 'one ', 'two']);
    expect(results).toMatchObject([{ text: 'one two', target: 'b' }]);
    await router.chat(ask);
    expect(results[1]).toMatchObject({ text: 'one two' });
  });

  it('see the parts of a stream that no plugin changes', async () => {
    const parts: string[] = [];
    const sees: Plugin = { name: 'sees', observe: () => ({ part: ({ type }) => parts.push(type) }) };
    const { router } = world({ a: [{ text: ['one ', 'two'] }] }, { plugins: [sees] });
    expect(textOf(await read(await router.stream(ask)))).toBe('one two');
    expect(parts).toEqual(['text-delta', 'text-delta']);
  });

  it('see what a reader reads who does not wait', async () => {
    const { router } = world({ a: [{ text: ['one ', 'two'] }] }, { plugins: [upper] });
    const iterator = (await router.stream(ask))[Symbol.asyncIterator]();
    const reads = await Promise.all([iterator.next(), iterator.next(), iterator.next(), iterator.next()]);
    expect(
      reads.map(({ value, done }) => (done ? 'done' : 'text' in value ? value.text : value.type)),
    ).toEqual(['ONE ', 'TWO', 'finish', 'done']);
  });

  it('leave a stream that is aborted in the middle without a trace', async () => {
    const all = world({ a: [{ text: ['one', 'two'], after: 1, hang: true }] }, { plugins: [upper] });
    const abort = new AbortController();
    const failed = rejection(all.router.stream(ask, { signal: abort.signal }).then(read));
    await all.clock.advance(10);
    abort.abort('enough');
    expect(await failed).toBe('enough');
    expect(all.of('request-end')).toMatchObject([{ outcome: 'aborted' }]);
    expect([all.providers['a']?.open, all.clock.timers]).toEqual([0, 0]);
  });
});
