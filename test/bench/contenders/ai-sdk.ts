// The AI SDK with its own model for OpenAI-compatible servers, the same with two libraries that add failover, and with signalbox as
// the model. Where somebody can fail over, there are two models.
import type * as AICompatible from '@ai-sdk/openai-compatible';
import type { LanguageModelV4 } from '@ai-sdk/provider';
import type * as AI from 'ai';
import type { Router } from 'signalbox';
import { peer } from '../peers.ts';
import { models, tool as plot, prompt as short, system } from '../workload.ts';
import type { Addresses, Client, MakeClient } from './contender.ts';
import { compatible, routerOver } from './signalbox.ts';

async function over(model: LanguageModelV4): Promise<Client> {
  const { generateText, streamText, jsonSchema } = await peer<typeof AI>('ai');
  const request = { model, instructions: system, prompt: short, maxRetries: 0 };
  // No function to run, so that the answer ends with the calls.
  const tools: AI.ToolSet = {
    plot: { description: plot.description, inputSchema: jsonSchema(plot.schema) },
  };
  return {
    chat: async (prompt) => (await generateText({ ...request, prompt })).text,
    async stream(first) {
      let characters = 0;
      for await (const text of streamText(request).textStream) {
        if (characters === 0) first();
        characters += text.length;
      }
      return characters;
    },
    async tools(first) {
      const inputs: unknown[] = [];
      let seen = false;
      for await (const part of streamText({ ...request, tools }).stream) {
        if (!seen && part.type === 'tool-input-delta') {
          seen = true;
          first();
        }
        if (part.type === 'tool-call') inputs.push(part.input);
      }
      return inputs;
    },
  };
}

async function aiModel({ vendor }: Addresses): Promise<LanguageModelV4> {
  const { createOpenAICompatible } = await peer<typeof AICompatible>('@ai-sdk/openai-compatible');
  const provider = createOpenAICompatible({
    name: 'local',
    baseURL: `${vendor}/v1`,
    apiKey: 'no-key',
    includeUsage: true,
  });
  return provider(models.openai);
}

export const ai: MakeClient = async (addresses) => over(await aiModel(addresses));

/** What is used of ai-retry. */
interface AiRetry {
  createRetryableModel(options: {
    readonly model: LanguageModelV4;
    readonly retries: readonly unknown[];
  }): LanguageModelV4;
  readonly error: {
    isRetryable(value: boolean): { switch(to: { readonly model: LanguageModelV4 }): unknown };
  };
}

export const aiRetry: MakeClient = async (addresses) => {
  const { createRetryableModel, error } = await peer<AiRetry>('ai-retry/language-model');
  const [model, second] = [await aiModel(addresses), await aiModel(addresses)];
  return over(createRetryableModel({ model, retries: [error.isRetryable(true).switch({ model: second })] }));
};

/** What is used of ai-fallback. */
interface AiFallback {
  createFallback(options: { readonly models: readonly LanguageModelV4[] }): LanguageModelV4;
}

export const aiFallback: MakeClient = async (addresses) => {
  const { createFallback } = await peer<AiFallback>('ai-fallback');
  return over(createFallback({ models: [await aiModel(addresses), await aiModel(addresses)] }));
};

/** What is used of `signalbox/ai-sdk`. */
interface SignalboxForAI {
  toProvider(router: Router): (route: string) => LanguageModelV4;
}

/** By a name that the compiler does not follow: a checkout may be without this sub-path. */
const subPath: string = 'signalbox/ai-sdk';

export const aiOverSignalbox: MakeClient = async ({ vendor }) => {
  const loaded: SignalboxForAI | undefined = await import(subPath).catch(() => undefined);
  if (loaded === undefined) throw new Error(`this checkout has no ${subPath}`);
  return over(loaded.toProvider(routerOver(compatible(vendor), models.openai))('bench'));
};
