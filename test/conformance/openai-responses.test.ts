import type { ContentPart } from 'signalbox';
import { openai } from 'signalbox/openai';
import { chatCompletionsFailureWires, openaiEmbeddings } from './chat-completions.ts';
import { pdf, pixel, scenarios } from './scenarios.ts';
import { describeProvider, type Fixture, type Wire } from './suite.ts';

/** The wire of OpenAI's Responses API. */

type Body = Record<string, unknown>;

const model = 'gpt-5-mini';
let sequence = 0;
const event = (type: string, fields: Body): string =>
  `event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: sequence++, ...fields })}\n\n`;

const usage = { input_tokens: 11, output_tokens: 7, total_tokens: 18 };
const head = { id: 'resp_1', object: 'response', created_at: 1, model: 'wire-model' };

const message = (text: string, more: Body = {}): Body => ({
  type: 'message',
  id: 'msg_1',
  role: 'assistant',
  status: 'completed',
  content: [{ type: 'output_text', text, annotations: [], ...more }],
});

interface Said {
  readonly output?: readonly Body[];
  readonly status?: string;
  readonly usage?: unknown;
  readonly more?: Body;
}

/** An answer, and the same as events: each item begun, in pieces, and done; the whole at the end. */
function said({
  output = [message('Hello there, friend')],
  status = 'completed',
  ...rest
}: Said = {}): Pick<Wire, 'answer' | 'stream'> {
  const counted = 'usage' in rest ? rest.usage : usage;
  const answer = {
    ...head,
    status,
    error: null,
    incomplete_details: null,
    output,
    ...(counted === undefined ? {} : { usage: counted }),
    ...rest.more,
  };
  return {
    answer,
    stream: [
      event('response.created', { response: { ...head, status: 'in_progress', output: [] } }),
      event('response.in_progress', { response: { ...head, status: 'in_progress', output: [] } }),
      ...output.flatMap(pieces),
      event(`response.${status === 'incomplete' ? 'incomplete' : 'completed'}`, { response: answer }),
    ],
  };
}

function pieces(item: Body, output_index: number): readonly string[] {
  const item_id = item['id'];
  const at = { item_id, output_index };
  const begun = {
    ...item,
    ...('content' in item ? { content: [] } : {}),
    ...('arguments' in item ? { arguments: '' } : {}),
  };
  const cut = (text: string): readonly string[] =>
    [text.slice(0, 5), text.slice(5)].filter((piece) => piece !== '');
  const list = (value: unknown): readonly Body[] => (Array.isArray(value) ? value : []);
  const parts = list(item['content']).flatMap((part, content_index) => [
    event('response.content_part.added', { ...at, content_index, part: { ...part, text: '' } }),
    ...cut(String(part['text'] ?? '')).map((delta) =>
      event('response.output_text.delta', { ...at, content_index, delta, logprobs: part['logprobs'] ?? [] }),
    ),
    ...cut(String(part['refusal'] ?? '')).map((delta) =>
      event('response.refusal.delta', { ...at, content_index, delta }),
    ),
  ]);
  const thoughts = list(item['summary']).flatMap(({ text }, summary_index) =>
    cut(String(text)).map((delta) =>
      event('response.reasoning_summary_text.delta', { ...at, summary_index, delta }),
    ),
  );
  const args = cut(String(item['arguments'] ?? '')).map((delta) =>
    event('response.function_call_arguments.delta', { ...at, delta }),
  );
  return [
    event('response.output_item.added', { output_index, item: begun }),
    ...parts,
    ...thoughts,
    ...args,
    event('response.output_item.done', { output_index, item }),
  ];
}

