import type { ScenarioName } from './scenarios.ts';
import { pdf, pixel, scenarios } from './scenarios.ts';
import type { EmbeddingsWire, Fixture, Wire, WireFailure } from './suite.ts';

/** The Chat Completions wire, for the providers that speak it. */

type Body = Record<string, unknown>;

export const data = (chunk: unknown): string => `data: ${JSON.stringify(chunk)}\n\n`;

const usage = { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 };
const head = { id: 'chatcmpl-1', object: 'chat.completion', created: 1, model: 'wire-model' };
const chunkHead = { ...head, object: 'chat.completion.chunk' };

const delta = (fields: Body, finish: string | null = null): string =>
  data({ ...chunkHead, choices: [{ index: 0, delta: fields, finish_reason: finish }] });

interface Said {
  readonly message?: Body;
  readonly deltas?: readonly Body[];
  readonly finish?: string;
  readonly usage?: unknown;
}

/** An answer, and the same in pieces: a role, the pieces, why it ended, and the usage in a late chunk of its own. */
function said({
  message = { content: 'Hello there, friend' },
  deltas,
  finish = 'stop',
  ...rest
}: Said = {}): Pick<Wire, 'answer' | 'stream'> {
  const counted = 'usage' in rest ? rest.usage : usage;
  const pieces = deltas ?? [{ content: 'Hello' }, { content: ' there' }, { content: ', friend' }];
  return {
    answer: {
      ...head,
      choices: [
        { index: 0, message: { role: 'assistant', ...message }, finish_reason: finish, logprobs: null },
      ],
      ...(counted === undefined ? {} : { usage: counted }),
    },
    stream: [
      delta({ role: 'assistant', content: '' }),
      ...pieces.map((piece) => delta(piece)),
      delta({}, finish),
      ...(counted === undefined ? [] : [data({ ...chunkHead, choices: [], usage: counted })]),
      'data: [DONE]\n\n',
    ],
  };
}

const toolCalls = [
  { id: 'call_1', type: 'function', function: { name: 'get_weather', arguments: '{"city":"Paris"}' } },
  { id: 'call_2', type: 'function', function: { name: 'get_time', arguments: '{}' } },
];
const calling = (count: number): Pick<Wire, 'answer' | 'stream'> =>
  said({
    message: { content: null, tool_calls: toolCalls.slice(0, count) },
    deltas: toolCalls.slice(0, count).flatMap((call, index) => [
      {
        tool_calls: [
          { index, id: call.id, type: 'function', function: { name: call.function.name, arguments: '' } },
        ],
      },
      { tool_calls: [{ index, function: { arguments: call.function.arguments.slice(0, 4) } }] },
      { tool_calls: [{ index, function: { arguments: call.function.arguments.slice(4) } }] },
    ]),
    finish: 'tool_calls',
  });

const user = (content: unknown): Body => ({ role: 'user', content });
const weather = scenarios['structured output'].call.responseFormat.schema;
const tools = [
  {
    type: 'function',
    function: { name: 'get_weather', description: 'The weather now', parameters: weather },
  },
  { type: 'function', function: { name: 'get_time', parameters: { type: 'object', properties: {} } } },
];

const citation = { type: 'url_citation', url_citation: { url: 'https://a.example', title: 'A' } };
const drawn = `data:image/png;base64,${pixel}`;
const probabilities = ['Hello', ' there', ', friend'].map((token) => ({ token, logprob: -0.1 }));

/** The usual answer with a probability for each piece. */
function withLogprobs(): Pick<Wire, 'answer' | 'stream'> {
  const { answer, stream } = said();
  const [choice] = (answer as { choices: Body[] }).choices;
  const pieces = probabilities.map((probability) =>
    data({
      ...chunkHead,
      choices: [
        {
          index: 0,
          delta: { content: probability.token },
          logprobs: { content: [probability] },
          finish_reason: null,
        },
      ],
    }),
  );
  return {
    answer: { ...(answer as Body), choices: [{ ...choice, logprobs: { content: probabilities } }] },
    stream: [...stream.slice(0, 1), ...pieces, ...stream.slice(4)],
  };
}

