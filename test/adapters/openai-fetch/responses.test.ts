import type OpenAI from 'openai';
import { zodTextFormat } from 'openai/helpers/zod';
import { createRouter } from 'signalbox';
import { type Script, type ScriptedProvider, scriptedProvider } from 'signalbox/testing';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Clients, clients, eventsIn } from './clients.ts';

const price = { input: 1, output: 2 };
const weather = {
  type: 'function',
  name: 'get_weather',
  parameters: { type: 'object', properties: { city: { type: 'string' } } },
  strict: null,
} as const;
const call = {
  type: 'tool-call',
  toolCallId: 'call_1',
  toolName: 'get_weather',
  input: { city: 'Paris' },
} as const;
const id = (kind: string): string => expect.stringMatching(new RegExp(`^${kind}_`));

interface Stage extends Clients {
  readonly provider: ScriptedProvider;
  asked(): ScriptedProvider['calls'][number] | undefined;
}

function stage(scripts: readonly Script[] = [{}], name = 'openai'): Stage {
  const provider = scriptedProvider(name, scripts);
  const router = createRouter({ targets: [{ provider, model: 'gpt-5-mini', id: 'mini', price }] });
  return { ...clients(router), provider, asked: () => provider.calls.at(-1) };
}

describe('POST /responses', () => {
  it('gives a response', async () => {
    const { openai } = stage([
      {
        content: [{ type: 'reasoning', text: 'Hm' }, { type: 'text', text: 'Hi' }, call],
        finishReason: 'tool-calls',
      },
    ]);
    const response = await openai.responses.create({ model: 'mini', input: 'Hello', tools: [weather] });
    expect(response).toMatchObject({
      id: id('resp'),
      object: 'response',
      status: 'completed',
      model: 'gpt-5-mini',
      output_text: 'Hi',
      output: [
        { id: id('rs'), type: 'reasoning', summary: [{ type: 'summary_text', text: 'Hm' }] },
        {
          id: id('msg'),
          type: 'message',
          role: 'assistant',
          status: 'completed',
          content: [{ type: 'output_text', text: 'Hi', annotations: [] }],
        },
        {
          id: id('fc'),
          type: 'function_call',
          call_id: 'call_1',
          name: 'get_weather',
          arguments: '{"city":"Paris"}',
          status: 'completed',
        },
      ],
      usage: {
        input_tokens: 10,
        input_tokens_details: { cached_tokens: 0, cache_write_tokens: 0 },
        output_tokens: 5,
        output_tokens_details: { reasoning_tokens: 0 },
        total_tokens: 15,
      },
    } satisfies Partial<OpenAI.Responses.Response>);
  });

  it('streams the events of a text, numbered', async () => {
    const { openai, answers } = stage([{ text: ['Hi ', 'there'] }]);
    const response = await openai.responses.stream({ model: 'mini', input: 'Hello' }).finalResponse();
    expect(response.output_text).toBe('Hi there');
    const events = eventsIn(answers[0]?.text ?? '');
    expect(events.map(({ type }) => type)).toEqual([
      'response.created',
      'response.in_progress',
      'response.output_item.added',
      'response.content_part.added',
      'response.output_text.delta',
      'response.output_text.delta',
      'response.output_text.done',
      'response.content_part.done',
      'response.output_item.done',
      'response.completed',
    ] satisfies OpenAI.Responses.ResponseStreamEvent['type'][]);
    expect(events.map(({ sequence_number }) => sequence_number)).toEqual(events.map((_, index) => index));
    expect(events.at(-1)).toMatchObject({ response: { signalbox: { target: 'mini', attempts: 1 } } });
  });

  it('streams reasoning and parallel calls, each with its own item', async () => {
    const second = { ...call, toolCallId: 'call_2' };
    const { openai, answers } = stage([
      { content: [{ type: 'reasoning', text: 'Hm' }, call, second], finishReason: 'tool-calls' },
    ]);
    const stream = openai.responses.stream({ model: 'mini', input: 'Hello', tools: [weather] });
    const { output } = await stream.finalResponse();
    expect(output.map(({ type }) => type)).toEqual(['reasoning', 'function_call', 'function_call']);
    const of = (type: string) => eventsIn(answers[0]?.text ?? '').filter((event) => event['type'] === type);
    expect(of('response.reasoning_summary_text.delta')).toMatchObject([{ delta: 'Hm', output_index: 0 }]);
    expect(of('response.function_call_arguments.done').map(({ output_index }) => output_index)).toEqual([
      1, 2,
    ]);
  });

  it('is incomplete where a limit cut it', async () => {
    const { openai } = stage([{ text: 'Hi', finishReason: 'length' }]);
    const whole = await openai.responses.create({ model: 'mini', input: 'Hello' });
    const streamed = await openai.responses.stream({ model: 'mini', input: 'Hello' }).finalResponse();
    const cut = { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } };
    expect([whole, streamed]).toMatchObject([cut, cut]);
  });

  it('parses an answer of a schema by the SDK’s own helper', async () => {
    const { openai, asked } = stage([{ text: '{"celsius":19}' }]);
    const text = { format: zodTextFormat(z.object({ celsius: z.number() }), 'weather') };
    const { output_parsed } = await openai.responses.parse({ model: 'mini', input: 'Hello', text });
    expect(output_parsed).toEqual({ celsius: 19 });
    expect(asked()?.providerOptions).toMatchObject({
      'openai.responses': { text: { format: { type: 'json_schema', name: 'weather' } } },
      'openai.chat': { response_format: { type: 'json_schema', json_schema: { name: 'weather' } } },
    });
  });

  it('takes every kind of input', async () => {
    const { openai, asked } = stage();
    await openai.responses.create({
      model: 'mini',
      instructions: 'Be kind.',
      input: [
        { role: 'developer', content: [{ type: 'input_text', text: 'Be brief.' }] },
        {
          role: 'user',
          content: [
            { type: 'input_text', text: 'Look' },
            { type: 'input_image', detail: 'low', image_url: 'https://a.example/b.png' },
            { type: 'input_file', filename: 'a.pdf', file_data: 'data:application/pdf;base64,JVBERi0=' },
          ],
        },
        { role: 'assistant', content: 'I see.' },
        { type: 'function_call', call_id: 'c', name: 'get_weather', arguments: '{"city":"Paris"}' },
        { type: 'function_call_output', call_id: 'c', output: [{ type: 'input_text', text: '19 °C' }] },
        { role: 'user', content: 'And?' },
      ],
    });
    const output = { type: 'content', value: [{ type: 'text', text: '19 °C' }] };
    expect(asked()?.messages).toEqual([
      { role: 'system', content: 'Be kind.' },
      { role: 'system', content: 'Be brief.' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'Look' },
          { type: 'image', image: 'https://a.example/b.png', providerOptions: { openai: { detail: 'low' } } },
          {
            type: 'file',
            filename: 'a.pdf',
            data: 'data:application/pdf;base64,JVBERi0=',
            mediaType: 'application/pdf',
          },
        ],
      },
      {
        role: 'assistant',
        content: [
          { type: 'text', text: 'I see.' },
          { type: 'tool-call', toolCallId: 'c', toolName: 'get_weather', input: { city: 'Paris' } },
        ],
      },
      { role: 'tool', content: [{ type: 'tool-result', toolCallId: 'c', toolName: 'get_weather', output }] },
      { role: 'user', content: 'And?' },
    ]);
  });

  it('keeps encrypted thoughts of OpenAI’s own as they are', async () => {
    const { openai, asked } = stage();
    const item = { type: 'reasoning' as const, id: 'rs_1', summary: [], encrypted_content: 'gAAA' };
    await openai.responses.create({ model: 'mini', input: [item, { role: 'user', content: 'Hello' }] });
    expect(asked()?.messages[0]?.content).toEqual([
      { type: 'reasoning', text: '', providerOptions: { openai: { item } } },
    ]);
  });

  it('takes settings, and passes OpenAI’s own through', async () => {
    const { openai, asked } = stage();
    await openai.responses.create({
      model: 'mini',
      input: 'Hello',
      max_output_tokens: 20,
      temperature: 0.5,
      reasoning: { effort: 'low', summary: 'auto' },
      include: ['reasoning.encrypted_content'],
      store: false,
      truncation: 'auto',
      previous_response_id: 'resp_0',
      tools: [{ type: 'web_search', search_context_size: 'low' }],
      tool_choice: { type: 'web_search_preview' },
    });
    expect(asked()).toMatchObject({
      maxOutputTokens: 20,
      temperature: 0.5,
      reasoning: 'low',
      tools: [{ type: 'provider', id: 'openai.web_search', args: { search_context_size: 'low' } }],
      providerOptions: {
        openai: { store: false, previous_response_id: 'resp_0', tool_choice: { type: 'web_search_preview' } },
        'openai.responses': {
          include: ['reasoning.encrypted_content'],
          reasoning: { summary: 'auto' },
          truncation: 'auto',
        },
      },
    });
  });

  it.each([
    ['tools.web_search', { tools: [{ type: 'web_search' }] }],
    ['previous_response_id', { previous_response_id: 'resp_0' }],
    ['conversation', { conversation: 'conv_0' }],
    ['text.verbosity', { text: { verbosity: 'low' } }],
    ['input[0] of type item_reference', { input: [{ type: 'item_reference', id: 'msg_0' }] }],
  ])('refuses %s where no target of OpenAI’s is left', async (param, more) => {
    const { openai } = stage([{}], 'anthropic');
    const asking = openai.responses.create({ model: 'mini', input: 'Hello', ...more } as never);
    await expect(asking).rejects.toMatchObject({ status: 400, code: 'unsupported_parameter', param });
  });

  it.each([
    ['background', { background: true }],
    ['input[0].call_id', { input: [{ type: 'function_call_output', call_id: 'x', output: '' }] }],
    ['input[0].content[0].type', { input: [{ role: 'user', content: [{ type: 'video' }] }] }],
    ['tools[0].name', { tools: [{ type: 'function' }] }],
  ])('refuses a wrong %s, and names it', async (param, more) => {
    const { openai } = stage();
    const asking = openai.responses.create({ model: 'mini', input: 'Hello', ...more } as never);
    await expect(asking).rejects.toMatchObject({ status: 400, param });
  });
});
