import { createOpenAI } from '@ai-sdk/openai';
import {
  createProviderRegistry,
  customProvider,
  defaultSettingsMiddleware,
  embed,
  embedMany,
  extractReasoningMiddleware,
  generateText,
  isStepCount,
  NoSuchModelError,
  Output,
  streamText,
  ToolLoopAgent,
  tool,
  wrapLanguageModel,
} from 'ai';
import * as v6 from 'ai-v6';
import { MockLanguageModelV3 } from 'ai-v6/test';
import { createRouter, isRouterError, type Router } from 'signalbox';
import { aiSdk, toProvider } from 'signalbox/ai-sdk';
import { openai } from 'signalbox/openai';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { fixture } from '../../conformance/fixtures/openai.ts';
import type { ScenarioName } from '../../conformance/scenarios.ts';
import type { Wire } from '../../conformance/suite.ts';
import { events, type FaultServer, faultServer, json } from '../../support/fault-server.ts';

const apiKey = 'sk-canary-key-0123456789';
const said = 'Hello there, friend';
const prompt = 'Hello';
const wireOf = (name: ScenarioName): Wire => fixture.wires[name] as Wire;
const answers = (name: ScenarioName) => json(wireOf(name).answer);
const streams = (name: ScenarioName) => events(wireOf(name).stream);
const vectors = [
  [1, 2],
  [3, 4],
];
const embeddings = json(fixture.embeddings?.answer(vectors));

let server: FaultServer;
let router: Router;
beforeEach(async () => {
  server = await faultServer(answers('text'));
  const provider = openai({ baseURL: `${server.url}/v1`, apiKey });
  router = createRouter({
    targets: [
      { provider, model: 'gpt-5-mini', id: 'small' },
      { provider, model: 'text-embedding-3-small', id: 'embedder' },
    ],
    routes: { fast: { targets: ['small'] } },
  });
});
afterEach(async () => {
  globalThis.AI_SDK_DEFAULT_PROVIDER = undefined;
  await router.close();
  await server.close();
});

const weather = { description: 'The weather now', inputSchema: z.object({ city: z.string() }) };
const time = { inputSchema: z.object({}) };

/** The answers of an agent that uses two tools and then speaks. */
function behaveAsAgent(): void {
  server.behave(answers('parallel tool calls'), answers('text'));
}

