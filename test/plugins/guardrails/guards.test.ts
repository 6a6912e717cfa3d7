import type { RouterOptions } from 'signalbox';
import {
  block,
  type Guard,
  GuardError,
  guardrails,
  maxLength,
  pii,
  redact,
  secrets,
  words,
} from 'signalbox/guardrails';
import { describe, expect, it } from 'vitest';
import { read, rejection, textOf, world } from '../../support/requests.ts';
import { planted } from './planted.ts';

const guarded = (...items: Parameters<typeof guardrails>[0]): Pick<RouterOptions, 'plugins'> => ({
  plugins: [guardrails(items)],
});
const notesOf = (decision: { readonly notes?: readonly { readonly facts: object }[] } | undefined) =>
  decision?.notes?.map(({ facts }) => facts);

describe('a guard that blocks a request', () => {
  it('throws a GuardError that names guard and reason, without any text', async () => {
    const { router, providers, of } = world({ a: [{}] }, guarded(block(pii())));
    const error = await rejection(router.chat({ prompt: `Mail ${planted.email}` }));
    expect(error).toBeInstanceOf(GuardError);
    expect(error).toMatchObject({ code: 'refused', guard: 'pii', reason: 'contains EMAIL', stage: 'input' });
    expect(JSON.stringify(error) + String(error)).not.toContain('ada');
    expect(providers['a']?.calls).toHaveLength(0);
    expect(notesOf(of('request-end')[0]?.decision)).toMatchObject([
      { guard: 'pii', stage: 'input', direction: 'request', verdict: 'block', reason: 'contains EMAIL' },
    ]);
  });

  it('blocks with secrets, which are checked asynchronously', async () => {
    const { router } = world({ a: [{}] }, guarded(block(secrets())));
    for (const secret of [planted.github, planted.slack, planted.aws, planted.jwt])
      expect(await rejection(router.chat({ prompt: `Use ${secret} now` }))).toBeInstanceOf(GuardError);
    await router.chat({ prompt: 'Use nothing' });
  });

  it('blocks embeddings and images', async () => {
    const { router } = world({ a: [{}] }, guarded(block(words(['bluebird']))));
    expect(await rejection(router.embed({ values: ['ok', 'Bluebird'] }))).toBeInstanceOf(GuardError);
    expect(await rejection(router.image({ prompt: 'a bluebird' }))).toBeInstanceOf(GuardError);
  });
});

describe('a guard that blocks an answer', () => {
  it('ends it as content-filter', async () => {
    const { router } = world({ a: [{ text: 'the bluebird' }] }, guarded(block(words(['bluebird']))));
    const result = await router.chat({ prompt: 'Hi' });
    expect(result).toMatchObject({ text: '', finishReason: 'content-filter' });
    expect(notesOf(result.decision)).toContainEqual(
      expect.objectContaining({ guard: 'words', direction: 'answer', stage: 'output', verdict: 'block' }),
    );
  });

  it('sends the request to the next target where `fallbackOn` has `guard`', async () => {
    const targets = { a: [{ text: 'the bluebird' }], b: [{ text: 'nothing' }] };
    const { router } = world(targets, {
      ...guarded(block(words(['bluebird']))),
      fallbackOn: ['guard'],
      interrupted: 'restart',
    });
    expect((await router.chat({ prompt: 'Hi' })).text).toBe('nothing');
    expect(textOf(await read(await router.stream({ prompt: 'Hi' })))).toBe('nothing');
  });
});

describe('guards of routes, tenants and calls', () => {
  const plugins = [
    guardrails([block(words(['red']), { name: 'red' })], {
      routes: { careful: [block(words(['green']), { name: 'green' })] },
      tenants: { acme: [block(words(['blue']), { name: 'blue' })] },
    }),
  ];
  const routes = { careful: {} };

  it('add up', async () => {
    const { router } = world({ a: [{}] }, { plugins, routes });
    const options = { route: 'careful', tenant: 'acme', guards: [block(words(['pink']), { name: 'pink' })] };
    for (const color of ['red', 'green', 'blue', 'pink'])
      expect(await rejection(router.chat({ prompt: color }, options))).toMatchObject({ guard: color });
    await router.chat({ prompt: 'green blue pink' });
  });

  it('of a route that `select` has chosen apply', async () => {
    const { router } = world({ a: [{}] }, { plugins, routes, select: () => 'careful' as const });
    expect(await rejection(router.chat({ prompt: 'green' }))).toMatchObject({ guard: 'green' });
  });

  it('of `with` and the call add up', async () => {
    const { router } = world({ a: [{}] }, { plugins, routes });
    const preset = router.with({ guards: [block(words(['pink']), { name: 'pink' })] });
    const guards = [block(words(['gray']), { name: 'gray' })];
    expect(await rejection(preset.chat({ prompt: 'pink' }, { guards }))).toMatchObject({ guard: 'pink' });
    expect(await rejection(preset.chat({ prompt: 'gray' }, { guards }))).toMatchObject({ guard: 'gray' });
  });

  it('cannot be removed by a call', async () => {
    const { router } = world({ a: [{}] }, { plugins, routes });
    expect(await rejection(router.chat({ prompt: 'red' }, { guards: [] }))).toMatchObject({ guard: 'red' });
  });
});

