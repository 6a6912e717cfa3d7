import { anthropic } from '@ai-sdk/anthropic';
import { google } from '@ai-sdk/google';
import { openai } from '@ai-sdk/openai';
import { generateText, jsonSchema, Output, type ToolSet, tool } from 'ai';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FaultServer, faultServer, json } from '../../support/fault-server.ts';
import type { Asked } from './answers.ts';
import { overOfficial, type Vendor, vendors } from './vendors.ts';

let server: FaultServer;
beforeEach(async () => {
  server = await faultServer();
});
afterEach(() => server.close());

type Fields = Readonly<Record<string, unknown>>;

/** The fields of the body that an option makes different: over the AI SDK's own provider, and over the official SDK. */
async function made(vendor: Vendor, plain: Asked, asked: Asked): Promise<readonly [Fields, Fields]> {
  const { answer } = vendor.fixture.wires.text as { answer: unknown };
  server.behave(json(answer));
  const bodyOf = async (model: Parameters<typeof generateText>[0]['model'], call: Asked) => {
    await generateText({ ...call, model } as Parameters<typeof generateText>[0]).catch(() => {});
    return (server.received.at(-1)?.body ?? {}) as Fields;
  };
  const [direct, routed] = [vendor.direct(server.url), overOfficial(vendor, server.url)];
  const differing = (before: Fields, after: Fields): Fields => {
    const names = Object.keys(after).filter(
      (name) => JSON.stringify(after[name]) !== JSON.stringify(before[name]),
    );
    return Object.fromEntries(names.map((name) => [name, after[name]]));
  };
  return [
    differing(await bodyOf(direct, plain), await bodyOf(direct, asked)),
    differing(await bodyOf(routed, plain), await bodyOf(routed, asked)),
  ];
}

const vendorOf = (name: string): Vendor => {
  const vendor = vendors.find((one) => one.name === name);
  if (vendor === undefined) throw new Error(`no vendor ${name}`);
  return vendor;
};

const prompt = 'Hello';
const city = jsonSchema<{ city: string }>({
  type: 'object',
  properties: { city: { type: 'string' } },
  required: ['city'],
  additionalProperties: false,
});
const tools: ToolSet = { look: tool({ inputSchema: city }) };

