import { embed, generateText, streamText } from 'ai';
import { createRouter, type JSONObject, type Provider } from 'signalbox';
import { toProvider } from 'signalbox/ai-sdk';
import * as compatible from 'signalbox/openai-compatible';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type FaultServer, faultServer, json } from '../../support/fault-server.ts';
import { answerWith } from '../../support/vendor-answers.ts';

const apiKey = 'sk-test';
const prompt = 'Hi';

/** Options as the AI SDK's own provider of the vendor spells them, and what the vendor takes. */
const cases: readonly (readonly [
  name: string,
  make: (baseURL: string) => Provider,
  options: Readonly<Record<string, JSONObject>>,
  wire: JSONObject,
])[] = [
  [
    'Groq',
    (baseURL) => compatible.groq({ baseURL, apiKey }),
    {
      groq: {
        reasoningEffort: 'high',
        serviceTier: 'flex',
        reasoningFormat: 'parsed',
        parallelToolCalls: false,
      },
    },
    {
      reasoning_effort: 'high',
      service_tier: 'flex',
      reasoning_format: 'parsed',
      parallel_tool_calls: false,
    },
  ],
  [
    'Mistral',
    (baseURL) => compatible.mistral({ baseURL, apiKey }),
    { mistral: { safePrompt: true, documentImageLimit: 8, promptCacheKey: 'k' } },
    { safe_prompt: true, document_image_limit: 8, prompt_cache_key: 'k' },
  ],
  [
    'xAI, with options inside',
    (baseURL) => compatible.xai({ baseURL, apiKey }),
    {
      xai: {
        searchParameters: {
          mode: 'on',
          returnCitations: true,
          sources: [{ type: 'web', excludedWebsites: ['a.b'] }],
        },
      },
    },
    {
      search_parameters: {
        mode: 'on',
        return_citations: true,
        sources: [{ type: 'web', excluded_websites: ['a.b'] }],
      },
    },
  ],
  [
    'Qwen, under the AI SDK’s name for it',
    (baseURL) => compatible.qwen({ baseURL, apiKey }),
    { alibaba: { enableThinking: true, thinkingBudget: 2_048 } },
    { enable_thinking: true, thinking_budget: 2_048 },
  ],
  [
    'Moonshot, under the AI SDK’s name for it',
    (baseURL) => compatible.moonshot({ baseURL, apiKey }),
    { moonshotai: { thinking: { type: 'enabled', budgetTokens: 2_048 } } },
    { thinking: { type: 'enabled', budget_tokens: 2_048 } },
  ],
  [
    'any server, under the name for all of them',
    (baseURL) => compatible.openaiCompatible({ name: 'office', baseURL, apiKey }),
    {
      openaiCompatible: { textVerbosity: 'low', user: 'a' },
      office: { chatTemplateKwargs: { enableThinking: false } },
    },
    { verbosity: 'low', user: 'a', chat_template_kwargs: { enable_thinking: false } },
  ],
  [
    'a bias, whose keys are data',
    (baseURL) => compatible.openaiCompatible({ name: 'office', baseURL, apiKey }),
    { office: { logitBias: { '50256': -100, userId: 1 }, metadata: { userId: 'a' } } },
    { logit_bias: { '50256': -100, userId: 1 }, metadata: { userId: 'a' } },
  ],
  [
    'Vercel’s gateway, which has one field in camelCase',
    (baseURL) => compatible.vercel({ baseURL, apiKey }),
    { vercel: { providerOptions: { gateway: { order: ['bedrock'] } }, reasoningEffort: 'low' } },
    { providerOptions: { gateway: { order: ['bedrock'] } }, reasoning_effort: 'low' },
  ],
];