describe('the router in the AI SDK 7', () => {
  it('gives embeddings, one and many', async () => {
    const model = toProvider(router).embeddingModel('embedder');
    server.behave(json(fixture.embeddings?.answer([[1, 2]])));
    const one = await embed({ model, value: 'a' });
    expect(one.embedding).toEqual([1, 2]);
    server.behave(embeddings);
    const many = await embedMany({ model, values: ['a', 'b'] });
    expect(many.embeddings).toEqual(vectors);
    expect(many.usage).toEqual({ tokens: 5 });
    expect(many.providerMetadata?.['signalbox']).toMatchObject({ target: 'embedder' });
  });

  it('gives the same embeddings as the AI SDK’s own provider does', async () => {
    server.behave(embeddings);
    const name = 'text-embedding-3-small';
    const own = createOpenAI({ baseURL: `${server.url}/v1`, apiKey }).embeddingModel(name);
    const behind = createRouter({ targets: [{ provider: aiSdk(), model: own, id: 'e' }] });
    const direct = await embedMany({ model: own, values: ['a', 'b'] });
    const routed = await embedMany({ model: toProvider(behind).embeddingModel('e'), values: ['a', 'b'] });
    expect(server.received[1]?.text).toBe(server.received[0]?.text);
    expect([routed.embeddings, routed.usage]).toEqual([direct.embeddings, direct.usage]);
  });

  it('passes through middleware that changes the call and reads the answer', async () => {
    const model = wrapLanguageModel({
      model: toProvider(router)('fast'),
      middleware: [
        defaultSettingsMiddleware({ settings: { maxOutputTokens: 7 } }),
        {
          specificationVersion: 'v4',
          wrapGenerate: async ({ doGenerate }) => {
            const result = await doGenerate();
            return { ...result, content: [...result.content, { type: 'text', text: '!' }] };
          },
        },
      ],
    });
    expect((await generateText({ model, prompt })).text).toBe(`${said}!`);
    expect(server.received[0]?.body).toMatchObject({ max_completion_tokens: 7 });
  });

  it('has its streams read by middleware', async () => {
    server.behave(streams('text'));
    const model = wrapLanguageModel({
      model: toProvider(router)('fast'),
      middleware: extractReasoningMiddleware({ tagName: 'think' }),
    });
    expect(await streamText({ model, prompt }).text).toBe(said);
  });

  it('is a provider in a registry', async () => {
    const registry = createProviderRegistry({ router: toProvider(router) });
    const { text } = await generateText({ model: registry.languageModel('router:fast'), prompt });
    expect(text).toBe(said);
    expect(registry.embeddingModel('router:embedder').modelId).toBe('embedder');
  });

  it('is the fallback of a custom provider', async () => {
    const ai = toProvider(router);
    const custom = customProvider({ languageModels: { quick: ai('fast') }, fallbackProvider: ai });
    for (const id of ['quick', 'small']) {
      const { text } = await generateText({ model: custom.languageModel(id), prompt });
      expect(text).toBe(said);
    }
  });

  it('serves models that are given by name', async () => {
    globalThis.AI_SDK_DEFAULT_PROVIDER = toProvider(router);
    const { text, providerMetadata } = await generateText({ model: 'fast', prompt });
    expect(text).toBe(said);
    expect(providerMetadata?.['signalbox']).toMatchObject({ target: 'small' });
  });

  it('serves an agent through all its steps', async () => {
    behaveAsAgent();
    const agent = new ToolLoopAgent({
      model: toProvider(router)('fast'),
      tools: {
        get_weather: tool({ ...weather, execute: async ({ city }) => ({ city, c: 19 }) }),
        get_time: tool({ ...time, execute: async () => '12:00' }),
      },
    });
    const { text, steps } = await agent.generate({ prompt });
    expect([text, steps.length]).toEqual([said, 2]);
    expect(server.received[1]?.body).toMatchObject({
      messages: [
        { role: 'user' },
        { role: 'assistant' },
        { role: 'tool', tool_call_id: 'call_1', content: '{"city":"Paris","c":19}' },
        { role: 'tool', tool_call_id: 'call_2', content: '12:00' },
      ],
    });
  });

  it('gives each chunk as the vendor sent it, on request', async () => {
    server.behave(streams('text'));
    const stream = streamText({ model: toProvider(router)('fast'), prompt, include: { rawChunks: true } });
    const raws: unknown[] = [];
    for await (const part of stream.fullStream) if (part.type === 'raw') raws.push(part.rawValue);
    expect(raws).toHaveLength(wireOf('text').stream.length - 1);
    expect(raws[0]).toMatchObject({ id: 'chatcmpl-1', object: 'chat.completion.chunk' });
  });

  it('gives no raw chunks without a request', async () => {
    server.behave(streams('text'));
    const stream = streamText({ model: toProvider(router)('fast'), prompt });
    for await (const part of stream.fullStream) expect(part.type).not.toBe('raw');
  });

  it.each(['languageModel', 'embeddingModel', 'imageModel'] as const)('has no other %s', (type) => {
    const ai = toProvider(router);
    const thrown = catching(() => ai[type]('huge'));
    expect(NoSuchModelError.isInstance(thrown)).toBe(true);
    expect(thrown).toMatchObject({ modelId: 'huge', modelType: type });
  });

  it('refuses an option that it does not have', () => {
    const refuse = (options: object) => catching(() => toProvider(router, options));
    expect(isRouterError(refuse({ version: 'v3' }), 'config')).toBe(true);
    expect(isRouterError(refuse({ specificationVersion: 'v2' }), 'config')).toBe(true);
  });
});

