import { generateText } from 'ai';
import type { ChatRequest, Message, ReasoningEffort } from 'signalbox';
import { toProvider } from 'signalbox/ai-sdk';
import { toChatModel } from 'signalbox/langchain';
import { toFetch } from 'signalbox/openai-fetch';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type RecordingVendor, recordingVendor } from '../support/recording-vendor.ts';
import type { InterfaceName } from '../wire/interfaces.ts';

let vendor: RecordingVendor;
beforeAll(async () => {
  vendor = await recordingVendor();
});
beforeEach(() => vendor.forget());
afterAll(() => vendor.close());

const tools = [{ name: 'look', inputSchema: { type: 'object', properties: {} } }];
const png = 'iVBORw0KGgo=';

describe('thinking with a tool that has to be called', () => {
  it.each<[InterfaceName, string, NonNullable<ChatRequest['toolChoice']>, object]>([
    ['anthropic', 'claude-sonnet-4-5', 'required', {}],
    ['anthropic', 'claude-sonnet-4-5', { type: 'tool', toolName: 'look' }, {}],
    ['anthropic', 'claude-opus-4-6', 'required', {}],
    ['qwen', 'qwen-plus', 'required', { enable_thinking: false }],
    ['qwen', 'qwen3-32b', { type: 'tool', toolName: 'look' }, { enable_thinking: false }],
  ])('is left out for %s %s (%j), with a warning', async (name, model, toolChoice, expected) => {
    const request: ChatRequest = { prompt: 'Hi', tools, toolChoice, reasoning: 'high' };
    const { bodies, warnings } = await vendor.sent(name, model, request);
    for (const body of bodies) {
      expect(body).toMatchObject(expected);
      expect(body['tool_choice']).toBeDefined();
      expect(body).not.toHaveProperty('thinking');
    }
    expect(warnings).toMatchObject([{ feature: 'reasoning' }]);
  });

  it.each<[InterfaceName, string, object]>([
    ['anthropic', 'claude-sonnet-4-5', { thinking: { type: 'enabled' } }],
    ['qwen', 'qwen-plus', { enable_thinking: true }],
  ])('stays for %s where the model may choose', async (name, model, expected) => {
    const request: ChatRequest = { prompt: 'Hi', tools, toolChoice: 'auto', reasoning: 'high' };
    const { bodies, warnings } = await vendor.sent(name, model, request);
    for (const body of bodies) expect(body).toMatchObject(expected);
    expect(warnings).toEqual([]);
  });

  it('is left out through each face', async () => {
    const router = vendor.routerOver('anthropic', 'claude-sonnet-4-5');
    const asked = generateText({
      model: toProvider(router).languageModel('default'),
      prompt: 'Hi',
      toolChoice: 'required',
      tools: { look: { inputSchema: z.object({}) } },
      reasoning: 'high',
    });
    // The vendor here answers without a call, which the AI SDK does not accept.
    await Promise.allSettled([asked]);
    await toChatModel(router, { reasoning: 'high' }).bindTools(tools, { tool_choice: 'any' }).invoke('Hi');
    const wire = tools.map(({ name, inputSchema: parameters }) => ({
      type: 'function',
      function: { name, parameters },
    }));
    const body = JSON.stringify({
      model: 'default',
      messages: [{ role: 'user', content: 'Hi' }],
      tools: wire,
      tool_choice: 'required',
      reasoning_effort: 'high',
    });
    const headers = { 'content-type': 'application/json' };
    const post = new Request('http://x/v1/chat/completions', { method: 'POST', headers, body });
    expect((await toFetch(router, { token: false })(post)).status).toBe(200);
    expect(vendor.received()).toHaveLength(3);
    for (const { body: got } of vendor.received()) {
      expect(got).toMatchObject({ tool_choice: { type: 'any' } });
      expect(got).not.toHaveProperty('thinking');
    }
  });
});

describe('JSON with tools', () => {
  const schema = { type: 'object', properties: { a: { type: 'string' } }, required: ['a'] };

  it.each<[string, boolean]>([
    ['gemini-2.0-flash', false],
    ['gemini-2.5-flash', false],
    ['gemini-2.5-pro', false],
    ['gemini-3-pro-preview', true],
  ])('%s is asked for it by its own mode: %s', async (model, ownMode) => {
    const { bodies } = await vendor.sent('google', model, { prompt: 'Hi', tools, schema }, '{"a":"b"}');
    for (const { generationConfig, systemInstruction } of bodies) {
      const mode = (generationConfig as Record<string, unknown> | undefined)?.['responseMimeType'];
      expect(mode).toBe(ownMode ? 'application/json' : undefined);
      expect(JSON.stringify(systemInstruction ?? '').includes('JSON')).toBe(!ownMode);
    }
  });
});

