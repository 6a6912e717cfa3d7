import type { ContentPart, Message, Provider, ProviderCall, ToolResultPart } from 'signalbox';
import { anthropic } from 'signalbox/anthropic';
import { google } from 'signalbox/google';
import { openai } from 'signalbox/openai';
import { deepseek, mistral, openrouter } from 'signalbox/openai-compatible';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FaultServer, faultServer, json } from '../support/fault-server.ts';
import {
  chatCompletionsFaults,
  geminiFaults,
  messagesFaults,
  responsesFaults,
} from '../support/request-rules.ts';

/**
 * One conversation goes from one vendor to another and back, in the middle of its tool calls, with everything in it that
 * only its maker understands. Each body has to meet the rules of the vendor that gets it, not only our mock's.
 */

type Body = Readonly<Record<string, unknown>>;

interface Vendor {
  readonly model: string;
  create(address: { readonly baseURL: string; readonly apiKey: string; readonly account: string }): Provider;
  /** A turn with all that the vendor has: thoughts, a tool of its own, text, a picture, two calls. `signed` is its mark. */
  turn(signed: string, number: number): unknown;
  /** Where a body breaks the vendor's rules. */
  faults(body: Body): readonly string[];
}

const pixel =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const args = '{"city":"Paris"}';
const longId = 'call/with.signs-that-not-all-vendors-take:and-longer-than-any-of-them-allows/1';

const chatTurn = (message: Body): unknown => ({
  id: 'chatcmpl-1',
  choices: [
    {
      index: 0,
      finish_reason: 'tool_calls',
      message: {
        role: 'assistant',
        content: 'Let me look.',
        tool_calls: [
          { id: longId, type: 'function', function: { name: 'get_weather', arguments: args } },
          { id: 'call_2', type: 'function', function: { name: 'get_time', arguments: '{}' } },
        ],
        ...message,
      },
    },
  ],
  usage: { prompt_tokens: 1, completion_tokens: 1 },
});

const chat: Pick<Vendor, 'faults' | 'turn'> = {
  turn: () => chatTurn({}),
  faults: (body) => chatCompletionsFaults(body),
};

const responses: Vendor = {
  model: 'gpt-5-mini',
  create: ({ baseURL, ...rest }) => openai({ baseURL: `${baseURL}/v1`, ...rest, api: 'responses' }),
  turn: (signed, number) => ({
    id: `resp_${number}`,
    status: 'completed',
    output: [
      {
        type: 'reasoning',
        id: `rs_${number}_${signed}`,
        summary: [{ type: 'summary_text', text: 'hm' }],
        encrypted_content: signed,
      },
      {
        type: 'web_search_call',
        id: `ws_${number}_${signed}`,
        status: 'completed',
        action: { type: 'search', query: 'x', queries: ['x'] },
      },
      {
        type: 'message',
        id: `msg_${number}_${signed}`,
        role: 'assistant',
        status: 'completed',
        content: [{ type: 'output_text', text: 'Let me look.', annotations: [] }],
      },
      { type: 'image_generation_call', id: `ig_${number}_${signed}`, status: 'completed', result: pixel },
      {
        type: 'function_call',
        id: `fc_${number}_${signed}`,
        call_id: `call_1_${number}`,
        name: 'get_weather',
        arguments: args,
        status: 'completed',
      },
      {
        type: 'function_call',
        id: `fd_${number}_${signed}`,
        call_id: `call_2_${number}`,
        name: 'get_time',
        arguments: '{}',
        status: 'completed',
      },
    ],
    usage: { input_tokens: 1, output_tokens: 1 },
  }),
  faults: responsesFaults,
};

