import type Anthropic from '@anthropic-ai/sdk';
import { createRouter } from 'signalbox';
import { type Script, type ScriptedProvider, scriptedProvider } from 'signalbox/testing';
import { describe, expect, it } from 'vitest';
import { type Clients, clients, eventsIn } from './clients.ts';

const price = { input: 1, output: 2 };
const weather = {
  name: 'get_weather',
  description: 'The weather now',
  input_schema: { type: 'object' as const, properties: { city: { type: 'string' } } },
};
const call = {
  type: 'tool-call',
  toolCallId: 'toolu_1',
  toolName: 'get_weather',
  input: { city: 'Paris' },
} as const;
const base = { model: 'haiku', max_tokens: 100, messages: [{ role: 'user' as const, content: 'Hello' }] };

interface Stage extends Clients {
  readonly provider: ScriptedProvider;
  asked(): ScriptedProvider['calls'][number] | undefined;
}

function stage(scripts: readonly Script[] = [{}], name = 'anthropic'): Stage {
  const provider = scriptedProvider(name, scripts);
  const router = createRouter({ targets: [{ provider, model: 'claude-haiku-4-5', id: 'haiku', price }] });
  return { ...clients(router), provider, asked: () => provider.calls.at(-1) };
}

describe('POST /messages', () => {
  it('gives a message, with the tokens of the cache apart', async () => {
    const usage = {
      inputTokens: 100,
      outputTokens: 5,
      cacheReadTokens: 60,
      cacheWriteTokens: 30,
      reasoningTokens: 2,
    };
    const { anthropic } = stage([
      { content: [{ type: 'text', text: 'Hi' }, call], finishReason: 'tool-calls', usage },
    ]);
    expect(await anthropic.messages.create({ ...base, tools: [weather] })).toMatchObject({
      id: expect.stringMatching(/^msg_/),
      type: 'message',
      role: 'assistant',
      model: 'claude-haiku-4-5',
      content: [
        { type: 'text', text: 'Hi', citations: null },
        {
          type: 'tool_use',
          id: 'toolu_1',
          name: 'get_weather',
          input: { city: 'Paris' },
          caller: { type: 'direct' },
        },
      ],
      stop_reason: 'tool_use',
      stop_sequence: null,
      usage: {
        input_tokens: 10,
        cache_read_input_tokens: 60,
        cache_creation_input_tokens: 30,
        cache_creation: { ephemeral_5m_input_tokens: 30, ephemeral_1h_input_tokens: 0 },
        output_tokens: 5,
        output_tokens_details: { thinking_tokens: 2 },
      } as Anthropic.Usage,
    } satisfies Partial<Anthropic.Message>);
  });

  it.each([
    ['stop', 'end_turn'],
    ['length', 'max_tokens'],
    ['content-filter', 'refusal'],
    ['other', 'end_turn'],
  ] as const)('sends %s as %s', async (finishReason, stop_reason) => {
    const { anthropic } = stage([{ finishReason }]);
    expect(await anthropic.messages.create(base)).toMatchObject({ stop_reason });
  });

  it('streams blocks one after the other', async () => {
    const second = { ...call, toolCallId: 'toolu_2' };
    const content = [{ type: 'reasoning', text: 'Hm' }, { type: 'text', text: 'Hi' }, call, second] as const;
    const { anthropic, answers } = stage([{ content, finishReason: 'tool-calls' }]);
    const message = await anthropic.messages.stream({ ...base, tools: [weather] }).finalMessage();
    expect(message.content.map(({ type }) => type)).toEqual(['thinking', 'text', 'tool_use', 'tool_use']);
    const block = (index: number) => [
      `content_block_start ${index}`,
      `content_block_delta ${index}`,
      `content_block_stop ${index}`,
    ];
    const events = eventsIn(answers[0]?.text ?? '');
    expect(events.map(({ type, index }) => (index === undefined ? type : `${type} ${index}`))).toEqual([
      'message_start',
      ...[0, 1, 2, 3].flatMap(block),
      'message_delta',
      'message_stop',
    ]);
    expect(events.at(-2)).toMatchObject({
      delta: { stop_reason: 'tool_use' },
      usage: { input_tokens: 10, output_tokens: 5 },
      signalbox: { target: 'haiku', attempts: 1 },
    });
  });

  it.each([false, true])(
    'carries signatures and redacted thoughts there and back, streamed: %s',
    async (stream) => {
      const content = [
        { type: 'reasoning', text: 'Hm', providerOptions: { anthropic: { signature: 'abc', account: 'x' } } },
        {
          type: 'reasoning',
          text: '',
          providerOptions: { anthropic: { redactedData: 'def', account: 'x' } },
        },
        { type: 'text', text: 'Hi' },
      ] as const;
      const { anthropic, asked } = stage([{ content }]);
      const message = stream
        ? await anthropic.messages.stream(base).finalMessage()
        : await anthropic.messages.create(base);
      expect(message.content.map(({ type }) => type)).toEqual(['thinking', 'redacted_thinking', 'text']);
      const turn = { role: 'assistant' as const, content: message.content };
      await anthropic.messages.create({ ...base, messages: [...base.messages, turn, ...base.messages] });
      expect(asked()?.messages[1]?.content).toEqual(content);
    },
  );

  it('keeps signatures of Anthropic’s own as they are', async () => {
    const { anthropic, asked } = stage();
    const content = [
      { type: 'thinking' as const, thinking: 'Hm', signature: 'EqQB' },
      { type: 'redacted_thinking' as const, data: 'Eroc' },
    ];
    await anthropic.messages.create({
      ...base,
      messages: [...base.messages, { role: 'assistant', content }, ...base.messages],
    });
    expect(asked()?.messages[1]?.content).toEqual([
      { type: 'reasoning', text: 'Hm', providerOptions: { anthropic: { signature: 'EqQB' } } },
      { type: 'reasoning', text: '', providerOptions: { anthropic: { redactedData: 'Eroc' } } },
    ]);
  });

  it('runs tools by the SDK’s own loop', async () => {
    const { anthropic, asked } = stage([
      { content: [call], finishReason: 'tool-calls' },
      { text: 'It is 19 °C.' },
    ]);
    const tool = {
      ...weather,
      type: 'custom' as const,
      run: () => '19 °C',
      parse: (input: unknown) => input,
    };
    const message = await anthropic.beta.messages.toolRunner({ ...base, tools: [tool] });
    expect(message.content).toMatchObject([{ type: 'text', text: 'It is 19 °C.' }]);
    const output = { type: 'text', value: '19 °C' };
    expect(asked()?.messages.at(-1)).toEqual({
      role: 'tool',
      content: [{ type: 'tool-result', toolCallId: 'toolu_1', toolName: 'get_weather', output }],
    });
  });

  it('takes every kind of block', async () => {
    const { anthropic, asked } = stage();
    const cache_control = { type: 'ephemeral' as const };
    await anthropic.messages.create({
      ...base,
      system: [{ type: 'text', text: 'Be kind.', cache_control }],
      messages: [
        {
          role: 'user',
          content: [
            { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } },
            { type: 'image', source: { type: 'url', url: 'https://a.example/b.png' } },
            {
              type: 'document',
              title: 'A',
              source: { type: 'base64', media_type: 'application/pdf', data: 'JVBERi0=' },
              citations: { enabled: true },
            },
            { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'é' } },
            { type: 'text', text: 'Look', cache_control },
          ],
        },
        { role: 'assistant', content: [{ type: 'tool_use', id: 't', name: 'get_weather', input: {} }] },
        {
          role: 'user',
          content: [
            { type: 'tool_result', tool_use_id: 't', content: 'no', is_error: true },
            { type: 'text', text: 'Go on' },
          ],
        },
      ],
    });
    const marked = { providerOptions: { anthropic: { cache_control } } };
    expect(asked()?.messages).toEqual([
      { role: 'system', content: 'Be kind.', ...marked },
      {
        role: 'user',
        content: [
          { type: 'image', image: 'AAAA', mediaType: 'image/png' },
          { type: 'image', image: 'https://a.example/b.png' },
          {
            type: 'file',
            filename: 'A',
            data: 'JVBERi0=',
            mediaType: 'application/pdf',
            providerOptions: { anthropic: { citations: { enabled: true } } },
          },
          { type: 'file', data: 'w6k=', mediaType: 'text/plain' },
          { type: 'text', text: 'Look', ...marked },
        ],
      },
      {
        role: 'assistant',
        content: [{ type: 'tool-call', toolCallId: 't', toolName: 'get_weather', input: {} }],
      },
      {
        role: 'tool',
        content: [
          {
            type: 'tool-result',
            toolCallId: 't',
            toolName: 'get_weather',
            output: { type: 'error-text', value: 'no' },
          },
        ],
      },
      { role: 'user', content: [{ type: 'text', text: 'Go on' }] },
    ]);
  });

  it.each([
    [
      { thinking: { type: 'enabled', budget_tokens: 2048 } },
      'low',
      { thinking: { type: 'enabled', budget_tokens: 2048 } },
    ],
    [{ thinking: { type: 'adaptive' } }, 'high', { thinking: { type: 'adaptive' } }],
    [{ thinking: { type: 'disabled' } }, 'none', { thinking: { type: 'disabled' } }],
    [{ output_config: { effort: 'max' } }, 'max', { output_config: { effort: 'max' } }],
  ] as const)('sends %j as reasoning %s, and to Claude nothing else', async (more, reasoning, exact) => {
    const { anthropic, asked } = stage();
    await anthropic.messages.create({ ...base, ...more } as Anthropic.MessageCreateParamsNonStreaming);
    expect(asked()).toMatchObject({ reasoning });
    expect(asked()?.providerOptions?.['anthropic']).toEqual(exact);
    expect(Object.keys(asked()?.providerOptions?.['anthropic'] ?? {})).toEqual(['thinking', 'output_config']);
  });

  it('demands one call at a time of the vendors that can do it', async () => {
    const { anthropic, asked } = stage();
    const tool_choice = { type: 'any' as const, disable_parallel_tool_use: true };
    await anthropic.messages.create({ ...base, tools: [weather], tool_choice });
    expect(asked()).toMatchObject({
      toolChoice: 'required',
      providerOptions: { anthropic: { tool_choice }, openai: { parallel_tool_calls: false } },
    });
  });

  it.each([
    ['tools.web_search', { tools: [{ type: 'web_search_20250305', name: 'web_search' }] }],
    ['container', { container: 'c' }],
    ['speed', { speed: 'fast' }],
  ])('refuses %s where no target of Anthropic’s is left', async (param, more) => {
    const { anthropic } = stage([{}], 'openai');
    const asking = anthropic.messages.create({
      ...base,
      ...more,
    } as Anthropic.MessageCreateParamsNonStreaming);
    await expect(asking).rejects.toMatchObject({
      status: 400,
      type: 'invalid_request_error',
      message: expect.stringContaining(param),
    });
  });

  it.each([
    ['max_tokens', { max_tokens: undefined }],
    ['messages[0].content[0].type', { messages: [{ role: 'user', content: [{ type: 'search_result' }] }] }],
    [
      'messages[0].content[0].tool_use_id',
      { messages: [{ role: 'user', content: [{ type: 'tool_result', tool_use_id: 'x' }] }] },
    ],
    ['tools[0].input_schema', { tools: [{ name: 'a' }] }],
  ])('refuses a wrong %s, and names it', async (param, more) => {
    const { anthropic } = stage();
    const asking = anthropic.messages.create({ ...base, ...more } as never);
    await expect(asking).rejects.toMatchObject({
      status: 400,
      message: expect.stringContaining(`${param}: `),
    });
  });

  it('explains why it counts no tokens', async () => {
    const { anthropic } = stage();
    await expect(anthropic.messages.countTokens(base)).rejects.toMatchObject({
      status: 404,
      type: 'not_found_error',
      message: expect.stringContaining('token counts depend on the model'),
    });
  });
});
