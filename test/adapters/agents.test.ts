import { LLMock } from '@copilotkit/aimock';
import { Agent as MastraAgent } from '@mastra/core/agent';
import { createTool } from '@mastra/core/tools';
import { Agent, type Model, run, setTracingDisabled, tool } from '@openai/agents';
import { aisdk } from '@openai/agents-extensions/ai-sdk';
import { createRouter } from 'signalbox';
import { toProvider } from 'signalbox/ai-sdk';
import { anthropic } from 'signalbox/anthropic';
import { openai } from 'signalbox/openai';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type FaultServer, faultServer } from '../support/fault-server.ts';

const question = 'What is the weather in Paris?';
const city = z.object({ city: z.string() });

/** A vendor that is down, and another one that calls a tool first. */
let down: FaultServer;
let well: LLMock;

beforeAll(async () => {
  setTracingDisabled(true);
  down = await faultServer((response) => {
    response.writeHead(503, { 'content-type': 'application/json' });
    response.end('{"error":{"message":"overloaded","type":"server_error"}}');
  });
  well = new LLMock({ port: 0, logLevel: 'silent', chunkSize: 4 });
  well.on({ userMessage: /weather/, hasToolResult: true }, { content: 'It is 19 °C in Paris.' });
  well.on(
    { userMessage: /weather/ },
    { toolCalls: [{ name: 'get_weather', arguments: '{"city":"Paris"}' }] },
  );
  await well.start();
});

afterAll(async () => {
  await down.close();
  await well.stop();
});

beforeEach(() => {
  well.clearRequests();
});

function model() {
  const router = createRouter({
    targets: [
      { provider: openai({ apiKey: 'key', baseURL: `${down.url}/v1` }), model: 'gpt-5-mini' },
      { provider: anthropic({ apiKey: 'key', baseURL: well.url }), model: 'claude-haiku-4-5' },
    ],
  });
  return toProvider(router)();
}

describe('an agent of the OpenAI Agents SDK', () => {
  const asked: string[] = [];
  const agent = () =>
    new Agent({
      name: 'Weather',
      instructions: 'Answer in one sentence.',
      model: aisdk(model()) as Model,
      tools: [
        tool({
          name: 'get_weather',
          description: 'The weather in a city',
          parameters: city,
          execute: async (input) => {
            asked.push(input.city);
            return '19 °C';
          },
        }),
      ],
    });

  beforeEach(() => {
    asked.length = 0;
  });

  it('runs its tools over a route whose first target is down', async () => {
    const { finalOutput } = await run(agent(), question);
    expect(finalOutput).toBe('It is 19 °C in Paris.');
    expect(asked).toEqual(['Paris']);
    expect(well.getRequests()).toHaveLength(2);
  });

  it('streams them too', async () => {
    const streamed = await run(agent(), question, { stream: true });
    let text = '';
    for await (const piece of streamed.toTextStream()) text += piece;
    await streamed.completed;
    expect(text).toBe('It is 19 °C in Paris.');
    expect(asked).toEqual(['Paris']);
  });
});

describe('an agent of Mastra', () => {
  const agent = (asked: string[]) =>
    new MastraAgent({
      id: 'weather',
      name: 'Weather',
      instructions: 'Answer in one sentence.',
      model: model(),
      tools: {
        get_weather: createTool({
          id: 'get_weather',
          description: 'The weather in a city',
          inputSchema: city,
          execute: async (input) => {
            asked.push(input.city);
            return { celsius: 19 };
          },
        }),
      },
    });

  it('runs its tools over a route whose first target is down', async () => {
    const asked: string[] = [];
    const { text } = await agent(asked).generate(question);
    expect(text).toBe('It is 19 °C in Paris.');
    expect(asked).toEqual(['Paris']);
    expect(well.getRequests()).toHaveLength(2);
  });

  it('streams them too', async () => {
    const asked: string[] = [];
    const { textStream } = await agent(asked).stream(question);
    let text = '';
    for await (const piece of textStream) text += piece;
    expect(text).toBe('It is 19 °C in Paris.');
    expect(asked).toEqual(['Paris']);
  });
});
