import type { ContentPart, FinishReason, ProviderCall, ProviderOptions, Usage } from 'signalbox';

/** What is asked of every provider, and what must come of it. */
export interface Scenario {
  readonly call: Omit<ProviderCall, 'model' | 'signal'>;
  readonly expected: {
    readonly content: readonly ContentPart[];
    readonly finishReason: FinishReason;
    readonly usage: Usage;
    /** Fields of the request that the vendor cannot take. */
    readonly warnings?: readonly string[];
    /** What of the provider's metadata has to be there. */
    readonly metadata?: ProviderOptions;
  };
}

const usage: Usage = { inputTokens: 11, outputTokens: 7 };
const hello: readonly ContentPart[] = [{ type: 'text', text: 'Hello there, friend' }];
const said = { content: hello, finishReason: 'stop', usage } as const;
const ask = (text: string): ProviderCall['messages'] => [{ role: 'user', content: text }];

const weather = {
  type: 'function',
  name: 'get_weather',
  description: 'The weather now',
  inputSchema: {
    type: 'object',
    properties: { city: { type: 'string' } },
    required: ['city'],
    additionalProperties: false,
  },
} as const;
const time = { type: 'function', name: 'get_time', inputSchema: { type: 'object', properties: {} } } as const;
const tools = [weather, time];

/** The base64 text of a picture of one pixel, and of a document of one line. */
export const pixel =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
export const pdf = 'JVBERi0xLjQK';

const calls: readonly ContentPart[] = [
  { type: 'tool-call', toolCallId: 'call_1', toolName: 'get_weather', input: { city: 'Paris' } },
  { type: 'tool-call', toolCallId: 'call_2', toolName: 'get_time', input: {} },
];

