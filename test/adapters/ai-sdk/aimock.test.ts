import { LLMock } from '@copilotkit/aimock';
import { generateText, isStepCount, jsonSchema, type LanguageModel, Output, streamText, tool } from 'ai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { overAiSdk, overOfficial, vendors } from './vendors.ts';

/** Agents of several steps against an independent mock of the vendors, with and without the router. */
const usage = {
  prompt_tokens: 20,
  completion_tokens: 9,
  input_tokens: 20,
  output_tokens: 9,
  promptTokenCount: 20,
  candidatesTokenCount: 9,
};
const mock = new LLMock({ port: 0, logLevel: 'silent', chunkSize: 5 });
beforeAll(async () => {
  mock.on({ userMessage: /weather/, hasToolResult: true }, { content: 'It is clear in Paris.', usage });
  mock.on({ userMessage: /weather/ }, { toolCalls: [{ name: 'look', arguments: '{"city":"Paris"}' }] });
  mock.onMessage(/think/, { content: 'Done.', reasoning: 'Let me see.', usage });
  mock.onMessage(/object/, { content: '{"city":"Paris"}', usage });
  await mock.start();
});
afterAll(() => mock.stop());

const city = jsonSchema<{ city: string }>({
  type: 'object',
  properties: { city: { type: 'string' } },
  required: ['city'],
  additionalProperties: false,
});
const look = tool({ inputSchema: city, execute: async (input) => ({ ...input, sky: 'clear' }) });

type Steps = Awaited<ReturnType<typeof generateText>>['steps'];

/** What an application does something with; the mock makes up its ids and, for some vendors, counts nothing. */
function summaryOf(steps: Steps) {
  return steps.map(({ text, reasoningText, finishReason, toolCalls, toolResults, usage: used }) => ({
    text,
    reasoningText,
    finishReason,
    calls: toolCalls.map(({ toolName, input }) => ({ toolName, input })),
    results: toolResults.map(({ toolName, output }) => ({ toolName, output })),
    // The mock counts no tokens of a call of a tool, and says 0.
    tokens: [used.inputTokens || undefined, used.outputTokens || undefined],
  }));
}

async function generated(model: LanguageModel, prompt: string) {
  return summaryOf(
    (await generateText({ model, prompt, tools: { look }, stopWhen: isStepCount(3) }))
      .steps as unknown as Steps,
  );
}

async function streamed(model: LanguageModel, prompt: string) {
  const stream = streamText({ model, prompt, tools: { look }, stopWhen: isStepCount(3) });
  return summaryOf((await stream.steps) as unknown as Steps);
}

async function object(model: LanguageModel) {
  const call = { model, prompt: 'object', output: Output.object({ schema: city }) };
  return [(await generateText(call)).output, await streamText(call).output];
}

const overs = [
  ['the official SDK', overOfficial],
  ['its own model', overAiSdk],
] as const;

describe.each(vendors)('$name against aimock', (vendor) => {
  describe.each(overs)('over %s', (_, over) => {
    // Of Gemini's calls of tools the mock says that they ended for a reason that Gemini has not.
    it.skipIf(vendor.name === 'google')('an agent acts as without the router', async () => {
      const [direct, routed] = [vendor.direct(mock.url), over(vendor, mock.url)];
      const expected = await generated(direct, 'weather');
      expect(expected.map(({ text }) => text)).toEqual(['', 'It is clear in Paris.']);
      expect(await generated(routed, 'weather')).toEqual(expected);
      expect(await streamed(routed, 'weather')).toEqual(await streamed(direct, 'weather'));
    });

    it('an agent reasons as without the router', async () => {
      const expected = await generated(vendor.direct(mock.url), 'think');
      // OpenAI's own provider reads no thoughts in Chat Completions, where servers of others have them.
      const reasoningText = vendor.name === 'openai chat' && over === overAiSdk ? undefined : 'Let me see.';
      const withReasoning = expected.map((step) => ({ ...step, reasoningText }));
      expect(await generated(over(vendor, mock.url), 'think')).toEqual(withReasoning);
      expect(await streamed(over(vendor, mock.url), 'think')).toEqual(withReasoning);
    });

    it('gives the same object', async () => {
      expect(await object(over(vendor, mock.url))).toEqual([{ city: 'Paris' }, { city: 'Paris' }]);
    });
  });
});
