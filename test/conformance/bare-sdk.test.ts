import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI } from '@google/genai';
import { GoogleGenerativeAI } from '@google/generative-ai';
import OpenAI from 'openai';
import type { Provider, ProviderCall } from 'signalbox';
import { anthropic } from 'signalbox/anthropic';
import { google } from 'signalbox/google';
import { openai } from 'signalbox/openai';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FaultServer, faultServer, json } from '../support/fault-server.ts';
import { outcome } from '../support/requests.ts';

/** The same request through signalbox and through the bare SDK is the same bytes on the wire. */

const apiKey = 'sk-test';
const schema = {
  type: 'object',
  properties: { city: { type: 'string' } },
  required: ['city'],
  additionalProperties: false,
} as const;
const pixel =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
type Call = Omit<ProviderCall, 'model' | 'signal'>;

const plain: Call = { messages: [{ role: 'user', content: 'Hello' }] };
const thread: Call = {
  messages: [
    { role: 'system', content: 'Be kind.' },
    { role: 'user', content: 'Hello' },
    { role: 'assistant', content: 'Hi' },
    {
      role: 'user',
      content: [
        { type: 'text', text: 'What is it?' },
        { type: 'image', image: pixel },
      ],
    },
  ],
};
const shaped: Call = {
  messages: [{ role: 'user', content: 'Hello' }],
  tools: [{ type: 'function', name: 'get_weather', description: 'The weather', inputSchema: schema }],
  toolChoice: 'auto',
  responseFormat: { name: 'answer', schema },
  maxOutputTokens: 100,
};
const image = `data:image/png;base64,${pixel}`;

/** What an application would write for the bare SDK. */
interface Bare {
  readonly name: string;
  readonly model: string;
  create(url: string): Provider;
  /** Calls the bare SDK with the same three requests. */
  call(url: string, which: 'plain' | 'thread' | 'shaped', stream: boolean): Promise<unknown>;
}

const openaiTools = [
  { type: 'function', function: { name: 'get_weather', description: 'The weather', parameters: schema } },
] as const;
const chatBodies = {
  plain: { messages: [{ role: 'user', content: 'Hello' }] },
  thread: {
    messages: [
      { role: 'system', content: 'Be kind.' },
      { role: 'user', content: 'Hello' },
      { role: 'assistant', content: 'Hi' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'What is it?' },
          { type: 'image_url', image_url: { url: image } },
        ],
      },
    ],
  },
  shaped: {
    messages: [{ role: 'user', content: 'Hello' }],
    tools: openaiTools,
    tool_choice: 'auto',
    response_format: { type: 'json_schema', json_schema: { name: 'answer', schema, strict: true } },
    max_completion_tokens: 100,
  },
};
const responsesBodies = {
  plain: { input: [{ role: 'user', content: 'Hello' }] },
  thread: {
    input: [
      { role: 'system', content: 'Be kind.' },
      { role: 'user', content: 'Hello' },
      { role: 'assistant', content: 'Hi' },
      {
        role: 'user',
        content: [
          { type: 'input_text', text: 'What is it?' },
          { type: 'input_image', detail: 'auto', image_url: image },
        ],
      },
    ],
  },
  shaped: {
    input: [{ role: 'user', content: 'Hello' }],
    tools: [
      {
        type: 'function',
        name: 'get_weather',
        description: 'The weather',
        parameters: schema,
        strict: false,
      },
    ],
    tool_choice: 'auto',
    text: { format: { type: 'json_schema', name: 'answer', schema, strict: true } },
    max_output_tokens: 100,
  },
};
const messagesBodies = {
  plain: { max_tokens: 4096, messages: [{ role: 'user', content: 'Hello' }] },
  thread: {
    max_tokens: 4096,
    system: 'Be kind.',
    messages: [
      { role: 'user', content: 'Hello' },
      { role: 'assistant', content: 'Hi' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'What is it?' },
          { type: 'image', source: { type: 'base64', media_type: 'image/png', data: pixel } },
        ],
      },
    ],
  },
  shaped: {
    max_tokens: 100,
    messages: [{ role: 'user', content: 'Hello' }],
    tools: [{ name: 'get_weather', description: 'The weather', input_schema: schema }],
    tool_choice: { type: 'auto' },
    output_config: { format: { type: 'json_schema', schema } },
  },
};
const hello = { role: 'user', parts: [{ text: 'Hello' }] };
const geminiThread = [
  hello,
  { role: 'model', parts: [{ text: 'Hi' }] },
  { role: 'user', parts: [{ text: 'What is it?' }, { inlineData: { mimeType: 'image/png', data: pixel } }] },
];
const geminiTools = {
  tools: [
    {
      functionDeclarations: [
        { name: 'get_weather', description: 'The weather', parametersJsonSchema: schema },
      ],
    },
  ],
  toolConfig: { functionCallingConfig: { mode: 'AUTO' } },
};
const geminiOutput = {
  maxOutputTokens: 100,
  responseMimeType: 'application/json',
  responseJsonSchema: schema,
};
const geminiConfigs = {
  plain: {},
  thread: { systemInstruction: 'Be kind.' },
  shaped: { ...geminiOutput, ...geminiTools },
};