export const scenarios = {
  text: { call: { messages: [{ role: 'system', content: 'Be kind.' }, ...ask('Hello')] }, expected: said },
  'multi-turn': {
    call: {
      messages: [...ask('Hello'), { role: 'assistant', content: 'Hi' }, ...ask('Again')],
    },
    expected: said,
  },
  'image by URL': {
    call: {
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'What is it?' },
            { type: 'image', image: 'https://example.com/cat.png', mediaType: 'image/png' },
          ],
        },
      ],
    },
    expected: said,
  },
  'image by its bytes': {
    call: { messages: [{ role: 'user', content: [{ type: 'image', image: pixel }] }] },
    expected: said,
  },
  'a PDF': {
    call: {
      messages: [
        {
          role: 'user',
          content: [{ type: 'file', data: pdf, mediaType: 'application/pdf', filename: 'a.pdf' }],
        },
      ],
    },
    expected: said,
  },
  'a text file': {
    call: {
      messages: [
        {
          role: 'user',
          content: [{ type: 'file', data: 'SGVsbG8=', mediaType: 'text/plain', filename: 'a.txt' }],
        },
      ],
    },
    expected: said,
  },
  'an audio file': {
    call: {
      messages: [{ role: 'user', content: [{ type: 'file', data: 'UklGRg==', mediaType: 'audio/wav' }] }],
    },
    expected: said,
  },
  'an uploaded file': {
    call: {
      messages: [
        {
          role: 'user',
          content: [
            {
              type: 'file',
              mediaType: 'application/pdf',
              data: {
                type: 'reference',
                reference: { openai: 'file-1', anthropic: 'file_2', google: 'files/3', house: 'file-4' },
              },
            },
          ],
        },
      ],
    },
    expected: said,
  },
  'parallel tool calls': {
    call: { messages: ask('Weather and time?'), tools },
    expected: { content: calls, finishReason: 'tool-calls', usage },
  },
  'tool results': {
    call: {
      messages: [
        ...ask('Weather and time?'),
        { role: 'assistant', content: calls },
        {
          role: 'tool',
          content: [
            {
              type: 'tool-result',
              toolCallId: 'call_1',
              toolName: 'get_weather',
              output: { type: 'json', value: { c: 19 } },
            },
            {
              type: 'tool-result',
              toolCallId: 'call_2',
              toolName: 'get_time',
              output: { type: 'error-text', value: 'no clock' },
            },
          ],
        },
      ],
      tools,
    },
    expected: said,
  },
  'a picture as a tool result': {
    call: {
      messages: [
        ...ask('Weather?'),
        { role: 'assistant', content: calls.slice(0, 1) },
        {
          role: 'tool',
          content: [
            {
              type: 'tool-result',
              toolCallId: 'call_1',
              toolName: 'get_weather',
              output: {
                type: 'content',
                value: [
                  { type: 'text', text: 'see' },
                  { type: 'image', image: pixel },
                ],
              },
            },
          ],
        },
      ],
      tools,
    },
    expected: said,
  },
  'toolChoice auto': { call: { messages: ask('Hello'), tools, toolChoice: 'auto' }, expected: said },
  'toolChoice none': { call: { messages: ask('Hello'), tools, toolChoice: 'none' }, expected: said },
  'toolChoice required': {
    call: { messages: ask('Hello'), tools, toolChoice: 'required' },
    expected: { content: calls, finishReason: 'tool-calls', usage },
  },
  'toolChoice of one tool': {
    call: { messages: ask('Hello'), tools, toolChoice: { type: 'tool', toolName: 'get_weather' } },
    expected: { content: calls.slice(0, 1), finishReason: 'tool-calls', usage },
  },
  'a tool of the vendor’s': { call: { messages: ask('Hello') }, expected: said },
  'structured output': {
    call: { messages: ask('Hello'), responseFormat: { name: 'answer', schema: weather.inputSchema } },
    expected: { content: [{ type: 'text', text: '{"city":"Paris"}' }], finishReason: 'stop', usage },
  },
  reasoning: {
    call: { messages: ask('Hello'), reasoning: 'high', maxOutputTokens: 20_000 },
    expected: {
      content: [{ type: 'reasoning', text: 'Let me think' }, ...hello],
      finishReason: 'stop',
      usage: { ...usage, reasoningTokens: 3 },
    },
  },
  'reasoning goes back': { call: { messages: ask('Hello') }, expected: said },
  sampling: {
    call: {
      messages: ask('Hello'),
      maxOutputTokens: 100,
      temperature: 0.5,
      topP: 0.9,
      topK: 40,
      seed: 7,
      stopSequences: ['END'],
      presencePenalty: 0.1,
      frequencyPenalty: 0.2,
    },
    expected: said,
  },
  'the vendor’s own options': {
    call: { messages: ask('Hello') },
    expected: said,
  },
  'a picture that the model made': {
    call: { messages: ask('Hello') },
    expected: { ...said, content: [{ type: 'file', data: pixel, mediaType: 'image/png' }, ...hello] },
  },
  'log probabilities': { call: { messages: ask('Hello') }, expected: said },
  citations: {
    call: { messages: ask('Hello') },
    expected: {
      ...said,
      content: [
        ...hello,
        { type: 'source', sourceType: 'url', id: 'https://a.example', url: 'https://a.example', title: 'A' },
      ],
    },
  },
  refusal: {
    call: { messages: ask('Hello') },
    expected: { ...said, content: [], finishReason: 'content-filter' },
  },
  'finish: length': { call: { messages: ask('Hello') }, expected: { ...said, finishReason: 'length' } },
  'finish: content filter': {
    call: { messages: ask('Hello') },
    expected: { content: [], finishReason: 'content-filter', usage },
  },
  'finish: an unknown reason': {
    call: { messages: ask('Hello') },
    expected: { ...said, finishReason: 'other' },
  },
  'usage in full': {
    call: { messages: ask('Hello') },
    expected: {
      ...said,
      usage: { inputTokens: 1_000, outputTokens: 300, cacheReadTokens: 600, reasoningTokens: 200 },
    },
  },
  'usage of audio': {
    call: { messages: ask('Hello') },
    expected: {
      ...said,
      usage: { inputTokens: 100, outputTokens: 50, audioInputTokens: 80, audioOutputTokens: 40 },
    },
  },
  'usage missing': { call: { messages: ask('Hello') }, expected: { ...said, usage: {} } },
  'unknown fields': { call: { messages: ask('Hello') }, expected: said },
} satisfies Record<string, Scenario>;

export type ScenarioName = keyof typeof scenarios;

/** A call to a test model with this request. */
export function callOf(name: ScenarioName, model: string, more: Partial<ProviderCall> = {}): ProviderCall {
  return { ...scenarios[name].call, model, signal: new AbortController().signal, ...more };
}
