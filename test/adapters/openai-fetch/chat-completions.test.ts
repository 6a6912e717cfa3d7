import type OpenAI from 'openai';
import { zodResponseFormat } from 'openai/helpers/zod';
import { createRouter, type Router } from 'signalbox';
import { type Script, type ScriptedProvider, scriptedProvider } from 'signalbox/testing';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Clients, clients, eventsIn } from './clients.ts';

const price = { input: 1, output: 2 };
const weather = {
  type: 'function',
  function: {
    name: 'get_weather',
    description: 'The weather now',
    parameters: { type: 'object', properties: { city: { type: 'string' } } },
  },
} as const;
const call = {
  type: 'tool-call',
  toolCallId: 'call_1',
  toolName: 'get_weather',
  input: { city: 'Paris' },
} as const;
const messages = [{ role: 'user' as const, content: 'Hello' }];

interface Stage extends Clients {
  readonly provider: ScriptedProvider;
  readonly router: Router;
  /** What the provider was asked last. */
  asked(): ScriptedProvider['calls'][number] | undefined;
}

function stage(scripts: readonly Script[] = [{}], name = 'openai'): Stage {
  const provider = scriptedProvider(name, scripts);
  const router = createRouter({ targets: [{ provider, model: 'gpt-5-mini', id: 'mini', price }] });
  return { ...clients(router), provider, router, asked: () => provider.calls.at(-1) };
}

/** Without what differs from time to time. */
const fixed = { id: expect.stringMatching(/^chatcmpl-\w+$/), created: expect.any(Number) };

