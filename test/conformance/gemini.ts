import { pdf, pixel, scenarios } from './scenarios.ts';
import type { EmbeddingsWire, Fixture, Wire, WireFailure } from './suite.ts';

/** Gemini's wire, for both of Google's SDKs. */

type Body = Record<string, unknown>;

export const data = (chunk: unknown): string => `data: ${JSON.stringify(chunk)}\r\n\r\n`;
export const model = 'gemini-2.5-flash';

const usage = { promptTokenCount: 11, candidatesTokenCount: 7, totalTokenCount: 18 };
const head = { responseId: 'resp-1', modelVersion: 'wire-model' };

/** An answer, and the same in pieces: each part in a chunk of its own, the reason why it ended with the last. */
function said(
  parts: readonly Body[] = [{ text: 'Hello there, friend' }],
  finishReason = 'STOP',
  counted: Body | undefined = usage,
): Pick<Wire, 'answer' | 'stream'> {
  const meta = counted === undefined ? {} : { usageMetadata: counted };
  const cut = parts.flatMap((part): readonly Body[] => {
    const { text, ...rest } = part;
    return typeof text === 'string' && text.length > 5
      ? [
          { ...rest, text: text.slice(0, 5) },
          { ...rest, text: text.slice(5) },
        ]
      : [part];
  });
  const pieces = cut.length === 0 ? [[]] : cut.map((part) => [part]);
  return {
    answer: { ...head, candidates: [{ index: 0, content: { role: 'model', parts }, finishReason }], ...meta },
    stream: [
      ...pieces.map((piece) =>
        data({ ...head, candidates: [{ index: 0, content: { role: 'model', parts: piece } }] }),
      ),
      data({
        ...head,
        candidates: [{ index: 0, content: { role: 'model', parts: [] }, finishReason }],
        ...meta,
      }),
    ],
  };
}

const user = (...parts: readonly Body[]): Body => ({ role: 'user', parts });
const hello = user({ text: 'Hello' });
const schema = scenarios['structured output'].call.responseFormat.schema;
const tools = [
  {
    functionDeclarations: [
      { name: 'get_weather', description: 'The weather now', parametersJsonSchema: schema },
      { name: 'get_time', parametersJsonSchema: { type: 'object', properties: {} } },
    ],
  },
];
const calls = [
  { functionCall: { id: 'call_1', name: 'get_weather', args: { city: 'Paris' } } },
  { functionCall: { id: 'call_2', name: 'get_time', args: {} } },
];

const code = { language: 'PYTHON', code: 'print(1)' };
const ran = { outcome: 'OUTCOME_OK', output: '1' };
const logprobsResult = { chosenCandidates: [{ token: 'Hello', logProbability: -0.1 }] };

/** The usual answer, with more said of it at its end. */
function ended(more: Body): Pick<Wire, 'answer' | 'stream'> {
  const { answer, stream } = said();
  const [candidate] = (answer as { candidates: Body[] }).candidates;
  const last = data({
    ...head,
    candidates: [{ index: 0, content: { role: 'model', parts: [] }, finishReason: 'STOP', ...more }],
    usageMetadata: usage,
  });
  return {
    answer: { ...(answer as Body), candidates: [{ ...candidate, ...more }] },
    stream: [...stream.slice(0, -1), last],
  };
}

