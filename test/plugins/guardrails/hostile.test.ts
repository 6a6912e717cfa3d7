import { createRouter } from 'signalbox';
import { block, type Guard, guardrails, maxLength, patterns, pii, secrets } from 'signalbox/guardrails';
import { scriptedProvider } from 'signalbox/testing';
import { describe, expect, it } from 'vitest';
import { outcome, read, rejection } from '../../support/requests.ts';
import { planted } from './planted.ts';

const routerWith = (guards: readonly Guard[], text = 'ok') =>
  createRouter({
    targets: [{ provider: scriptedProvider('a', [{ text }]), model: 'm' }],
    plugins: [guardrails(guards)],
  });
const backtracking = `${'a'.repeat(60)}!`;

describe('patterns that hang a backtracking engine', () => {
  it('run in linear time on re2js', async () => {
    const router = routerWith([block(patterns({ EVIL: /^(a+)+$/, TWO: /(x+x+)+y/ }))]);
    await router.chat({ prompt: backtracking });
    expect(await rejection(router.chat({ prompt: 'a'.repeat(60) }))).toMatchObject({
      reason: 'contains EVIL',
    });
  });

  it('that re2js does not support end when their time is over, and `onError` decides', async () => {
    const evil = patterns({ EVIL: /^(?=a)(a+)+$/ }, { budget: 10 });
    expect(await rejection(routerWith([block(evil)]).chat({ prompt: backtracking }))).toMatchObject({
      guard: 'patterns',
      reason: 'the check failed (threw)',
    });
    const passing = routerWith([block(evil, { onError: 'pass' })]);
    expect((await passing.chat({ prompt: backtracking })).text).toBe('ok');
    // With time enough for a busy machine.
    const found = block(patterns({ EVIL: /^(?=a)(a+)+$/ }, { budget: 60_000 }), { onError: 'pass' });
    expect(await rejection(routerWith([found]).chat({ prompt: 'aaa' }))).toMatchObject({
      reason: 'contains EVIL',
    });
  });

  it.each([
    ['letters', 'a'.repeat(200_000)],
    ['digits', '1'.repeat(200_000)],
    ['digits and spaces', '1 '.repeat(100_000)],
    ['dots', '.'.repeat(200_000)],
    ['at signs', 'a@'.repeat(100_000)],
    ['colons', 'a:'.repeat(100_000)],
    ['dashes', '-----BEGIN '.repeat(20_000)],
    ['capitals', 'AB12 '.repeat(40_000)],
    ['URLs', 'https://'.repeat(25_000)],
    ['labels', 'password='.repeat(20_000)],
    ['tokens', 'eyJ'.repeat(60_000)],
    ['zero-width characters', 'a\u200b'.repeat(100_000)],
  ])('are none of the built-in ones: %s', async (_, text) => {
    const router = routerWith([block(secrets(), { timeout: 60_000 }), block(pii(), { timeout: 60_000 })]);
    const start = process.cpuUsage().user;
    await outcome(router.chat({ prompt: text }));
    // Linear work takes a fraction of a second; an exponential or cubic one would not end.
    expect(process.cpuUsage().user - start).toBeLessThan(20_000_000);
  });
});

describe('a text of ten megabytes', () => {
  const text = `${'The quick brown fox jumps over the lazy dog 42 times. '.repeat(190_000)} ${planted.github} ${planted.email}`;

  it('is searched to its end, while other requests are answered', async () => {
    const router = routerWith([block(secrets(), { timeout: 120_000 }), block(pii(), { timeout: 120_000 })]);
    let isDone = false;
    const large = rejection(router.chat({ prompt: text })).finally(() => {
      isDone = true;
    });
    let others = 0;
    while (!isDone) {
      await router.chat({ prompt: 'Hi' });
      others += 1;
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await large).toMatchObject({ code: 'refused' });
    expect(others).toBeGreaterThan(20);
  });

  it('is refused at once by a maximal length, before the guards after it are called', async () => {
    let isCalled = false;
    const after: Guard = {
      name: 'after',
      check() {
        isCalled = true;
        return { ok: true };
      },
    };
    const router = routerWith([maxLength({ characters: 100_000 }), after]);
    expect(await rejection(router.chat({ prompt: text }))).toMatchObject({ guard: 'max-length' });
    expect(isCalled).toBe(false);
  });

  it('in an answer is streamed', async () => {
    const router = routerWith([block(pii())], `${'word '.repeat(400_000)}`);
    const parts = await read(await router.stream({ prompt: 'Hi' }));
    expect(parts.at(-1)).toMatchObject({ finishReason: 'stop' });
  });
});

describe('guards that misbehave', () => {
  it('do not slow other requests: one that never answers', async () => {
    const never: Guard = {
      name: 'never',
      on: ['input'],
      timeout: 50,
      check: (text) => (text === 'slow' ? new Promise(() => {}) : { ok: true }),
    };
    const router = routerWith([never]);
    const slow = rejection(router.chat({ prompt: 'slow' }));
    for (let turn = 0; turn < 50; turn++) await router.chat({ prompt: 'fast' });
    expect(await slow).toMatchObject({ reason: 'the check failed (timeout)' });
  });

  it('get a signal that aborts when their time is over', async () => {
    let aborted = false;
    const slow: Guard = {
      name: 'slow',
      on: ['input'],
      timeout: 10,
      check: (_, { signal }) => {
        signal.addEventListener('abort', () => {
          aborted = true;
        });
        return new Promise(() => {});
      },
    };
    await rejection(routerWith([slow]).chat({ prompt: 'Hi' }));
    expect(aborted).toBe(true);
  });

  it.each<[string, unknown]>([
    ['no list', {}],
    ['no name', [{ check: () => ({ ok: true }) }]],
    ['no check', [{ name: 'x' }]],
    ['a stage that there is not', [{ name: 'x', on: ['inputs'], check: () => ({ ok: true }) }]],
    ['a mode that there is not', [{ name: 'x', mode: 'dry', check: () => ({ ok: true }) }]],
    ['a timeout of none', [{ name: 'x', timeout: 0, check: () => ({ ok: true }) }]],
    ['a name twice', [block(pii()), block(pii())]],
  ])('are refused when the router is made: %s', (_, list) => {
    expect(() => guardrails(list as readonly Guard[])).toThrow(/guardrails: expected/);
  });

  it('are refused in a call', async () => {
    const guards = [{ name: 'x' }] as readonly Guard[];
    const error = await rejection(routerWith([]).chat({ prompt: 'Hi' }, { guards }));
    expect(error).toMatchObject({ code: 'request', field: 'options.guards' });
  });
});
