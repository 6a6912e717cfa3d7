import { anthropic } from 'signalbox/anthropic';
import { pdf, pixel, scenarios } from './scenarios.ts';
import { describeProvider, type Fixture, type Wire } from './suite.ts';

type Body = Record<string, unknown>;

const event = (type: string, fields: Body): string =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
const usage = { input_tokens: 11, output_tokens: 7 };
const head = { id: 'msg_1', type: 'message', role: 'assistant', model: 'wire-model' };
const model = 'claude-haiku-4-5';

/** A content block in pieces. */
function pieces(block: Body, index: number): string[] {
  const start = (content_block: Body): string => event('content_block_start', { index, content_block });
  const delta = (fields: Body): string => event('content_block_delta', { index, delta: fields });
  const stop = event('content_block_stop', { index });
  if (block['type'] === 'text') {
    const text = String(block['text']);
    const [first, rest] = [text.slice(0, 5), text.slice(5)];
    const citations = Array.isArray(block['citations']) ? block['citations'] : [];
    return [
      start({ type: 'text', text: '' }),
      delta({ type: 'text_delta', text: first }),
      delta({ type: 'text_delta', text: rest }),
      ...citations.map((citation: unknown) => delta({ type: 'citations_delta', citation })),
      stop,
    ];
  }
  if (block['type'] === 'web_search_tool_result') return [start(block), stop];
  if (block['type'] === 'thinking') {
    return [
      start({ type: 'thinking', thinking: '', signature: '' }),
      delta({ type: 'thinking_delta', thinking: block['thinking'] }),
      delta({ type: 'signature_delta', signature: block['signature'] }),
      stop,
    ];
  }
  const json = JSON.stringify(block['input']);
  return [
    start({ ...block, input: {} }),
    delta({ type: 'input_json_delta', partial_json: '' }),
    delta({ type: 'input_json_delta', partial_json: json.slice(0, 4) }),
    delta({ type: 'input_json_delta', partial_json: json.slice(4) }),
    stop,
  ];
}

function said(
  content: readonly Body[] = [{ type: 'text', text: 'Hello there, friend' }],
  stop_reason = 'end_turn',
  counted: Body | undefined = usage,
): Pick<Wire, 'answer' | 'stream'> {
  const { output_tokens, output_tokens_details, ...input } = counted ?? {};
  return {
    answer: {
      ...head,
      content,
      stop_reason,
      stop_sequence: null,
      ...(counted === undefined ? {} : { usage: counted }),
    },
    stream: [
      event('message_start', {
        message: {
          ...head,
          content: [],
          stop_reason: null,
          ...(counted === undefined ? {} : { usage: { ...input, output_tokens: 1 } }),
        },
      }),
      event('ping', {}),
      ...content.flatMap(pieces),
      event('message_delta', {
        delta: { stop_reason, stop_sequence: null },
        ...(counted === undefined ? {} : { usage: { output_tokens, output_tokens_details } }),
      }),
      event('message_stop', {}),
    ],
  };
}

const user = (content: unknown): Body => ({ role: 'user', content });
const body = (fields: Body, messages: readonly Body[] = [user('Hello')]): Body => ({
  model,
  max_tokens: 4096,
  messages,
  ...fields,
});
const schema = scenarios['structured output'].call.responseFormat.schema;
const tools = [
  { name: 'get_weather', description: 'The weather now', input_schema: schema },
  { name: 'get_time', input_schema: { type: 'object', properties: {} } },
];
const toolUse = [
  { type: 'tool_use', id: 'call_1', name: 'get_weather', input: { city: 'Paris' } },
  { type: 'tool_use', id: 'call_2', name: 'get_time', input: {} },
];
const searching = { type: 'server_tool_use', id: 'srv_1', name: 'web_search', input: { query: 'sky' } };
const found = {
  type: 'web_search_tool_result',
  tool_use_id: 'srv_1',
  content: [{ type: 'web_search_result', url: 'https://a.example', title: 'A', encrypted_content: 'x' }],
};
const citation = {
  type: 'web_search_result_location',
  url: 'https://a.example',
  title: 'A',
  cited_text: 'sky',
};
const thought = { type: 'thinking', thinking: 'Let me think', signature: 'sig' };