/** @param more what this SDK adds to every body */
export function geminiWires(more: Body = {}): Fixture['wires'] {
  const body = (fields: Body, contents: readonly Body[] = [hello]): Body => ({
    contents,
    ...more,
    ...fields,
  });
  return {
    text: { ...said(), sent: body({ systemInstruction: { role: 'user', parts: [{ text: 'Be kind.' }] } }) },
    'multi-turn': {
      ...said(),
      sent: body({}, [hello, { role: 'model', parts: [{ text: 'Hi' }] }, user({ text: 'Again' })]),
    },
    'image by URL': {
      ...said(),
      sent: body({}, [
        user(
          { text: 'What is it?' },
          { fileData: { mimeType: 'image/png', fileUri: 'https://example.com/cat.png' } },
        ),
      ]),
    },
    'image by its bytes': {
      ...said(),
      sent: body({}, [user({ inlineData: { mimeType: 'image/png', data: pixel } })]),
    },
    'a PDF': {
      ...said(),
      sent: body({}, [user({ inlineData: { mimeType: 'application/pdf', data: pdf } })]),
    },
    'a text file': {
      ...said(),
      sent: body({}, [user({ inlineData: { mimeType: 'text/plain', data: 'SGVsbG8=' } })]),
    },
    'an audio file': {
      ...said(),
      sent: body({}, [user({ inlineData: { mimeType: 'audio/wav', data: 'UklGRg==' } })]),
    },
    'an uploaded file': {
      ...said(),
      sent: body({}, [user({ fileData: { mimeType: 'application/pdf', fileUri: 'files/3' } })]),
    },
    'parallel tool calls': { ...said(calls), sent: body({ tools }, [user({ text: 'Weather and time?' })]) },
    'tool results': {
      ...said(),
      sent: body({ tools }, [
        user({ text: 'Weather and time?' }),
        { role: 'model', parts: calls },
        user(
          { functionResponse: { id: 'call_1', name: 'get_weather', response: { c: 19 } } },
          { functionResponse: { id: 'call_2', name: 'get_time', response: { error: 'no clock' } } },
        ),
      ]),
    },
    'a picture as a tool result': {
      ...said(),
      sent: body({ tools }, [
        user({ text: 'Weather?' }),
        { role: 'model', parts: calls.slice(0, 1) },
        user(
          { functionResponse: { id: 'call_1', name: 'get_weather', response: { output: 'see' } } },
          { inlineData: { mimeType: 'image/png', data: pixel } },
        ),
      ]),
    },
    'toolChoice auto': {
      ...said(),
      sent: body({ tools, toolConfig: { functionCallingConfig: { mode: 'AUTO' } } }),
    },
    'toolChoice none': {
      ...said(),
      sent: body({ tools, toolConfig: { functionCallingConfig: { mode: 'NONE' } } }),
    },
    'toolChoice required': {
      ...said(calls),
      sent: body({ tools, toolConfig: { functionCallingConfig: { mode: 'ANY' } } }),
    },
    'toolChoice of one tool': {
      ...said(calls.slice(0, 1)),
      sent: body({
        tools,
        toolConfig: { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['get_weather'] } },
      }),
    },
    'a tool of the vendor’s': {
      ...said([{ executableCode: code }, { codeExecutionResult: ran }, { text: 'Hello there, friend' }]),
      call: { tools: [{ type: 'provider', id: 'google.code_execution', name: 'code_execution', args: {} }] },
      sent: body({ tools: [{ codeExecution: {} }] }),
      expected: {
        content: [
          {
            type: 'tool-call',
            toolCallId: 'code_execution',
            toolName: 'code_execution',
            input: code,
            providerExecuted: true,
            providerOptions: { google: { part: { executableCode: code } } },
          },
          {
            type: 'tool-result',
            toolCallId: 'code_execution',
            toolName: 'code_execution',
            output: { type: 'json', value: ran },
            providerExecuted: true,
            providerOptions: { google: { part: { codeExecutionResult: ran } } },
          },
          ...scenarios.text.expected.content,
        ],
      },
    },
    'structured output': {
      ...said([{ text: '{"city":"Paris"}' }]),
      sent: body({ generationConfig: { responseMimeType: 'application/json', responseJsonSchema: schema } }),
    },
    reasoning: {
      ...said([{ text: 'Let me think', thought: true }, { text: 'Hello there, friend' }], 'STOP', {
        ...usage,
        candidatesTokenCount: 4,
        thoughtsTokenCount: 3,
      }),
      sent: body({
        generationConfig: {
          maxOutputTokens: 20_000,
          thinkingConfig: { includeThoughts: true, thinkingBudget: 24_576 },
        },
      }),
    },
    'reasoning goes back': {
      ...said(),
      call: {
        messages: [
          { role: 'user', content: 'Hello' },
          {
            role: 'assistant',
            content: [
              { type: 'reasoning', text: 'hm', providerOptions: { google: { thoughtSignature: 'sig' } } },
              { type: 'text', text: 'Hi', providerOptions: { google: { thoughtSignature: 'sig2' } } },
            ],
          },
          { role: 'user', content: 'Again' },
        ],
      },
      sent: body({}, [
        hello,
        {
          role: 'model',
          parts: [
            { text: 'hm', thought: true, thoughtSignature: 'sig' },
            { text: 'Hi', thoughtSignature: 'sig2' },
          ],
        },
        user({ text: 'Again' }),
      ]),
    },
    sampling: {
      ...said(),
      sent: body({
        generationConfig: {
          maxOutputTokens: 100,
          temperature: 0.5,
          topP: 0.9,
          topK: 40,
          seed: 7,
          stopSequences: ['END'],
          presencePenalty: 0.1,
          frequencyPenalty: 0.2,
        },
      }),
    },
    'the vendor’s own options': {
      ...said(),
      call: {
        providerOptions: {
          google: { cachedContent: 'cachedContents/1', responseLogprobs: true, newThing: { a: [1] } },
          other: { x: 1 },
        },
      },
      sent: body({
        cachedContent: 'cachedContents/1',
        generationConfig: { responseLogprobs: true, newThing: { a: [1] } },
      }),
    },
    'a picture that the model made': said([
      { inlineData: { mimeType: 'image/png', data: pixel } },
      { text: 'Hello there, friend' },
    ]),
    'log probabilities': {
      ...ended({ logprobsResult }),
      call: { providerOptions: { google: { responseLogprobs: true } } },
      expected: { metadata: { google: { logprobsResult } } },
    },
    citations: ended({
      groundingMetadata: { groundingChunks: [{ web: { uri: 'https://a.example', title: 'A' } }] },
    }),
    refusal: {
      ...said([], 'PROHIBITED_CONTENT'),
      expected: { metadata: { google: { finishReason: 'PROHIBITED_CONTENT' } } },
    },
    'finish: length': said(undefined, 'MAX_TOKENS'),
    'finish: content filter': {
      answer: { ...head, promptFeedback: { blockReason: 'SAFETY' }, usageMetadata: usage },
      stream: [data({ ...head, promptFeedback: { blockReason: 'SAFETY' }, usageMetadata: usage })],
    },
    'finish: an unknown reason': said(undefined, 'A_NEW_REASON'),
    'usage in full': said(undefined, undefined, {
      promptTokenCount: 1_000,
      cachedContentTokenCount: 600,
      candidatesTokenCount: 100,
      thoughtsTokenCount: 200,
    }),
    'usage of audio': said(undefined, undefined, {
      promptTokenCount: 100,
      candidatesTokenCount: 50,
      promptTokensDetails: [
        { modality: 'TEXT', tokenCount: 20 },
        { modality: 'AUDIO', tokenCount: 80 },
      ],
      candidatesTokensDetails: [{ modality: 'AUDIO', tokenCount: 40 }],
    }),
    'usage missing': {
      answer: {
        candidates: [{ content: { parts: [{ text: 'Hello there, friend' }] }, finishReason: 'STOP' }],
      },
      stream: [
        data({
          candidates: [{ content: { parts: [{ text: 'Hello there, friend' }] }, finishReason: 'STOP' }],
        }),
      ],
    },
    'unknown fields': {
      answer: {
        ...head,
        surprise: [1],
        candidates: [
          {
            content: { parts: [{ text: 'Hello there, friend', mood: 1 }, { newPart: {} }] },
            finishReason: 'STOP',
            x: 1,
          },
        ],
        usageMetadata: { ...usage, newTokenCount: 9 },
      },
      stream: [
        data({
          ...head,
          surprise: 1,
          candidates: [{ content: { parts: [{ text: 'Hello', mood: 1 }, { newPart: {} }] } }],
        }),
        data({
          candidates: [{ content: { parts: [{ text: ' there, friend' }] }, finishReason: 'STOP', x: 1 }],
          usageMetadata: { ...usage, newTokenCount: 9 },
        }),
      ],
    },
  };
}