const user = (content: unknown): Body => ({ role: 'user', content });
const schema = scenarios['structured output'].call.responseFormat.schema;
const body = (fields: Body, input: readonly Body[] = [user('Hello')]): Body => ({ model, input, ...fields });
const tools = [
  {
    type: 'function',
    name: 'get_weather',
    description: 'The weather now',
    parameters: schema,
    strict: false,
  },
  { type: 'function', name: 'get_time', parameters: { type: 'object', properties: {} }, strict: false },
];
const calls = [
  {
    type: 'function_call',
    id: 'fc_1',
    call_id: 'call_1',
    name: 'get_weather',
    arguments: '{"city":"Paris"}',
    status: 'completed',
  },
  {
    type: 'function_call',
    id: 'fc_2',
    call_id: 'call_2',
    name: 'get_time',
    arguments: '{}',
    status: 'completed',
  },
];
const calling = (count: number): Pick<Wire, 'answer' | 'stream'> => said({ output: calls.slice(0, count) });
const called = (count: number) => ({
  content: scenarios['parallel tool calls'].expected.content
    .slice(0, count)
    .map(
      (part, index) =>
        ({ ...part, providerOptions: { openai: { itemId: `fc_${index + 1}` } } }) as ContentPart,
    ),
});
const text = (value: string, more: Body = {}) =>
  ({ type: 'text', text: value, providerOptions: { openai: { itemId: 'msg_1', ...more } } }) as const;
const hello = { content: [text('Hello there, friend')] };
const search = {
  type: 'web_search_call',
  id: 'ws_1',
  status: 'completed',
  action: { type: 'search', query: 'sky', sources: [{ type: 'url', url: 'https://b.example' }] },
};
const thought = {
  type: 'reasoning',
  id: 'rs_1',
  summary: [
    { type: 'summary_text', text: 'Let me' },
    { type: 'summary_text', text: 'think' },
  ],
  encrypted_content: 'secret',
};
const picture = { type: 'image_generation_call', id: 'ig_1', status: 'completed', result: pixel };