/** Embeddings as OpenAI and those that speak its language give them; they may come in any order. */
export const openaiEmbeddings: EmbeddingsWire = {
  sent: (input, dimensions) => ({ model: 'embedder', input, dimensions, encoding_format: 'float' }),
  answer: (vectors) => ({
    object: 'list',
    model: 'embedder-1',
    data: vectors.map((embedding, index) => ({ object: 'embedding', index, embedding })).toReversed(),
    usage: { prompt_tokens: 5, total_tokens: 5 },
  }),
  usage: { inputTokens: 5 },
};

export function chatCompletionsWires(model: string, name: string, maxTokensField: string): Fixture['wires'] {
  const body = (fields: Body, messages: readonly Body[] = [user('Hello')]): Body => ({
    model,
    messages,
    ...fields,
  });
  const wires: Record<ScenarioName, Wire> = {
    text: { ...said(), sent: body({}, [{ role: 'system', content: 'Be kind.' }, user('Hello')]) },
    'multi-turn': {
      ...said(),
      sent: body({}, [user('Hello'), { role: 'assistant', content: 'Hi' }, user('Again')]),
    },
    'image by URL': {
      ...said(),
      sent: body({}, [
        user([
          { type: 'text', text: 'What is it?' },
          { type: 'image_url', image_url: { url: 'https://example.com/cat.png' } },
        ]),
      ]),
    },
    'image by its bytes': {
      ...said(),
      sent: body({}, [user([{ type: 'image_url', image_url: { url: `data:image/png;base64,${pixel}` } }])]),
    },
    'a PDF': {
      ...said(),
      sent: body({}, [
        user([
          { type: 'file', file: { filename: 'a.pdf', file_data: `data:application/pdf;base64,${pdf}` } },
        ]),
      ]),
    },
    'a text file': { ...said(), sent: body({}, [user([{ type: 'text', text: 'Hello' }])]) },
    'an audio file': {
      ...said(),
      sent: body({}, [user([{ type: 'input_audio', input_audio: { data: 'UklGRg==', format: 'wav' } }])]),
    },
    'an uploaded file': {
      ...said(),
      sent: body({}, [user([{ type: 'file', file: { file_id: name === 'openai' ? 'file-1' : 'file-4' } }])]),
    },
    'parallel tool calls': { ...calling(2), sent: body({ tools }, [user('Weather and time?')]) },
    'tool results': {
      ...said(),
      sent: body({ tools }, [
        user('Weather and time?'),
        { role: 'assistant', content: null, tool_calls: toolCalls },
        { role: 'tool', tool_call_id: 'call_1', content: '{"c":19}' },
        { role: 'tool', tool_call_id: 'call_2', content: 'no clock' },
      ]),
    },
    'a picture as a tool result': {
      ...said(),
      sent: body({ tools }, [
        user('Weather?'),
        { role: 'assistant', content: null, tool_calls: toolCalls.slice(0, 1) },
        { role: 'tool', tool_call_id: 'call_1', content: 'see' },
        user([
          { type: 'text', text: 'From the tool get_weather:' },
          { type: 'image_url', image_url: { url: `data:image/png;base64,${pixel}` } },
        ]),
      ]),
      expected: { warnings: ['tool result'] },
    },
    'toolChoice auto': { ...said(), sent: body({ tools, tool_choice: 'auto' }) },
    'toolChoice none': { ...said(), sent: body({ tools, tool_choice: 'none' }) },
    'toolChoice required': { ...calling(2), sent: body({ tools, tool_choice: 'required' }) },
    'toolChoice of one tool': {
      ...calling(1),
      sent: body({ tools, tool_choice: { type: 'function', function: { name: 'get_weather' } } }),
    },
    'a tool of the vendor’s': {
      ...said({
        message: { content: 'Hello there, friend', annotations: [citation] },
        deltas: [{ content: 'Hello there, friend' }, { annotations: [citation] }],
      }),
      call: {
        tools: [{ type: 'provider', id: `${name}.web_search`, name: 'search', args: { size: 'low' } }],
      },
      sent: body({ tools: [{ type: 'web_search', size: 'low' }] }),
      expected: { content: scenarios.citations.expected.content },
    },
    'structured output': {
      ...said({
        message: { content: '{"city":"Paris"}' },
        deltas: [{ content: '{"city":' }, { content: '"Paris"}' }],
      }),
      sent: body({
        response_format: {
          type: 'json_schema',
          json_schema: { name: 'answer', schema: weather, strict: true },
        },
      }),
    },
    reasoning: {
      ...said({
        message: { reasoning_content: 'Let me think', content: 'Hello there, friend' },
        deltas: [
          { reasoning_content: 'Let me' },
          { reasoning_content: ' think' },
          { content: 'Hello there, friend' },
        ],
        usage: { ...usage, completion_tokens_details: { reasoning_tokens: 3 } },
      }),
      sent: body({ [maxTokensField]: 20_000, reasoning_effort: 'high' }),
    },
    'reasoning goes back': {
      ...said(),
      call: {
        messages: [
          { role: 'user', content: 'Hello' },
          {
            role: 'assistant',
            content: [
              {
                type: 'reasoning',
                text: 'hm',
                providerOptions: {
                  [name]: { reasoning_details: [{ type: 'reasoning.encrypted', data: 'x' }] },
                },
              },
              { type: 'text', text: 'Hi' },
            ],
          },
          { role: 'user', content: 'Again' },
        ],
      },
      sent: body({}, [
        user('Hello'),
        { role: 'assistant', content: 'Hi', reasoning_details: [{ type: 'reasoning.encrypted', data: 'x' }] },
        user('Again'),
      ]),
    },
    sampling: {
      ...said(),
      sent: body({
        [maxTokensField]: 100,
        temperature: 0.5,
        top_p: 0.9,
        stop: ['END'],
        seed: 7,
        presence_penalty: 0.1,
        frequency_penalty: 0.2,
      }),
      expected: { warnings: ['topK'] },
    },
    'the vendor’s own options': {
      ...said(),
      call: { providerOptions: { [name]: { service_tier: 'flex', new_thing: { a: [1] } }, other: { x: 1 } } },
      sent: body({ service_tier: 'flex', new_thing: { a: [1] } }),
    },
    'a picture that the model made': {
      ...said({
        message: {
          content: 'Hello there, friend',
          images: [{ type: 'image_url', image_url: { url: drawn } }],
        },
        deltas: [
          { content: 'Hello there, friend' },
          { images: [{ type: 'image_url', image_url: { url: drawn } }] },
        ],
      }),
      expected: { content: scenarios['a picture that the model made'].expected.content.toReversed() },
    },
    'log probabilities': {
      ...withLogprobs(),
      call: { providerOptions: { [name]: { logprobs: true } } },
      expected: { metadata: { [name]: { logprobs: { content: probabilities } } } },
    },
    citations: {
      ...said({
        message: { content: 'Hello there, friend', annotations: [citation] },
        deltas: [{ content: 'Hello there, friend' }, { annotations: [citation] }],
      }),
    },
    refusal: {
      ...said({
        message: { content: null, refusal: 'I cannot' },
        deltas: [{ refusal: 'I ' }, { refusal: 'cannot' }],
      }),
      expected: { metadata: { [name]: { refusal: 'I cannot' } } },
    },
    'finish: length': said({ finish: 'length' }),
    'finish: content filter': said({ message: { content: null }, deltas: [], finish: 'content_filter' }),
    'finish: an unknown reason': said({ finish: 'a new reason' }),
    'usage in full': said({
      usage: {
        prompt_tokens: 1_000,
        completion_tokens: 300,
        prompt_tokens_details: { cached_tokens: 600 },
        completion_tokens_details: { reasoning_tokens: 200 },
      },
    }),
    'usage of audio': said({
      usage: {
        prompt_tokens: 100,
        completion_tokens: 50,
        prompt_tokens_details: { audio_tokens: 80 },
        completion_tokens_details: { audio_tokens: 40 },
      },
    }),
    'usage missing': said({ usage: undefined }),
    'unknown fields': {
      answer: {
        ...head,
        surprise: [1],
        choices: [
          {
            index: 0,
            message: { content: 'Hello there, friend', mood: 'good' },
            finish_reason: 'stop',
            x: {},
          },
        ],
        usage: { ...usage, new_tokens: 9 },
      },
      stream: [
        data({
          ...chunkHead,
          surprise: 1,
          choices: [{ index: 0, delta: { content: 'Hello there', mood: 1 }, finish_reason: null, x: 2 }],
        }),
        data({
          ...chunkHead,
          choices: [{ index: 0, delta: { content: ', friend' }, finish_reason: 'stop' }],
        }),
        ': a comment\n\n',
        data({ ...chunkHead, choices: [], usage: { ...usage, new_tokens: 9 } }),
        'data: [DONE]\n\n',
      ],
    },
  };
  return wires;
}