const messages: Vendor = {
  model: 'claude-haiku-4-5',
  create: (address) => anthropic(address),
  turn: (signed) => ({
    id: 'msg_1',
    type: 'message',
    stop_reason: 'tool_use',
    content: [
      { type: 'thinking', thinking: 'hm', signature: signed },
      { type: 'redacted_thinking', data: signed },
      { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: { query: 'x' } },
      {
        type: 'web_search_tool_result',
        tool_use_id: 'srvtoolu_1',
        content: [
          {
            type: 'web_search_result',
            url: 'https://a.example',
            title: 'A',
            encrypted_content: signed,
            page_age: null,
          },
        ],
      },
      { type: 'text', text: 'Let me look.' },
      { type: 'tool_use', id: 'toolu_1', name: 'get_weather', input: { city: 'Paris' } },
      { type: 'tool_use', id: 'toolu_2', name: 'get_time', input: {} },
    ],
    usage: { input_tokens: 1, output_tokens: 1 },
  }),
  faults: messagesFaults,
};

const gemini = (model: string, sdk: 'genai' | 'generative-ai'): Vendor => ({
  model,
  create: (address) => google({ ...address, sdk }),
  turn: (signed) => ({
    candidates: [
      {
        finishReason: 'STOP',
        content: {
          role: 'model',
          parts: [
            { text: 'hm', thought: true, thoughtSignature: signed },
            { executableCode: { language: 'PYTHON', code: `print('${signed}')` } },
            { codeExecutionResult: { outcome: 'OUTCOME_OK', output: signed } },
            { text: 'Let me look.' },
            { inlineData: { mimeType: 'image/png', data: pixel } },
            { functionCall: { name: 'get_weather', args: { city: 'Paris' } }, thoughtSignature: signed },
            { functionCall: { name: 'get_time', args: {} } },
          ],
        },
      },
    ],
  }),
  faults: (body) => geminiFaults(body, model.startsWith('gemini-3')),
});

const vendors: Readonly<Record<string, Vendor>> = {
  openai: {
    ...chat,
    model: 'gpt-5-mini',
    create: ({ baseURL, ...rest }) => openai({ baseURL: `${baseURL}/v1`, ...rest }),
  },
  'openai-responses': responses,
  'openai-responses, another key': responses,
  anthropic: messages,
  'anthropic, another key': messages,
  'google, Gemini 2.5': gemini('gemini-2.5-flash', 'genai'),
  'google, Gemini 3': gemini('gemini-3-pro', 'genai'),
  'google, Gemini 3, another key': gemini('gemini-3-pro', 'genai'),
  'google, the older SDK': gemini('gemini-2.5-flash', 'generative-ai'),
  openrouter: {
    model: 'a/b',
    create: (address) => openrouter(address),
    turn: (signed) =>
      chatTurn({
        reasoning: 'hm',
        reasoning_details: [{ type: 'reasoning.encrypted', data: signed }],
        images: [{ type: 'image_url', image_url: { url: `data:image/png;base64,${pixel}` } }],
      }),
    // `reasoning_details` is not OpenAI's; https://openrouter.ai/docs/use-cases/reasoning-tokens has it.
    faults: (body) =>
      chatCompletionsFaults({
        model: body['model'],
        tools: body['tools'],
        messages: (body['messages'] as Body[]).map(({ reasoning_details: _details, ...rest }) => rest),
      }),
  },
  deepseek: {
    ...chat,
    model: 'deepseek-chat',
    create: (address) => deepseek(address),
    turn: () => chatTurn({ reasoning_content: 'hm' }),
    // https://api-docs.deepseek.com/guides/thinking_mode: calls of tools come with the thoughts before them.
    faults: (body) => [
      ...(body['messages'] as Body[]).flatMap(({ tool_calls, reasoning_content }, index) =>
        tool_calls !== undefined && reasoning_content === undefined
          ? [`messages[${index}]: calls without thoughts`]
          : [],
      ),
      ...chatCompletionsFaults({
        model: body['model'],
        tools: body['tools'],
        messages: (body['messages'] as Body[]).map(({ reasoning_content: _thoughts, ...rest }) => rest),
      }),
    ],
  },
  mistral: {
    ...chat,
    model: 'mistral-large-latest',
    create: (address) => mistral(address),
    // https://docs.mistral.ai/capabilities/function_calling: ids are nine letters or digits, and tools are answered by the
    // assistant.
    faults: (body) => [
      ...chatCompletionsFaults(body, /^[a-zA-Z0-9]{9}$/),
      ...(body['messages'] as Body[]).flatMap(({ role }, index, all) =>
        role === 'user' && all[index - 1]?.['role'] === 'tool'
          ? [`messages[${index}]: the user’s after a tool’s`]
          : [],
      ),
    ],
  },
};

