import { peer } from '../peers.ts';
import { models, prompt as short, system, tool } from '../workload.ts';
import type { MakeClient } from './contender.ts';

interface Answer {
  readonly results: readonly {
    readonly content?: string;
    readonly functionCalls?: readonly {
      readonly id: string;
      readonly function: { readonly params?: string | object };
    }[];
  }[];
}
interface Service {
  chat(
    request: {
      readonly chatPrompt: readonly { readonly role: string; readonly content: string }[];
      readonly functions?: readonly object[];
    },
    options: { readonly stream: boolean },
  ): Promise<Answer | AsyncIterable<Answer>>;
}
/** What is used of ax. */
interface Ax {
  ai(options: object): Service;
  readonly AxBalancer: { create(services: readonly Service[]): Service };
}

/** Its balancer over two services. */
export const ax: MakeClient = async ({ vendor }) => {
  const { ai, AxBalancer } = await peer<Ax>('@ax-llm/ax');
  const service = (): Service =>
    ai({
      name: 'openai',
      apiKey: 'no-key',
      apiURL: `${vendor}/v1`,
      config: { model: models.openai, stream: false },
      options: { retry: { maxRetries: 0 } },
    });
  const balancer = AxBalancer.create([service(), service()]);
  const requestOf = (prompt: string) => ({
    chatPrompt: [
      { role: 'system', content: system },
      { role: 'user', content: prompt },
    ],
  });
  const request = requestOf(short);
  const { name, description, schema } = tool;
  const withTools = { ...request, functions: [{ name, description, parameters: schema }] };
  const open = async (asked: typeof request): Promise<AsyncIterable<Answer>> => {
    const answers = await balancer.chat(asked, { stream: true });
    if (!(Symbol.asyncIterator in answers)) throw new Error('ax gave no stream');
    return answers;
  };
  return {
    async chat(prompt) {
      const answer = await balancer.chat(requestOf(prompt), { stream: false });
      if (!('results' in answer)) throw new Error('ax gave a stream');
      return answer.results[0]?.content ?? '';
    },
    async stream(first) {
      let characters = 0;
      for await (const { results } of await open(request)) {
        const content = results[0]?.content;
        if (!content) continue;
        if (characters === 0) first();
        characters += content.length;
      }
      return characters;
    },
    async tools(first) {
      const texts = new Map<string, string>();
      for await (const { results } of await open(withTools)) {
        for (const { id, function: called } of results[0]?.functionCalls ?? []) {
          if (texts.size === 0) first();
          const { params = '' } = called;
          texts.set(
            id,
            (texts.get(id) ?? '') + (typeof params === 'string' ? params : JSON.stringify(params)),
          );
        }
      }
      return [...texts.values()].map((text) => JSON.parse(text));
    },
  };
};
