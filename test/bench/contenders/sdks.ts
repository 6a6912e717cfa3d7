// The vendors' own SDKs, as an application without failover would use them; retries off, as they are under a router.
import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI } from '@google/genai';
import OpenAI from 'openai';
import { models, prompt, system, tool } from '../workload.ts';
import type { Client, MakeClient } from './contender.ts';

const messages = [
  { role: 'system' as const, content: system },
  { role: 'user' as const, content: prompt },
];
const { name, description, schema } = tool;

export function overOpenAI(client: OpenAI): Client {
  const body = { model: models.openai, messages };
  const streamed = { ...body, stream: true as const, stream_options: { include_usage: true } };
  const tools = [{ type: 'function' as const, function: { name, description, parameters: schema } }];
  return {
    chat: async () => (await client.chat.completions.create(body)).choices[0]?.message.content ?? '',
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
  const body = {
    model: models.anthropic,
    max_tokens: 4096,
    system,
    messages: [{ role: 'user' as const, content: prompt }],
  };
  const tools = [{ name, description, input_schema: { ...schema, required: [...schema.required] } }];
  return {
    async chat() {
      const { content } = await client.messages.create(body);
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
  const request = { model: models.google, contents: prompt, config: { systemInstruction: system } };
  return {
    chat: async () => (await client.models.generateContent(request)).text ?? '',
    async stream(first) {
      let characters = 0;
      for await (const { text = '' } of await client.models.generateContentStream(request)) {
        if (characters === 0) first();
        characters += text.length;
      }
      return characters;
    },
  };
};
