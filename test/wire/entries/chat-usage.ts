import type { TargetOptions } from 'signalbox';
import { done, stream, type WireEntry, whole } from '../entry.ts';
import { chatCompletions } from '../interfaces.ts';
import { chunk, completion } from './chat-words.ts';

type Fields = Readonly<Record<string, unknown>>;

/** US$ per million tokens. */
const target: Partial<TargetOptions> = {
  price: { input: 1, output: 10, cacheRead: 0.1, cacheWrite: 1.25, serviceTiers: { flex: 0.5, priority: 2 } },
};

const hello = { text: 'Hello', finishReason: 'stop' } as const;
const counted = { prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 };
const gives = { ...hello, usage: { inputTokens: 7, outputTokens: 3 }, cost: 0.000_037 };

/** An answer whole, and as a stream whose last chunk has no choice. */
function both(usage: Fields, more: Fields = {}): Pick<WireEntry, 'chat' | 'stream'> {
  return {
    chat: whole(completion({ content: 'Hello' }, 'stop', { usage, ...more })),
    stream: stream(
      chunk({ content: 'Hello' }, null, more),
      chunk({}, 'stop', more),
      { choices: [], usage, ...more },
      done,
    ),
  };
}

const places: readonly WireEntry[] = [
  {
    name: 'usage may come with the reason, in a delta that is not empty',
    source: 'https://github.com/odysseus-dev/odysseus/pull/1703',
    over: chatCompletions,
    target,
    stream: stream(
      chunk({ content: 'Hello' }),
      chunk({ role: 'assistant', content: null }, 'stop', { usage: counted }),
      done,
    ),
    gives,
  },
  {
    name: 'usage may come before the last chunk, which has none',
    source: 'https://github.com/openai/openai-agents-python/pull/2126',
    over: [...chatCompletions, 'xai'],
    target,
    stream: stream(chunk({ content: 'Hello' }, null, { usage: counted }), chunk({}, 'stop'), done),
    gives,
  },
  {
    name: 'null, no fields and zeros are no usage, before the counts and after them',
    source: 'https://github.com/router-for-me/CLIProxyAPI/pull/2762',
    over: chatCompletions,
    target,
    stream: stream(
      chunk({ content: 'Hel' }, null, { usage: null }),
      chunk({ content: 'lo' }, null, { usage: {} }),
      chunk({}, 'stop', { usage: counted }),
      { choices: [], usage: { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 } },
      { choices: [], usage: {} },
      done,
    ),
    gives,
  },
  {
    name: 'null for a count erases none',
    source: 'https://github.com/co-l/openfox/pull/236',
    over: chatCompletions,
    target,
    stream: stream(
      chunk({ content: 'Hello' }, 'stop', { usage: counted }),
      { choices: [], usage: { prompt_tokens: null, completion_tokens: null, total_tokens: null } },
      done,
    ),
    gives,
  },
  {
    name: 'usage of every chunk counts from the start of the answer',
    source: 'https://github.com/cline/cline/pull/11304',
    over: chatCompletions,
    target,
    stream: stream(
      chunk({ content: 'Hel' }, null, {
        usage: { prompt_tokens: 7, completion_tokens: 1, total_tokens: 8 },
      }),
      chunk({ content: 'lo' }, null, { usage: { prompt_tokens: 7, completion_tokens: 2, total_tokens: 9 } }),
      chunk({}, 'stop', { usage: counted }),
      done,
    ),
    gives,
  },
  {
    name: 'Moonshot puts usage into the choice',
    source: 'https://github.com/earendil-works/pi/issues/2017',
    over: [...chatCompletions, 'moonshot'],
    target,
    stream: stream(
      chunk({ content: 'Hello' }),
      { choices: [{ index: 0, delta: {}, finish_reason: 'stop', usage: counted }] },
      done,
    ),
    gives,
  },
  {
    name: 'Groq puts usage under a name of its own',
    source: 'https://github.com/vercel/ai/issues/1651',
    over: [...chatCompletions, 'groq'],
    target,
    stream: stream(chunk({ content: 'Hello' }), chunk({}, 'stop', { x_groq: { usage: counted } }), done),
    gives,
  },
];