describe('options of a call, in the AI SDK’s spelling, reach the vendor as its own provider sends them', () => {
  it.each<[string, Fields]>([
    ['openai chat', { user: 'u', serviceTier: 'flex', store: false, metadata: { camelCase: 'kept' } }],
    ['openai chat', { parallelToolCalls: false }],
    ['openai chat', { reasoningEffort: 'high', textVerbosity: 'low', maxCompletionTokens: 9 }],
    ['openai chat', { promptCacheKey: 'k', promptCacheRetention: '24h', safetyIdentifier: 's' }],
    ['openai chat', { promptCacheOptions: { mode: 'implicit', ttl: '30m' } }],
    ['openai chat', { prediction: { type: 'content', content: 'Hi' } }],
    ['openai responses', { user: 'u', serviceTier: 'flex', instructions: 'Be kind.', metadata: { a: 'b' } }],
    ['openai responses', { reasoningEffort: 'high', reasoningSummary: 'auto' }],
    ['openai responses', { textVerbosity: 'low', truncation: 'auto', maxToolCalls: 3 }],
    ['openai responses', { parallelToolCalls: false, promptCacheKey: 'k', safetyIdentifier: 's' }],
    ['openai responses', { contextManagement: [{ type: 'compaction', compactThreshold: 9 }] }],
    ['openai responses', { previousResponseId: 'resp_0' }],
    ['anthropic', { serviceTier: 'auto', inferenceGeo: 'us', metadata: { userId: 'u' } }],
    ['anthropic', { cacheControl: { type: 'ephemeral', ttl: '1h' } }],
    ['anthropic', { container: { id: 'container_1' } }],
    [
      'anthropic',
      {
        mcpServers: [
          {
            type: 'url',
            name: 'zip',
            url: 'https://zip.example',
            authorizationToken: 't',
            toolConfiguration: { enabled: true, allowedTools: ['shorten'] },
          },
        ],
      },
    ],
    [
      'anthropic',
      {
        contextManagement: {
          edits: [{ type: 'clear_tool_uses_20250919', clearAtLeast: { type: 'input_tokens', value: 9 } }],
        },
      },
    ],
    ['google', { responseModalities: ['TEXT'], mediaResolution: 'MEDIA_RESOLUTION_LOW' }],
    ['google', { thinkingConfig: { thinkingBudget: 100, includeThoughts: true } }],
    ['google', { safetySettings: [{ category: 'HARM_CATEGORY_HARASSMENT', threshold: 'BLOCK_NONE' }] }],
    ['google', { cachedContent: 'cachedContents/1', audioTimestamp: true }],
  ])('%s: %j', async (name, options) => {
    const vendor = vendorOf(name);
    const providerOptions = { [vendor.key]: options } as Asked['providerOptions'];
    const [direct, routed] = await made(vendor, { prompt }, { prompt, providerOptions } as Asked);
    expect(Object.keys(direct).length).toBeGreaterThan(0);
    expect(routed).toEqual(direct);
  });

  it.each(['openai chat', 'openai responses'])(
    '%s: breakpoints of the prompt cache on content',
    async (name) => {
      const messagesWith = (own: object): Asked =>
        ({
          messages: [
            {
              role: 'user',
              content: [
                { type: 'text', text: 'A document.', ...own },
                { type: 'file', data: 'AAAA', mediaType: 'image/png', ...own },
                { type: 'text', text: 'Why?' },
              ],
            },
          ],
        }) as Asked;
      const marked = messagesWith({
        providerOptions: { openai: { promptCacheBreakpoint: { mode: 'explicit' } } },
      });
      const [direct, routed] = await made(vendorOf(name), messagesWith({}), marked);
      expect(JSON.stringify(direct).match(/prompt_cache_breakpoint/g)).toHaveLength(2);
      // Ours writes out the default.
      expect(JSON.parse(JSON.stringify(routed).replace('"detail":"auto",', ''))).toEqual(direct);
    },
  );

  it('openai responses: logprobs', async () => {
    const asked = { prompt, providerOptions: { openai: { logprobs: 2 } } };
    const [, routed] = await made(vendorOf('openai responses'), { prompt }, asked);
    expect(routed).toEqual({ top_logprobs: 2, include: ['message.output_text.logprobs'] });
  });

  it('anthropic: effort stands beside a schema', async () => {
    const output = Output.object({ schema: city });
    const asked = { prompt, output, providerOptions: { anthropic: { effort: 'low' } } };
    const [direct, routed] = await made(vendorOf('anthropic'), { prompt, output } as Asked, asked as Asked);
    expect(routed).toEqual(direct);
    expect(routed).toMatchObject({ output_config: { effort: 'low', format: { type: 'json_schema' } } });
  });

  it('anthropic: one tool at a time', async () => {
    const asked = { prompt, tools, providerOptions: { anthropic: { disableParallelToolUse: true } } };
    const [direct, routed] = await made(vendorOf('anthropic'), { prompt, tools }, asked);
    expect(routed).toEqual(direct);
  });

  it('of one vendor change nothing for another', async () => {
    const providerOptions = { openai: { reasoningEffort: 'high', reasoningSummary: 'auto' } };
    const [, routed] = await made(vendorOf('anthropic'), { prompt }, { prompt, providerOptions });
    expect(routed).toEqual({});
  });
});

