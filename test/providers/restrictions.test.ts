import type { ChatRequest, JSONObject, Message } from 'signalbox';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type RecordingVendor, recordingVendor } from '../support/recording-vendor.ts';
import { rejection } from '../support/requests.ts';
import type { InterfaceName } from '../wire/interfaces.ts';

let vendor: RecordingVendor;
beforeAll(async () => {
  vendor = await recordingVendor();
});
beforeEach(() => vendor.forget());
afterAll(() => vendor.close());

const tools = [{ name: 'look', inputSchema: { type: 'object', properties: {} } }];
const schema = { type: 'object', properties: { a: { type: 'string' } }, required: ['a'] };
const hi = { role: 'user', content: 'Hi' } as const;
const begun: readonly Message[] = [hi, { role: 'assistant', content: 'Once' }];
const called: readonly Message[] = [
  hi,
  { role: 'assistant', content: [{ type: 'tool-call', toolCallId: 'c1', toolName: 'look', input: {} }] },
  {
    role: 'tool',
    content: [
      { type: 'tool-result', toolCallId: 'c1', toolName: 'look', output: { type: 'text', value: 'Oslo' } },
    ],
  },
];

type Settings = Partial<Omit<ChatRequest, 'prompt' | 'messages'>>;
const hello = (settings: Settings): ChatRequest => ({ prompt: 'Hi', ...settings });
const own = (vendorName: string, options: JSONObject): Settings => ({
  providerOptions: { [vendorName]: options },
});

/** What is sent instead: fields that the body has, and fields (by path) that it has not. */
type Case = readonly [
  name: InterfaceName,
  model: string,
  what: string,
  request: ChatRequest,
  has: object,
  hasNot: readonly string[],
  warned: readonly string[],
];

const google = (generationConfig: object) => ({ generationConfig });
const thinking = (thinkingConfig: object) => google({ thinkingConfig });

const claude: readonly Case[] = [
  [
    'anthropic',
    'claude-sonnet-4-5',
    'temperature with topP',
    hello({ temperature: 0.2, topP: 0.5 }),
    { temperature: 0.2 },
    ['top_p'],
    ['topP'],
  ],
  [
    'anthropic',
    'claude-opus-4-1',
    'temperature with topP',
    hello({ temperature: 0.2, topP: 0.5 }),
    { temperature: 0.2 },
    ['top_p'],
    ['topP'],
  ],
  [
    'anthropic',
    'claude-opus-4-6',
    'xhigh',
    hello({ reasoning: 'xhigh' }),
    { output_config: { effort: 'high' } },
    [],
    ['reasoning'],
  ],
  [
    'anthropic',
    'claude-opus-4-8',
    'minimal',
    hello({ reasoning: 'minimal' }),
    { output_config: { effort: 'low' } },
    [],
    ['reasoning'],
  ],
  [
    'anthropic',
    'claude-fable-5-1',
    'a forced tool',
    hello({ tools, toolChoice: 'required' }),
    { tool_choice: { type: 'auto' } },
    [],
    ['toolChoice'],
  ],
  [
    'anthropic',
    'claude-sonnet-4-5',
    'calls without tools',
    { messages: called },
    { tools: [{ name: 'look' }], tool_choice: { type: 'none' } },
    [],
    ['tools'],
  ],
  [
    'anthropic',
    'claude-haiku-4-5',
    'a schema with a begun answer',
    { messages: begun, schema },
    { system: expect.stringContaining('JSON') },
    ['output_config'],
    ['schema'],
  ],
  [
    'anthropic',
    'claude-haiku-4-5',
    'thinking with a begun answer',
    { messages: begun, reasoning: 'high' },
    {},
    ['thinking'],
    ['reasoning'],
  ],
  [
    'anthropic',
    'claude-sonnet-4-5',
    'a thinking option with a forced tool',
    hello({
      tools,
      toolChoice: 'required',
      ...own('anthropic', { thinking: { type: 'enabled', budget_tokens: 2000 } }),
    }),
    { tool_choice: { type: 'any' } },
    ['thinking'],
    ['providerOptions.anthropic.thinking'],
  ],
  [
    'anthropic',
    'claude-sonnet-4-5',
    'a thinking option with temperature',
    hello({ temperature: 0.2, ...own('anthropic', { thinking: { type: 'enabled', budget_tokens: 2000 } }) }),
    { thinking: { type: 'enabled' } },
    ['temperature'],
    ['temperature'],
  ],
];

