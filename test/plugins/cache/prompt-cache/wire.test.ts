import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAI } from '@ai-sdk/openai';
import { type ChatRequest, createRouter, type TargetOptions } from 'signalbox';
import { aiSdk } from 'signalbox/ai-sdk';
import { anthropic } from 'signalbox/anthropic';
import { cache } from 'signalbox/cache';
import { google } from 'signalbox/google';
import { openai } from 'signalbox/openai';
import { openaiCompatible, openrouter } from 'signalbox/openai-compatible';
import { describe, expect, it } from 'vitest';
import { answer, type How, type VendorName, vendors } from '../../../faults/vendors.ts';
import { faultServer } from '../../../support/fault-server.ts';

const apiKey = 'key-of-the-test';
const price = { input: 3, output: 15, cacheRead: 0.3, cacheWrite: 3.75 };
const system = 'You are a helpful assistant of the Acme company. '.repeat(400);
const tools = [
  { name: 'first', inputSchema: { type: 'object' } },
  { name: 'look', description: 'Looks. '.repeat(2_000), inputSchema: { type: 'object' } },
] as const;

type Body = Readonly<Record<string, unknown>>;
type Target = Pick<TargetOptions, 'provider' | 'model'>;

interface Client {
  readonly vendor: VendorName;
  readonly targets: (url: string) => readonly Target[];
}

const openaiChat = (url: string) => openai({ baseURL: `${url}/v1`, apiKey });
const openaiResponses = (url: string) => openai({ baseURL: `${url}/v1`, apiKey, api: 'responses' });

/** Each SDK whose requests may go to a vendor with a prompt cache. */
const clients = {
  anthropic: {
    vendor: 'anthropic',
    targets: (baseURL) => [{ provider: anthropic({ baseURL, apiKey }), model: 'claude-sonnet-5' }],
  },
  'anthropic of the AI SDK': {
    vendor: 'anthropic',
    targets: (url) => [
      {
        provider: aiSdk(),
        model: createAnthropic({ baseURL: `${url}/v1`, apiKey })('claude-sonnet-5') as never,
      },
    ],
  },
  'openai, Chat Completions': {
    vendor: 'openai',
    targets: (url) => [{ provider: openaiChat(url), model: 'gpt-5.6' }],
  },
  'openai, Responses': {
    vendor: 'openai-responses',
    targets: (url) => [{ provider: openaiResponses(url), model: 'gpt-5.6-mini' }],
  },
  'openai of the AI SDK, Chat Completions': {
    vendor: 'openai',
    targets: (url) => [
      { provider: aiSdk(), model: createOpenAI({ baseURL: `${url}/v1`, apiKey }).chat('gpt-5.6') as never },
    ],
  },
  'openai of the AI SDK, Responses': {
    vendor: 'openai-responses',
    targets: (url) => [
      {
        provider: aiSdk(),
        model: createOpenAI({ baseURL: `${url}/v1`, apiKey }).responses('gpt-5.6') as never,
      },
    ],
  },
  'openai with an older model, Chat Completions': {
    vendor: 'openai',
    targets: (url) => [{ provider: openaiChat(url), model: 'gpt-5-mini' }],
  },
  'openai with an older model, Responses': {
    vendor: 'openai-responses',
    targets: (url) => [{ provider: openaiResponses(url), model: 'gpt-5-mini' }],
  },
  'openai with an older model as the fallback': {
    vendor: 'openai',
    targets: (url) => [
      { provider: openaiChat(url), model: 'gpt-5.6' },
      { provider: openaiChat(url), model: 'gpt-4.1' },
    ],
  },
  google: {
    vendor: 'google',
    targets: (baseURL) => [{ provider: google({ baseURL, apiKey }), model: 'gemini-3-pro' }],
  },
  'google, legacy SDK': {
    vendor: 'google-legacy',
    targets: (baseURL) => [
      { provider: google({ baseURL, apiKey, sdk: 'generative-ai' }), model: 'gemini-3-pro' },
    ],
  },
  'an OpenAI-compatible server': {
    vendor: 'openai-compatible',
    targets: (url) => [
      { provider: openaiCompatible({ name: 'house', baseURL: `${url}/v1`, apiKey }), model: 'm' },
    ],
  },
  'a gateway to Anthropic': {
    vendor: 'openai-compatible',
    targets: (url) => [
      { provider: openrouter({ baseURL: `${url}/v1`, apiKey }), model: 'anthropic/claude-sonnet-5' },
    ],
  },
} satisfies Record<string, Client>;