describe('the router in the AI SDK 6', () => {
  const model = () => toProvider(router, { specificationVersion: 'v3' })('fast');

  it('answers at once', async () => {
    const result = await v6.generateText({ model: model(), prompt });
    expect([result.text, result.finishReason, result.usage.inputTokens]).toEqual([said, 'stop', 11]);
  });

  it('answers as a stream', async () => {
    server.behave(streams('text'));
    const stream = v6.streamText({ model: model(), prompt });
    expect([await stream.text, await stream.finishReason]).toEqual([said, 'stop']);
  });

  it.each(['generate', 'stream'] as const)('goes through tools: %s', async (way) => {
    const tools = {
      get_weather: v6.tool({ ...weather, execute: async ({ city }) => ({ city, c: 19 }) }),
      get_time: v6.tool({ ...time, execute: async () => '12:00' }),
    };
    const call = { model: model(), prompt, tools, stopWhen: v6.stepCountIs(2) };
    if (way === 'generate') {
      behaveAsAgent();
      expect((await v6.generateText(call)).text).toBe(said);
    } else {
      server.behave(streams('parallel tool calls'), streams('text'));
      expect(await v6.streamText(call).text).toBe(said);
    }
    expect(server.received).toHaveLength(2);
  });

  it('gives an object', async () => {
    server.behave(answers('structured output'));
    const output = v6.Output.object({ schema: z.object({ city: z.string() }) });
    expect((await v6.generateText({ model: model(), prompt, output })).output).toEqual({ city: 'Paris' });
  });

  it('shows pictures that are in the prompt', async () => {
    const bytes = new Uint8Array([0x89, 0x50, 0x4e, 0x47]);
    const content = [{ type: 'image' as const, image: bytes }];
    await v6.generateText({ model: model(), messages: [{ role: 'user', content }] });
    const sent = server.received[0]?.body as { messages: { content: { image_url: { url: string } }[] }[] };
    expect(sent.messages[0]?.content[0]?.image_url.url).toBe('data:image/png;base64,iVBORw==');
  });

  it('gives a file that the model made', async () => {
    server.behave(answers('a picture that the model made'));
    const { files } = await v6.generateText({ model: model(), prompt });
    expect(files.map(({ mediaType }) => mediaType)).toEqual(['image/png']);
  });

  it('gives embeddings', async () => {
    server.behave(embeddings);
    const embedder = toProvider(router, { specificationVersion: 'v3' }).embeddingModel('embedder');
    expect((await v6.embedMany({ model: embedder, values: ['a', 'b'] })).embeddings).toEqual(vectors);
  });

  it('is a provider in a registry', async () => {
    const ai = toProvider(router, { specificationVersion: 'v3' });
    const registry = v6.createProviderRegistry({ router: ai });
    const { text } = await v6.generateText({ model: registry.languageModel('router:fast'), prompt });
    expect(text).toBe(said);
  });
});

describe('models of the other version as targets', () => {
  const usage = {
    inputTokens: { total: 1, noCache: 1, cacheRead: undefined, cacheWrite: undefined },
    outputTokens: { total: 1, text: 1, reasoning: undefined },
  };
  const behind = (model: object) => createRouter({ targets: [{ provider: aiSdk(), model, id: 'old' }] });

  it('of 6, for 7: files in their own form, both ways', async () => {
    const old = new MockLanguageModelV3({
      doGenerate: async () => ({
        content: [{ type: 'file', mediaType: 'image/png', data: 'iVBORw==' }],
        finishReason: { unified: 'stop', raw: 'stop' },
        usage,
        warnings: [],
      }),
    });
    const file = { type: 'file' as const, mediaType: 'application/pdf', data: 'JVBERi0xLjQK' };
    const { files } = await generateText({
      model: toProvider(behind(old))('old'),
      messages: [{ role: 'user', content: [file] }],
    });
    expect(files.map(({ base64 }) => base64)).toEqual(['iVBORw==']);
    const [sent] = old.doGenerateCalls;
    expect(sent?.prompt[0]).toMatchObject({ content: [{ type: 'file', data: 'JVBERi0xLjQK' }] });
  });

  it.each(['generate', 'stream'] as const)(
    'of 6, for 7: a warning for what they do not support: %s',
    async (way) => {
      server.behave(way === 'stream' ? streams('text') : answers('text'));
      const model = toProvider(behind(toProvider(router, { specificationVersion: 'v3' })('fast')))('old');
      const call = { model, prompt, reasoning: 'high' } as const;
      const { warnings } = way === 'stream' ? await streamText(call).finalStep : await generateText(call);
      expect(warnings).toMatchObject([{ type: 'unsupported', feature: 'reasoning' }]);
      expect(server.received[0]?.body).not.toHaveProperty('reasoning_effort');
    },
  );

  it('of 6, for 7: a real one, streamed', async () => {
    server.behave(streams('text'));
    const old = toProvider(router, { specificationVersion: 'v3' })('fast');
    const stream = streamText({ model: toProvider(behind(old))('old'), prompt });
    expect(await stream.text).toBe(said);
  });

  it('of 7, for 6', async () => {
    const own = createOpenAI({ baseURL: `${server.url}/v1`, apiKey }).chat('gpt-5-mini');
    const model = toProvider(behind(own), { specificationVersion: 'v3' })('old');
    expect((await v6.generateText({ model, prompt })).text).toBe(said);
    server.behave(streams('text'));
    expect(await v6.streamText({ model, prompt }).text).toBe(said);
  });
});

