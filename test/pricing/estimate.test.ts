import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { Tiktoken } from 'js-tiktoken/lite';
import o200k from 'js-tiktoken/ranks/o200k_base';
import { describe, expect, it, vi } from 'vitest';
import { estimateTokens, inputEstimate } from '../../src/pricing/estimate.ts';
import type { ResolvedTool } from '../../src/types/provider.ts';

const tokenizer = new Tiktoken(o200k);

const linesOf = (...paths: readonly string[]): readonly string[] =>
  paths.flatMap((path) =>
    readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
      .split('\n')
      .map((line) => `${line}\n`),
  );

/** Lines of text of each kind. */
const kinds = {
  prose: linesOf('docs/guide/plugins.md', 'docs/guide/cost.md', 'docs/architecture.md').filter((line) =>
    /^[A-Z].{40}/.test(line),
  ),
  code: linesOf('src/core/request.ts', 'src/core/attempt/attempt.ts', 'src/util/hash.ts'),
  JSON: linesOf('package.json', 'tsconfig.json'),
  Chinese: [
    '我们今天去公园散步，天气很好，孩子们在草地上奔跑玩耍。',
    '人工智能正在改变世界，许多公司都在使用大型语言模型来提高效率。',
    '春天来了，花园里的花都开了，老人坐在长椅上看报纸。',
    '这个项目的目标是让应用程序可以在多个供应商之间自动切换，保证服务的可靠性。\n',
  ],
  Japanese: [
    'これはテストです。私たちは毎日たくさんの質問に答えています。',
    '東京は日本の首都であり、世界で最も人口の多い都市の一つです。',
    'モデルの応答時間を測定し、最適な目標を選択します。\n',
  ],
  Korean: [
    '모델은 답을 좋아한다. 오늘 날씨가 매우 좋습니다. ',
    '우리는 공원에 가서 산책을 했습니다. ',
    '인공지능은 세상을 바꾸고 있으며 많은 회사가 사용하고 있습니다.\n',
  ],
  base64: Array.from({ length: 100 }, () => `${randomBytes(57).toString('base64')}\n`),
} satisfies Readonly<Record<string, readonly string[]>>;

/** Lines of one kind, in any order. */
const textOf = (lines: readonly string[], longest = 4_000): fc.Arbitrary<string> =>
  fc
    .record({
      picked: fc.array(fc.constantFrom(...lines), { minLength: 20, maxLength: 20 }),
      length: fc.integer({ min: 500, max: longest }),
    })
    .map(({ picked, length }) => {
      const once = picked.join('');
      return once.repeat(Math.ceil(length / once.length)).slice(0, length);
    });

const ratio = (text: string): number => estimateTokens(text) / tokenizer.encode(text).length;

describe('the token estimate', () => {
  it.each(Object.keys(kinds))('is within 30% of the tokenizer of OpenAI for %s', (kind) => {
    fc.assert(
      fc.property(textOf(kinds[kind as keyof typeof kinds]), (text) => {
        expect(Math.abs(ratio(text) - 1)).toBeLessThan(0.3);
      }),
      { numRuns: 30, seed: 16 },
    );
  });

  it('is within 35% of the tokenizer for mixed texts', () => {
    const anyKind = fc.constantFrom(...Object.values(kinds)).chain((lines) => textOf(lines, 3_000));
    fc.assert(
      fc.property(fc.array(anyKind, { minLength: 2, maxLength: 6 }), (texts) => {
        expect(Math.abs(ratio(texts.join('\n')) - 1)).toBeLessThan(0.35);
      }),
      { numRuns: 30, seed: 16 },
    );
  });

  it('is between 1/8 and 2 tokens per character that is not white space', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 20 }), (text) => {
        expect(estimateTokens(text)).toBeLessThanOrEqual(Math.ceil(2 * text.length));
      }),
    );
    for (const each of ['a', '7', 'é', '我', '😀', '٣', '{'])
      expect(estimateTokens(each.repeat(800))).toBeGreaterThanOrEqual(100);
  });

  it('is 0 for an empty text', () => {
    expect(estimateTokens('')).toBe(0);
    expect(estimateTokens([])).toBe(0);
  });

  it('reads about a thousand characters of a text of any length', () => {
    const text = kinds.prose.join('').repeat(200);
    expect(text.length).toBeGreaterThan(500_000);
    expect(lookedAt(() => estimateTokens(text))).toBeLessThan(1_100);
  });

  it('reads no more of ten thousand messages than of one', () => {
    const [content = ''] = kinds.prose;
    const messages = Array.from({ length: 10_000 }, () => ({ role: 'user', content }) as const);
    const { estimateInput } = inputEstimate();
    expect(lookedAt(() => estimateInput(messages))).toBeLessThan(1_100);
    const full = 10_000 * (4 + tokenizer.encode(content).length);
    expect(Math.abs(estimateInput(messages) / full - 1)).toBeLessThan(0.3);
  });
});

describe('the token estimate of tools and results', () => {
  const tools = Array.from(
    { length: 500 },
    (_, number): ResolvedTool => ({
      type: 'function',
      name: `tool_${number}`,
      description: 'Looks up the weather of a city for a day.',
      inputSchema: {
        type: 'object',
        properties: { city: { type: 'string', description: 'Name of the city' }, day: { type: 'string' } },
        required: ['city'],
      },
    }),
  );
  const messages = [
    { role: 'user', content: 'Will it rain?' },
    {
      role: 'assistant',
      content: [{ type: 'tool-call', toolCallId: '1', toolName: 'tool_1', input: { city: 'Oslo' } }],
    },
    {
      role: 'tool',
      content: [
        {
          type: 'tool-result',
          toolCallId: '1',
          toolName: 'tool_1',
          output: { type: 'json', value: { rain: true } },
        },
      ],
    },
  ] as const;

  it('serializes each schema and value once for any number of requests', () => {
    const { estimateInput } = inputEstimate();
    const serialize = vi.spyOn(JSON, 'stringify');
    const first = estimateInput(messages, tools);
    const calls = serialize.mock.calls.length;
    const second = estimateInput(messages, [...tools]);
    const more = serialize.mock.calls.length - calls;
    serialize.mockRestore();
    expect([calls, more]).toEqual([502, 0]);
    expect(second).toBe(first);
  });

  it('is within 35% of the tokenizer of OpenAI for tools', () => {
    const { estimateInput } = inputEstimate();
    const full = tokenizer.encode(tools.map((tool) => JSON.stringify(tool)).join('\n')).length;
    expect(Math.abs(estimateInput([], tools) / full - 1)).toBeLessThan(0.35);
  });
});

/** The number of characters that work looks at. */
function lookedAt(work: () => unknown): number {
  const look = vi.spyOn(String.prototype, 'charCodeAt');
  work();
  const { length } = look.mock.calls;
  look.mockRestore();
  return length;
}