const gemini: readonly Case[] = [
  [
    'google',
    'gemini-3-pro-preview',
    'minimal',
    hello({ reasoning: 'minimal' }),
    thinking({ thinkingLevel: 'LOW' }),
    [],
    ['reasoning'],
  ],
  [
    'google',
    'gemini-3.7-flash',
    'minimal',
    hello({ reasoning: 'minimal' }),
    thinking({ thinkingLevel: 'LOW' }),
    [],
    ['reasoning'],
  ],
  [
    'google',
    'gemini-3.1-pro-preview',
    'max',
    hello({ reasoning: 'max' }),
    thinking({ thinkingLevel: 'HIGH' }),
    [],
    ['reasoning'],
  ],
  [
    'google',
    'gemini-2.5-flash-lite',
    'a budget of 100',
    hello(own('google', { thinkingConfig: { thinkingBudget: 100 } })),
    thinking({ thinkingBudget: 512 }),
    [],
    ['providerOptions.google.thinkingConfig'],
  ],
  [
    'google',
    'gemini-2.5-pro',
    'a budget of 0',
    hello(own('google', { thinkingConfig: { thinkingBudget: 0 } })),
    thinking({ thinkingBudget: 128 }),
    [],
    ['providerOptions.google.thinkingConfig'],
  ],
  [
    'google',
    'gemini-2.5-flash',
    'penalties',
    hello({ presencePenalty: 0.5, frequencyPenalty: 0.5 }),
    {},
    ['generationConfig.presencePenalty', 'generationConfig.frequencyPenalty'],
    ['presencePenalty', 'frequencyPenalty'],
  ],
  [
    'google',
    'gemini-2.5-flash',
    'six stop sequences',
    hello({ stopSequences: ['a', 'b', 'c', 'd', 'e', 'f'] }),
    google({ stopSequences: ['a', 'b', 'c', 'd', 'e'] }),
    [],
    ['stopSequences'],
  ],
];

const openaiCases: readonly Case[] = [
  [
    'openai',
    'gpt-5.1',
    'minimal',
    hello({ reasoning: 'minimal' }),
    { reasoning_effort: 'low' },
    [],
    ['reasoning'],
  ],
  [
    'openai',
    'gpt-5-pro',
    'low',
    hello({ reasoning: 'low' }),
    { reasoning_effort: 'high' },
    [],
    ['reasoning'],
  ],
  ['openai', 'o4-mini', 'max', hello({ reasoning: 'max' }), { reasoning_effort: 'high' }, [], ['reasoning']],
  [
    'openai-responses',
    'gpt-5.2',
    'max',
    hello({ reasoning: 'max' }),
    { reasoning: { effort: 'xhigh' } },
    [],
    ['reasoning'],
  ],
  ['openai', 'gpt-4o', 'an effort', hello({ reasoning: 'high' }), {}, ['reasoning_effort'], ['reasoning']],
  [
    'openai',
    'gpt-5-mini',
    'sampling',
    hello({
      temperature: 0.2,
      topP: 0.5,
      frequencyPenalty: 1,
      stopSequences: ['a'],
      ...own('openai', { logprobs: true, logit_bias: { 1: 1 } }),
    }),
    {},
    ['temperature', 'top_p', 'frequency_penalty', 'stop', 'logprobs', 'logit_bias'],
    [
      'temperature',
      'topP',
      'frequencyPenalty',
      'providerOptions.openai.logprobs',
      'providerOptions.openai.logit_bias',
      'stopSequences',
    ],
  ],
  [
    'openai-responses',
    'o3',
    'sampling',
    hello({ temperature: 0.2, topP: 0.5 }),
    {},
    ['temperature', 'top_p'],
    ['temperature', 'topP'],
  ],
  [
    'openai',
    'gpt-5.2',
    'sampling while it reasons',
    hello({ temperature: 0.2, reasoning: 'high' }),
    { reasoning_effort: 'high' },
    ['temperature'],
    ['temperature'],
  ],
  [
    'openai',
    'gpt-5.6-terra',
    'tools in Chat Completions',
    hello({ tools }),
    { reasoning_effort: 'none' },
    [],
    ['reasoning'],
  ],
  [
    'openai',
    'gpt-5.4',
    'reasoning with tools in Chat Completions',
    hello({ tools, reasoning: 'high' }),
    { reasoning_effort: 'none' },
    [],
    ['reasoning'],
  ],
  [
    'openai',
    'gpt-4o',
    'five stop sequences',
    hello({ stopSequences: ['a', 'b', 'c', 'd', 'e'] }),
    { stop: ['a', 'b', 'c', 'd'] },
    [],
    ['stopSequences'],
  ],
  [
    'openai-responses',
    'gpt-4o',
    'logit_bias in Responses',
    hello(own('openai', { logit_bias: { 1: 1 } })),
    {},
    ['logit_bias'],
    ['providerOptions.openai.logit_bias'],
  ],
  [
    'azure',
    'gpt-5-mini',
    'none',
    hello({ reasoning: 'none' }),
    { reasoning_effort: 'minimal' },
    [],
    ['reasoning'],
  ],
];

