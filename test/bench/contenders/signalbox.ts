import { createRouter, type Provider, type Router, type UserPart } from 'signalbox';
import { anthropic } from 'signalbox/anthropic';
import { google } from 'signalbox/google';
import { openai } from 'signalbox/openai';
import { openaiCompatible } from 'signalbox/openai-compatible';
import { models, prompt as short, system, tool } from '../workload.ts';
import type { Client, MakeClient } from './contender.ts';

const price = { input: 0.25, output: 2 };
const tools = [{ name: tool.name, description: tool.description, inputSchema: tool.schema }];

/** A router as an application has it: two targets, the second one for when the first one fails, which it does not do here. */
export function routerOver(provider: Provider, model: string): Router {
  return createRouter({
    targets: [
      { provider, model, price },
      { provider, model, price, id: 'second' },
    ],
    routes: { bench: {} },
  });
}

function over(provider: Provider, model: string): Client {
  const router = routerOver(provider, model);
  const request = { system, prompt: short };
  return {
    chat: async (prompt) => (await router.chat({ system, prompt })).text,
    async picture(data) {
      const content: UserPart[] = [
        { type: 'text', text: short },
        { type: 'image', image: data, mediaType: 'image/png' },
      ];
      return (await router.chat({ system, messages: [{ role: 'user', content }] })).text;
    },
    async stream(first) {
      let characters = 0;
      for await (const part of await router.stream(request)) {
        if (part.type !== 'text-delta') continue;
        if (characters === 0) first();
        characters += part.text.length;
      }
      return characters;
    },
    async tools(first) {
      const inputs: unknown[] = [];
      let seen = false;
      for await (const part of await router.stream({ ...request, tools })) {
        if (!seen && part.type.startsWith('tool-call')) {
          seen = true;
          first();
        }
        if (part.type === 'tool-call') inputs.push(part.input);
      }
      return inputs;
    },
  };
}

const apiKey = 'no-key';

export const compatible = (vendor: string): Provider =>
  openaiCompatible({ name: 'local', baseURL: `${vendor}/v1`, apiKey });

export const overCompatible: MakeClient = ({ vendor }) => over(compatible(vendor), models.openai);
export const overOpenAI: MakeClient = ({ vendor }) =>
  over(openai({ apiKey, baseURL: `${vendor}/v1` }), models.openai);
export const overAnthropic: MakeClient = ({ vendor }) =>
  over(anthropic({ apiKey, baseURL: vendor }), models.anthropic);
export const overGoogle: MakeClient = ({ vendor }) =>
  over(google({ apiKey, baseURL: vendor }), models.google);