describe('aiSdk', () => {
  const own = () => createOpenAI({ baseURL: `${server.url}/v1`, apiKey });

  it('finds models by name in a provider or a registry', async () => {
    const quick = customProvider({ languageModels: { quick: own().chat('gpt-5-mini') } });
    const registry = createProviderRegistry({ own: quick });
    for (const [provider, model] of [
      [quick, 'quick'],
      [registry, 'own:quick'],
    ] as const) {
      const found = createRouter({
        targets: [{ provider: aiSdk({ provider }), model }],
      });
      expect((await found.chat({ prompt })).text).toBe(said);
    }
  });

  it('finds models by name in the default provider', async () => {
    globalThis.AI_SDK_DEFAULT_PROVIDER = customProvider({
      languageModels: { quick: own().chat('gpt-5-mini') },
    });
    const found = createRouter({ targets: [{ provider: aiSdk(), model: 'quick' }] });
    expect((await found.chat({ prompt })).text).toBe(said);
    expect(found.stats()[0]).toMatchObject({ provider: 'openai', model: 'gpt-5-mini' });
  });

  it.each<[string, () => unknown]>([
    ['an unknown option', () => aiSdk({ key: 'x' } as never)],
    ['an empty account', () => aiSdk({ account: '' })],
    ['no model of the AI SDK', () => targetOf({ some: 'object' })],
    [
      'a model of an older version',
      () =>
        targetOf({
          ...own().chat('m'),
          specificationVersion: 'v2',
          provider: 'p',
          modelId: 'm',
          doGenerate() {},
          doStream() {},
        }),
    ],
    ['an unknown name', () => targetOf('quick')],
  ])('refuses %s at once', (_, make) => {
    expect(isRouterError(catching(make), 'config')).toBe(true);
  });

  const targetOf = (model: object | string) =>
    createRouter({ targets: [{ provider: aiSdk(), model: model as never }] });
});

describe('structured answers', () => {
  const city = z.object({ city: z.string() });

  it.each([
    ['an object', Output.object({ schema: city }), '{"city":"Paris"}', { city: 'Paris' }],
    ['a list', Output.array({ element: city }), '{"elements":[{"city":"Paris"}]}', [{ city: 'Paris' }]],
    ['a choice', Output.choice({ options: ['a', 'b'] }), '{"result":"b"}', 'b'],
    ['any JSON', Output.json(), '{"a":1}', { a: 1 }],
  ] as const)('are %s', async (_, output, content, expected) => {
    const answer = wireOf('text').answer as { choices: { message: object }[] };
    const [choice] = answer.choices;
    const reported = { ...answer, choices: [{ ...choice, message: { role: 'assistant', content } }] };
    server.behave(json(reported));
    const result = await generateText({ model: toProvider(router)('fast'), prompt, output: output as never });
    expect(result.output).toEqual(expected);
  });
});

describe('several steps', () => {
  it('stop on abort', async () => {
    server.behave(answers('parallel tool calls'));
    const tools = {
      get_weather: tool({ ...weather, execute: async () => 'fine' }),
      get_time: tool({ ...time, execute: async () => 'noon' }),
    };
    const model = toProvider(router)('fast');
    const { steps } = await generateText({ model, prompt, tools, stopWhen: isStepCount(3) });
    expect(steps.map(({ finishReason }) => finishReason)).toEqual(Array(3).fill('tool-calls'));
  });
});

function catching(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  throw new Error('expected it to throw');
}
