import { createOpenAI } from '@ai-sdk/openai';
import Anthropic from '@anthropic-ai/sdk';
import { HumanMessage } from '@langchain/core/messages';
import { generateText, streamText } from 'ai';
import OpenAI from 'openai';
import { createRouter, type Provider, type Router } from 'signalbox';
import { aiSdk, toProvider } from 'signalbox/ai-sdk';
import { toChatModel } from 'signalbox/langchain';
import { openai } from 'signalbox/openai';
import { reportOf, toFetch } from 'signalbox/openai-fetch';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fixture } from '../conformance/fixtures/openai.ts';
import type { Wire } from '../conformance/suite.ts';
import { events, type FaultServer, faultServer, json } from '../support/fault-server.ts';

// Settings and prices of targets and routes, through each interface: what reaches the vendor, and what it costs.
const apiKey = 'sk-test-0123456789';
const asked = 'Hi';
const wire = fixture.wires.text as Wire;
const [complete, streamed] = [json(wire.answer), events(wire.stream)];
const price = { input: 1, output: 2 };
const catalog = {
  price: (provider: string, model: string) =>
    `${provider}/${model}` === 'openai/gpt-4.1-mini' ? price : undefined,
};
const { usage } = wire.answer as {
  readonly usage: { readonly prompt_tokens: number; readonly completion_tokens: number };
};
const usd = (usage.prompt_tokens * price.input + usage.completion_tokens * price.output) / 1e6;

let server: FaultServer;
beforeEach(async () => {
  server = await faultServer();
});
afterEach(() => server.close());

interface Vendor {
  readonly provider: Provider;
  readonly model: string | object;
}
const direct = (): Vendor => ({
  provider: openai({ apiKey, baseURL: `${server.url}/v1` }),
  model: 'prod-chat',
});
const overAiSdk = (): Vendor => ({
  provider: aiSdk(),
  model: createOpenAI({ apiKey, baseURL: `${server.url}/v1` }).chat('prod-chat'),
});

type Ask = (router: Router) => Promise<number | undefined>;
const sent = { temperature: 1, topP: 0.5 };
const costIn = (metadata: unknown): number | undefined =>
  (metadata as { readonly signalbox?: { readonly cost?: { readonly total?: number } } })?.signalbox?.cost
    ?.total;
const sdk = (router: Router) =>
  new OpenAI({ apiKey: 'x', baseURL: 'http://signalbox/v1', fetch: toFetch(router), maxRetries: 0 });

const faces: Readonly<Record<string, { readonly stream?: true; readonly ask: Ask }>> = {
  'the AI SDK': {
    ask: async (router) => {
      const model = toProvider(router)('own');
      return costIn((await generateText({ model, prompt: asked, ...sent })).providerMetadata);
    },
  },
  'the AI SDK, streamed': {
    stream: true,
    ask: async (router) => {
      const result = streamText({ model: toProvider(router)('own'), prompt: asked, ...sent });
      await result.consumeStream();
      return costIn(await result.providerMetadata);
    },
  },
  'Chat Completions': {
    ask: async (router) => {
      const messages = [{ role: 'user' as const, content: asked }];
      const body = { model: 'own', messages, temperature: 1, top_p: 0.5 };
      return reportOf(await sdk(router).chat.completions.create(body))?.cost;
    },
  },
  'Chat Completions, streamed': {
    stream: true,
    ask: async (router) => {
      const messages = [{ role: 'user' as const, content: asked }];
      const body = { model: 'own', messages, temperature: 1, top_p: 0.5, stream: true as const };
      let cost: number | undefined;
      for await (const chunk of await sdk(router).chat.completions.create(body))
        cost = reportOf(chunk)?.cost ?? cost;
      return cost;
    },
  },
  Responses: {
    ask: async (router) => {
      const body = { model: 'own', input: asked, temperature: 1, top_p: 0.5 };
      return reportOf(await sdk(router).responses.create(body))?.cost;
    },
  },
  Messages: {
    ask: async (router) => {
      const client = new Anthropic({ apiKey: 'x', baseURL: 'http://signalbox', fetch: toFetch(router) });
      const messages = [{ role: 'user' as const, content: asked }];
      const body = { model: 'own', messages, max_tokens: 9, temperature: 1, top_p: 0.5 };
      return reportOf(await client.messages.create(body))?.cost;
    },
  },
  LangChain: {
    ask: async (router) => {
      const model = toChatModel(router, { route: 'own' });
      const answer = await model.invoke([new HumanMessage(asked)], sent as object);
      return costIn(answer.response_metadata);
    },
  },
};

describe.each(Object.entries(faces))('through %s', (_, { stream, ask }) => {
  describe.each([
    ['a provider of its own', direct],
    ['a model of the AI SDK', overAiSdk],
  ])('to %s', (_, vendor) => {
    const targetOf = () => ({ ...vendor(), id: 'own', pricedAs: 'openai/gpt-4.1-mini' as const });
    const settings = { temperature: undefined, topP: 0.25, maxOutputTokens: 77 };
    const bodyOf = async (router: Router): Promise<Record<string, unknown>> => {
      server.behave(stream ? streamed : complete);
      await ask(router);
      return server.received[0]?.body as Record<string, unknown>;
    };

    it('settings of the target replace those of the request, and undefined removes one', async () => {
      const router = createRouter({ targets: [{ ...targetOf(), settings }], catalog });
      const { temperature, top_p, ...body } = await bodyOf(router);
      expect([temperature, top_p]).toEqual([undefined, 0.25]);
      expect(body['max_completion_tokens'] ?? body['max_tokens']).toBe(77);
    });

    it('settings of the route do, too', async () => {
      const { id: _, ...target } = targetOf();
      const routes = { own: { settings } };
      const router = createRouter({ targets: [{ ...target, id: 'one' }], routes, catalog });
      expect(await bodyOf(router)).toMatchObject({ top_p: 0.25 });
    });

    it('pricedAs gives the price', async () => {
      const router = createRouter({ targets: [targetOf()], catalog });
      server.behave(stream ? streamed : complete);
      expect(await ask(router)).toBeCloseTo(usd, 12);
    });
  });
});