const wires: Fixture['wires'] = {
  text: { ...said(), sent: body({ system: 'Be kind.' }) },
  'multi-turn': {
    ...said(),
    sent: body({}, [user('Hello'), { role: 'assistant', content: 'Hi' }, user('Again')]),
  },
  'image by URL': {
    ...said(),
    sent: body({}, [
      user([
        { type: 'text', text: 'What is it?' },
        { type: 'image', source: { type: 'url', url: 'https://example.com/cat.png' } },
      ]),
    ]),
  },
  'image by its bytes': {
    ...said(),
    sent: body({}, [
      user([{ type: 'image', source: { type: 'base64', media_type: 'image/png', data: pixel } }]),
    ]),
  },
  'a PDF': {
    ...said(),
    sent: body({}, [
      user([
        {
          type: 'document',
          source: { type: 'base64', media_type: 'application/pdf', data: pdf },
          title: 'a.pdf',
        },
      ]),
    ]),
  },
  'a text file': {
    ...said(),
    sent: body({}, [
      user([
        {
          type: 'document',
          source: { type: 'text', media_type: 'text/plain', data: 'Hello' },
          title: 'a.txt',
        },
      ]),
    ]),
  },
  'an audio file': { skip: 'Messages takes no audio: targets are left out for such requests' },
  'an uploaded file': {
    ...said(),
    sent: body({}, [user([{ type: 'document', source: { type: 'file', file_id: 'file_2' } }])]),
  },
  'parallel tool calls': { ...said(toolUse, 'tool_use'), sent: body({ tools }, [user('Weather and time?')]) },
  'tool results': {
    ...said(),
    sent: body({ tools }, [
      user('Weather and time?'),
      { role: 'assistant', content: toolUse },
      user([
        { type: 'tool_result', tool_use_id: 'call_1', content: '{"c":19}' },
        { type: 'tool_result', tool_use_id: 'call_2', content: 'no clock', is_error: true },
      ]),
    ]),
  },
  'a picture as a tool result': {
    ...said(),
    sent: body({ tools }, [
      user('Weather?'),
      { role: 'assistant', content: toolUse.slice(0, 1) },
      user([
        {
          type: 'tool_result',
          tool_use_id: 'call_1',
          content: [
            { type: 'text', text: 'see' },
            { type: 'image', source: { type: 'base64', media_type: 'image/png', data: pixel } },
          ],
        },
      ]),
    ]),
  },
  'toolChoice auto': { ...said(), sent: body({ tools, tool_choice: { type: 'auto' } }) },
  'toolChoice none': { ...said(), sent: body({ tools, tool_choice: { type: 'none' } }) },
  'toolChoice required': {
    ...said(toolUse, 'tool_use'),
    sent: body({ tools, tool_choice: { type: 'any' } }),
  },
  'toolChoice of one tool': {
    ...said(toolUse.slice(0, 1), 'tool_use'),
    sent: body({ tools, tool_choice: { type: 'tool', name: 'get_weather' } }),
  },
  'a tool of the vendor’s': {
    ...said([searching, found, { type: 'text', text: 'Hello there, friend' }], 'end_turn', {
      ...usage,
      server_tool_use: { web_search_requests: 1 },
    }),
    call: {
      tools: [
        { type: 'provider', id: 'anthropic.web_search_20250305', name: 'web_search', args: { max_uses: 1 } },
      ],
    },
    sent: body({ tools: [{ type: 'web_search_20250305', name: 'web_search', max_uses: 1 }] }),
    expected: {
      content: [
        {
          type: 'tool-call',
          toolCallId: 'srv_1',
          toolName: 'web_search',
          input: { query: 'sky' },
          providerExecuted: true,
          providerOptions: { anthropic: { block: searching } },
        },
        {
          type: 'tool-result',
          toolCallId: 'srv_1',
          toolName: 'web_search',
          output: { type: 'json', value: found.content },
          providerExecuted: true,
          providerOptions: { anthropic: { block: found } },
        },
        { type: 'source', sourceType: 'url', id: 'https://a.example', url: 'https://a.example', title: 'A' },
        { type: 'text', text: 'Hello there, friend' },
      ],
      usage: { inputTokens: 11, outputTokens: 7, webSearches: 1 },
    },
  },
  'structured output': {
    ...said([{ type: 'text', text: '{"city":"Paris"}' }]),
    sent: body({ output_config: { format: { type: 'json_schema', schema } } }),
  },
  reasoning: {
    ...said([thought, { type: 'text', text: 'Hello there, friend' }], 'end_turn', {
      ...usage,
      output_tokens_details: { thinking_tokens: 3 },
    }),
    sent: body({ max_tokens: 20_000, thinking: { type: 'enabled', budget_tokens: 16_384 } }),
    expected: {
      content: [
        { type: 'reasoning', text: 'Let me think', providerOptions: { anthropic: { signature: 'sig' } } },
        { type: 'text', text: 'Hello there, friend' },
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
            { type: 'reasoning', text: 'Let me think', providerOptions: { anthropic: { signature: 'sig' } } },
            { type: 'reasoning', text: '', providerOptions: { anthropic: { redactedData: 'hidden' } } },
            { type: 'text', text: 'Hi' },
          ],
        },
        { role: 'user', content: 'Again' },
      ],
    },
    sent: body({}, [
      user('Hello'),
      {
        role: 'assistant',
        content: [thought, { type: 'redacted_thinking', data: 'hidden' }, { type: 'text', text: 'Hi' }],
      },
      user('Again'),
    ]),
  },
  sampling: {
    ...said(),
    sent: body({ max_tokens: 100, stop_sequences: ['END'], temperature: 0.5, top_p: 0.9, top_k: 40 }),
    expected: { warnings: ['seed', 'presencePenalty', 'frequencyPenalty'] },
  },
  'the vendor’s own options': {
    ...said(),
    call: {
      providerOptions: { anthropic: { service_tier: 'auto', new_thing: { a: [1] } }, other: { x: 1 } },
    },
    sent: body({ service_tier: 'auto', new_thing: { a: [1] } }),
  },
  'a picture that the model made': { skip: 'the vendor’s models make none' },
  'log probabilities': { skip: 'the vendor gives none' },
  citations: {
    ...said([{ type: 'text', text: 'Hello there, friend', citations: [citation] }]),
    expected: {
      content: [
        {
          type: 'text',
          text: 'Hello there, friend',
          providerOptions: { anthropic: { citations: [citation] } },
        },
        { type: 'source', sourceType: 'url', id: 'https://a.example', url: 'https://a.example', title: 'A' },
      ],
    },
  },
  refusal: {
    ...said([], 'refusal'),
    expected: { metadata: { anthropic: { stopReason: 'refusal' } } },
  },
  'finish: length': said(undefined, 'max_tokens'),
  'finish: content filter': said([], 'refusal'),
  'finish: an unknown reason': said(undefined, 'a_new_reason'),
  'usage in full': {
    ...said(undefined, undefined, {
      input_tokens: 100,
      cache_read_input_tokens: 600,
      cache_creation_input_tokens: 300,
      cache_creation: { ephemeral_1h_input_tokens: 200, ephemeral_5m_input_tokens: 100 },
      output_tokens: 300,
      output_tokens_details: { thinking_tokens: 200 },
    }),
    expected: {
      usage: {
        inputTokens: 1_000,
        outputTokens: 300,
        cacheReadTokens: 600,
        cacheWriteTokens: 300,
        cacheWrite1hTokens: 200,
        reasoningTokens: 200,
      },
    },
  },
  'usage of audio': { skip: 'Messages has no audio' },
  'usage missing': {
    answer: { ...head, content: [{ type: 'text', text: 'Hello there, friend' }], stop_reason: 'end_turn' },
    stream: [
      event('message_start', { message: { ...head, content: [] } }),
      ...pieces({ type: 'text', text: 'Hello there, friend' }, 0),
      event('message_delta', { delta: { stop_reason: 'end_turn' } }),
      event('message_stop', {}),
    ],
  },
  'unknown fields': {
    answer: {
      ...head,
      surprise: [1],
      content: [
        { type: 'text', text: 'Hello there, friend', mood: 1 },
        { type: 'a_new_block', x: 1 },
      ],
      stop_reason: 'end_turn',
      usage: { ...usage, new_tokens: 9 },
    },
    stream: [
      event('message_start', { message: { ...head, content: [], usage, surprise: 1 }, x: 1 }),
      event('a_new_event', { x: 1 }),
      ...pieces({ type: 'text', text: 'Hello there, friend' }, 0),
      event('content_block_start', { index: 1, content_block: { type: 'a_new_block', x: 1 } }),
      event('content_block_delta', { index: 1, delta: { type: 'a_new_delta' } }),
      event('content_block_stop', { index: 1 }),
      event('message_delta', { delta: { stop_reason: 'end_turn', x: 1 }, usage: { output_tokens: 7 } }),
      event('message_stop', {}),
    ],
  },
};