const others: readonly Case[] = [
  ['xai', 'grok-4', 'an effort', hello({ reasoning: 'high' }), {}, ['reasoning_effort'], ['reasoning']],
  ['xai', 'grok-4.3', 'max', hello({ reasoning: 'max' }), { reasoning_effort: 'high' }, [], ['reasoning']],
  [
    'groq',
    'openai/gpt-oss-120b',
    'none',
    hello({ reasoning: 'none' }),
    { reasoning_effort: 'low' },
    [],
    ['reasoning'],
  ],
  ['groq', 'qwen/qwen3-32b', 'high', hello({ reasoning: 'high' }), {}, ['reasoning_effort'], ['reasoning']],
  [
    'groq',
    'llama-3.3-70b-versatile',
    'JSON with tools',
    hello({ tools, schema }),
    { messages: [{ role: 'system' }, { role: 'user' }] },
    ['response_format'],
    ['schema'],
  ],
  [
    'moonshot',
    'kimi-k3',
    'none',
    hello({ reasoning: 'none' }),
    { reasoning_effort: 'low' },
    [],
    ['reasoning'],
  ],
  [
    'moonshot',
    'kimi-k2.6',
    'an effort',
    hello({ reasoning: 'low' }),
    { thinking: { type: 'enabled' } },
    ['reasoning_effort'],
    ['reasoning'],
  ],
  [
    'moonshot',
    'kimi-k2.6',
    'none',
    hello({ reasoning: 'none' }),
    { thinking: { type: 'disabled' } },
    ['reasoning_effort'],
    [],
  ],
  ['moonshot', 'kimi-k2.5', 'temperature', hello({ temperature: 0.2 }), {}, ['temperature'], ['temperature']],
  [
    'together',
    'zai-org/GLM-5.3',
    'none',
    hello({ reasoning: 'none' }),
    { reasoning_effort: 'low' },
    [],
    ['reasoning'],
  ],
  [
    'qwen',
    'qwen-plus',
    'JSON while it thinks',
    hello({ schema, reasoning: 'high' }),
    { enable_thinking: true, messages: [{ role: 'system' }, { role: 'user' }] },
    ['response_format'],
    ['schema'],
  ],
  [
    'perplexity',
    'sonar',
    'two turns of the user in a row',
    { messages: [hi, { role: 'user', content: 'Again' }] },
    { messages: [{ role: 'user', content: 'Hi\n\nAgain' }] },
    [],
    [],
  ],
];

const foreign = { type: 'provider', id: 'other.search', name: 'search', args: {} } as const;
const noTools: readonly Case[] = (
  [
    ['openai', 'gpt-4o'],
    ['openai-responses', 'gpt-4o'],
    ['anthropic', 'claude-haiku-4-5'],
    ['google', 'gemini-2.5-flash'],
    ['compatible', 'm'],
  ] as const
).flatMap(([name, model]): readonly Case[] => [
  [
    name,
    model,
    'a choice without tools',
    hello({ toolChoice: 'required' }),
    {},
    ['tool_choice', 'toolConfig'],
    ['toolChoice'],
  ],
  [
    name,
    model,
    'tools of another vendor alone',
    hello({ tools: [foreign], toolChoice: 'auto' }),
    {},
    ['tools', 'tool_choice', 'toolConfig'],
    ['tool other.search'],
  ],
  [name, model, 'an empty list of tools', hello({ tools: [] }), {}, ['tools'], []],
]);

function at(body: object, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], body);
}

