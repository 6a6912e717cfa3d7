import { generateObject, streamObject } from 'ai';
import fc from 'fast-check';
import { createRouter, type Router, type StreamPart } from 'signalbox';
import { toProvider } from 'signalbox/ai-sdk';
import { toChatModel } from 'signalbox/langchain';
import { toFetch } from 'signalbox/openai-fetch';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Behavior, events, type FaultServer, faultServer } from '../support/fault-server.ts';
import { outcome, read } from '../support/requests.ts';
import { answerWith } from '../support/vendor-answers.ts';
import { type InterfaceName, interfaces } from '../wire/interfaces.ts';

const schema = z.object({ city: z.string() });
const oslo = { city: 'Oslo' };
const plain = '{"city": "Oslo"}';

/** Models without a mode of their own, which are asked by an instruction, and with one. */
const models: readonly (readonly [name: InterfaceName, model: string])[] = [
  ['anthropic', 'claude-3-5-haiku-20241022'],
  ['anthropic', 'claude-haiku-4-5'],
  ['deepseek', 'deepseek-chat'],
  ['compatible', 'm'],
  ['openai', 'gpt-5-mini'],
  ['openai-responses', 'gpt-5-mini'],
  ['google', 'gemini-2.5-flash'],
];

/** Answers that mean the same; where nothing stands around the fence, also the text is the JSON alone. */
const answers: readonly (readonly [name: string, text: string, bare: boolean])[] = [
  ['a fence', `\`\`\`json\n${plain}\n\`\`\``, true],
  ['a fence without a language', `\`\`\`\n${plain}\n\`\`\`\n`, true],
  ['a fence in capitals, and blanks', `\n  \`\`\`JSON  \r\n${plain}\r\n\`\`\`  \n\n`, true],
  ['words around a fence', `Here it is:\n\n\`\`\`json\n${plain}\n\`\`\`\nAnything else?`, false],
  ['a fence on one line', `\`\`\`json ${plain}\`\`\``, false],
  ['thoughts before it', `<think>Which city?\n{"city": "Rome"}</think>\n${plain}`, false],
  ['JSON in a string of JSON', JSON.stringify(plain), false],
];

describe('JSON in a code fence', () => {
  let server: FaultServer;
  beforeAll(async () => {
    server = await faultServer();
  });
  afterAll(() => server.close());

  const routerOf = (name: InterfaceName, model: string): Router =>
    createRouter({
      targets: [
        { provider: interfaces[name]({ baseURL: server.url }), model, price: { input: 0, output: 0 } },
      ],
    });
  const textOf = (parts: readonly StreamPart[]): string =>
    parts.map((part) => (part.type === 'text-delta' ? part.text : '')).join('');

  describe.each(models)('of %s, %s', (name, model) => {
    it.each(answers)('%s', async (_, text, bare) => {
      server.behave(answerWith(name, text));
      const router = routerOf(name, model);
      const whole = await router.chat({ prompt: 'Where?', schema });
      expect(whole.object).toEqual(oslo);
      const stream = await router.stream({ prompt: 'Where?', schema });
      const parts = await read(stream);
      const streamed = await stream.result;
      expect(streamed.object).toEqual(oslo);
      expect(textOf(parts)).toBe(streamed.text);
      if (bare) {
        expect(whole.text).toBe(plain);
        expect(streamed.text.trimEnd()).toBe(plain);
      }
    });

    it('stays where no JSON is requested', async () => {
      const text = `\`\`\`json\n${plain}\n\`\`\``;
      server.behave(answerWith(name, text));
      const router = routerOf(name, model);
      expect((await router.chat({ prompt: 'Where?' })).text).toBe(text);
      expect(textOf(await read(await router.stream({ prompt: 'Where?' })))).toBe(text);
    });
  });

  it('is still checked: a fence makes no wrong answer right', async () => {
    for (const text of ['```json\n{"city": 7}\n```', '```json\n{"city": "Os', 'Oslo', '```\n```', '']) {
      server.behave(answerWith('compatible', text));
      const settled = await outcome(routerOf('compatible', 'm').chat({ prompt: 'Where?', schema }));
      expect(settled).toHaveProperty('error');
    }
  });

  it('is taken off a stream wherever its pieces are cut', async () => {
    const router = routerOf('compatible', 'm');
    const text = `\`\`\`json\n{"city": "a \`\`\`b\`\`\` c"}\n\`\`\`\n`;
    const chunk = (content: string): string =>
      `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content } }] })}\n\n`;
    const end = `data: ${JSON.stringify({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] })}\n\ndata: [DONE]\n\n`;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }), async (sizes) => {
        const pieces: string[] = [];
        for (let at = 0, n = 0; at < text.length; n += 1) {
          const size = sizes[n % sizes.length] ?? 1;
          pieces.push(chunk(text.slice(at, at + size)));
          at += size;
        }
        server.behave(events([pieces.join(''), end]) as Behavior);
        const stream = await router.stream({ prompt: 'Where?', responseFormat: {} });
        expect(textOf(await read(stream))).toBe('{"city": "a ```b``` c"}');
      }),
      { numRuns: 100 },
    );
  });

  it('of blanks without end holds up nothing', async () => {
    const router = routerOf('compatible', 'm');
    const blanks = ' '.repeat(200_000);
    const content = `\`\`\`json\n${blanks}`;
    server.behave(answerWith('compatible', content));
    const stream = await router.stream({ prompt: 'Where?', responseFormat: {} });
    expect(textOf(await read(stream)).length).toBeGreaterThanOrEqual(blanks.length - 32);
  });

  describe('through', () => {
    const fenced = `\`\`\`json\n${plain}\n\`\`\``;

    it('the AI SDK', async () => {
      server.behave(answerWith('anthropic', fenced));
      const model = toProvider(routerOf('anthropic', 'claude-3-5-haiku-20241022'))('default');
      expect((await generateObject({ model, schema, prompt: 'Where?' })).object).toEqual(oslo);
      const streamed = streamObject({ model, schema, prompt: 'Where?' });
      for await (const piece of streamed.partialObjectStream) expect(oslo.city).toContain(piece.city ?? '');
      expect(await streamed.object).toEqual(oslo);
    });

    it('LangChain', async () => {
      server.behave(answerWith('anthropic', fenced));
      const model = toChatModel(routerOf('anthropic', 'claude-3-5-haiku-20241022')).withStructuredOutput(
        schema,
      );
      expect(await model.invoke('Where?')).toEqual(oslo);
    });

    it.each([false, true])('an OpenAI SDK, stream: %s', async (stream) => {
      server.behave(answerWith('anthropic', fenced));
      const fetch = toFetch(routerOf('anthropic', 'claude-3-5-haiku-20241022'));
      const response = await fetch('http://signalbox/v1/chat/completions', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          model: 'default',
          stream,
          messages: [{ role: 'user', content: 'Where?' }],
          response_format: {
            type: 'json_schema',
            json_schema: { name: 'a', schema: z.toJSONSchema(schema) },
          },
        }),
      });
      const text = await response.text();
      expect(response.status).toBe(200);
      expect(text).toContain('Oslo');
      expect(text).not.toContain('```');
    });
  });
});
