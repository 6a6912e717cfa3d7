import OpenAI from 'openai';
import { createRouter, isRouterError, type Policies } from 'signalbox';
import { openai } from 'signalbox/openai';
import type { Scenario } from './scenarios.ts';
import type { Timing } from './vendor.ts';

/** What a system gave the caller at last. */
export interface Answer {
  readonly text: string;
  readonly model: string | undefined;
  readonly counted: boolean;
}

/** Something to play the scenarios against. Rejects where there is no answer. */
export interface System {
  readonly name: string;
  readonly hasFallback: boolean;
  /** Created for each scenario: one primary model, one fallback, both at the same address. */
  connect(baseURL: string, scenario: Scenario, timing: Timing): Connection;
}

export interface Connection {
  /** A streamed answer from the primary or its fallback. */
  stream(prompt: string): Promise<Answer>;
  /** A whole answer from the model that nothing is wrong with. */
  chat(prompt: string): Promise<Answer>;
  /** For the reader: what an error was. */
  explain(error: unknown): string;
  close(): void;
}

/** The router with its defaults, except that a stream that is cut restarts. */
export const defaults = { interrupted: 'restart' } satisfies Policies;

/**
 * What somebody would write to whom the model matters more than a second, but for whom 30 s are too long to wait for a first token,
 * and a minute for a vendor that is back.
 */
export const settings = {
  interrupted: 'restart',
  retry: { prefer: 'same-target' },
  timeout: { firstToken: 5_000, idle: 10_000 },
  breaker: { openFor: 5_000, maxOpenFor: 10_000 },
} satisfies Policies;

export function signalbox(policies: typeof settings | typeof defaults): System {
  return {
    name: 'signalbox',
    hasFallback: true,
    connect(baseURL, { model, fallback }, { clock }) {
      const provider = openai({ baseURL, apiKey: 'none' });
      const router = createRouter({
        targets: [
          { provider, model, id: 'primary' },
          { provider, model: fallback, id: 'fallback' },
        ],
        catalog: false,
        clock,
        ...policies,
      });
      return {
        async stream(prompt) {
          const stream = await router.stream({ prompt });
          let text = '';
          for await (const part of stream) {
            if (part.type === 'restart') text = '';
            if (part.type === 'text-delta') text += part.text;
          }
          const { response, usage } = await stream.result;
          return { text, model: response.model, counted: usage.outputTokens !== undefined };
        },
        async chat(prompt) {
          const { text, response, usage } = await router.chat({ prompt }, { route: 'fallback' });
          return { text, model: response.model, counted: usage.outputTokens !== undefined };
        },
        explain: (error) =>
          isRouterError(error) ? (isRouterError(error, 'provider') ? error.kind : error.code) : String(error),
        close: () => router.close(),
      };
    },
  };
}

/** The SDK alone, as the benchmark plays the Python one: two retries, 30 s. */
export const bareSdk: System = {
  name: 'the openai SDK alone',
  hasFallback: false,
  connect(baseURL, { model, fallback }) {
    const client = new OpenAI({
      baseURL,
      apiKey: 'none',
      maxRetries: 2,
      timeout: 30_000,
      logLevel: 'off',
    });
    return {
      async stream(prompt) {
        const stream = await client.chat.completions.create({
          model,
          messages: [{ role: 'user', content: prompt }],
          stream: true,
          stream_options: { include_usage: true },
        });
        let text = '';
        let answered: string | undefined;
        let counted = false;
        for await (const chunk of stream) {
          answered = chunk.model;
          text += chunk.choices[0]?.delta.content ?? '';
          counted ||= chunk.usage !== undefined && chunk.usage !== null;
        }
        return { text, model: answered, counted };
      },
      async chat(prompt) {
        const {
          choices,
          usage,
          model: answered,
        } = await client.chat.completions.create({
          model: fallback,
          messages: [{ role: 'user', content: prompt }],
        });
        return { text: choices[0]?.message.content ?? '', model: answered, counted: usage !== undefined };
      },
      explain: (error) => (error instanceof Error ? error.message : String(error)),
      close() {},
    };
  },
};