describe('what a vendor refuses is not sent, with a warning', () => {
  it.each([...claude, ...gemini, ...openaiCases, ...others, ...noTools])(
    '%s %s: %s',
    async (name, model, _, request, has, hasNot, warned) => {
      const { bodies, warnings } = await vendor.sent(name, model, request, '{"a":"b"}');
      expect(bodies).toHaveLength(2);
      for (const body of bodies) {
        expect(body).toMatchObject(has);
        expect(hasNot.filter((path) => at(body, path) !== undefined)).toEqual([]);
      }
      expect(warnings.map(({ feature }) => feature)).toEqual(warned);
    },
  );
});

describe('what a vendor accepts is sent as it is, without a warning', () => {
  it.each<readonly [InterfaceName, string, ChatRequest, object]>([
    ['anthropic', 'claude-sonnet-4-5', hello({ topP: 0.5 }), { top_p: 0.5 }],
    ['anthropic', 'claude-opus-4-8', hello({ reasoning: 'xhigh' }), { output_config: { effort: 'xhigh' } }],
    ['anthropic', 'claude-next', hello({ reasoning: 'xhigh' }), { output_config: { effort: 'xhigh' } }],
    ['google', 'gemini-2.0-flash', hello({ presencePenalty: 0.5 }), google({ presencePenalty: 0.5 })],
    [
      'google',
      'gemini-3-flash-preview',
      hello({ reasoning: 'minimal' }),
      thinking({ thinkingLevel: 'MINIMAL' }),
    ],
    ['openai', 'gpt-5.2', hello({ temperature: 0.2 }), { temperature: 0.2 }],
    ['openai', 'gpt-5.6', hello({ reasoning: 'max' }), { reasoning_effort: 'max' }],
    [
      'openai',
      'gpt-next',
      hello({ reasoning: 'max', temperature: 0.2 }),
      { reasoning_effort: 'max', temperature: 0.2 },
    ],
    ['openai', 'gpt-5-mini', hello({ reasoning: 'minimal' }), { reasoning_effort: 'minimal' }],
    ['openai-responses', 'gpt-5.6', hello({ tools, reasoning: 'high' }), { reasoning: { effort: 'high' } }],
    [
      'compatible',
      'gpt-5-mini',
      hello({ temperature: 0.2, reasoning: 'none' }),
      { temperature: 0.2, reasoning_effort: 'none' },
    ],
    ['xai', 'grok-next', hello({ reasoning: 'max' }), { reasoning_effort: 'max' }],
  ])('%s %s', async (name, model, request, expected) => {
    const { bodies, warnings } = await vendor.sent(name, model, request);
    for (const body of bodies) expect(body).toMatchObject(expected);
    expect(warnings).toEqual([]);
  });

  it.each(['gemini-3-flash-preview', 'gemini-3.1-pro-preview'])(
    'tools of %s’s own beside functions, with the switch that they need',
    async (model) => {
      const search = { type: 'provider', id: 'google.google_search', name: 'search', args: {} } as const;
      const { bodies } = await vendor.sent('google', model, hello({ tools: [...tools, search] }));
      for (const body of bodies)
        expect(body).toMatchObject({ toolConfig: { includeServerSideToolInvocations: true } });
    },
  );
});

describe('a target that cannot do without what its vendor refuses', () => {
  const search = { type: 'provider', id: 'google.google_search', name: 'search', args: {} } as const;

  it.each<readonly [InterfaceName, string, ChatRequest, string]>([
    [
      'google',
      'gemini-2.5-flash',
      hello({ tools: [...tools, search] }),
      'vendor tools together with functions',
    ],
    [
      'google',
      'gemini-2.0-flash',
      hello({ tools: [...tools, search] }),
      'vendor tools together with functions',
    ],
    ['anthropic', 'claude-opus-4-6', { messages: begun }, 'an answer that the request begins'],
    ['perplexity', 'sonar', { messages: begun }, 'an answer that the request begins'],
  ])('%s %s is left out with the reason', async (name, model, request, reason) => {
    const router = vendor.routerOver(name, model);
    for (const ask of [() => router.chat(request), () => router.stream(request)]) {
      const error = (await rejection(ask())) as Error;
      expect(error).toMatchObject({ code: 'no-target' });
      expect(error.message).toContain(reason);
    }
    expect(vendor.received()).toEqual([]);
  });
});