describe('options of compatible vendors through the AI SDK', () => {
  let server: FaultServer;
  beforeAll(async () => {
    server = await faultServer();
  });
  beforeEach(() => {
    server.received.length = 0;
    server.behave(answerWith('compatible', 'Hello'));
  });
  afterAll(() => server.close());

  const modelOf = (provider: Provider) => {
    const router = createRouter({ targets: [{ provider, model: 'm', price: { input: 1, output: 1 } }] });
    return { router, model: toProvider(router)('default') };
  };
  const sent = () => server.received.map(({ body }) => body as JSONObject);
  /** Fields that the request has by itself. */
  const usual = ['model', 'messages', 'stream', 'stream_options'];

  it.each(cases)('go out as the vendor spells them: %s', async (_, make, providerOptions, wire) => {
    const { model } = modelOf(make(server.url));
    await generateText({ model, prompt, providerOptions: providerOptions as never });
    await streamText({ model, prompt, providerOptions: providerOptions as never }).text;
    expect(sent()).toHaveLength(2);
    for (const body of sent()) {
      const own = Object.entries(body).filter(([field]) => !usual.includes(field));
      expect(Object.fromEntries(own)).toEqual(wire);
    }
  });

  it('of messages, parts and tools go out so too', async () => {
    const { model } = modelOf(compatible.openrouter({ baseURL: server.url, apiKey }));
    const cached = { openrouter: { cacheControl: { type: 'ephemeral' } } };
    await model.doGenerate({
      prompt: [{ role: 'user', content: [{ type: 'text', text: 'Hi', providerOptions: cached }] }],
      tools: [
        {
          type: 'function',
          name: 't',
          inputSchema: { type: 'object', properties: {} },
          providerOptions: cached,
        },
      ],
    } as never);
    expect(sent()[0]).toMatchObject({
      messages: [{ content: [{ cache_control: { type: 'ephemeral' } }] }],
      tools: [{ cache_control: { type: 'ephemeral' } }],
    });
  });

  it('that a gateway takes as headers still are headers', async () => {
    const { model } = modelOf(compatible.portkey({ baseURL: server.url, apiKey }));
    const providerOptions = { portkey: { traceID: 't-1', serviceTier: 'flex' } };
    await generateText({ model, prompt, providerOptions });
    expect(server.received[0]?.headers['x-portkey-trace-id']).toBe('t-1');
    expect(sent()[0]).toMatchObject({ service_tier: 'flex' });
    expect(sent()[0]).not.toHaveProperty('trace_i_d');
  });

  it('that steer the AI SDK’s own provider are left out with a warning', async () => {
    const { model } = modelOf(compatible.groq({ baseURL: server.url, apiKey }));
    const { warnings } = await generateText({
      model,
      prompt,
      providerOptions: { groq: { structuredOutputs: false, strictJsonSchema: true, user: 'a' } },
    });
    expect(sent()[0]).toMatchObject({ user: 'a' });
    expect(JSON.stringify(sent()[0])).not.toMatch(/structured|strict/);
    expect(warnings).toContainEqual(
      expect.objectContaining({ feature: 'providerOptions.groq.structuredOutputs' }),
    );
  });

  it('of embeddings go out so too', async () => {
    server.behave(json({ data: [{ index: 0, embedding: [1] }], usage: { prompt_tokens: 1 } }));
    const provider = compatible.mistral({ baseURL: server.url, apiKey });
    const router = createRouter({ targets: [{ provider, model: 'mistral-embed', price: { input: 1 } }] });
    const model = toProvider(router).embeddingModel('default');
    await embed({
      model,
      value: 'a',
      providerOptions: { mistral: { outputDimension: 8, outputDtype: 'int8' } },
    });
    expect(sent()[0]).toMatchObject({ output_dimension: 8, output_dtype: 'int8' });
  });

  it('are untouched where a request comes another way: there they are the vendor’s own words', async () => {
    const { router } = modelOf(compatible.openaiCompatible({ name: 'office', baseURL: server.url, apiKey }));
    await router.chat({ prompt, providerOptions: { office: { someField: { innerField: 1 } } } });
    expect(sent()[0]).toMatchObject({ someField: { innerField: 1 } });
  });
});