describe('tools of the vendors reach them as the AI SDK’s own provider sends them', () => {
  it.each<[string, ToolSet]>([
    [
      'openai responses',
      {
        search: openai.tools.webSearch({
          searchContextSize: 'low',
          filters: { allowedDomains: ['a.example'] },
          userLocation: { type: 'approximate', country: 'DE' },
        }),
      },
    ],
    ['openai responses', { files: openai.tools.fileSearch({ vectorStoreIds: ['vs_1'], maxNumResults: 3 }) }],
    ['openai responses', { draw: openai.tools.imageGeneration({ outputFormat: 'webp', partialImages: 1 }) }],
    ['openai responses', { run: openai.tools.codeInterpreter({ container: { fileIds: ['file-1'] } }) }],
    ['openai responses', { run: openai.tools.codeInterpreter({}) }],
    [
      'openai responses',
      {
        mcp: openai.tools.mcp({
          serverLabel: 'zip',
          serverUrl: 'https://zip.example',
          headers: { 'X-Key': 'k' },
          allowedTools: ['shorten'],
          requireApproval: 'always',
        }),
      },
    ],
    ['openai responses', { mcp: openai.tools.mcp({ serverLabel: 'zip', serverUrl: 'https://zip.example' }) }],
    ['openai responses', { draw: openai.tools.imageGeneration({}) }],
    ['openai responses', { shell: openai.tools.shell({}) }],
    ['openai responses', { shell: openai.tools.localShell({ execute: async () => ({ output: '' }) }) }],
    ['openai responses', { patch: openai.tools.applyPatch({}) }],
    ['openai responses', { sql: openai.tools.customTool({ description: 'asks', format: { type: 'text' } }) }],
    [
      'anthropic',
      {
        search: anthropic.tools.webSearch_20250305({
          maxUses: 3,
          allowedDomains: ['a.example'],
          userLocation: { type: 'approximate', city: 'Berlin' },
        }),
      },
    ],
    ['anthropic', { run: anthropic.tools.codeExecution_20250522() }],
    ['anthropic', { edit: anthropic.tools.textEditor_20250728({ maxCharacters: 9 }) }],
    ['anthropic', { bash: anthropic.tools.bash_20250124({}) }],
    ['google', { search: google.tools.googleSearch({}) }],
    ['google', { url: google.tools.urlContext({}) }],
  ])('%s: %j', async (name, vendorTools) => {
    const [direct, routed] = await made(vendorOf(name), { prompt }, { prompt, tools: vendorTools });
    const listOf = (value: unknown) => (Array.isArray(value) ? value : [value]);
    expect(direct['tools']).toBeDefined();
    expect(listOf(routed['tools'])).toEqual(listOf(direct['tools']));
  });

  it('anthropic: what is said of a function', async () => {
    const providerOptions = {
      anthropic: { deferLoading: true, cacheControl: { type: 'ephemeral' as const } },
    };
    const said: ToolSet = { look: tool({ inputSchema: city, providerOptions }) };
    const [, routed] = await made(vendorOf('anthropic'), { prompt, tools }, { prompt, tools: said });
    const cache_control = { type: 'ephemeral' };
    expect(routed['tools']).toMatchObject([{ name: 'look', defer_loading: true, cache_control }]);
  });
});

describe('what the official SDK cannot express', () => {
  it.each<[string, Fields]>([
    ['openai chat', { strictJsonSchema: true }],
    ['openai chat', { systemMessageMode: 'developer' }],
    ['openai chat', { reasoningSummary: 'auto' }],
    ['openai chat', { truncation: 'auto' }],
    ['openai chat', { include: ['reasoning.encrypted_content'] }],
    ['openai responses', { logitBias: { '50256': -100 } }],
    ['openai responses', { prediction: { type: 'content', content: 'Hi' } }],
    ['openai responses', { forceReasoning: true }],
    ['openai responses', { allowedTools: { toolNames: ['look'] } }],
    ['anthropic', { sendReasoning: false }],
    ['anthropic', { structuredOutputMode: 'jsonTool' }],
    ['anthropic', { anthropicBeta: ['a-beta'] }],
    ['google', { structuredOutputs: false }],
  ])('%s: %j yields a warning, and is not sent', async (name, options) => {
    const vendor = vendorOf(name);
    server.behave(json((vendor.fixture.wires.text as { answer: unknown }).answer));
    const model = overOfficial(vendor, server.url);
    const providerOptions = { [vendor.key]: options } as NonNullable<Asked['providerOptions']>;
    const { warnings } = await generateText({ model, prompt, providerOptions });
    expect(warnings).toHaveLength(1);
    expect(warnings?.[0]).toMatchObject({ type: 'unsupported' });
    await generateText({ model, prompt });
    expect(server.received[0]?.body).toEqual(server.received[1]?.body);
  });
});