const error = (code: number, status: string, message = 'no', details: readonly Body[] = []): Body => ({
  error: { code, status, message, details },
});

/** Rows of Google's taxonomy. */
export const geminiFailures: readonly WireFailure[] = [
  {
    name: '429 per minute, with RetryInfo',
    status: 429,
    body: error(429, 'RESOURCE_EXHAUSTED', 'Quota exceeded', [
      { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '34.074824224s' },
    ]),
    expected: { kind: 'rate-limit', retryAfter: 34_075, scope: 'deployment' },
  },
  {
    name: '429 per day',
    status: 429,
    body: error(
      429,
      'RESOURCE_EXHAUSTED',
      'Quota exceeded for GenerateRequestsPerDayPerProject. Please retry in 10h17m5.72s.',
    ),
    expected: { kind: 'quota', retryAfter: 37_025_720 },
  },
  {
    name: '429 of a model without any quota',
    status: 429,
    body: error(429, 'RESOURCE_EXHAUSTED', 'Quota exceeded, limit: 0'),
    expected: { kind: 'not-found' },
  },
  {
    name: '400 key',
    status: 400,
    body: error(400, 'INVALID_ARGUMENT', 'API key not valid.'),
    expected: { kind: 'auth', scope: 'key' },
  },
  {
    name: '400 region',
    status: 400,
    body: error(400, 'FAILED_PRECONDITION', 'User location is not supported for the API use.'),
    expected: { kind: 'auth' },
  },
  { name: '403', status: 403, body: error(403, 'PERMISSION_DENIED'), expected: { kind: 'auth' } },
  { name: '404 model', status: 404, body: error(404, 'NOT_FOUND'), expected: { kind: 'not-found' } },
  { name: '400', status: 400, body: error(400, 'INVALID_ARGUMENT'), expected: { kind: 'bad-request' } },
  {
    name: '400 too long',
    status: 400,
    body: error(
      400,
      'INVALID_ARGUMENT',
      'The input token count (1200000) exceeds the maximum number of tokens allowed',
    ),
    expected: { kind: 'context-length' },
  },
  { name: '500', status: 500, body: error(500, 'INTERNAL'), expected: { kind: 'server' } },
  {
    name: '503',
    status: 503,
    body: error(503, 'UNAVAILABLE', 'The model is overloaded.'),
    expected: { kind: 'overloaded' },
  },
  { name: '504', status: 504, body: error(504, 'DEADLINE_EXCEEDED'), expected: { kind: 'timeout' } },
];

/** Embeddings as Gemini gives them: without a count of tokens. */
export function geminiEmbeddings(request: (text: string, dimensions: number) => Body): EmbeddingsWire {
  return {
    sent: (values, dimensions) => ({ requests: values.map((text) => request(text, dimensions)) }),
    answer: (vectors) => ({ embeddings: vectors.map((values) => ({ values })) }),
    usage: {},
  };
}
