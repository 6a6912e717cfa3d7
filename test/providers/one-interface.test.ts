import { createOpenAI } from '@ai-sdk/openai';
import { generateText, streamText } from 'ai';
import { type ChatRequest, createRouter, type JSONObject, type Provider } from 'signalbox';
import { toProvider } from 'signalbox/ai-sdk';
import { toChatModel } from 'signalbox/langchain';
import { toFetch } from 'signalbox/openai-fetch';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type FaultServer, faultServer } from '../support/fault-server.ts';
import { read, rejection } from '../support/requests.ts';
import { answerWith } from '../support/vendor-answers.ts';
import { type InterfaceName, interfaces } from '../wire/interfaces.ts';

type Api = 'openai' | 'openai-responses';

const vendorTool = (id: `openai.${string}`, name: string, args: JSONObject = {}): ChatRequest => ({
  prompt: 'Hi',
  tools: [{ type: 'provider', id, name, args }],
});
const option = (openai: JSONObject): ChatRequest => ({ prompt: 'Hi', providerOptions: { openai } });

/** What only one of OpenAI's interfaces has, and an answer cannot do without. */
const cases: readonly (readonly [name: string, has: Api, request: ChatRequest])[] = [
  ['web_search', 'openai-responses', vendorTool('openai.web_search', 'web_search')],
  ['previous_response_id', 'openai-responses', option({ previous_response_id: 'resp_1' })],
  ['code_interpreter', 'openai-responses', vendorTool('openai.code_interpreter', 'code_interpreter')],
  ['search', 'openai-responses', vendorTool('openai.file_search', 'search', { vector_store_ids: ['v'] })],
  ['conversation', 'openai-responses', option({ conversation: 'conv_1' })],
  ['background', 'openai-responses', option({ background: true })],
  ['prompt', 'openai-responses', option({ prompt: { id: 'pmpt_1' } })],
  [
    'previous_response_id',
    'openai-responses',
    { prompt: 'Hi', providerOptions: { 'openai.chat': { previous_response_id: 'resp_1' } } },
  ],
  ['modalities', 'openai', option({ modalities: ['text', 'audio'], audio: { voice: 'ash', format: 'wav' } })],
  ['web_search_options', 'openai', option({ web_search_options: {} })],
  ['n', 'openai', option({ n: 2 })],
  ['functions', 'openai', option({ functions: [{ name: 'f', parameters: {} }] })],
];

const needed = {
  'openai-responses': "api: 'responses'",
  openai: "api: 'chat-completions'",
} as const;

let server: FaultServer;
beforeAll(async () => {
  server = await faultServer();
});
beforeEach(() => {
  server.received.length = 0;
});
afterAll(() => server.close());

function routerOver(...names: readonly Api[]) {
  return createRouter({
    targets: names.map((name) => ({
      id: name,
      provider: interfaces[name]({ baseURL: server.url }) as Provider,
      model: 'gpt-5-mini',
      price: { input: 1, output: 1 },
    })),
  });
}

const other = (api: Api): Api => (api === 'openai' ? 'openai-responses' : 'openai');

describe('what only one interface of OpenAI’s has', () => {
  it.each(cases)(
    '%s is not sent to a target of the other, and the error names what it needs',
    async (name, has, request) => {
      const router = routerOver(other(has));
      for (const ask of [() => router.chat(request), () => router.stream(request)]) {
        const error = (await rejection(ask())) as Error;
        expect(error).toMatchObject({ code: 'no-target' });
        expect(error.message).toContain(`${name}, which needs ${needed[has]}`);
      }
      expect(server.received).toEqual([]);
    },
  );

  it.each(cases)('%s goes to the target of a route that has it', async (_, has, request) => {
    server.behave(answerWith(has, 'Hello'));
    const router = routerOver(other(has), has);
    expect((await router.chat(request)).target).toBe(has);
    const stream = await router.stream(request);
    await read(stream);
    expect((await stream.result).target).toBe(has);
    const path = has === 'openai' ? '/chat/completions' : '/responses';
    expect(server.received.map((received) => received.path)).toEqual([path, path]);
  });

  it.each<[string, Api, JSONObject]>([
    ['no previous answer', 'openai', { previous_response_id: null }],
    ['no background', 'openai', { background: false }],
    ['one choice', 'openai-responses', { n: 1 }],
    ['text alone', 'openai-responses', { modalities: ['text'] }],
  ])('%s asks for nothing: any target takes it, and does not get it', async (_, api, options) => {
    server.behave(answerWith(api, 'Hello'));
    const { warnings } = await routerOver(api).chat(option(options));
    expect(warnings).toEqual([]);
    expect(Object.keys(server.received[0]?.body as object)).not.toContain(Object.keys(options)[0]);
  });
});

