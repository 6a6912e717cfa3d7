// The vendors' own SDKs, as an application without failover would use them; retries off, as they are under a router.
import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI } from '@google/genai';
import OpenAI from 'openai';
import { models, prompt as short, system, tool } from '../workload.ts';
import type { Client, MakeClient } from './contender.ts';

const messagesOf = (prompt: string) => [
  { role: 'system' as const, content: system },
  { role: 'user' as const, content: prompt },
];
const { name, description, schema } = tool;

export function overOpenAI(client: OpenAI): Client {
  const model = models.openai;
  const streamed = {
    model,
    messages: messagesOf(short),
    stream: true as const,
    stream_options: { include_usage: true },
  };
  const tools = [{ type: 'function' as const, function: { name, description, parameters: schema } }];
  return {
    async chat(prompt) {
      const { choices } = await client.chat.completions.create({ model, messages: messagesOf(prompt) });
      return choices[0]?.message.content ?? '';
    },
    async picture(bytes) {
      const url = `data:image/png;base64,${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64')}`;
      const content = [
        { type: 'text' as const, text: short },
        { type: 'image_url' as const, image_url: { url } },
      ];
      const { choices } = await client.chat.completions.create({
        model,
        messages: [
          { role: 'system', content: system },
          { role: 'user', content },
        ],
      });
      return choices[0]?.message.content ?? '';
    },
    async stream(first) {
      let characters = 0;
      for await (const { choices } of await client.chat.completions.create(streamed)) {
        const content = choices[0]?.delta.content;
        if (!content) continue;
        if (characters === 0) first();
        characters += content.length;
      }
      return characters;
    },
    async tools(first) {
      const texts: string[] = [];
      for await (const { choices } of await client.chat.completions.create({ ...streamed, tools })) {
        for (const { index, function: called } of choices[0]?.delta.tool_calls ?? []) {
          if (texts.length === 0) first();
          texts[index] = (texts[index] ?? '') + (called?.arguments ?? '');
        }
      }
      return texts.map((text) => JSON.parse(text));
    },
  };
}

export const openai: MakeClient = ({ vendor }) =>
  overOpenAI(new OpenAI({ apiKey: 'no-key', baseURL: `${vendor}/v1`, maxRetries: 0 }));

export const portkey: MakeClient = ({ vendor, gateway }) => {
  if (gateway === undefined) throw new Error('the gateway does not run');
  const defaultHeaders = { 'x-portkey-provider': 'openai', 'x-portkey-custom-host': `${vendor}/v1` };
  return overOpenAI(
    new OpenAI({ apiKey: 'no-key', baseURL: `${gateway}/v1`, maxRetries: 0, defaultHeaders }),
  );
};

export const anthropic: MakeClient = ({ vendor }) => {
  const client = new Anthropic({ apiKey: 'no-key', baseURL: vendor, maxRetries: 0 });
  const bodyOf = (prompt: string) => ({
    model: models.anthropic,
    max_tokens: 4096,
    system,
    messages: [{ role: 'user' as const, content: prompt }],
  });
  const body = bodyOf(short);
  const tools = [{ name, description, input_schema: { ...schema, required: [...schema.required] } }];
  return {
    async chat(prompt) {
      const { content } = await client.messages.create(bodyOf(prompt));
      return content.map((block) => (block.type === 'text' ? block.text : '')).join('');
    },
    async stream(first) {
      let characters = 0;
      for await (const event of await client.messages.create({ ...body, stream: true })) {
        if (event.type !== 'content_block_delta' || event.delta.type !== 'text_delta') continue;
        if (characters === 0) first();
        characters += event.delta.text.length;
      }
      return characters;
    },
    async tools(first) {
      const texts: string[] = [];
      for await (const event of await client.messages.create({ ...body, tools, stream: true })) {
        if (event.type !== 'content_block_delta' || event.delta.type !== 'input_json_delta') continue;
        if (texts.length === 0) first();
        texts[event.index] = (texts[event.index] ?? '') + event.delta.partial_json;
      }
      return texts.map((text) => JSON.parse(text));
    },
  };
};

export const google: MakeClient = ({ vendor }) => {
  const client = new GoogleGenAI({ apiKey: 'no-key', httpOptions: { baseUrl: vendor } });
  const request = { model: models.google, contents: short, config: { systemInstruction: system } };
  const tools = [{ functionDeclarations: [{ name, description, parametersJsonSchema: schema }] }];
  return {
    chat: async (prompt) =>
      (await client.models.generateContent({ ...request, contents: prompt })).text ?? '',
    async stream(first) {
      let characters = 0;
      for await (const { text = '' } of await client.models.generateContentStream(request)) {
        if (characters === 0) first();
        characters += text.length;
      }
      return characters;
    },
    async tools(first) {
      const inputs: unknown[] = [];
      const config = { ...request.config, tools };
      for await (const { functionCalls = [] } of await client.models.generateContentStream({
        ...request,
        config,
      })) {
        for (const { args } of functionCalls) {
          if (inputs.length === 0) first();
          inputs.push(args);
        }
      }
      return inputs;
    },
  };
};