describe('a guard in shadow mode', () => {
  it('records its verdicts and changes nothing', async () => {
    const shadow = block(words(['bluebird']), { mode: 'shadow' });
    const { router, providers } = world({ a: [{ text: 'a bluebird' }] }, guarded(shadow));
    const { text, decision } = await router.chat({ prompt: 'Bluebird' });
    expect(text).toBe('a bluebird');
    expect(JSON.stringify(providers['a']?.calls[0])).toContain('Bluebird');
    expect(notesOf(decision)).toMatchObject([
      { direction: 'request', verdict: 'block', shadow: true },
      { direction: 'answer', verdict: 'block', shadow: true },
    ]);
  });

  it('is not waited for', async () => {
    const never: Guard = { name: 'never', mode: 'shadow', check: () => new Promise(() => {}) };
    const { router } = world({ a: [{ text: ['a', 'b'] }] }, guarded(never));
    expect((await router.chat({ prompt: 'Hi' })).text).toBe('ab');
    const stream = await router.stream({ prompt: 'Hi' });
    expect(stream.warnings).toEqual([]);
    expect(textOf(await read(stream))).toBe('ab');
  });
});

describe('a check that fails', () => {
  const broken: Readonly<Record<string, Guard['check']>> = {
    threw: () => {
      throw new Error('secret text');
    },
    timeout: () => new Promise(() => {}),
    invalid: (() => ({ replace: [{ start: 5, end: 2 }] })) as Guard['check'],
  };
  const wrong: readonly unknown[] = [
    undefined,
    null,
    true,
    {},
    { ok: false },
    { block: 5 },
    { replace: 'x' },
    [],
  ];

  it.each(Object.keys(broken))('blocks by default: %s', async (error) => {
    const guard = { name: 'broken', check: broken[error], on: ['input'] } as Guard;
    const { router, clock } = world({ a: [{}] }, guarded(guard));
    const chat = rejection(router.chat({ prompt: 'Hi' }));
    await clock.advance(1_001);
    expect(await chat).toMatchObject({ guard: 'broken', reason: `the check failed (${error})` });
  });

  it.each(Object.keys(broken))('passes where `onError` wants that: %s', async (error) => {
    const guard = { name: 'broken', check: broken[error], onError: 'pass' } as Guard;
    const { router, clock } = world({ a: [{ text: 'fine' }] }, guarded(guard));
    const chat = router.chat({ prompt: 'Hi' });
    await clock.advance(3_000);
    const { text, decision } = await chat;
    expect(text).toBe('fine');
    expect(notesOf(decision)).toMatchObject([
      { verdict: 'error', error },
      { verdict: 'error', error },
    ]);
  });

  it.each(wrong.map((verdict) => [verdict]))('blocks a verdict in the wrong form: %j', async (verdict) => {
    const guard = { name: 'broken', check: () => verdict, on: ['output'] } as unknown as Guard;
    const { router } = world({ a: [{ text: 'fine' }] }, guarded(guard));
    expect(await router.chat({ prompt: 'Hi' })).toMatchObject({ text: '', finishReason: 'content-filter' });
  });

  it('has its own timeout', async () => {
    const slow: Guard = { name: 'slow', timeout: 50, check: () => new Promise(() => {}), on: ['input'] };
    const { router, clock } = world({ a: [{}] }, guarded(slow));
    const chat = rejection(router.chat({ prompt: 'Hi' }));
    await clock.advance(51);
    expect(await chat).toMatchObject({ reason: 'the check failed (timeout)' });
  });
});

describe('several guards', () => {
  it('run beside each other, and the first in the list that blocks counts', async () => {
    let running = 0;
    let most = 0;
    const slow = (name: string): Guard => ({
      name,
      on: ['input'],
      async check() {
        most = Math.max(most, ++running);
        await undefined;
        await undefined;
        running -= 1;
        return { block: 'no' };
      },
    });
    const { router } = world({ a: [{}] }, guarded(slow('first'), slow('second')));
    expect(await rejection(router.chat({ prompt: 'Hi' }))).toMatchObject({ guard: 'first' });
    expect(most).toBe(2);
  });

  it('that replace the same text: the longest replacement counts', async () => {
    const cut = (name: string, start: number, end: number): Guard => ({
      name,
      on: ['input'],
      check: () => ({ replace: [{ start, end, with: `<${name}>` }] }),
    });
    const { router, providers } = world(
      { a: [{}] },
      guarded(cut('a', 0, 3), cut('b', 2, 8), cut('c', 9, 10)),
    );
    await router.chat({ prompt: '0123456789' });
    expect(JSON.stringify(providers['a']?.calls[0])).toContain('01<b>8<c>');
  });
});

describe('maxLength', () => {
  it('blocks long texts by characters and words', async () => {
    const { router } = world({ a: [{}] }, guarded(maxLength({ characters: 20, words: 3, on: ['input'] })));
    expect(await rejection(router.chat({ prompt: 'x'.repeat(21) }))).toMatchObject({ guard: 'max-length' });
    expect(await rejection(router.chat({ prompt: 'a b c d' }))).toMatchObject({
      reason: 'longer than 3 words',
    });
    await router.chat({ prompt: 'a b c' });
  });
});

describe('redact without restore', () => {
  it('replaces in requests and in answers', async () => {
    const { router, providers } = world({ a: [{ text: `It is ${planted.email}.` }] }, guarded(redact(pii())));
    const { text } = await router.chat({ prompt: `Who is ${planted.email}?` });
    expect(JSON.stringify(providers['a']?.calls[0])).toContain('Who is [EMAIL_1]?');
    expect(text).toBe('It is [EMAIL].');
  });

  it('takes a text of its own', async () => {
    const { router, providers } = world({ a: [{}] }, guarded(redact(pii(), { with: (kind) => `<${kind}>` })));
    await router.chat({ prompt: `Who is ${planted.email}?` });
    expect(JSON.stringify(providers['a']?.calls[0])).toContain('Who is <EMAIL>?');
  });
});