describe('what both interfaces have under different names', () => {
  const schema = { type: 'object', properties: {}, additionalProperties: false };
  const ofResponses = { format: { type: 'json_schema', name: 'a', strict: true, schema } };
  const ofChat = { type: 'json_schema', json_schema: { name: 'a', strict: true, schema } };
  const grammar = { syntax: 'regex', definition: '^a$' };

  it.each<[string, Api, JSONObject, JSONObject]>([
    ['text.format', 'openai', { text: ofResponses }, { response_format: ofChat }],
    ['max_output_tokens', 'openai', { max_output_tokens: 9 }, { max_completion_tokens: 9 }],
    ['response_format', 'openai-responses', { response_format: ofChat }, { text: ofResponses }],
    [
      'JSON mode',
      'openai-responses',
      { response_format: { type: 'json_object' } },
      { text: { format: { type: 'json_object' } } },
    ],
    ['max_tokens', 'openai-responses', { max_tokens: 9 }, { max_output_tokens: 9 }],
  ])('%s is sent to %s in its own', async (name, api, options, expected) => {
    server.behave(answerWith(api, '{}'));
    const { warnings } = await routerOver(api).chat(option(options));
    expect(warnings).toEqual([]);
    expect(server.received[0]?.body).toMatchObject(expected);
    expect(server.received[0]?.body).not.toHaveProperty(name);
  });

  it('instructions go to Chat Completions as a system message', async () => {
    server.behave(answerWith('openai', 'Hello'));
    await routerOver('openai').chat(option({ instructions: 'Be kind.' }));
    expect(server.received[0]?.body).toMatchObject({
      messages: [
        { role: 'system', content: 'Be kind.' },
        { role: 'user', content: 'Hi' },
      ],
    });
  });

  it.each<[Api, JSONObject, JSONObject]>([
    [
      'openai',
      { type: 'custom', custom: { name: 'letter', description: 'A', format: { type: 'grammar', grammar } } },
      { type: 'custom', custom: { name: 'letter' } },
    ],
    [
      'openai-responses',
      { type: 'custom', name: 'letter', description: 'A', format: { type: 'grammar', ...grammar } },
      { type: 'custom', name: 'letter' },
    ],
  ])(
    'a tool that takes a text goes to %s in its form, and so does the choice of it',
    async (api, sent, choice) => {
      server.behave(answerWith(api, 'Hello'));
      const args = { description: 'A', format: { type: 'grammar', ...grammar } };
      const request = vendorTool('openai.custom', 'letter', args);
      await routerOver(api).chat({ ...request, toolChoice: { type: 'tool', toolName: 'letter' } });
      expect(server.received[0]?.body).toMatchObject({ tools: [sent], tool_choice: choice });
    },
  );
});