const error = (type: string, message = 'no'): Body => ({
  type: 'error',
  error: { type, message },
  request_id: 'req_1',
});

describeProvider({
  name: 'anthropic',
  model,
  create: (baseURL, apiKey) => anthropic({ baseURL, apiKey }),
  wires,
  withoutStream: (sent) => {
    const { stream: _stream, ...rest } = sent as Body;
    return rest;
  },
  failures: [
    {
      name: '429 with retry-after',
      status: 429,
      headers: { 'retry-after': '12' },
      body: error('rate_limit_error'),
      expected: { kind: 'rate-limit', retryAfter: 12_000, scope: 'deployment' },
    },
    {
      name: '429 spend limit',
      status: 429,
      body: {
        type: 'error',
        error: { type: 'rate_limit_error', details: { error_code: 'enforced_spend_limit_reached' } },
      },
      expected: { kind: 'quota', retryAfter: 3_600_000, scope: 'key' },
    },
    {
      name: '429 ramp',
      status: 429,
      body: {
        type: 'error',
        error: { type: 'rate_limit_error', details: { error_code: 'ramp_limit_exceeded' } },
      },
      expected: { kind: 'rate-limit', retryAfter: 5_000 },
    },
    {
      name: '400 without credit',
      status: 400,
      body: error('invalid_request_error', 'Your credit balance is too low to access the API'),
      expected: { kind: 'quota', scope: 'key' },
    },
    { name: '402', status: 402, body: error('billing_error'), expected: { kind: 'quota' } },
    {
      name: '401',
      status: 401,
      body: error('authentication_error'),
      expected: { kind: 'auth', scope: 'key' },
    },
    { name: '403', status: 403, body: error('permission_error'), expected: { kind: 'auth' } },
    { name: '404 model', status: 404, body: error('not_found_error'), expected: { kind: 'not-found' } },
    {
      name: '400',
      status: 400,
      body: error('invalid_request_error'),
      expected: { kind: 'bad-request', scope: 'request' },
    },
    {
      name: '400 too long',
      status: 400,
      body: error('invalid_request_error', 'prompt is too long: 210000 tokens > 200000 maximum'),
      expected: { kind: 'context-length' },
    },
    { name: '413', status: 413, body: error('request_too_large'), expected: { kind: 'context-length' } },
    { name: '500', status: 500, body: error('api_error'), expected: { kind: 'server' } },
    { name: '504', status: 504, body: error('timeout_error'), expected: { kind: 'timeout' } },
    {
      name: '529',
      status: 529,
      body: error('overloaded_error'),
      expected: { kind: 'overloaded', scope: 'deployment' },
    },
  ],
  errorEvent: {
    event: event('error', { error: { type: 'overloaded_error', message: 'Overloaded' } }),
    kind: 'overloaded',
  },
  ownTransport: true,
});
