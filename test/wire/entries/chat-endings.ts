import { done, named, stream, type WireEntry, whole } from '../entry.ts';
import { chatCompletions } from '../interfaces.ts';
import { call, calls, chunk, completion } from './chat-words.ts';

const hello = { text: 'Hello', finishReason: 'stop' } as const;
const osloCall = call('get_weather', '{"city":"Oslo"}', { index: 0, id: 'a' });
const oslo = {
  toolCalls: [{ toolName: 'get_weather', input: { city: 'Oslo' }, toolCallId: 'a' }],
  finishReason: 'tool-calls',
} as const;

const goesOn: readonly WireEntry[] = [
  {
    name: 'an empty finish_reason ends nothing',
    source: 'https://github.com/ollama/ollama/issues/4357',
    over: chatCompletions,
    stream: stream(chunk({ content: 'Hel' }, ''), chunk({ content: 'lo' }, ''), chunk({}, 'stop'), done),
    gives: hello,
  },
  {
    name: 'an empty finish_reason of a whole answer is none',
    source: 'https://github.com/sgl-project/sglang/issues/3912',
    over: chatCompletions,
    chat: whole(completion({ content: 'Hello' }, '')),
    stream: stream(chunk({ content: 'Hello' }, ''), done),
    gives: { text: 'Hello', finishReason: 'other' },
  },
  {
    name: 'the word "null" for a finish_reason ends nothing',
    source: 'https://help.aliyun.com/zh/model-studio/qwen-api-reference',
    over: [...chatCompletions, 'qwen'],
    stream: stream(
      chunk({ content: 'Hel' }, 'null'),
      chunk({ content: 'lo' }, 'null'),
      chunk({}, 'stop'),
      done,
    ),
    gives: hello,
  },
  {
    name: '"stop" in every chunk ends nothing',
    source: 'https://github.com/su-kaka/gcli2api/issues/403',
    over: chatCompletions,
    sensitiveTo: ['cut'],
    stream: stream(
      chunk({ reasoning_content: 'Hm' }, 'stop'),
      chunk({ content: 'Hel' }, 'stop'),
      chunk({ content: 'lo' }, 'stop'),
      done,
    ),
    gives: { ...hello, reasoning: 'Hm' },
  },
  {
    name: '"STOP" in several chunks ends nothing',
    source: 'https://github.com/BerriAI/litellm/issues/2195',
    over: [...chatCompletions, 'vertex'],
    sensitiveTo: ['cut'],
    stream: stream(chunk({ content: 'Hel' }, 'STOP'), chunk({ content: 'lo' }, 'STOP'), done),
    chat: whole(completion({ content: 'Hello' }, 'STOP')),
    gives: hello,
  },
  {
    name: '"stop" in a first chunk without content ends nothing',
    source: 'https://github.com/open-webui/open-webui/issues/23921',
    over: chatCompletions,
    sensitiveTo: ['cut'],
    stream: stream(chunk({ content: '' }, 'stop'), chunk({ content: 'Hello' }), chunk({}, 'stop'), done),
    gives: hello,
  },
  {
    name: 'a stream whose reason came before more of it is only whole with its end mark',
    source: 'https://github.com/songquanpeng/one-api/pull/1477',
    over: chatCompletions,
    stream: stream(chunk({ content: 'Hel' }, 'STOP'), chunk({ content: 'lo, I am' }, 'STOP')),
    fails: 'truncated',
  },
  {
    name: 'the last reason counts',
    source: 'https://github.com/PawanOsman/OpenCursor/issues/88',
    over: chatCompletions,
    sensitiveTo: ['cut'],
    stream: stream(chunk({ content: 'Hel' }, 'stop'), chunk({ content: 'lo' }), chunk({}, 'length'), done),
    gives: { text: 'Hello', finishReason: 'length' },
  },
  {
    name: 'a call may come after a reason',
    source: 'https://github.com/su-kaka/gcli2api/pull/407',
    over: chatCompletions,
    sensitiveTo: ['cut'],
    stream: stream(chunk({ content: 'Wait' }, 'stop'), chunk(calls(osloCall), 'stop'), done),
    gives: { ...oslo, text: 'Wait' },
  },
  {
    name: 'what follows the end mark is not part of the answer',
    source: 'https://platform.openai.com/docs/api-reference/chat/streaming',
    over: chatCompletions,
    stream: stream(chunk({ content: 'Hello' }, 'stop'), done, chunk({ content: ' again' })),
    gives: hello,
  },
  {
    name: 'the end mark in quotes, or in another case, is one',
    source: 'https://github.com/theopenco/llmgateway/pull/1053',
    over: chatCompletions,
    stream: stream(chunk({ content: 'Hello' }), 'event: done\ndata: "[done]"\n\n', chunk({ content: '!' })),
    gives: { text: 'Hello', finishReason: 'other' },
  },
];

