import type Anthropic from '@anthropic-ai/sdk';
import type { AIMessageChunk } from '@langchain/core/messages';
import type { Router } from 'signalbox';
import { toProvider } from 'signalbox/ai-sdk';
import { toChatModel } from 'signalbox/langchain';
import { clients } from '../adapters/openai-fetch/clients.ts';
import type { Mode } from './play.ts';

/** An answer as another library gives it. */
export interface Seen {
  readonly text: string;
  readonly calls: readonly { readonly toolName: string; readonly input: unknown }[];
}

/** Asks through another library. Rejects where that library does. */
export type Face = (router: Router, mode: Mode) => Promise<Seen>;

const prompt = 'Hi';
const model = 'target';

interface Part {
  readonly type: string;
  readonly text?: string;
  readonly delta?: string;
  readonly toolName?: string;
  readonly input?: string;
  readonly error?: unknown;
}

/** The parts of an answer in the AI SDK's words, whole or streamed. */
function seenIn(parts: readonly Part[]): Seen {
  const error = parts.find(({ type }) => type === 'error');
  if (error !== undefined) throw error.error;
  return {
    text: parts
      .map(({ type, text, delta }) => (type.startsWith('text') ? (text ?? delta ?? '') : ''))
      .join(''),
    calls: parts.flatMap(({ type, toolName = '', input = '' }) =>
      type === 'tool-call' ? [{ toolName, input: JSON.parse(input) }] : [],
    ),
  };
}

async function collect<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const one of stream) all.push(one);
  return all;
}

const called = (list: readonly { readonly function: { name: string; arguments: string } }[] | undefined) =>
  (list ?? []).map(({ function: { name: toolName, arguments: input } }) => ({
    toolName,
    input: JSON.parse(input),
  }));

/** The libraries that a router can stand in for. */
export const faces: Readonly<Record<string, Face>> = {
  async 'the AI SDK'(router, mode) {
    const ai = toProvider(router).languageModel('default');
    const call = { prompt: [{ role: 'user', content: [{ type: 'text', text: prompt }] }] };
    if (mode === 'chat') return seenIn((await ai.doGenerate(call)).content as readonly Part[]);
    const { stream } = await ai.doStream(call);
    return seenIn(await collect(stream as unknown as AsyncIterable<Part>));
  },
  async 'OpenAI’s Chat Completions'(router, mode) {
    const { chat } = clients(router).openai;
    const body = { model, messages: [{ role: 'user' as const, content: prompt }] };
    const message =
      mode === 'chat'
        ? (await chat.completions.create(body)).choices[0]?.message
        : await chat.completions.stream(body).finalMessage();
    const calls = (message?.tool_calls ?? []).filter((call) => call.type === 'function');
    return { text: message?.content ?? '', calls: called(calls) };
  },
  async 'OpenAI’s Responses'(router, mode) {
    const { responses } = clients(router).openai;
    const answer =
      mode === 'chat'
        ? await responses.create({ model, input: prompt })
        : await responses.stream({ model, input: prompt }).finalResponse();
    const calls = answer.output.flatMap((item) =>
      item.type === 'function_call' ? [{ function: item }] : [],
    );
    return { text: answer.output_text, calls: called(calls) };
  },
  async 'Anthropic’s Messages'(router, mode) {
    const { messages } = clients(router).anthropic;
    const body = { model, max_tokens: 100, messages: [{ role: 'user' as const, content: prompt }] };
    const { content }: Anthropic.Message =
      mode === 'chat' ? await messages.create(body) : await messages.stream(body).finalMessage();
    return {
      text: content.map((block) => (block.type === 'text' ? block.text : '')).join(''),
      calls: content.flatMap((block) =>
        block.type === 'tool_use' ? [{ toolName: block.name, input: block.input }] : [],
      ),
    };
  },
  async LangChain(router, mode) {
    const chat = toChatModel(router);
    const message =
      mode === 'chat'
        ? await chat.invoke(prompt)
        : (await collect<AIMessageChunk>(await chat.stream(prompt))).reduce((sum, piece) =>
            sum.concat(piece),
          );
    return {
      text: message.text,
      calls: (message.tool_calls ?? []).map(({ name, args }) => ({ toolName: name, input: args })),
    };
  },
};