const stream = { stream: true } as const;
// biome-ignore lint/suspicious/noExplicitAny: the bodies are what an application writes; their types are the SDK's matter
type Loose = any;

const bares: readonly Bare[] = [
  {
    name: 'openai, Chat Completions',
    model: 'gpt-5-mini',
    create: (url) => openai({ baseURL: `${url}/v1`, apiKey }),
    async call(url, which, streams) {
      const client: Loose = new OpenAI({ baseURL: `${url}/v1`, apiKey, maxRetries: 0 });
      const more = streams ? { ...stream, stream_options: { include_usage: true } } : {};
      return client.chat.completions.create({ model: this.model, ...chatBodies[which], ...more });
    },
  },
  {
    name: 'openai, Responses',
    model: 'gpt-5-mini',
    create: (url) => openai({ baseURL: `${url}/v1`, apiKey, api: 'responses' }),
    async call(url, which, streams) {
      const client: Loose = new OpenAI({ baseURL: `${url}/v1`, apiKey, maxRetries: 0 });
      return client.responses.create({
        model: this.model,
        ...responsesBodies[which],
        ...(streams ? stream : {}),
      });
    },
  },
  {
    name: 'anthropic',
    model: 'claude-haiku-4-5',
    create: (url) => anthropic({ baseURL: url, apiKey }),
    async call(url, which, streams) {
      const client: Loose = new Anthropic({ baseURL: url, apiKey, maxRetries: 0 });
      return client.messages.create({
        model: this.model,
        ...messagesBodies[which],
        ...(streams ? stream : {}),
      });
    },
  },
  {
    name: 'google',
    model: 'gemini-3-flash-preview',
    create: (url) => google({ baseURL: url, apiKey }),
    async call(url, which, streams) {
      const { models }: Loose = new GoogleGenAI({
        apiKey,
        apiVersion: 'v1beta',
        httpOptions: { baseUrl: url },
      });
      const contents = which === 'thread' ? geminiThread : 'Hello';
      const request = { model: this.model, contents, config: geminiConfigs[which] };
      if (!streams) return models.generateContent(request);
      for await (const _ of await models.generateContentStream(request)) return;
    },
  },
  {
    name: 'google, the older SDK',
    model: 'gemini-3-flash-preview',
    create: (url) => google({ baseURL: url, apiKey, sdk: 'generative-ai' }),
    async call(url, which, streams) {
      const address = { baseUrl: url, apiVersion: 'v1beta' };
      const model: Loose = new GoogleGenerativeAI(apiKey).getGenerativeModel({ model: this.model }, address);
      const request = {
        contents: which === 'thread' ? geminiThread : [hello],
        ...(which === 'thread' ? { systemInstruction: { role: 'user', parts: [{ text: 'Be kind.' }] } } : {}),
        ...(which === 'shaped' ? geminiTools : {}),
        generationConfig: which === 'shaped' ? geminiOutput : {},
      };
      if (!streams) return model.generateContent(request, address);
      const { stream: chunks, response } = await model.generateContentStream(request, address);
      response.catch(() => {});
      for await (const _ of chunks) return;
    },
  },
];

describe.each(bares)('$name', (bare) => {
  let server: FaultServer;
  beforeEach(async () => {
    server = await faultServer(json({ error: { message: 'only the request matters' } }, 400));
  });
  afterEach(() => server.close());

  const calls = { plain, thread, shaped };
  const cases = (['plain', 'thread', 'shaped'] as const).flatMap((which) =>
    [false, true].map((streams) => [which, streams ? 'stream' : 'chat'] as const),
  );
  it.each(cases)('%s, %s: the bytes are those of the bare SDK', async (which, how) => {
    const provider = bare.create(server.url);
    const call = { ...calls[which], model: bare.model, signal: new AbortController().signal };
    await outcome(bare.call(server.url, which, how === 'stream'));
    if (how === 'chat') await outcome(provider.chat(call));
    else
      await outcome(
        (async () => {
          for await (const _ of provider.stream(call));
        })(),
      );
    const [theirs, ours] = server.received;
    expect(theirs?.text.length).toBeGreaterThan(20);
    expect(ours?.text).toBe(theirs?.text);
    expect(ours?.path).toBe(theirs?.path);
  });
});