describe('POST /chat/completions', () => {
  it('gives a chat completion', async () => {
    const { openai } = stage([
      { text: 'Hi', usage: { inputTokens: 10, outputTokens: 5, cacheReadTokens: 4 } },
    ]);
    const completion = await openai.chat.completions.create({ model: 'mini', messages });
    expect(completion).toEqual({
      ...fixed,
      object: 'chat.completion',
      model: 'gpt-5-mini',
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: 'Hi', refusal: null },
          logprobs: null,
          finish_reason: 'stop',
        },
      ],
      usage: {
        prompt_tokens: 10,
        completion_tokens: 5,
        total_tokens: 15,
        prompt_tokens_details: { cached_tokens: 4 },
        completion_tokens_details: {},
      },
      signalbox: { target: 'mini', cost: expect.any(Number), attempts: 1 },
    } satisfies OpenAI.ChatCompletion & { signalbox: unknown });
  });

  it('gives tool calls', async () => {
    const { openai } = stage([{ content: [call], finishReason: 'tool-calls' }]);
    const { choices } = await openai.chat.completions.create({ model: 'mini', messages, tools: [weather] });
    expect(choices[0]).toMatchObject({
      message: {
        content: null,
        tool_calls: [
          {
            id: 'call_1',
            type: 'function',
            function: { name: 'get_weather', arguments: '{"city":"Paris"}' },
          },
        ],
      },
      finish_reason: 'tool_calls',
    } satisfies { message: Partial<OpenAI.ChatCompletionMessage>; finish_reason: string });
  });

  it('streams chunks, with the usage last on request', async () => {
    const { openai } = stage([{ text: ['Hi ', 'there'] }]);
    const stream = await openai.chat.completions.create({
      model: 'mini',
      messages,
      stream: true,
      stream_options: { include_usage: true },
    });
    const chunks: OpenAI.ChatCompletionChunk[] = [];
    for await (const chunk of stream) chunks.push(chunk);
    const head = { ...fixed, object: 'chat.completion.chunk', model: 'gpt-5-mini' } as const;
    const choice = { index: 0, logprobs: null, finish_reason: null } as const;
    expect(chunks).toEqual([
      {
        ...head,
        choices: [{ ...choice, delta: { role: 'assistant', content: '', refusal: null } }],
        usage: null,
      },
      { ...head, choices: [{ ...choice, delta: { content: 'Hi ' } }], usage: null },
      { ...head, choices: [{ ...choice, delta: { content: 'there' } }], usage: null },
      { ...head, choices: [{ ...choice, delta: {}, finish_reason: 'stop' }], usage: null },
      {
        ...head,
        choices: [],
        usage: {
          prompt_tokens: 10,
          completion_tokens: 5,
          total_tokens: 15,
          prompt_tokens_details: {},
          completion_tokens_details: {},
        },
        signalbox: { target: 'mini', cost: expect.any(Number), attempts: 1 },
      },
    ] satisfies (OpenAI.ChatCompletionChunk & { signalbox?: unknown })[]);
  });

  it('says cost and target in the last chunk of a stream without usage', async () => {
    const { openai, answers } = stage([{ text: ['Hi'] }]);
    await openai.chat.completions.stream({ model: 'mini', messages }).finalChatCompletion();
    const last = eventsIn(answers[0]?.text ?? '').at(-1);
    expect(last).toMatchObject({ signalbox: { target: 'mini', attempts: 1 } });
    expect(answers[0]?.text.endsWith('data: [DONE]\n\n')).toBe(true);
  });

  it('streams parallel tool calls', async () => {
    const second = { ...call, toolCallId: 'call_2', input: { city: 'Rome' } };
    const { openai } = stage([{ content: [call, second], finishReason: 'tool-calls' }]);
    const message = await openai.chat.completions
      .stream({ model: 'mini', messages, tools: [weather] })
      .finalMessage();
    expect(
      message.tool_calls?.map((wire) => [wire.id, 'function' in wire && wire.function.arguments]),
    ).toEqual([
      ['call_1', '{"city":"Paris"}'],
      ['call_2', '{"city":"Rome"}'],
    ]);
  });

  it.each([false, true])('runs tools by the SDK’s own loop, streamed: %s', async (stream) => {
    const { openai, asked } = stage([
      { content: [call], finishReason: 'tool-calls' },
      { text: 'It is 19 °C.' },
    ]);
    const run = (city: { city: string }): string => `19 °C in ${city.city}`;
    const tool = {
      type: 'function',
      function: { ...weather.function, function: run, parse: JSON.parse },
    } as const;
    const runner = stream
      ? openai.chat.completions.runTools({ model: 'mini', messages, tools: [tool], stream })
      : openai.chat.completions.runTools({ model: 'mini', messages, tools: [tool] });
    expect(await runner.finalContent()).toBe('It is 19 °C.');
    const output = { type: 'text', value: '19 °C in Paris' };
    expect(asked()?.messages.slice(1)).toEqual([
      { role: 'assistant', content: [call] },
      {
        role: 'tool',
        content: [{ type: 'tool-result', toolCallId: 'call_1', toolName: 'get_weather', output }],
      },
    ]);
  });

  it('parses an answer of a schema by the SDK’s own helper', async () => {
    const { openai, asked } = stage([{ text: '{"celsius":19}' }]);
    const response_format = zodResponseFormat(z.object({ celsius: z.number() }), 'weather');
    const { choices } = await openai.chat.completions.parse({ model: 'mini', messages, response_format });
    expect(choices[0]?.message.parsed).toEqual({ celsius: 19 });
    expect(asked()?.responseFormat?.schema).toMatchObject({ required: ['celsius'] });
    expect(asked()?.providerOptions?.['openai.chat']).toMatchObject({
      response_format: { type: 'json_schema', json_schema: { name: 'weather', strict: true } },
    });
  });

  it('asks for any JSON object', async () => {
    const { openai, asked } = stage([{ text: '{}' }]);
    await openai.chat.completions.create({
      model: 'mini',
      messages,
      response_format: { type: 'json_object' },
    });
    expect(asked()?.responseFormat?.schema).toEqual({ type: 'object' });
  });

  it('gives reasoning as reasoning_content, whole and streamed', async () => {
    const content = [
      { type: 'reasoning', text: 'Hm' },
      { type: 'text', text: 'Hi' },
    ] as const;
    const { openai } = stage([{ content }]);
    const { choices } = await openai.chat.completions.create({ model: 'mini', messages });
    expect(choices[0]?.message).toMatchObject({ content: 'Hi', reasoning_content: 'Hm' });
    const message = await openai.chat.completions.stream({ model: 'mini', messages }).finalMessage();
    expect(message).toMatchObject({ content: 'Hi', reasoning_content: 'Hm' });
  });

  it('takes every setting that the router has a word for', async () => {
    const { openai, asked } = stage();
    await openai.chat.completions.create({
      model: 'mini',
      messages: [
        { role: 'developer', content: 'Be kind.' },
        { role: 'user', content: 'Hello', name: 'Ada' },
      ],
      max_completion_tokens: 9,
      temperature: 0.5,
      top_p: 0.9,
      stop: 'END',
      seed: 7,
      presence_penalty: 0.1,
      frequency_penalty: 0.2,
      reasoning_effort: 'low',
      tools: [weather],
      tool_choice: { type: 'function', function: { name: 'get_weather' } },
      n: 1,
    });
    expect(asked()).toMatchObject({
      messages: [
        { role: 'system', content: 'Be kind.' },
        { role: 'user', content: 'Hello', providerOptions: { openai: { name: 'Ada' } } },
      ],
      maxOutputTokens: 9,
      temperature: 0.5,
      topP: 0.9,
      stopSequences: ['END'],
      seed: 7,
      presencePenalty: 0.1,
      frequencyPenalty: 0.2,
      reasoning: 'low',
      tools: [{ name: 'get_weather', inputSchema: weather.function.parameters }],
      toolChoice: { type: 'tool', toolName: 'get_weather' },
    });
  });

  it('takes pictures, sound and files', async () => {
    const { openai, asked } = stage();
    await openai.chat.completions.create({
      model: 'mini',
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Look' },
            { type: 'image_url', image_url: { url: 'https://a.example/b.png', detail: 'low' } },
            { type: 'input_audio', input_audio: { data: 'AAAA', format: 'mp3' } },
            { type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,JVBERi0=' } },
            { type: 'file', file: { file_id: 'file-1' } },
          ],
        },
      ],
    });
    expect(asked()?.messages[0]?.content).toEqual([
      { type: 'text', text: 'Look' },
      { type: 'image', image: 'https://a.example/b.png', providerOptions: { openai: { detail: 'low' } } },
      { type: 'file', data: 'AAAA', mediaType: 'audio/mpeg' },
      {
        type: 'file',
        data: 'data:application/pdf;base64,JVBERi0=',
        mediaType: 'application/pdf',
        filename: 'a.pdf',
      },
      {
        type: 'file',
        data: { type: 'reference', reference: { openai: 'file-1' } },
        mediaType: 'application/pdf',
      },
    ]);
  });

  it('leaves the model only the tools that are allowed', async () => {
    const { openai, asked } = stage();
    const other = { type: 'function', function: { name: 'get_time' } } as const;
    await openai.chat.completions.create({
      model: 'mini',
      messages,
      tools: [weather, other],
      tool_choice: {
        type: 'allowed_tools',
        allowed_tools: { mode: 'required', tools: [{ type: 'function', function: { name: 'get_time' } }] },
      },
    });
    expect(asked()).toMatchObject({ tools: [{ name: 'get_time' }], toolChoice: 'required' });
  });

  it('passes OpenAI’s own fields through', async () => {
    const { openai, asked } = stage();
    await openai.chat.completions.create({
      model: 'mini',
      messages,
      prompt_cache_key: 'k',
      service_tier: 'flex',
      metadata: { a: 'b' },
      logit_bias: { 5: 1 },
      verbosity: 'low',
    });
    expect(asked()?.providerOptions).toMatchObject({
      openai: { prompt_cache_key: 'k', service_tier: 'flex', metadata: { a: 'b' }, logit_bias: { 5: 1 } },
      'openai.chat': { verbosity: 'low' },
      'openai.responses': { text: { verbosity: 'low' } },
    });
  });

  it('lets another vendor answer without fields that do not change the answer', async () => {
    const { openai } = stage([{}], 'google');
    const body = {
      model: 'mini',
      messages,
      store: true,
      metadata: { a: 'b' },
      user: 'u',
      prompt_cache_key: 'k',
    };
    expect((await openai.chat.completions.create(body)).choices[0]?.message.content).toBe('ok');
  });

  it.each([
    ['logit_bias', { logit_bias: { 5: 1 } }],
    ['verbosity', { verbosity: 'low' }],
    ['logprobs', { logprobs: true }],
    ['modalities', { modalities: ['text', 'audio'] }],
    ['web_search_options', { web_search_options: {} }],
    ['parallel_tool_calls', { parallel_tool_calls: false, tools: [weather] }],
    ['some_new_field', { some_new_field: 1 }],
  ])('refuses %s where no target of a vendor that knows it is left', async (field, more) => {
    const { openai, provider } = stage([{}], 'google');
    const asking = openai.chat.completions.create({ model: 'mini', messages, ...more } as never);
    await expect(asking).rejects.toMatchObject({ status: 400, code: 'unsupported_parameter', param: field });
    expect(provider.calls).toEqual([]);
  });

  it('sends a demand past targets of other vendors', async () => {
    const first = scriptedProvider('google');
    const second = scriptedProvider('openai');
    const targets = [
      { provider: first, model: 'a', price },
      { provider: second, model: 'b', price },
    ];
    const { openai } = clients(createRouter({ targets }));
    await openai.chat.completions.create({ model: 'default', messages, logit_bias: { 5: 1 } });
    expect([first.calls.length, second.calls.length]).toEqual([0, 1]);
  });

  it.each([
    ['n', { n: 2 }, 'unsupported_value'],
    ['functions', { functions: [] }, 'unsupported_parameter'],
    ['function_call', { function_call: 'auto' }, 'unsupported_parameter'],
    ['messages', { messages: 'Hello' }, 'invalid_value'],
    [
      'messages[0].content[0].type',
      { messages: [{ role: 'user', content: [{ type: 'video' }] }] },
      'invalid_value',
    ],
    [
      'messages[0].tool_call_id',
      { messages: [{ role: 'tool', tool_call_id: 'x', content: '' }] },
      'invalid_value',
    ],
    ['tools[0].type', { tools: [{ type: 'custom', custom: { name: 'a' } }] }, 'invalid_value'],
    ['signalbox', { signalbox: { colour: 1 } }, 'invalid_value'],
    [
      'signalbox.providerOptions.openai',
      { signalbox: { providerOptions: { openai: { model: 'expensive' } } } },
      'invalid_value',
    ],
    ['signalbox.interrupted', { signalbox: { interrupted: 'restart' } }, 'invalid_value'],
  ])('refuses a wrong %s, and names it', async (param, more, code) => {
    const { openai } = stage();
    const asking = openai.chat.completions.create({ model: 'mini', messages, ...more } as never);
    await expect(asking).rejects.toMatchObject({ status: 400, code, param });
  });

  it('takes call options in the field signalbox', async () => {
    const { openai, router, asked } = stage();
    const seen: unknown[] = [];
    router.on('request-end', ({ metadata }) => seen.push(metadata));
    const signalbox = {
      session: 's',
      maxCost: 1,
      priority: 'critical',
      timeout: { request: 1000 },
      only: ['mini'],
      metadata: { team: 'a' },
      providerOptions: { openai: { a: 1 } },
    };
    const { data, request_id } = await openai.chat.completions
      .create({ model: 'mini', messages, signalbox } as OpenAI.ChatCompletionCreateParamsNonStreaming)
      .withResponse();
    expect(data.choices).toHaveLength(1);
    expect(asked()?.providerOptions).toEqual({ openai: { a: 1 } });
    expect(seen).toEqual([{ team: 'a', requestId: request_id }]);
  });

  it('refuses what costs more than maxCost', async () => {
    const { openai } = stage();
    const body = { model: 'mini', messages, signalbox: { maxCost: 0 } };
    await expect(openai.chat.completions.create(body)).rejects.toMatchObject({
      status: 402,
      code: 'max_cost_exceeded',
    });
  });
});