const wires: Fixture['wires'] = {
  text: {
    ...said(),
    sent: body({}, [{ role: 'system', content: 'Be kind.' }, user('Hello')]),
    expected: hello,
  },
  'multi-turn': {
    ...said(),
    sent: body({}, [user('Hello'), { role: 'assistant', content: 'Hi' }, user('Again')]),
    expected: hello,
  },
  'image by URL': {
    ...said(),
    sent: body({}, [
      user([
        { type: 'input_text', text: 'What is it?' },
        { type: 'input_image', detail: 'auto', image_url: 'https://example.com/cat.png' },
      ]),
    ]),
    expected: hello,
  },
  'image by its bytes': {
    ...said(),
    sent: body({}, [
      user([{ type: 'input_image', detail: 'auto', image_url: `data:image/png;base64,${pixel}` }]),
    ]),
    expected: hello,
  },
  'a PDF': {
    ...said(),
    sent: body({}, [
      user([{ type: 'input_file', filename: 'a.pdf', file_data: `data:application/pdf;base64,${pdf}` }]),
    ]),
    expected: hello,
  },
  'a text file': {
    ...said(),
    sent: body({}, [user([{ type: 'input_text', text: 'Hello' }])]),
    expected: hello,
  },
  'an audio file': {
    ...said(),
    sent: body({}, [user([{ type: 'input_audio', input_audio: { data: 'UklGRg==', format: 'wav' } }])]),
    expected: hello,
  },
  'an uploaded file': {
    ...said(),
    sent: body({}, [user([{ type: 'input_file', file_id: 'file-1' }])]),
    expected: hello,
  },
  'parallel tool calls': {
    ...calling(2),
    sent: body({ tools }, [user('Weather and time?')]),
    expected: called(2),
  },
  'tool results': {
    ...said(),
    sent: body({ tools }, [
      user('Weather and time?'),
      { type: 'function_call', call_id: 'call_1', name: 'get_weather', arguments: '{"city":"Paris"}' },
      { type: 'function_call', call_id: 'call_2', name: 'get_time', arguments: '{}' },
      { type: 'function_call_output', call_id: 'call_1', output: '{"c":19}' },
      { type: 'function_call_output', call_id: 'call_2', output: 'no clock' },
    ]),
    expected: hello,
  },
  'a picture as a tool result': {
    ...said(),
    sent: body({ tools }, [
      user('Weather?'),
      { type: 'function_call', call_id: 'call_1', name: 'get_weather', arguments: '{"city":"Paris"}' },
      {
        type: 'function_call_output',
        call_id: 'call_1',
        output: [
          { type: 'input_text', text: 'see' },
          { type: 'input_image', detail: 'auto', image_url: `data:image/png;base64,${pixel}` },
        ],
      },
    ]),
    expected: hello,
  },
  'toolChoice auto': { ...said(), sent: body({ tools, tool_choice: 'auto' }), expected: hello },
  'toolChoice none': { ...said(), sent: body({ tools, tool_choice: 'none' }), expected: hello },
  'toolChoice required': {
    ...calling(2),
    sent: body({ tools, tool_choice: 'required' }),
    expected: called(2),
  },
  'toolChoice of one tool': {
    ...calling(1),
    sent: body({ tools, tool_choice: { type: 'function', name: 'get_weather' } }),
    expected: called(1),
  },
  'a tool of the vendor’s': {
    ...said({
      output: [
        search,
        message('Hello there, friend', {
          annotations: [
            { type: 'url_citation', url: 'https://a.example', title: 'A', start_index: 0, end_index: 5 },
          ],
        }),
      ],
    }),
    call: {
      tools: [
        {
          type: 'provider',
          id: 'openai.web_search',
          name: 'web_search',
          args: { search_context_size: 'low' },
        },
      ],
    },
    sent: body({ tools: [{ type: 'web_search', search_context_size: 'low' }] }),
    expected: {
      content: [
        {
          type: 'tool-call',
          toolCallId: 'ws_1',
          toolName: 'web_search',
          input: search.action,
          providerExecuted: true,
          providerOptions: { openai: { item: search } },
        },
        { type: 'source', sourceType: 'url', id: 'https://b.example', url: 'https://b.example' },
        text('Hello there, friend', {
          annotations: [
            { type: 'url_citation', url: 'https://a.example', title: 'A', start_index: 0, end_index: 5 },
          ],
        }),
        { type: 'source', sourceType: 'url', id: 'https://a.example', url: 'https://a.example', title: 'A' },
      ],
      usage: { inputTokens: 11, outputTokens: 7, webSearches: 1 },
    },
  },
  'structured output': {
    ...said({ output: [message('{"city":"Paris"}')] }),
    sent: body({ text: { format: { type: 'json_schema', name: 'answer', schema, strict: true } } }),
    expected: { content: [text('{"city":"Paris"}')] },
  },
  reasoning: {
    ...said({
      output: [thought, message('Hello there, friend')],
      usage: { ...usage, output_tokens_details: { reasoning_tokens: 3 } },
    }),
    sent: body({ max_output_tokens: 20_000, reasoning: { effort: 'high' } }),
    expected: {
      content: [
        { type: 'reasoning', text: 'Let me\n\nthink', providerOptions: { openai: { item: thought } } },
        text('Hello there, friend'),
      ],
    },
  },
  'reasoning goes back': {
    ...said(),
    call: {
      messages: [
        { role: 'user', content: 'Hello' },
        {
          role: 'assistant',
          content: [
            { type: 'reasoning', text: 'Let me\n\nthink', providerOptions: { openai: { item: thought } } },
            text('Hi'),
          ],
        },
        { role: 'user', content: 'Again' },
      ],
    },
    sent: body({}, [user('Hello'), thought, message('Hi'), user('Again')]),
    expected: hello,
  },
  sampling: {
    ...said(),
    sent: body({ max_output_tokens: 100, temperature: 0.5, top_p: 0.9 }),
    expected: {
      ...hello,
      warnings: ['topK', 'seed', 'stopSequences', 'presencePenalty', 'frequencyPenalty'],
    },
  },
  'the vendor’s own options': {
    ...said(),
    call: {
      reasoning: 'low',
      providerOptions: {
        openai: { service_tier: 'flex', new_thing: { a: [1] }, reasoning: { summary: 'auto' } },
        other: { x: 1 },
      },
    },
    sent: body({
      reasoning: { effort: 'low', summary: 'auto' },
      service_tier: 'flex',
      new_thing: { a: [1] },
    }),
    expected: hello,
  },
  'a picture that the model made': {
    ...said({ output: [picture, message('Hello there, friend')] }),
    expected: {
      content: [
        {
          type: 'file',
          data: pixel,
          mediaType: 'image/png',
          providerOptions: {
            openai: { item: { type: 'image_generation_call', id: 'ig_1', status: 'completed' } },
          },
        },
        text('Hello there, friend'),
      ],
    },
  },
  'log probabilities': {
    ...said({
      output: [
        message('Hello', { logprobs: [{ token: 'Hello', logprob: -0.1, bytes: [], top_logprobs: [] }] }),
      ],
    }),
    call: { providerOptions: { openai: { top_logprobs: 1, include: ['message.output_text.logprobs'] } } },
    expected: {
      content: [text('Hello')],
      metadata: { openai: { logprobs: [{ token: 'Hello', logprob: -0.1, bytes: [], top_logprobs: [] }] } },
    },
  },
  citations: { skip: 'they come with the vendor’s own tools: see there' },
  refusal: {
    ...said({
      output: [{ ...message(''), content: [{ type: 'refusal', refusal: 'I cannot' }] }],
    }),
    expected: { metadata: { openai: { refusal: 'I cannot' } } },
  },
  'finish: length': {
    ...said({ status: 'incomplete', more: { incomplete_details: { reason: 'max_output_tokens' } } }),
    expected: hello,
  },
  'finish: content filter': said({
    output: [],
    status: 'incomplete',
    more: { incomplete_details: { reason: 'content_filter' } },
  }),
  'finish: an unknown reason': {
    ...said({ status: 'incomplete', more: { incomplete_details: { reason: 'a new reason' } } }),
    expected: hello,
  },
  'usage in full': {
    ...said({
      usage: {
        input_tokens: 1_000,
        output_tokens: 300,
        input_tokens_details: { cached_tokens: 600 },
        output_tokens_details: { reasoning_tokens: 200 },
      },
    }),
    expected: hello,
  },
  'usage of audio': { skip: 'Responses have no audio' },
  'usage missing': { ...said({ usage: undefined }), expected: hello },
  'unknown fields': {
    answer: {
      ...head,
      status: 'completed',
      surprise: [1],
      output: [message('Hello there, friend', { mood: 1 })],
      usage: { ...usage, new_tokens: 9 },
    },
    stream: [
      event('response.created', { response: { ...head, surprise: 1 }, x: 1 }),
      event('response.a_new_event', { x: 1 }),
      ...pieces(message('Hello there, friend', { mood: 1 }), 0),
      event('response.completed', {
        response: { ...head, status: 'completed', output: [], usage: { ...usage, new_tokens: 9 } },
      }),
    ],
    expected: hello,
  },
};

describeProvider({
  name: 'openai-responses',
  model,
  create: (url, apiKey) => openai({ baseURL: `${url}/v1`, apiKey, api: 'responses' }),
  wires,
  withoutStream: (sent) => {
    const { stream: _stream, ...rest } = sent as Body;
    return rest;
  },
  failures: chatCompletionsFailureWires,
  errorEvent: {
    // As recorded from the vendor: a 200, a first event, and then this.
    event: event('error', { code: 'insufficient_quota', message: 'no', param: null }),
    kind: 'quota',
  },
  ownTransport: true,
  embeddings: openaiEmbeddings,
});
