// By hand: what an application could do that wants no library at all, or none but a parser of event streams.
import { createParser } from 'eventsource-parser';
import { peer } from '../peers.ts';
import { models, prompt as short, system, tool } from '../workload.ts';
import type { MakeClient } from './contender.ts';

interface Delta {
  readonly content?: string | null;
  readonly tool_calls?: readonly {
    readonly index: number;
    readonly function?: { readonly arguments?: string };
  }[];
}
interface Completion {
  readonly choices: readonly { readonly message?: { readonly content: string }; readonly delta?: Delta }[];
}

const messagesOf = (prompt: string) => [
  { role: 'system', content: system },
  { role: 'user', content: prompt },
];
const chat = (prompt: string): string =>
  JSON.stringify({ model: models.openai, messages: messagesOf(prompt) });
const messages = messagesOf(short);
const streamed = { model: models.openai, messages, stream: true, stream_options: { include_usage: true } };
const stream = JSON.stringify(streamed);
const { name, description, schema } = tool;
const tools = JSON.stringify({
  ...streamed,
  tools: [{ type: 'function', function: { name, description, parameters: schema } }],
});
const headers = { 'content-type': 'application/json', authorization: 'Bearer no-key' };

const textOf = ({ choices }: Completion): string => choices[0]?.message?.content ?? '';

/** Reads the body of an event stream; `see` gets each delta. */
async function read(body: AsyncIterable<Uint8Array>, see: (delta: Delta) => void): Promise<void> {
  let done = false;
  const parser = createParser({
    onEvent({ data }) {
      if (data === '[DONE]') {
        done = true;
        return;
      }
      const delta = (JSON.parse(data) as Completion).choices[0]?.delta;
      if (delta !== undefined) see(delta);
    },
  });
  const decoder = new TextDecoder();
  for await (const bytes of body) parser.feed(decoder.decode(bytes, { stream: true }));
  if (!done) throw new Error('the stream has no end mark');
}

async function length(body: AsyncIterable<Uint8Array>, first: () => void): Promise<number> {
  let characters = 0;
  await read(body, ({ content }) => {
    if (!content) return;
    if (characters === 0) first();
    characters += content.length;
  });
  return characters;
}

async function inputs(body: AsyncIterable<Uint8Array>, first: () => void): Promise<readonly unknown[]> {
  const texts: string[] = [];
  await read(body, ({ tool_calls = [] }) => {
    for (const { index, function: called } of tool_calls) {
      if (texts.length === 0) first();
      texts[index] = (texts[index] ?? '') + (called?.arguments ?? '');
    }
  });
  return texts.map((text) => JSON.parse(text));
}

export const webFetch: MakeClient = ({ vendor }) => {
  const url = `${vendor}/v1/chat/completions`;
  const post = async (body: string): Promise<Response> => {
    const response = await fetch(url, { method: 'POST', headers, body });
    if (!response.ok) throw new Error(`status ${response.status}`);
    return response;
  };
  const open = async (body: string): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> => {
    const response = await post(body);
    if (response.body === null) throw new Error('no body');
    return response.body;
  };
  return {
    chat: async (prompt) => textOf((await (await post(chat(prompt))).json()) as Completion),
    stream: async (first) => length(await open(stream), first),
    tools: async (first) => inputs(await open(tools), first),
  };
};

/** What is used of undici. */
interface Undici {
  request(
    url: string,
    options: { readonly method: 'POST'; readonly headers: object; readonly body: string },
  ): Promise<{
    readonly statusCode: number;
    readonly body: AsyncIterable<Uint8Array> & { json(): Promise<unknown> };
  }>;
}

export const undici: MakeClient = async ({ vendor }) => {
  const { request } = await peer<Undici>('undici');
  const url = `${vendor}/v1/chat/completions`;
  const post = async (text: string) => {
    const { statusCode, body } = await request(url, { method: 'POST', headers, body: text });
    if (statusCode !== 200) throw new Error(`status ${statusCode}`);
    return body;
  };
  return {
    chat: async (prompt) => textOf((await (await post(chat(prompt))).json()) as Completion),
    stream: async (first) => length(await post(stream), first),
    tools: async (first) => inputs(await post(tools), first),
  };
};
