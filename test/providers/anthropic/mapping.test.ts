import type { ContentPart, ProviderCall } from 'signalbox';
import { anthropic } from 'signalbox/anthropic';
import { describe, expect, it } from 'vitest';
import { Accumulator } from '../../../src/core/calls/stream/accumulate.ts';
import { generationOf } from '../../../src/providers/anthropic/model.ts';
import { toRequest } from '../../../src/providers/anthropic/request.ts';
import { toResult } from '../../../src/providers/anthropic/response.ts';
import { eventReader } from '../../../src/providers/anthropic/stream.ts';
import { noHeaders } from '../../../src/transport/headers.ts';

const call = (more: Partial<ProviderCall>): ProviderCall => ({
  model: 'claude-haiku-4-5',
  messages: [{ role: 'user', content: 'Hi' }],
  signal: new AbortController().signal,
  ...more,
});

const citation = {
  type: 'web_search_result_location',
  url: 'https://a.example',
  title: 'A',
  cited_text: 'x',
};
/** Blocks as the vendor sends them: its own tool, thoughts open and hidden, and text with sources. */
const blocks = [
  { type: 'thinking', thinking: 'hm', signature: 'sig' },
  { type: 'redacted_thinking', data: 'secret' },
  { type: 'server_tool_use', id: 'srv_1', name: 'web_search', input: { query: 'sky' } },
  {
    type: 'web_search_tool_result',
    tool_use_id: 'srv_1',
    content: [{ type: 'web_search_result', url: 'https://b.example', title: 'B', encrypted_content: 'e' }],
  },
  { type: 'text', text: 'Blue.', citations: [citation] },
];
const message = { id: 'm', type: 'message', content: blocks, stop_reason: 'end_turn', usage: {} };

/** The same blocks in a stream. */
function streamed(): readonly ContentPart[] {
  const reader = eventReader(noHeaders);
  const collected = new Accumulator();
  const push = (event: object): void => {
    for (const part of reader.push(event))
      if (part.type !== 'response' && part.type !== 'finish') collected.add(part);
  };
  const delta = (index: number, fields: object): void =>
    push({ type: 'content_block_delta', index, delta: fields });
  for (const [index, block] of blocks.entries()) {
    const { type } = block;
    const empty = {
      thinking: { thinking: '', signature: '' },
      server_tool_use: { input: {} },
      text: { text: '', citations: [] },
    };
    push({
      type: 'content_block_start',
      index,
      content_block: { ...block, ...(empty as Record<string, object>)[type] },
    });
    if (type === 'thinking') {
      delta(index, { type: 'thinking_delta', thinking: 'hm' });
      delta(index, { type: 'signature_delta', signature: 'sig' });
    }
    if (type === 'server_tool_use')
      delta(index, { type: 'input_json_delta', partial_json: '{"query":"sky"}' });
    if (type === 'text') {
      delta(index, { type: 'text_delta', text: 'Blue.' });
      delta(index, { type: 'citations_delta', citation });
    }
    push({ type: 'content_block_stop', index });
  }
  return collected.content();
}

describe('everything in an answer', () => {
  const whole = toResult(message, noHeaders, []).content;

  it('becomes parts: thoughts with their signatures, the vendor’s own tools, sources', () => {
    expect(whole).toEqual([
      { type: 'reasoning', text: 'hm', providerOptions: { anthropic: { signature: 'sig' } } },
      { type: 'reasoning', text: '', providerOptions: { anthropic: { redactedData: 'secret' } } },
      expect.objectContaining({
        type: 'tool-call',
        toolName: 'web_search',
        input: { query: 'sky' },
        providerExecuted: true,
      }),
      expect.objectContaining({
        type: 'tool-result',
        toolCallId: 'srv_1',
        toolName: 'web_search',
        providerExecuted: true,
      }),
      { type: 'source', sourceType: 'url', id: 'https://b.example', url: 'https://b.example', title: 'B' },
      { type: 'text', text: 'Blue.', providerOptions: { anthropic: { citations: [citation] } } },
      { type: 'source', sourceType: 'url', id: 'https://a.example', url: 'https://a.example', title: 'A' },
    ]);
  });

  it('becomes the same parts from a stream', () => {
    expect(streamed()).toEqual(whole);
  });

  it.each([['whole', whole] as const, ['streamed', streamed()] as const])(
    'goes back as it came (%s)',
    (_, content) => {
      const { body } = toRequest(call({ messages: [{ role: 'assistant', content }] }), false);
      expect(body['messages']).toEqual([{ role: 'assistant', content: blocks }]);
    },
  );
});