const counts: readonly WireEntry[] = [
  {
    name: 'xAI counts reasoning beside the completion',
    source: 'https://github.com/vercel/ai/pull/12425',
    over: ['xai'],
    target,
    ...both({
      prompt_tokens: 12,
      completion_tokens: 2,
      total_tokens: 331,
      completion_tokens_details: { reasoning_tokens: 317 },
    }),
    gives: {
      ...hello,
      usage: { inputTokens: 12, outputTokens: 319, reasoningTokens: 317 },
      cost: 0.003_202,
    },
  },
  {
    name: 'where the total says so, reasoning stands beside the completion whichever server counts',
    source: 'https://github.com/UKGovernmentBEIS/inspect_ai/issues/5528',
    over: [...chatCompletions, 'xai'],
    target,
    ...both({
      prompt_tokens: 10,
      completion_tokens: 50,
      total_tokens: 80,
      completion_tokens_details: { reasoning_tokens: 20 },
    }),
    gives: { ...hello, usage: { inputTokens: 10, outputTokens: 70, reasoningTokens: 20 }, cost: 0.000_71 },
  },
  {
    name: 'DeepSeek counts what its cache had beside what it had not',
    source: 'https://github.com/NousResearch/hermes-agent/issues/61871',
    over: [...chatCompletions, 'deepseek'],
    target,
    ...both({
      prompt_tokens: 100,
      completion_tokens: 10,
      total_tokens: 110,
      prompt_cache_hit_tokens: 60,
      prompt_cache_miss_tokens: 40,
    }),
    gives: {
      ...hello,
      usage: { inputTokens: 100, outputTokens: 10, cacheReadTokens: 60 },
      cost: 0.000_146,
    },
  },
  {
    name: 'cached tokens stand at the top or in details, and count once',
    source: 'https://github.com/Bike4Mind/bike4mind/pull/1089',
    over: [...chatCompletions, 'moonshot'],
    target,
    ...both({
      prompt_tokens: 100,
      completion_tokens: 10,
      total_tokens: 110,
      cached_tokens: 60,
      prompt_tokens_details: { cached_tokens: 60 },
    }),
    gives: {
      ...hello,
      usage: { inputTokens: 100, outputTokens: 10, cacheReadTokens: 60 },
      cost: 0.000_146,
    },
  },
  {
    name: 'a gateway in front of Claude counts writes to the cache inside the prompt',
    source: 'https://github.com/mozilla-ai/any-llm/pull/896',
    over: chatCompletions,
    target,
    ...both({
      prompt_tokens: 100,
      completion_tokens: 10,
      total_tokens: 110,
      prompt_tokens_details: { cached_tokens: 60, cache_creation_input_tokens: 20 },
    }),
    gives: {
      ...hello,
      usage: { inputTokens: 100, outputTokens: 10, cacheReadTokens: 60, cacheWriteTokens: 20 },
      cost: 0.000_151,
    },
  },
  {
    name: 'a gateway in front of Claude leaves the cache out of the prompt and of the total',
    source: 'https://github.com/BerriAI/litellm/issues/13207',
    over: chatCompletions,
    target,
    ...both({
      prompt_tokens: 20,
      completion_tokens: 10,
      total_tokens: 30,
      cache_read_input_tokens: 60,
      cache_creation_input_tokens: 20,
    }),
    gives: {
      ...hello,
      usage: { inputTokens: 100, outputTokens: 10, cacheReadTokens: 60, cacheWriteTokens: 20 },
      cost: 0.000_151,
    },
  },
];

const tiers: readonly WireEntry[] = [
  {
    name: 'flex costs half',
    source: 'https://github.com/BerriAI/litellm/issues/13810',
    over: chatCompletions,
    target,
    ...both(counted, { service_tier: 'flex' }),
    gives: { ...gives, cost: 0.000_018_5, serviceTier: 'flex' },
  },
  {
    name: 'the tier that served counts, not the one that was asked for',
    source: 'https://github.com/Willxup/cpa-usage-keeper/issues/394',
    over: ['openai'],
    target,
    request: { prompt: 'Hi', providerOptions: { openai: { service_tier: 'priority' } } },
    ...both(counted, { service_tier: 'default' }),
    gives: { ...gives, serviceTier: 'standard' },
  },
  {
    name: 'Vertex AI says in its usage how it served',
    source: 'https://github.com/BerriAI/litellm/pull/38421',
    over: ['vertex'],
    target,
    ...both({ ...counted, extra_properties: { google: { traffic_type: 'ON_DEMAND_PRIORITY' } } }),
    gives: { ...gives, cost: 0.000_074, serviceTier: 'priority' },
  },
];

/** How tokens and money are counted. */
export const chatUsage: readonly WireEntry[] = [...places, ...counts, ...tiers];