const reasons: readonly WireEntry[] = [
  {
    name: 'the reason may come with the last piece of text',
    source: 'https://github.com/vllm-project/vllm/pull/36944',
    over: chatCompletions,
    stream: stream(chunk({ content: 'Hel' }), chunk({ content: 'lo' }, 'stop'), done),
    chat: whole(completion({ content: 'Hello' })),
    gives: hello,
  },
  {
    name: 'a whole answer with finish_reason null is an answer',
    source: 'https://github.com/openai/openai-openapi/pull/20',
    over: chatCompletions,
    chat: whole(completion({ content: 'Hello' }, null)),
    stream: stream(chunk({ content: 'Hello' }), done),
    gives: { text: 'Hello', finishReason: 'other' },
  },
  {
    name: 'a choice without a message and with the reason "length" is an empty answer',
    source: 'https://github.com/envoyproxy/ai-gateway/pull/2107',
    over: chatCompletions,
    chat: whole({ choices: [{ index: 0, finish_reason: 'length' }] }),
    stream: stream({ choices: [{ index: 0, finish_reason: 'length' }] }, done),
    gives: { finishReason: 'length' },
  },
  {
    name: 'content that is null with the reason "stop" is an empty answer',
    source: 'https://platform.openai.com/docs/api-reference/chat/object',
    over: chatCompletions,
    chat: whole(completion({ content: null })),
    stream: stream(chunk({ role: 'assistant', content: null }), chunk({}, 'stop'), done),
    gives: { finishReason: 'stop' },
  },
  {
    name: 'the reason in camel case is read',
    source: 'https://github.com/jakobdylanc/llmcord/issues/84',
    over: chatCompletions,
    chat: whole({ choices: [{ message: { content: 'Hello' }, finish_reason: null, finishReason: 'stop' }] }),
    stream: stream({ choices: [{ delta: { content: 'Hello' }, finish_reason: null, finishReason: 'stop' }] }),
    gives: hello,
  },
  ...(
    [
      ['eos', 'stop', 'https://github.com/vibrantlabsai/ragas/issues/1548'],
      ['eos_token', 'stop', 'https://github.com/huggingface/text-generation-inference/pull/2344'],
      ['end', 'stop', 'https://github.com/earendil-works/pi/issues/2107'],
      ['end_turn', 'stop', 'https://docs.anthropic.com/en/api/handling-stop-reasons'],
      ['model_length', 'length', 'https://docs.mistral.ai/api'],
      ['max_tokens', 'length', 'https://docs.anthropic.com/en/api/handling-stop-reasons'],
      ['MAX_TOKENS', 'length', 'https://ai.google.dev/api/generate-content'],
      ['SAFETY', 'content-filter', 'https://ai.google.dev/api/generate-content'],
      ['sensitive', 'content-filter', 'https://docs.bigmodel.cn/api-reference'],
      ['something_new', 'other', 'https://github.com/vercel/ai/pull/1832'],
    ] as const
  ).map(
    ([reason, finishReason, source]): WireEntry => ({
      name: `the reason "${reason}" is ${finishReason}`,
      source,
      over: chatCompletions,
      chat: whole(completion({ content: 'Hello' }, reason)),
      stream: stream(chunk({ content: 'Hello' }), chunk({}, reason), done),
      gives: { text: 'Hello', finishReason },
    }),
  ),
];

const callsAndReasons: readonly WireEntry[] = [
  {
    name: 'a call with the reason "stop" is a call',
    source: 'https://github.com/vllm-project/vllm/pull/25054',
    over: chatCompletions,
    stream: stream(named('message', chunk(calls(osloCall))), named('message', chunk({}, 'stop')), done),
    chat: whole(completion(calls(osloCall))),
    gives: oslo,
  },
  {
    name: 'a call and the end mark without a reason is a call',
    source: 'https://github.com/vllm-project/vllm/issues/27572',
    over: chatCompletions,
    stream: stream(chunk(calls(osloCall)), done),
    chat: whole(completion(calls(osloCall), null)),
    gives: oslo,
  },
  {
    name: 'text with the reason "tool_calls" and without calls is text',
    source: 'https://github.com/vllm-project/vllm/issues/53255',
    over: chatCompletions,
    stream: stream(chunk({ content: 'Hello', tool_calls: [] }), chunk({}, 'tool_calls'), done),
    chat: whole(completion({ content: 'Hello', tool_calls: [] }, 'tool_calls')),
    gives: hello,
  },
  {
    name: 'a call that the token limit cut stays cut',
    source: 'https://platform.openai.com/docs/guides/function-calling',
    over: chatCompletions,
    stream: stream(
      chunk(calls(call('get_weather', '{"ci', { index: 0, id: 'a' }))),
      chunk({}, 'length'),
      done,
    ),
    chat: whole(completion(calls(call('get_weather', '{"ci', { id: 'a' })), 'length')),
    gives: { toolCalls: [{ toolName: 'get_weather', input: '{"ci' }], finishReason: 'length' },
  },
];

/** How answers end, and what does not end them. */
export const chatEndings: readonly WireEntry[] = [...goesOn, ...reasons, ...callsAndReasons];