describe('no reasoning from a model that always thinks', () => {
  it.each<[InterfaceName, string, object]>([
    ['google', 'gemini-2.5-pro', { generationConfig: { thinkingConfig: { thinkingBudget: 128 } } }],
    ['google', 'gemini-3-pro-preview', { generationConfig: { thinkingConfig: { thinkingLevel: 'LOW' } } }],
    ['openai', 'o3', { reasoning_effort: 'low' }],
    ['openai', 'gpt-5-mini', { reasoning_effort: 'minimal' }],
    ['openai-responses', 'o4-mini', { reasoning: { effort: 'low' } }],
    ['anthropic', 'claude-opus-5-5', { output_config: { effort: 'low' } }],
  ])('is the least there is of %s %s, with a warning', async (name, model, expected) => {
    const { bodies, warnings } = await vendor.sent(name, model, { prompt: 'Hi', reasoning: 'none' });
    for (const body of bodies) expect(body).toMatchObject(expected);
    expect(warnings).toMatchObject([{ type: 'changed', feature: 'reasoning' }]);
  });

  it.each<[InterfaceName, string, ReasoningEffort, object]>([
    ['google', 'gemini-2.5-flash', 'none', { generationConfig: { thinkingConfig: { thinkingBudget: 0 } } }],
    ['openai', 'gpt-5.1', 'none', { reasoning_effort: 'none' }],
    ['openai', 'o3', 'high', { reasoning_effort: 'high' }],
    ['anthropic', 'claude-sonnet-4-5', 'none', { thinking: { type: 'disabled' } }],
  ])('changes nothing for %s %s (%s)', async (name, model, reasoning, expected) => {
    const { bodies, warnings } = await vendor.sent(name, model, { prompt: 'Hi', reasoning });
    for (const body of bodies) expect(body).toMatchObject(expected);
    expect(warnings).toEqual([]);
  });
});

const models = [
  ['openai', 'gpt-4o'],
  ['openai-responses', 'gpt-4o'],
  ['anthropic', 'claude-haiku-4-5'],
  ['google', 'gemini-2.5-flash'],
  ['compatible', 'm'],
] as const satisfies readonly (readonly [InterfaceName, string])[];

describe.each(models)('empty messages for %s', (name, model) => {
  const user = (content: string): Message => ({ role: 'user', content });
  const turnsOf = (body: Record<string, unknown>) =>
    (body['messages'] ?? body['input'] ?? body['contents']) as readonly { readonly role: string }[];

  it('an empty text beside a picture is left out', async () => {
    const content = [
      { type: 'text', text: '' },
      { type: 'image', image: png, mediaType: 'image/png' },
    ] as const;
    const { bodies } = await vendor.sent(name, model, { messages: [{ role: 'user', content }] });
    for (const body of bodies) expect(JSON.stringify(turnsOf(body))).not.toContain('"text":""');
  });

  it.each<[string, Message]>([
    ['an empty text', { role: 'assistant', content: '' }],
    ['an empty text part', { role: 'assistant', content: [{ type: 'text', text: '' }] }],
    ['no part', { role: 'assistant', content: [] }],
    ['thoughts of another vendor', { role: 'assistant', content: [{ type: 'reasoning', text: 'Hm' }] }],
  ])('a turn of the assistant with %s is left out', async (_, message) => {
    const { bodies } = await vendor.sent(name, model, { messages: [user('Hi'), message, user('Go on')] });
    for (const body of bodies) {
      expect(turnsOf(body).every(({ role }) => role === 'user')).toBe(true);
      expect(JSON.stringify(turnsOf(body))).toContain('Go on');
    }
  });
});

describe('white space at the end of the beginning of an answer', () => {
  it.each<[string, Message]>([
    ['a text', { role: 'assistant', content: 'Once \n' }],
    ['a part', { role: 'assistant', content: [{ type: 'text', text: 'Once ' }] }],
    [
      'the last of several parts',
      {
        role: 'assistant',
        content: [
          { type: 'text', text: 'Once' },
          { type: 'text', text: ' upon ' },
        ],
      },
    ],
    ['a message after another', { role: 'assistant', content: 'Once\t' }],
  ])('is left out for Claude: %s', async (_, message) => {
    const { bodies } = await vendor.sent('anthropic', 'claude-haiku-4-5', {
      messages: [{ role: 'user', content: 'Hi' }, message],
    });
    for (const body of bodies) expect(JSON.stringify(body['messages'])).not.toMatch(/(\s|\\n|\\t)"/);
  });

  it('stays within a conversation', async () => {
    const messages: readonly Message[] = [
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: 'Once ' },
      { role: 'user', content: 'Go on' },
    ];
    const { bodies } = await vendor.sent('anthropic', 'claude-haiku-4-5', { messages });
    for (const body of bodies) expect(body).toMatchObject({ messages: [{}, { content: 'Once ' }, {}] });
  });
});
