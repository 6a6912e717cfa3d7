import type { ProviderCall, ProviderStreamPart } from 'signalbox';
import { describe, expect, it } from 'vitest';
import { Accumulator } from '../../../src/core/calls/stream/accumulate.ts';
import { toResult as readResult } from '../../../src/providers/chat-completions/answer/response.ts';
import { chunkReader } from '../../../src/providers/chat-completions/answer/stream.ts';
import { toRequest } from '../../../src/providers/chat-completions/request.ts';
import { readUsage } from '../../../src/providers/chat-completions/usage.ts';
import { noHeaders } from '../../../src/transport/headers.ts';

const call = (more: Partial<ProviderCall>): ProviderCall => ({
  model: 'm',
  messages: [{ role: 'user', content: 'Hi' }],
  signal: new AbortController().signal,
  ...more,
});
const context = { provider: 'p', headers: noHeaders, warnings: [], request: {} };
const toResult = (raw: unknown) => readResult(raw, context);
const answer = (message: object, finish = 'stop', more: object = {}) =>
  toResult({ choices: [{ message, finish_reason: finish }], ...more });

/** All parts of a stream of these deltas. */
function stream(
  deltas: readonly object[],
  finish: string | null = 'stop',
  marked = true,
): ProviderStreamPart[] {
  const mapper = chunkReader(context);
  const parts = deltas.flatMap((delta) => mapper.push({ choices: [{ delta }] }));
  if (finish !== null) parts.push(...mapper.push({ choices: [{ delta: {}, finish_reason: finish }] }));
  return [...parts, ...mapper.end(marked)];
}

const callsOf = (parts: readonly ProviderStreamPart[]) =>
  parts.flatMap((part) => (part.type === 'tool-call' ? [[part.toolName, part.input]] : []));

describe('tool calls in a stream', () => {
  it('are distinguished by their ids where the server leaves the index out', () => {
    const parts = stream([
      { tool_calls: [{ id: 'a', function: { name: 'one', arguments: '{"x":' } }] },
      { tool_calls: [{ id: 'a', function: { arguments: '1}' } }] },
      { tool_calls: [{ id: 'b', function: { name: 'two', arguments: '{}' } }] },
    ]);
    expect(callsOf(parts)).toEqual([
      ['one', { x: 1 }],
      ['two', {}],
    ]);
  });

  it('may come whole, with arguments that are no text', () => {
    const parts = stream([
      { tool_calls: [{ index: 0, id: 'a', function: { name: 'one', arguments: { x: 1 } } }] },
    ]);
    expect(callsOf(parts)).toEqual([['one', { x: 1 }]]);
  });

  it('that never get a name are no answer', () => {
    expect(() => stream([{ tool_calls: [{ index: 3, function: { arguments: '{}' } }] }])).toThrow('no name');
    expect(callsOf(stream([{ content: 'x', tool_calls: [{ index: 3 }] }], 'stop'))).toEqual([]);
  });

  it('keep arguments that are not JSON as they are', () => {
    const parts = stream([
      { tool_calls: [{ index: 0, id: 'a', function: { name: 'one', arguments: '{oops' } }] },
    ]);
    expect(callsOf(parts)).toEqual([['one', '{oops']]);
  });

  it('make the answer one of tool calls even if the server says stop', () => {
    const parts = stream(
      [{ tool_calls: [{ index: 0, id: 'a', function: { name: 'one', arguments: '{}' } }] }],
      'stop',
    );
    expect(parts.at(-1)).toMatchObject({ type: 'finish', finishReason: 'tool-calls' });
  });
});

describe('the end of a stream', () => {
  it('is proved by a reason, or by the end mark alone', () => {
    expect(stream([{ content: 'x' }], 'stop', false).at(-1)).toMatchObject({ finishReason: 'stop' });
    expect(stream([{ content: 'x' }], null, true).at(-1)).toMatchObject({ finishReason: 'other' });
    expect(() => stream([{ content: 'x' }], null, false)).toThrow('without its end marker');
  });

  it('is the end of the stream, and not the first reason', () => {
    const mapper = chunkReader(context);
    mapper.push({ choices: [{ delta: { content: 'x' }, finish_reason: 'stop' }] });
    expect(mapper.push({ choices: [{ delta: { content: 'more' }, finish_reason: null }] })).toEqual([
      { type: 'text-delta', text: 'more' },
    ]);
    expect(mapper.end(true).at(-1)).toMatchObject({ finishReason: 'stop' });
  });
});