/** The body of the last of some requests, as it came over the socket. */
async function sent(
  { vendor, targets }: Client,
  how: How,
  isMarked: boolean,
  requests: readonly ChatRequest[],
): Promise<string> {
  const server = await faultServer(answer(vendors[vendor], how, 'ok'));
  const router = createRouter({
    targets: targets(server.url).map((target, index) => ({ ...target, id: `target ${index}`, price })),
    plugins: isMarked ? [cache({ promptCache: 'auto' })] : [],
    catalog: false,
  });
  try {
    for (const request of requests) {
      if (how === 'chat') await router.chat(request);
      else await (await router.stream(request)).result;
    }
    return server.received.at(-1)?.text ?? '';
  } finally {
    await router.close();
    await server.close();
  }
}

/** What the plugin makes of the last request, and what would be sent without it. */
async function both(client: Client, how: How, requests: readonly ChatRequest[]) {
  const marked = await sent(client, how, true, requests);
  const plain: Body = JSON.parse(await sent(client, how, false, requests.slice(-1)));
  return { marked, plain };
}

/** Requests until the markers of OpenAI pay, which cost nothing, and those of Anthropic. */
const some = 15;
const many = 40;
const questions = (more: object, count = some): ChatRequest[] =>
  Array.from({ length: count }, (_, index) => ({ ...more, prompt: `Question ${index}?` }));

function conversation(count = some): ChatRequest[] {
  const said = (index: number) => [
    { role: 'user' as const, content: `Question ${index}? ${'more '.repeat(900)}` },
    { role: 'assistant' as const, content: 'ok' },
  ];
  return Array.from({ length: count }, (_, index) => ({
    messages: Array.from({ length: index + 1 }, (_unused, turn) => said(turn))
      .flat()
      .slice(0, -1),
  }));
}

const cache_control = { type: 'ephemeral' };
const prompt_cache_breakpoint = { mode: 'explicit' };

/** A body with a marker at the end of its system message. */
function withMarkedSystem(body: Body, list: string, type: string): Body {
  const [first, ...others] = body[list] as readonly Body[];
  const content = [{ type, text: system, prompt_cache_breakpoint }];
  return { ...body, [list]: [{ ...first, content }, ...others] };
}

/** The key is a hash: its form is checked, and its place. */
function keyIn(text: string): string {
  const key = /"prompt_cache_key":"(sb-[0-9a-z]+)"/.exec(text)?.[1];
  expect(key).toBeDefined();
  return key ?? '';
}

/** A body with one more field, in the place that the SDK gives it. */
function withField(body: Body, text: string, name: string, value: unknown): Body {
  const order = Object.keys(JSON.parse(text) as Body);
  const more: Body = { ...body, [name]: value };
  return Object.fromEntries(order.map((field) => [field, more[field]]));
}

const ways: readonly How[] = ['chat', 'stream'];