/** Takes away what the body says only to ask for a stream. */
export function withoutStream(body: unknown): unknown {
  const { stream: _stream, stream_options: _options, ...rest } = body as Body;
  return rest;
}

const error = (code: string | null, type: string, message = 'no'): Body => ({
  error: { code, type, message },
});

/** Rows of the taxonomy of OpenAI and those that speak its language. */
export const chatCompletionsFailureWires: readonly WireFailure[] = [
  {
    name: '429 with Retry-After in seconds',
    status: 429,
    headers: { 'retry-after': '7' },
    body: error('rate_limit_exceeded', 'tokens'),
    expected: { kind: 'rate-limit', retryAfter: 7_000, scope: 'deployment' },
  },
  {
    name: '429 that says in its message when to come back',
    status: 429,
    body: error('rate_limit_exceeded', 'requests', 'Rate limit reached. Please try again in 6ms.'),
    expected: { kind: 'rate-limit', retryAfter: 6 },
  },
  {
    name: '429 ramp',
    status: 429,
    body: error('slow_down', 'requests'),
    expected: { kind: 'rate-limit', retryAfter: 5_000 },
  },
  {
    name: '429 without credit',
    status: 429,
    body: error('insufficient_quota', 'insufficient_quota'),
    expected: { kind: 'quota', retryAfter: 900_000, scope: 'key' },
  },
  {
    name: '402',
    status: 402,
    body: { error: { message: 'Insufficient Balance' } },
    expected: { kind: 'quota', scope: 'key' },
  },
  {
    name: '401',
    status: 401,
    body: error('invalid_api_key', 'invalid_request_error'),
    expected: { kind: 'auth', scope: 'key' },
  },
  { name: '403', status: 403, body: error(null, 'forbidden'), expected: { kind: 'auth' } },
  {
    name: '404 model',
    status: 404,
    body: error('model_not_found', 'invalid_request_error'),
    expected: { kind: 'not-found' },
  },
  {
    name: '400',
    status: 400,
    body: error('invalid_value', 'invalid_request_error'),
    expected: { kind: 'bad-request', scope: 'request' },
  },
  {
    name: '400 too long',
    status: 400,
    body: error('context_length_exceeded', 'invalid_request_error'),
    expected: { kind: 'context-length' },
  },
  {
    name: '400 too long, in vLLM’s words',
    status: 400,
    body: {
      object: 'error',
      message: "This model's maximum context length is 4096 tokens",
      type: 'BadRequestError',
    },
    expected: { kind: 'context-length' },
  },
  {
    name: '400 policy',
    status: 400,
    body: error('content_policy_violation', 'x'),
    expected: { kind: 'content-filter' },
  },
  {
    name: '422 of FastAPI',
    status: 422,
    body: { detail: [{ msg: 'wrong', input: 'prompt' }] },
    expected: { kind: 'bad-request' },
  },
  { name: '408', status: 408, body: {}, expected: { kind: 'timeout' } },
  {
    name: '498 of Groq',
    status: 498,
    body: error('capacity_exceeded', 'x'),
    expected: { kind: 'rate-limit', retryAfter: 5_000 },
  },
  { name: '500', status: 500, body: error('server_error', 'server_error'), expected: { kind: 'server' } },
  { name: '503', status: 503, body: error('server_is_overloaded', 'x'), expected: { kind: 'overloaded' } },
  { name: '504', status: 504, body: {}, expected: { kind: 'timeout' } },
];
