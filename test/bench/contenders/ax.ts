import { peer } from '../peers.ts';
import { models, prompt, system } from '../workload.ts';
import type { MakeClient } from './contender.ts';

interface Answer {
  readonly results: readonly { readonly content?: string }[];
}
interface Service {
  chat(
    request: { readonly chatPrompt: readonly { readonly role: string; readonly content: string }[] },
    options: { readonly stream: boolean },
  ): Promise<Answer | AsyncIterable<Answer>>;
}
/** What is used of ax. */
interface Ax {
  ai(options: object): Service;
  readonly AxBalancer: { create(services: readonly Service[]): Service };
}

/** Its balancer over two services. Tool calls are not measured: ax gives them to its own programs, not to a reader. */
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
  const request = {
    chatPrompt: [
      { role: 'system', content: system },
      { role: 'user', content: prompt },
    ],
  };
  return {
    async chat() {
      const answer = await balancer.chat(request, { stream: false });
      if (!('results' in answer)) throw new Error('ax gave a stream');
      return answer.results[0]?.content ?? '';
    },
    async stream(first) {
      const answers = await balancer.chat(request, { stream: true });
      if (!(Symbol.asyncIterator in answers)) throw new Error('ax gave no stream');
      let characters = 0;
      for await (const { results } of answers) {
        const content = results[0]?.content;
        if (!content) continue;
        if (characters === 0) first();
        characters += content.length;
      }
      return characters;
    },
  };
};