describe('a tool of Responses through each face, over a target of Chat Completions', () => {
  const needs = /web_search, which needs api: 'responses'/;

  it.each([false, true])('toFetch answers 400 and names what is needed (stream: %s)', async (stream) => {
    const headers = { 'content-type': 'application/json' };
    const handle = toFetch(routerOver('openai'), { token: false });
    const body = JSON.stringify({ model: 'default', input: 'Hi', tools: [{ type: 'web_search' }], stream });
    const response = await handle(new Request('http://x/v1/responses', { method: 'POST', headers, body }));
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      error: { code: 'no_capable_target', message: expect.stringMatching(needs) },
    });
    expect(server.received).toEqual([]);
  });

  it('the AI SDK gets an error that names what is needed', async () => {
    const model = toProvider(routerOver('openai')).languageModel('default');
    const tools = { web_search: createOpenAI({ apiKey: 'k' }).tools.webSearch({}) };
    await expect(generateText({ model, prompt: 'Hi', tools, maxRetries: 0 })).rejects.toThrow(needs);
    let thrown: unknown;
    const { text } = streamText({
      model,
      prompt: 'Hi',
      tools,
      maxRetries: 0,
      onError: ({ error }) => {
        thrown = error;
      },
    });
    await Promise.allSettled([text]);
    expect(String(thrown)).toMatch(needs);
    expect(server.received).toEqual([]);
  });

  it('LangChain gets an error that names what is needed', async () => {
    const model = toChatModel(routerOver('openai')).bindTools([
      { type: 'provider', id: 'openai.web_search', name: 'web_search', args: {} },
    ]);
    await expect(model.invoke('Hi')).rejects.toThrow(needs);
    await expect(model.stream('Hi')).rejects.toThrow(needs);
    expect(server.received).toEqual([]);
  });
});

describe('what OpenAI keeps, where no target of the route is OpenAI’s', () => {
  const others: readonly (readonly [InterfaceName, string])[] = [
    ['anthropic', 'claude-haiku-4-5'],
    ['google', 'gemini-2.5-flash'],
    ['compatible', 'm'],
    ['mistral', 'mistral-large'],
  ];
  const kept: readonly (readonly [string, ChatRequest])[] = [
    ['previous_response_id', option({ previous_response_id: 'resp_1' })],
    ['conversation', option({ conversation: 'conv_1' })],
    ['prompt', option({ prompt: { id: 'pmpt_1' } })],
    [
      'previous_response_id',
      { prompt: 'Hi', providerOptions: { 'openai.responses': { previous_response_id: 'resp_1' } } },
    ],
  ];

  it.each(others.flatMap(([name, model]) => kept.map(([what, request]) => ({ name, model, what, request }))))(
    '$name is not asked for $what, and the error names what it needs',
    async ({ name, model, what, request }) => {
      const provider: Provider = interfaces[name]({ baseURL: server.url });
      const router = createRouter({ targets: [{ provider, model, price: { input: 1, output: 1 } }] });
      for (const ask of [() => router.chat(request), () => router.stream(request)]) {
        const error = (await rejection(ask())) as Error;
        expect(error).toMatchObject({ code: 'no-target' });
        expect(error.message).toContain(`${what}, which needs openai() with api: 'responses'`);
      }
      expect(server.received).toEqual([]);
    },
  );

  it.each(others)('%s is used where nothing is kept', async (name, model) => {
    server.behave(answerWith(name, 'Hello'));
    const provider: Provider = interfaces[name]({ baseURL: server.url });
    const router = createRouter({ targets: [{ provider, model, price: { input: 1, output: 1 } }] });
    expect((await router.chat(option({ previous_response_id: null, user: 'u' }))).text).toBe('Hello');
  });
});

describe('a continued response through each face, over a target of Chat Completions', () => {
  const needs = /previous_response_id, which needs api: 'responses'/;

  it.each([false, true])('toFetch answers 400 and names what is needed (stream: %s)', async (stream) => {
    const headers = { 'content-type': 'application/json' };
    const handle = toFetch(routerOver('openai'), { token: false });
    const body = JSON.stringify({ model: 'default', input: 'Hi', previous_response_id: 'resp_1', stream });
    const response = await handle(new Request('http://x/v1/responses', { method: 'POST', headers, body }));
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { message: expect.stringMatching(needs) } });
  });

  it('the AI SDK gets an error that names what is needed', async () => {
    const model = toProvider(routerOver('openai')).languageModel('default');
    const providerOptions = { openai: { previousResponseId: 'resp_1' } };
    await expect(generateText({ model, prompt: 'Hi', providerOptions, maxRetries: 0 })).rejects.toThrow(
      needs,
    );
  });

  it('LangChain gets an error that names what is needed', async () => {
    const providerOptions = { openai: { previous_response_id: 'resp_1' } };
    const model = toChatModel(routerOver('openai'), { providerOptions });
    await expect(model.invoke('Hi')).rejects.toThrow(needs);
    await expect(model.stream('Hi')).rejects.toThrow(needs);
  });
});
