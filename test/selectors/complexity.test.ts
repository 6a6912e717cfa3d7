import fc from 'fast-check';
import { type ChatRequest, isRouterError } from 'signalbox';
import { byComplexity, complexityOf } from 'signalbox/complexity';
import { describe, expect, it } from 'vitest';
import { world } from '../support/requests.ts';

const threshold = 0.35;
const code = '\n```ts\nconst total = items.reduce((sum, { price }) => sum + price, 0);\n```\n';
const tool = (name: string) => ({ name, inputSchema: { type: 'object' } });

const simple: readonly string[] = [
  'Hi',
  'What is the capital of France?',
  'What is 2 + 2?',
  'Translate "good morning" into Spanish.',
  'What colour is the sky?',
  'Write a birthday wish for my sister.',
  'Who wrote Hamlet?',
  'How do you spell “necessary”?',
  'Give me three names for a cat.',
  'Is a tomato a fruit?',
  'Summarise this in one sentence: The train to Leeds was late again because of leaves on the line.',
  'Turn this into a polite e-mail: send me the report by Friday, it costs $5 and not $6',
  'What time is it in Tokyo when it is noon in London?',
  'Wie heißt die Hauptstadt von Österreich?',
  '什么是人工智能？',
  'What is the Python programming language?',
  'Recommend a good book, then tell me who wrote it.',
  'Is 17 a prime number?',
];

const complex: readonly string[] = [
  `Why does this throw, and how would you fix it?${code}`,
  'Refactor the payment module so that the retry logic is in one place, and write unit tests for it in TypeScript.',
  'Prove that there are infinitely many prime numbers, and derive a bound on the n-th one.',
  'Solve the equation x^2 + 3x - 4 = 0 and then compute the integral of the polynomial from 0 to 1.',
  'Compare three database designs for a booking system, analyse the trade-offs of each, and justify which one to take.',
  'Plan a migration:\n1. list the risks\n2. order them\n3. say how to test each\n4. propose a schedule\n5. name who decides',
  'What caused the First World War? Which causes mattered most? Who disagrees? What does the newest research say? How sure is it?',
  'Design a rate limiter for a distributed system. Consider failure modes, clock skew and hot keys.',
  'Write a Python script that parses logs, groups them by user and finally draws a chart.',
  'Build a three-statement financial model and evaluate the sensitivity to interest rates in detail.',
  'Find the deadlock: thread A takes the mutex of B while the async worker holds it; the stack trace is below.',
  '∑ 1/n² = π²/6: show why, ≥ 2 proofs, and say where ∫ and √ come in.',
  'SELECT id FROM orders WHERE total > 5;\nThis SQL is slow on ten million rows. Explain why and give a better one.',
];

describe('complexityOf', () => {
  it.each(simple)('rates as simple: %s', (prompt) => {
    expect(complexityOf({ prompt }).score).toBeLessThan(threshold);
  });

  it.each(complex)('rates as complex: %s', (prompt) => {
    expect(complexityOf({ prompt }).score).toBeGreaterThanOrEqual(threshold);
  });

  it('counts length, tools, a schema and the messages before', () => {
    const prompt = 'Hi';
    const turn = { role: 'user', content: prompt } as const;
    const { parts } = complexityOf({
      messages: Array.from({ length: 11 }, () => turn),
      tools: ['a', 'b', 'c', 'd'].map(tool),
      schema: { type: 'object' },
    });
    expect(parts).toMatchObject({ tools: 0.5, schema: 1, messages: 0.5, code: 0, steps: 0 });
    expect(complexityOf({ prompt: 'x'.repeat(3_000) }).parts.length).toBe(0.5);
    expect(complexityOf({ prompt: 'x'.repeat(1_000_000) }).parts.length).toBe(1);
  });

  it('reads only the text of the last user message, whatever follows it', () => {
    const request: ChatRequest = {
      messages: [
        { role: 'user', content: 'Prove the theorem. Then compute the integral.' },
        {
          role: 'user',
          content: [
            { type: 'image', image: 'AAAA' },
            { type: 'text', text: 'What is this?' },
          ],
        },
        { role: 'assistant', content: code },
      ],
    };
    expect(complexityOf(request).parts).toMatchObject({ mathematics: 0, code: 0, steps: 0 });
    expect(complexityOf({ messages: [{ role: 'system', content: code }] }).parts.code).toBe(0);
  });

  it('finds the question before a long text, and after it', () => {
    const filler = 'The weather was fine and nothing happened. '.repeat(2_000);
    for (const prompt of [`${code}${filler}`, `${filler}${code}`]) {
      expect(complexityOf({ prompt }).parts.code).toBe(1);
      const content = [prompt.slice(0, 50_000), prompt.slice(50_000)].map(
        (text) => ({ type: 'text', text }) as const,
      );
      expect(complexityOf({ messages: [{ role: 'user', content }] }).parts.code).toBe(1);
    }
    expect(complexityOf({ prompt: `${filler}${code}${filler}` }).parts.code).toBe(0);
  });

  it('returns quickly for any input', () => {
    const seeds = [
      '```',
      '$$',
      'x^',
      '1 + 1',
      'first ',
      '1. \n',
      '    ',
      '{ ',
      '\\frac',
      '?',
      'a()',
      '\n- ',
      'c++',
    ];
    for (const seed of seeds) complexityOf({ prompt: seed.repeat(1_000_000 / seed.length) });
  });
});

