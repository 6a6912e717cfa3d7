import { peer } from '../peers.ts';
import { models, prompt as short, system, tool } from '../workload.ts';
import type { MakeClient } from './contender.ts';

interface Chunk {
  readonly text: string;
  readonly tool_call_chunks?: readonly { readonly index?: number; readonly args?: string }[];
}
type Messages = readonly (readonly [role: string, content: string])[];
interface Runnable {
  invoke(messages: Messages): Promise<Chunk>;
  stream(messages: Messages): Promise<AsyncIterable<Chunk>>;
}
interface Model extends Runnable {
  withFallbacks(models: readonly Runnable[]): Runnable;
  bindTools(tools: readonly object[]): Model;
}
/** What is used of `@langchain/openai`. */
interface LangChain {
  readonly ChatOpenAI: new (options: object) => Model;
}

const messagesOf = (prompt: string): Messages => [
  ['system', system],
  ['user', prompt],
];
const messages = messagesOf(short);

export const langchain: MakeClient = async ({ vendor }) => {
  const { ChatOpenAI } = await peer<LangChain>('@langchain/openai');
  const model = (): Model =>
    new ChatOpenAI({
      model: models.openai,
      apiKey: 'no-key',
      maxRetries: 0,
      useResponsesApi: false,
      configuration: { baseURL: `${vendor}/v1` },
    });
  const { name, description, schema } = tool;
  const tools = [{ type: 'function', function: { name, description, parameters: schema } }];
  const plain = model().withFallbacks([model()]);
  const withTools = model()
    .bindTools(tools)
    .withFallbacks([model().bindTools(tools)]);
  return {
    chat: async (prompt) => (await plain.invoke(messagesOf(prompt))).text,
    async stream(first) {
      let characters = 0;
      for await (const { text } of await plain.stream(messages)) {
        if (text === '') continue;
        if (characters === 0) first();
        characters += text.length;
      }
      return characters;
    },
    async tools(first) {
      const texts: string[] = [];
      for await (const { tool_call_chunks = [] } of await withTools.stream(messages)) {
        for (const { index = 0, args = '' } of tool_call_chunks) {
          if (texts.length === 0) first();
          texts[index] = (texts[index] ?? '') + args;
        }
      }
      return texts.map((text) => JSON.parse(text));
    },
  };
};
