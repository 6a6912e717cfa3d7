import { createAnthropic } from '@ai-sdk/anthropic';
import { createGoogle } from '@ai-sdk/google';
import { createOpenAI } from '@ai-sdk/openai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { createRouter, type Usage } from 'signalbox';
import { aiSdk } from 'signalbox/ai-sdk';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Row, rates } from '../../pricing/rows/row.ts';
import { served, tools } from '../../pricing/rows/served.ts';
import { nothing, tokens } from '../../pricing/rows/tokens.ts';
import { microsOf, type ProviderName, toEvent } from '../../pricing/vendors.ts';
import { events, type FaultServer, faultServer, json } from '../../support/fault-server.ts';
import { read } from '../../support/requests.ts';
import type { Mode } from '../../wire/play.ts';

const apiKey = 'sk-test';
const compatible =
  (name: string) =>
  (url: string, model: string): object =>
    createOpenAICompatible({ name, baseURL: url, apiKey, includeUsage: true }).chatModel(model);

/** The AI SDK's own models of the vendors in the table. */
const models: Partial<Record<ProviderName, (url: string, model: string) => object>> = {
  openai: (url, model) => createOpenAI({ baseURL: `${url}/v1`, apiKey }).chat(model),
  responses: (url, model) => createOpenAI({ baseURL: `${url}/v1`, apiKey }).responses(model),
  anthropic: (url, model) => createAnthropic({ baseURL: url, apiKey })(model),
  google: (url, model) => createGoogle({ baseURL: url, apiKey })(model),
  house: compatible('house'),
  xai: compatible('xai'),
  vertex: compatible('vertex'),
  deepseek: compatible('deepseek'),
  moonshot: compatible('moonshot'),
  qwen: compatible('qwen'),
  litellm: compatible('litellm'),
  groq: compatible('groq'),
  perplexity: compatible('perplexity'),
};

/** What the AI SDK's models do not give on; the cost is an estimate then. */
const lost: Readonly<Record<string, Mode | 'both'>> = {
  'Moonshot: in streams, usage in the choice': 'stream',
  'Groq: in streams, usage under a name of its own': 'stream',
  'a later usage that is empty, null or 0 erases nothing': 'stream',
  'usage in several chunks: each later one completes it': 'stream',
  'DeepSeek: hits and misses alone': 'both',
  'Perplexity: deep research counts reasoning apart, also from the total': 'both',
};

/** The model of Chat Completions is silent about the tier of a stream, and that of Responses about what its tools did. */
function isSaid({ provider, served: how, usage }: Row, mode: Mode): boolean {
  const { webSearches, fileSearches, codeExecutions, unpricedUses } = usage;
  const tools = webSearches ?? fileSearches ?? codeExecutions ?? unpricedUses;
  if (provider === 'responses') return tools === undefined;
  const { serviceTier } = how ?? {};
  return serviceTier === undefined || mode === 'chat' || (provider !== 'openai' && provider !== 'groq');
}

const cases = (['chat', 'stream'] as const).flatMap((mode) =>
  [...tokens, ...nothing, ...served, ...tools].flatMap((row) => {
    const create = models[row.provider];
    return create === undefined || !isSaid(row, mode) ? [] : [{ ...row, mode, create }];
  }),
);

describe('the AI SDK’s own models behind a router count as the vendor does', () => {
  let server: FaultServer;
  beforeEach(async () => {
    server = await faultServer();
  });
  afterEach(() => server.close());

  it.each(cases)('$name ($provider, $mode)', async ({ create, mode, ...row }) => {
    const { wire, model = 'm', price = rates, options } = row;
    const target = { provider: aiSdk(), model: create(server.url, model) };
    const router = createRouter({ targets: [{ ...target, ...(price === 'catalog' ? {} : { price }) }] });
    const ask = { prompt: 'Hi', ...(options === undefined ? {} : { providerOptions: options }) };
    server.behave(
      mode === 'chat'
        ? json(wire.answer, 200, wire.headers)
        : events(wire.stream.map(toEvent), 'end', wire.headers),
    );
    const { usage, cost, response } =
      mode === 'chat' ? await router.chat(ask) : await streamed(router.stream(ask));
    if (lost[row.name] === mode || lost[row.name] === 'both') {
      expect(cost?.estimated).toBe(true);
      return;
    }
    expect(some(usage)).toEqual(some(row.usage));
    expect({ micros: microsOf(cost), estimated: cost?.estimated ?? false }).toEqual({
      micros: row.micros,
      estimated: row.estimated ?? false,
    });
    const { serviceTier, region } = response;
    expect({ serviceTier, region }).toEqual({ serviceTier: undefined, region: undefined, ...row.served });
  });
});

async function streamed(opening: ReturnType<ReturnType<typeof createRouter>['stream']>) {
  const stream = await opening;
  await read(stream);
  return stream.result;
}

/** The AI SDK's models say 0 for what the vendor does not say. */
function some(usage: Usage): Usage {
  return Object.fromEntries(Object.entries(usage).filter(([, count]) => count !== undefined && count !== 0));
}
