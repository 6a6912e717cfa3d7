import { LLMock } from '@copilotkit/aimock';
import { type AIMessage, type BaseMessage, HumanMessage } from '@langchain/core/messages';
import { tool } from '@langchain/core/tools';
import { createRouter } from 'signalbox';
import { anthropic } from 'signalbox/anthropic';
import { type ToolLike, toChatModel } from 'signalbox/langchain';
import { openai } from 'signalbox/openai';
import { scriptedProvider } from 'signalbox/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';

const price = { input: 1, output: 2 };
const weather = tool(async ({ city }) => `It is 19 °C in ${city}.`, {
  name: 'get_weather',
  description: 'The weather.',
  schema: z.object({ city: z.string() }),
});

function world() {
  const provider = scriptedProvider('p');
  const model = toChatModel(createRouter({ targets: [{ provider, model: 'a', price }] }));
  return { model, provider };
}

describe('bindTools', () => {
  const inputSchema = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };
  const bare = { name: 'get_weather', description: 'The weather.' };
  const search = {
    type: 'provider',
    id: 'p.web_search',
    name: 'web_search',
    args: { max_uses: 1 },
  } as const;

  it.each<[string, ToolLike, object]>([
    ['a tool of LangChain’s', weather, { ...bare, type: 'function', inputSchema }],
    [
      'OpenAI’s form',
      { type: 'function', function: { ...bare, parameters: inputSchema, strict: true } },
      { ...bare, strict: true, inputSchema },
    ],
    ['Anthropic’s form', { ...bare, input_schema: inputSchema }, { ...bare, inputSchema }],
    ['a bare function', { ...bare, parameters: inputSchema }, { ...bare, inputSchema }],
    ['signalbox’s form', { ...bare, inputSchema }, { ...bare, inputSchema }],
    ['a vendor’s own tool', search, search],
  ])('takes %s', async (_name, given, expected) => {
    const { model, provider } = world();
    await model.bindTools([given]).invoke('Hi');
    expect(provider.calls[0]?.tools).toMatchObject([expected]);
  });

  it('takes a tool’s options for vendors from its extras', async () => {
    const { model, provider } = world();
    const providerOptions = { anthropic: { cacheControl: { type: 'ephemeral' } } };
    const marked = tool(async () => 'x', {
      name: 'look',
      description: 'Looks.',
      schema: z.object({}),
      extras: { providerOptions },
    });
    await model.bindTools([marked]).invoke('Hi');
    expect(provider.calls[0]?.tools).toMatchObject([{ name: 'look', providerOptions }]);
  });

  it('rejects a vendor’s tool without a vendor', () => {
    expect(() => world().model.bindTools([{ type: 'web_search_preview' }])).toThrow(
      /tools\[0\]: expected .*type "web_search_preview"/,
    );
  });

  it.each([
    ['auto', 'auto'],
    ['none', 'none'],
    ['any', 'required'],
    ['required', 'required'],
    ['get_weather', { type: 'tool', toolName: 'get_weather' }],
    [
      { type: 'function', function: { name: 'get_weather' } },
      { type: 'tool', toolName: 'get_weather' },
    ],
    [
      { type: 'tool', name: 'get_weather' },
      { type: 'tool', toolName: 'get_weather' },
    ],
    [{ type: 'any' }, 'required'],
  ])('with tool_choice %j', async (tool_choice, expected) => {
    const { model, provider } = world();
    await model.bindTools([weather], { tool_choice }).invoke('Hi');
    expect(provider.calls[0]?.toolChoice).toEqual(expected);
  });

  it('keeps the other fields of the calls', async () => {
    const { model, provider } = world();
    await model.bindTools([weather], { temperature: 0.3 }).invoke('Hi', { stop: ['X'] });
    expect(provider.calls[0]).toMatchObject({ temperature: 0.3, stopSequences: ['X'] });
  });
});

describe('an agent’s loop over the real SDKs', () => {
  const mock = new LLMock({ port: 0, logLevel: 'silent', chunkSize: 5 });
  beforeAll(async () => {
    mock.on({ userMessage: /weather/, hasToolResult: true }, { content: 'It is 19 °C there.' });
    mock.on(
      { userMessage: /weather/ },
      { toolCalls: [{ name: 'get_weather', arguments: '{"city":"Paris"}' }] },
    );
    await mock.start();
  });
  afterEach(() => mock.clearRequests());
  afterAll(() => mock.stop());

  const vendors = [
    ['openai', () => ({ provider: openai({ apiKey: 'k', baseURL: `${mock.url}/v1` }), model: 'gpt-5-mini' })],
    [
      'anthropic',
      () => ({ provider: anthropic({ apiKey: 'k', baseURL: mock.url }), model: 'claude-haiku-4-5' }),
    ],
  ] as const;

  async function run(ask: (thread: BaseMessage[]) => Promise<AIMessage>): Promise<BaseMessage[]> {
    const thread: BaseMessage[] = [new HumanMessage('How is the weather in Paris?')];
    for (let turn = 0; turn < 4; turn += 1) {
      const answer = await ask(thread);
      thread.push(answer);
      if (answer.tool_calls === undefined || answer.tool_calls.length === 0) break;
      for (const call of answer.tool_calls) thread.push(await weather.invoke({ ...call, type: 'tool_call' }));
    }
    return thread;
  }

  it.each(vendors)('calls the tool and answers: %s', async (_name, target) => {
    const router = createRouter({ targets: [{ ...target(), price }] });
    const model = toChatModel(router).bindTools([weather]);
    const thread = await run((messages) => model.invoke(messages));
    expect(thread.map((message) => message.getType())).toEqual(['human', 'ai', 'tool', 'ai']);
    expect(thread.at(-1)?.content).toBe('It is 19 °C there.');
  });

  it.each(vendors)('does so in streams: %s', async (_name, target) => {
    const router = createRouter({ targets: [{ ...target(), price }] });
    const model = toChatModel(router).bindTools([weather]);
    const thread = await run(async (messages) => {
      const chunks = [];
      for await (const chunk of await model.stream(messages)) chunks.push(chunk);
      return chunks.reduce((all, chunk) => all.concat(chunk));
    });
    expect(thread.map((message) => message.getType())).toEqual(['human', 'ai', 'tool', 'ai']);
    expect(thread.at(-1)?.text).toBe('It is 19 °C there.');
  });

  it('continues at another vendor when the first one breaks between two turns', async () => {
    const [first, second] = vendors.map(([, target]) => target());
    if (first === undefined || second === undefined) throw new Error('two vendors');
    const router = createRouter({
      targets: [
        { ...first, price },
        { ...second, price },
      ],
    });
    const model = toChatModel(router).bindTools([weather]);
    let turn = 0;
    const thread = await run((messages) => {
      turn += 1;
      return model.invoke(messages, {
        only: [turn === 1 ? 'openai/gpt-5-mini' : 'anthropic/claude-haiku-4-5'],
      });
    });
    expect(thread.at(-1)?.content).toBe('It is 19 °C there.');
    expect(
      thread.flatMap(
        ({ response_metadata: { signalbox } }) => (signalbox as { target?: string })?.target ?? [],
      ),
    ).toEqual(['openai/gpt-5-mini', 'anthropic/claude-haiku-4-5']);
  });
});