describe('whatever the request', () => {
  const words = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom(...simple, ...complex, code, '\n', '?', '1. '),
  );
  const prompts = fc.array(words, { maxLength: 8 }).map((parts) => parts.join(' '));
  const scoreOf = (prompt: string, more: Omit<ChatRequest, 'prompt'> = {}) =>
    complexityOf({ prompt, ...more }).score;

  it('the score and all of its parts are from 0 to 1, and the same each time', () => {
    fc.assert(
      fc.property(prompts, fc.nat(40), (prompt, times) => {
        const request = {
          prompt: prompt.repeat(times),
          tools: Array.from({ length: times }, () => tool('a')),
        };
        const { score, parts } = complexityOf(request);
        for (const each of [score, ...Object.values(parts)]) {
          expect(each).toBeGreaterThanOrEqual(0);
          expect(each).toBeLessThanOrEqual(1);
        }
        expect(complexityOf(request)).toEqual({ score, parts });
      }),
    );
  });

  it('adding a complex feature never lowers the score', () => {
    fc.assert(
      fc.property(prompts, (prompt) => {
        const score = scoreOf(prompt);
        expect(scoreOf(prompt + code)).toBeGreaterThanOrEqual(score);
        expect(scoreOf(code + prompt)).toBeGreaterThanOrEqual(score);
        expect(scoreOf(`${prompt}\n∫ x^2 = 4`)).toBeGreaterThanOrEqual(score);
        expect(scoreOf(`${prompt}\n1. this\n2. that`)).toBeGreaterThanOrEqual(score);
        expect(scoreOf(`${prompt} And why?`)).toBeGreaterThanOrEqual(score);
        expect(scoreOf(prompt, { tools: [tool('a')] })).toBeGreaterThanOrEqual(score);
        expect(scoreOf(prompt, { schema: {} })).toBeGreaterThanOrEqual(score);
      }),
    );
  });
});

describe('byComplexity', () => {
  it('chooses between two routes, by its threshold', async () => {
    const routes = { cheap: { targets: ['a'] }, strong: { targets: ['b'] } };
    const names = { simple: 'cheap', complex: 'strong' };
    const { router } = world({ a: [{}], b: [{}] }, { routes, select: byComplexity(names) });
    for (const prompt of simple) expect((await router.chat({ prompt })).target).toBe('a');
    for (const prompt of complex) expect((await router.chat({ prompt })).target).toBe('b');
    const all = world({ a: [{}], b: [{}] }, { routes, select: byComplexity({ ...names, threshold: 0 }) });
    expect((await all.router.chat({ prompt: 'Hi' })).target).toBe('b');
  });

  it.each<[string, Record<string, unknown>]>([
    ['byComplexity.simple', { complex: 'a' }],
    ['byComplexity.complex', { simple: 'a', complex: '' }],
    ['byComplexity.threshold', { simple: 'a', complex: 'b', threshold: 2 }],
    ['byComplexity.limit', { simple: 'a', complex: 'b', limit: 1 }],
  ])('refuses a wrong %s', (option, options) => {
    try {
      (byComplexity as (options: object) => unknown)(options);
      throw new Error('was not refused');
    } catch (error) {
      expect(isRouterError(error, 'config') && error.option).toBe(option);
    }
  });
});