describe('errors inside', () => {
  it.each([
    [
      'vLLM',
      { object: 'error', message: "This model's maximum context length is 4 tokens", code: 400 },
      'context-length',
    ],
    [
      'OpenRouter',
      { error: { code: 502, message: 'x' }, choices: [{ delta: {}, finish_reason: 'error' }] },
      'server',
    ],
    ['OpenAI', { error: { code: 'insufficient_quota', type: 'insufficient_quota' } }, 'quota'],
    ['Ollama', { error: 'model runner has crashed' }, 'server'],
  ])('a chunk of %s', (_, chunk, kind) => {
    try {
      chunkReader(context).push(chunk);
    } catch (error) {
      expect(error).toMatchObject({ kind });
      return;
    }
    throw new Error('was taken for an answer');
  });

  it('an answer with status 200', () => {
    expect(() => toResult({ error: { code: 429, message: 'x' } })).toThrow('rate-limit');
  });

  it('an error that is null is no error', () => {
    expect(
      toResult({ error: null, choices: [{ message: { content: 'x' }, finish_reason: 'stop' }] }).finishReason,
    ).toBe('stop');
  });
});

describe('answers', () => {
  it('that refuse are withheld, with the reason', () => {
    const result = answer({ content: null, refusal: 'I will not' });
    expect(result).toMatchObject({
      finishReason: 'content-filter',
      providerMetadata: { p: { refusal: 'I will not' } },
    });
    const parts = stream([{ refusal: 'I will' }, { refusal: ' not' }]);
    expect(parts.at(-1)).toMatchObject({
      finishReason: 'content-filter',
      providerMetadata: { p: { refusal: 'I will not' } },
    });
  });

  it('name their sources', () => {
    const annotations = [{ type: 'url_citation', url_citation: { url: 'https://a.example', title: 'A' } }];
    const source = {
      type: 'source',
      sourceType: 'url',
      id: 'https://a.example',
      url: 'https://a.example',
      title: 'A',
    };
    expect(answer({ content: 'x', annotations }).content).toContainEqual(source);
    expect(stream([{ annotations }])).toContainEqual(source);
  });

  it('include their vendor’s extra fields', () => {
    const { providerMetadata } = toResult({
      choices: [{ message: { content: 'x' }, finish_reason: 'stop', logprobs: { content: [] } }],
      system_fingerprint: 'fp',
      service_tier: 'flex',
      provider: 'Someone',
    });
    expect(providerMetadata).toEqual({
      p: {
        finishReason: 'stop',
        logprobs: { content: [] },
        systemFingerprint: 'fp',
        serviceTier: 'flex',
        provider: 'Someone',
      },
    });
  });

  it('without content or a finish reason were cut off', () => {
    expect(() => toResult({ choices: [{ message: { content: '' }, finish_reason: null }] })).toThrow(
      'a finish reason',
    );
  });

  it('keep reasoning details, which go back with the message', () => {
    const reasoning_details = [{ type: 'reasoning.encrypted', data: 'abc' }];
    for (const content of [
      answer({ reasoning: 'hm', content: 'x', reasoning_details }).content,
      stream([{ reasoning: 'hm' }, { content: 'x' }, { reasoning_details }]).flatMap((part) =>
        part.type === 'reasoning-delta' && part.providerOptions !== undefined
          ? [{ ...part, type: 'reasoning' as const }]
          : [],
      ),
    ]) {
      const { body } = toRequest(call({ messages: [{ role: 'assistant', content }] }), 'p', {}, false);
      expect(body['messages']).toMatchObject([{ role: 'assistant', reasoning_details }]);
    }
  });
});

describe('what goes back with the next request', () => {
  /** The last message of the request after an answer in these deltas. */
  const nextMessage = (deltas: readonly object[]) => {
    const collected = new Accumulator();
    for (const part of stream(deltas, 'tool_calls'))
      if (part.type !== 'response' && part.type !== 'finish') collected.add(part);
    const messages = [{ role: 'assistant' as const, content: collected.content() }];
    return (toRequest(call({ messages }), 'p', {}, true).body['messages'] as unknown[])[0];
  };
  const text = (piece: object) => ({ reasoning_details: [{ type: 'reasoning.text', index: 0, ...piece }] });
  const toolCall = { index: 0, id: 'a', function: { name: 'f', arguments: '{}' } };

  it('is one block of thoughts, whose signature is for all of it', () => {
    const deltas = [text({ text: 'Let' }), text({ text: ' me' }), text({ signature: 'sig' })];
    expect(nextMessage([...deltas, { tool_calls: [toolCall] }])).toMatchObject({
      reasoning_details: [{ type: 'reasoning.text', index: 0, text: 'Let me', signature: 'sig' }],
    });
  });

  it('is one block also where the signature comes after text and calls', () => {
    const deltas = [
      text({ text: 'Let me' }),
      { content: 'Hi' },
      { tool_calls: [toolCall] },
      text({ signature: 'sig' }),
    ];
    expect(nextMessage(deltas)).toMatchObject({
      content: 'Hi',
      tool_calls: [{ id: 'a' }],
      reasoning_details: [{ type: 'reasoning.text', index: 0, text: 'Let me', signature: 'sig' }],
    });
  });

  it('is what cannot be read, as it came', () => {
    const encrypted = { type: 'reasoning.encrypted', data: 'abc', id: 'a', index: 0 };
    expect(nextMessage([{ reasoning_details: [encrypted] }, { tool_calls: [toolCall] }])).toMatchObject({
      reasoning_details: [encrypted],
    });
  });

  it('is the signature that came with a call', () => {
    const extra_content = { google: { thought_signature: 'sig' } };
    expect(nextMessage([{ tool_calls: [{ ...toolCall, extra_content }] }])).toMatchObject({
      tool_calls: [{ id: 'a', extra_content }],
    });
  });
});