describe('a message that carries what it was made of', () => {
  const signed = {
    type: 'reasoning',
    text: 'Hm',
    providerOptions: { openai: { signature: 'abc', account: 'x' } },
  } as const;
  const text = { type: 'text', text: 'Hi' } as const;

  it('comes back with it', async () => {
    const { openai, asked } = stage([{ content: [signed, text] }]);
    const message = await openai.chat.completions.stream({ model: 'mini', messages }).finalMessage();
    await openai.chat.completions.create({ model: 'mini', messages: [...messages, message, ...messages] });
    expect(asked()?.messages[1]?.content).toEqual([signed, text]);
  });

  it('comes back as the client changed it', async () => {
    const { openai, asked } = stage([{ content: [signed, text] }]);
    const message = await openai.chat.completions.stream({ model: 'mini', messages }).finalMessage();
    const changed = { ...message, content: 'Bye' };
    await openai.chat.completions.create({ model: 'mini', messages: [...messages, changed, ...messages] });
    expect(asked()?.messages[1]?.content).toEqual([
      { type: 'reasoning', text: 'Hm' },
      { type: 'text', text: 'Bye' },
    ]);
  });
});

it('a refusal has OpenAI’s form', async () => {
  const provider = {
    ...scriptedProvider('openai'),
    chat: () =>
      Promise.resolve({
        content: [],
        finishReason: 'content-filter' as const,
        usage: {},
        response: { headers: {} },
        warnings: [],
        providerMetadata: { openai: { refusal: 'No.' } },
        raw: {},
      }),
  };
  const { openai } = clients(createRouter({ targets: [{ provider, model: 'm', price }] }));
  const { choices, usage } = await openai.chat.completions.create({ model: 'default', messages });
  expect(choices[0]).toMatchObject({ message: { content: null, refusal: 'No.' }, finish_reason: 'stop' });
  expect(usage).toBeUndefined();
});