describe.each(ways)('the bytes of a request with markers, as a %s', (how) => {
  it.each([
    ['anthropic', clients.anthropic],
    ['anthropic of the AI SDK', clients['anthropic of the AI SDK']],
  ])('mark what requests share: %s', async (_, client) => {
    const { marked, plain } = await both(client, how, questions({ system }, many));
    const block = { type: 'text', text: system, cache_control };
    expect(marked).toBe(JSON.stringify({ ...plain, system: [block] }));
  });

  it.each([
    ['anthropic', clients.anthropic],
    ['anthropic of the AI SDK', clients['anthropic of the AI SDK']],
  ])('mark shared tools where there is no system message: %s', async (_, client) => {
    const { marked, plain } = await both(client, how, questions({ tools }, many));
    const [first, last] = plain['tools'] as readonly Body[];
    const markedTool = (JSON.parse(marked)['tools'] as readonly Body[])[1] ?? {};
    const inPlace = withField(last ?? {}, JSON.stringify(markedTool), 'cache_control', cache_control);
    expect(marked).toBe(JSON.stringify({ ...plain, tools: [first, inPlace] }));
  });

  it.each([
    ['anthropic', clients.anthropic],
    ['anthropic of the AI SDK', clients['anthropic of the AI SDK']],
  ])('mark the whole of a conversation: %s', async (_, client) => {
    const { marked, plain } = await both(client, how, conversation(many));
    expect(marked).toBe(JSON.stringify(withField(plain, marked, 'cache_control', cache_control)));
  });

  it.each([
    ['openai, Chat Completions', 'messages', 'text'],
    ['openai of the AI SDK, Chat Completions', 'messages', 'text'],
    ['openai, Responses', 'input', 'input_text'],
    ['openai of the AI SDK, Responses', 'input', 'input_text'],
  ] as const)('have a breakpoint after what requests share, and a key: %s', async (name, list, type) => {
    const { marked, plain } = await both(clients[name], how, questions({ system }));
    const withKey = withField(plain, marked, 'prompt_cache_key', keyIn(marked));
    expect(marked).toBe(JSON.stringify(withMarkedSystem(withKey, list, type)));
  });

  it.each([
    ['openai with an older model, Chat Completions'],
    ['openai with an older model, Responses'],
    ['openai with an older model as the fallback'],
  ] as const)('have only a key: %s', async (name) => {
    const { marked, plain } = await both(clients[name], how, questions({ system }));
    expect(marked).toBe(JSON.stringify(withField(plain, marked, 'prompt_cache_key', keyIn(marked))));
  });

  it.each([['openai, Chat Completions'], ['openai, Responses']] as const)(
    'have only a key where a conversation is all that is shared: %s',
    async (name) => {
      const { marked, plain } = await both(clients[name], how, conversation());
      expect(marked).toBe(JSON.stringify(withField(plain, marked, 'prompt_cache_key', keyIn(marked))));
    },
  );

  it.each([
    ['google'],
    ['google, legacy SDK'],
    ['an OpenAI-compatible server'],
    ['a gateway to Anthropic'],
  ] as const)('are the same as without the plugin: %s', async (name) => {
    const { marked, plain } = await both(clients[name], how, questions({ system, tools }));
    expect(marked).toBe(JSON.stringify(plain));
  });

  it.each([
    ['anthropic', { anthropic: { cache_control: { type: 'ephemeral', ttl: '1h' } } }],
    ['openai, Chat Completions', { openai: { prompt_cache_key: 'mine' } }],
    ['openai, Chat Completions', { openai: { prompt_cache_options: { mode: 'explicit' } } }],
    ['openai, Responses', { openai: { prompt_cache_key: 'mine' } }],
    ['openai of the AI SDK, Responses', { openai: { promptCacheKey: 'mine' } }],
    ['anthropic of the AI SDK', { anthropic: { cacheControl: { type: 'ephemeral', ttl: '1h' } } }],
  ] as const)(
    'are the same as without the plugin where the caller has options of its own: %s, %j',
    async (name, providerOptions) => {
      const { marked, plain } = await both(clients[name], how, questions({ system, providerOptions }, many));
      expect(marked).toBe(JSON.stringify(plain));
    },
  );

  it.each([
    ['openai, Chat Completions', 'messages', 'text'],
    ['openai, Responses', 'input', 'input_text'],
  ] as const)('keep a breakpoint of the caller’s, on its block: %s', async (name, list, type) => {
    const content = [
      {
        type: 'text' as const,
        text: `A document. ${system}`,
        providerOptions: { openai: { prompt_cache_breakpoint } },
      },
      { type: 'text' as const, text: 'Why?' },
    ];
    const requests = Array.from({ length: some }, () => ({
      messages: [{ role: 'user' as const, content }],
    }));
    const { marked, plain } = await both(clients[name], how, requests);
    expect(marked).toBe(JSON.stringify(plain));
    expect(plain[list]).toEqual([
      {
        role: 'user',
        content: [
          { type, text: `A document. ${system}`, prompt_cache_breakpoint },
          { type, text: 'Why?' },
        ],
      },
    ]);
  });
});