describe('usage', () => {
  it('is also read in DeepSeek’s format', () => {
    expect(readUsage({ prompt_tokens: 10, completion_tokens: 2, prompt_cache_hit_tokens: 8 })).toEqual({
      inputTokens: 10,
      outputTokens: 2,
      cacheReadTokens: 8,
    });
  });

  it('separates audio', () => {
    const usage = {
      prompt_tokens: 10,
      completion_tokens: 5,
      prompt_tokens_details: { audio_tokens: 4 },
      completion_tokens_details: { audio_tokens: 3 },
    };
    expect(readUsage(usage)).toMatchObject({ audioInputTokens: 4, audioOutputTokens: 3 });
  });

  it('ignores what is no count', () => {
    expect(readUsage({ prompt_tokens: '10', completion_tokens: -1, prompt_tokens_details: null })).toEqual(
      {},
    );
  });
});

describe('requests in a dialect', () => {
  it('use its names and leave out what it does not take, with a warning', () => {
    const { body, warnings } = toRequest(
      call({
        maxOutputTokens: 5,
        seed: 1,
        topK: 3,
        presencePenalty: 1,
        reasoning: 'low',
        tools: [{ type: 'function', name: 'look', inputSchema: { type: 'object' } }],
        toolChoice: 'required',
      }),
      'p',
      {
        seed: 'random_seed',
        topK: true,
        penalties: false,
        reasoning: false,
        toolChoiceRequired: 'any',
        streamUsage: false,
      },
      true,
    );
    const { tools, ...settings } = body;
    expect(tools).toMatchObject([{ function: { name: 'look' } }]);
    expect(settings).toEqual({
      model: 'm',
      messages: [{ role: 'user', content: 'Hi' }],
      max_tokens: 5,
      random_seed: 1,
      top_k: 3,
      tool_choice: 'any',
      stream: true,
    });
    expect(warnings.map(({ feature }) => feature)).toEqual(['presencePenalty', 'reasoning']);
  });

  it('tell the schema in an instruction where the server takes none', () => {
    const responseFormat = { name: 'answer', schema: { type: 'object' } };
    const { body } = toRequest(call({ responseFormat }), 'p', { jsonSchema: 'json_object' }, false);
    expect(body['response_format']).toEqual({ type: 'json_object' });
    expect(body['messages']).toMatchObject([
      { role: 'system', content: expect.stringContaining('{"type":"object"}') },
      { role: 'user' },
    ]);
  });

  it('leave out another vendor’s tools, with a warning', () => {
    const tools = [
      { type: 'provider', id: 'google.google_search', name: 'google_search', args: {} },
    ] as const;
    const { body, warnings } = toRequest(call({ tools }), 'p', {}, false);
    expect(body).not.toHaveProperty('tools');
    expect(warnings).toMatchObject([{ type: 'unsupported', feature: 'tool google.google_search' }]);
  });
});

describe('an assistant message at the end, the beginning of the answer', () => {
  const begun = call({
    messages: [
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: 'Hello' },
    ],
  });
  const message = { role: 'assistant', content: 'Hello' };
  const bodyOf = (prefill?: 'partial' | 'prefix' | 'continue_final_message') =>
    toRequest(begun, 'p', prefill === undefined ? {} : { prefill }, true).body;

  it('is marked by a field of the message where the server wants one', () => {
    for (const field of ['partial', 'prefix'] as const) {
      expect((bodyOf(field)['messages'] as unknown[]).at(-1)).toEqual({ ...message, [field]: true });
    }
  });

  it('is marked in vLLM’s way', () => {
    const body = bodyOf('continue_final_message');
    expect(body).toMatchObject({ continue_final_message: true, add_generation_prompt: false });
    expect((body['messages'] as unknown[]).at(-1)).toEqual(message);
  });

  it('goes as it is to all others', () => {
    expect((bodyOf()['messages'] as unknown[]).at(-1)).toEqual(message);
    expect(bodyOf()).not.toHaveProperty('continue_final_message');
  });

  it('is the only one that is marked, and only at the end', () => {
    const asked = call({ messages: [...begun.messages, { role: 'user', content: 'Go on' }] });
    expect(JSON.stringify(toRequest(asked, 'p', { prefill: 'partial' }, true).body)).not.toContain('partial');
  });
});