const names = Object.keys(vendors);
const pairs = names.flatMap((from) => names.map((to) => [from, to] as const));
const markOf = (name: string): string => `SIGNED_BY_${names.indexOf(name)}_`;
const tools: NonNullable<ProviderCall['tools']> = ['get_weather', 'get_time'].map((name) => ({
  type: 'function',
  name,
  inputSchema: { type: 'object', properties: {} },
}));

/** What the application's tools answer. */
function resultsFor(content: readonly ContentPart[]): Message {
  const results = content.flatMap((part): readonly ToolResultPart[] => {
    if (part.type !== 'tool-call' || part.providerExecuted === true) return [];
    const { toolCallId, toolName } = part;
    return [
      { type: 'tool-result', toolCallId, toolName, output: { type: 'text', value: `${toolName}: fine` } },
    ];
  });
  return { role: 'tool', content: results };
}

describe('a conversation continues', () => {
  let server: FaultServer;
  beforeEach(async () => {
    server = await faultServer();
  });
  afterEach(() => server.close());

  /** One more turn at a vendor: what it was sent, and what it said. */
  const ask = async (name: string, thread: readonly Message[]) => {
    const vendor = vendors[name] as Vendor;
    const provider = vendor.create({
      baseURL: server.url,
      apiKey: `key-${name.length}`,
      account: markOf(name),
    });
    server.behave(json(vendor.turn(markOf(name), server.received.length)));
    const { content, warnings } = await provider.chat({
      model: vendor.model,
      messages: thread,
      tools,
      reasoning: 'low',
      signal: new AbortController().signal,
    });
    const body = server.received.at(-1)?.body as Body;
    return { body, content, warnings, faults: vendor.faults(body) };
  };

  it.each(pairs)('from %s to %s and back', async (from, to) => {
    const start: readonly Message[] = [
      { role: 'system', content: 'Be kind.' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'Weather?' },
          { type: 'image', image: pixel },
        ],
      },
    ];
    const first = await ask(from, start);
    const thread: Message[] = [
      ...start,
      { role: 'assistant', content: first.content },
      resultsFor(first.content),
    ];
    const second = await ask(to, thread);
    expect(second.faults).toEqual([]);
    thread.push({ role: 'assistant', content: second.content }, resultsFor(second.content));
    const third = await ask(from, thread);
    expect(third.faults).toEqual([]);

    // No vendor gets what another one has signed, and what each signed itself comes back whole.
    for (const [name, { body }] of [
      [to, second],
      [from, third],
    ] as const) {
      const foreign = names.filter((other) => other !== name).map(markOf);
      for (const mark of foreign) expect(JSON.stringify(body)).not.toContain(mark);
    }
    const count = (value: unknown, mark: string): number => JSON.stringify(value).split(mark).length - 1;
    const signed = count(vendors[from]?.turn(markOf(from), 0), markOf(from));
    expect(count(third.body, markOf(from))).toBe(from === to ? 2 * signed : signed);

    // Both sides of the conversation are there for both: text, results, and the picture that was shown.
    for (const { body } of [second, third]) {
      expect(JSON.stringify(body)).toContain('Let me look.');
      expect(JSON.stringify(body)).toContain('get_weather: fine');
      expect(JSON.stringify(body)).toContain(pixel);
    }
  });

  it('warns about what was left out, once per kind', async () => {
    const start: readonly Message[] = [{ role: 'user', content: 'Weather?' }];
    const { content } = await ask('anthropic', start);
    const { warnings } = await ask('openai', [...start, { role: 'assistant', content }, resultsFor(content)]);
    expect(warnings.map(({ feature, details }) => `${feature}: ${details}`).toSorted()).toEqual([
      'history: reasoning from another vendor or account is omitted',
      'history: results of another vendor’s own tools are omitted',
    ]);
  });
});