describe('history', () => {
  const sent = (messages: ProviderCall['messages']) => toRequest(call({ messages }), false);

  it('leaves out reasoning without its own signature', () => {
    const content: ContentPart[] = [
      { type: 'reasoning', text: 'hm', providerOptions: { google: { thoughtSignature: 'x' } } },
      { type: 'text', text: 'Hi' },
    ];
    const { body, warnings } = sent([{ role: 'assistant', content }]);
    expect(body['messages']).toEqual([{ role: 'assistant', content: 'Hi' }]);
    expect(warnings).toMatchObject([{ type: 'changed', feature: 'history' }]);
  });

  it('puts tool results first in what the user says, and joins turns of one side', () => {
    const { body } = sent([
      { role: 'user', content: 'a' },
      { role: 'user', content: 'b' },
      {
        role: 'tool',
        content: [
          { type: 'tool-result', toolCallId: '1', toolName: 't', output: { type: 'text', value: 'r' } },
        ],
      },
    ]);
    expect(body['messages']).toMatchObject([
      {
        role: 'user',
        content: [{ type: 'tool_result' }, { type: 'text', text: 'a' }, { type: 'text', text: 'b' }],
      },
    ]);
  });

  it('says a later system message as the user, with a warning', () => {
    const { body, warnings } = sent([
      { role: 'system', content: 'first' },
      { role: 'user', content: 'a' },
      { role: 'system', content: 'later' },
    ]);
    expect(body['system']).toBe('first');
    expect(body['messages']).toMatchObject([{ role: 'user', content: [{ text: 'a' }, { text: 'later' }] }]);
    expect(warnings).toMatchObject([{ type: 'changed', feature: 'system' }]);
  });

  it('marks for the cache what is to be cached: messages, parts and tools', () => {
    const providerOptions = { anthropic: { cacheControl: { type: 'ephemeral', ttl: '1h' } } };
    const cache_control = { type: 'ephemeral', ttl: '1h' };
    const { body } = toRequest(
      call({
        messages: [
          { role: 'system', content: 's', providerOptions },
          {
            role: 'user',
            content: [
              { type: 'text', text: 'a', providerOptions },
              { type: 'text', text: 'b' },
            ],
          },
          { role: 'assistant', content: 'c', providerOptions },
        ],
        tools: [{ type: 'function', name: 't', inputSchema: {}, providerOptions }],
      }),
      false,
    );
    expect(body).toMatchObject({
      system: [{ text: 's', cache_control }],
      messages: [
        { content: [{ text: 'a', cache_control }, { text: 'b' }] },
        { content: [{ text: 'c', cache_control }] },
      ],
      tools: [{ name: 't', cache_control }],
    });
  });
});

describe('models', () => {
  it.each([
    ['claude-3-5-sonnet-20241022', 3.5],
    ['claude-opus-4-20250514', 4],
    ['claude-haiku-4-5', 4.5],
    ['claude-haiku-4-5-20251001', 4.5],
    ['claude-opus-4.6', 4.6],
    ['claude-fable-5-1', 5.1],
    ['something-new', Number.POSITIVE_INFINITY],
  ])('%s is of generation %d', (model, generation) => {
    expect(generationOf(model)).toBe(generation);
  });

  it('that refuse sampling options do not get them, with a warning', () => {
    const { body, warnings } = toRequest(
      call({ model: 'claude-opus-5', temperature: 0.5, topP: 0.9 }),
      false,
    );
    expect(body).not.toHaveProperty('temperature');
    expect(warnings.map(({ feature }) => feature)).toEqual(['temperature', 'topP']);
  });

  it('with adaptive thinking get an effort, the others a budget with room for the answer', () => {
    expect(toRequest(call({ model: 'claude-opus-5', reasoning: 'max' }), false).body).toMatchObject({
      thinking: { type: 'adaptive' },
      output_config: { effort: 'max' },
    });
    expect(toRequest(call({ reasoning: 'low' }), false).body).toMatchObject({
      max_tokens: 4096 + 2048,
      thinking: { type: 'enabled', budget_tokens: 2048 },
    });
    expect(toRequest(call({ reasoning: 'none' }), false).body).toMatchObject({
      thinking: { type: 'disabled' },
    });
  });

  it('that have no room to think are not asked to, with a warning', () => {
    const { body, warnings } = toRequest(call({ reasoning: 'high', maxOutputTokens: 500 }), false);
    expect(body).not.toHaveProperty('thinking');
    expect(warnings).toMatchObject([{ feature: 'reasoning' }]);
  });

  it('without schema support get it in an instruction, with a warning', () => {
    const responseFormat = { name: 'answer', schema: { type: 'object' } };
    const { body, warnings } = toRequest(call({ model: 'claude-3-5-haiku-latest', responseFormat }), false);
    expect(body).not.toHaveProperty('output_config');
    expect(body['system']).toEqual(expect.stringContaining('{"type":"object"}'));
    expect(warnings).toMatchObject([{ type: 'changed', feature: 'schema' }]);
  });
});

describe('prefill', () => {
  it('is known of models until 4.5, which alone go on with a message at the end', () => {
    const { capabilities } = anthropic({ apiKey: 'k' });
    const prefill = (model: string) => capabilities?.(model).prefill;
    expect(['claude-haiku-4-5', 'claude-opus-4-1', 'claude-3-5-sonnet-20241022'].map(prefill)).toEqual([
      true,
      true,
      true,
    ]);
    expect(['claude-opus-4-6', 'claude-sonnet-5', 'claude-next'].map(prefill)).toEqual([false, false, false]);
  });
});
