import { data, done, named, stream, type WireEntry, whole } from '../entry.ts';
import { chatCompletions } from '../interfaces.ts';
import { chunk, completion } from './chat-words.ts';

const nothing: readonly WireEntry[] = [
  {
    name: 'the reason "abort" and the end mark are no answer',
    source: 'https://github.com/vllm-project/vllm/issues/57082',
    over: chatCompletions,
    stream: stream(chunk({ content: 'Hel' }), chunk({}, 'abort'), done),
    chat: whole(completion({ content: 'Hel' }, 'abort')),
    fails: 'truncated',
  },
  {
    name: 'the end mark alone is no answer',
    source: 'https://github.com/earendil-works/pi/issues/2537',
    over: chatCompletions,
    stream: stream(done),
    fails: 'truncated',
  },
  {
    name: 'empty choices and the end mark are no answer',
    source: 'https://github.com/meilisearch/meilisearch/pull/6477',
    over: chatCompletions,
    stream: stream({ id: 'x', choices: [] }, done),
    fails: 'truncated',
  },
  {
    name: 'a whole answer with empty choices is no answer',
    source: 'https://github.com/tailcallhq/forgecode/issues/531',
    over: chatCompletions,
    chat: whole({ id: 'x', choices: [] }),
    fails: 'malformed',
  },
  {
    name: 'neither content nor a reason is no answer',
    source: 'https://github.com/iBUHub/AIStudioToAPI/pull/228',
    over: chatCompletions,
    chat: whole(completion({ content: '' }, null)),
    stream: stream(chunk({ role: 'assistant', content: '' }), chunk({}, ''), done),
    fails: 'truncated',
  },
  {
    name: 'thoughts alone, without a reason, are no answer',
    source: 'https://github.com/vllm-project/vllm/issues/27572',
    over: chatCompletions,
    chat: whole(completion({ reasoning_content: 'Let me' }, null)),
    stream: stream(chunk({ reasoning_content: 'Let me' }), done),
    fails: 'truncated',
  },
  {
    name: 'an unknown reason does not explain an empty answer',
    source: 'https://github.com/vercel/ai/pull/1832',
    over: chatCompletions,
    chat: whole(completion({ content: '' }, 'something_new')),
    stream: stream(chunk({}, 'something_new'), done),
    fails: 'malformed',
  },
  {
    name: 'the reason "tool_calls" with nothing else is no answer',
    source: 'https://github.com/vllm-project/vllm/issues/53255',
    over: chatCompletions,
    chat: whole(completion({ content: null, tool_calls: [] }, 'tool_calls')),
    stream: stream(chunk({ content: '' }), chunk({}, 'tool_calls'), done),
    fails: 'malformed',
  },
  {
    name: 'an interruption for want of capacity is no answer',
    source: 'https://api-docs.deepseek.com/api/create-chat-completion',
    over: [...chatCompletions, 'deepseek'],
    chat: whole(completion({ content: 'Hel' }, 'insufficient_system_resource')),
    stream: stream(chunk({ content: 'Hel' }), chunk({}, 'insufficient_system_resource'), done),
    fails: 'overloaded',
  },
  {
    name: 'a call that the model got wrong is no answer',
    source: 'https://ai.google.dev/api/generate-content',
    over: [...chatCompletions, 'vertex'],
    chat: whole(completion({ content: '' }, 'MALFORMED_FUNCTION_CALL')),
    stream: stream(chunk({}, 'MALFORMED_FUNCTION_CALL'), done),
    fails: 'malformed',
  },
  {
    name: 'an event stream without events is no answer',
    source: 'https://github.com/earendil-works/pi/issues/2537',
    over: chatCompletions,
    stream: stream(''),
    fails: 'truncated',
  },
];

const errors: readonly WireEntry[] = [
  {
    name: 'an error in a line "error:" and the end mark are an error',
    source: 'https://github.com/ggml-org/llama.cpp/pull/16109',
    over: chatCompletions,
    stream: stream(
      chunk({ content: 'Hel' }),
      'error: {"code":503,"message":"Loading model","type":"unavailable_error"}\n\n',
      done,
    ),
    fails: 'overloaded',
  },
  {
    name: 'a line "error:" with words alone is an error, wherever it is cut',
    source: 'https://github.com/coddy-project/coddy-agent/pull/106',
    over: chatCompletions,
    stream: stream(chunk({ content: 'Hel' }), 'er', 'ror: the model ', 'has stopped\n', '\n', done),
    fails: 'server',
  },
  {
    name: 'an event "error" and the end mark are an error',
    source: 'https://github.com/theopenco/llmgateway/pull/1053',
    over: chatCompletions,
    stream: stream(
      chunk({ content: 'Hel' }),
      named('error', { error: { type: 'upstream_error', message: 'no content' } }),
      done,
    ),
    fails: 'server',
  },
  {
    name: 'an event "error" is an error whatever is in it',
    source: 'https://github.com/danny-avila/LibreChat/pull/14072',
    over: chatCompletions,
    stream: stream(chunk({ content: 'Hel' }), named('error', { text: 'No model spec selected' }), done),
    fails: 'server',
  },
  {
    name: 'an event "error" with words alone is an error',
    source: 'https://github.com/tobocop2/lilbee/pull/324',
    over: chatCompletions,
    stream: stream(chunk({ content: 'Hel' }), 'event: error\ndata: boom\n\n', done),
    fails: 'server',
  },
  {
    name: 'an event "error" without data is an error',
    source: 'https://github.com/AceDataCloud/Nexior/pull/452',
    over: chatCompletions,
    stream: stream(chunk({ content: 'Hel' }), 'event: error\n\n', done),
    fails: 'server',
  },
  {
    name: 'a line of JSON with an error, outside of any field, is an error',
    source: 'https://github.com/apache/rocketmq-dashboard/issues/2178',
    over: chatCompletions,
    stream: stream(chunk({ content: 'Hel' }), '{"error":{"code":429,"message":"slow down"}}\n\n', done),
    fails: 'rate-limit',
  },
  {
    name: 'an error in an event without a name is an error',
    source: 'https://github.com/apache/rocketmq-dashboard/issues/2178',
    over: chatCompletions,
    stream: stream(data({ error: { message: 'quota exceeded', code: 'insufficient_quota' } }), done),
    fails: 'quota',
  },
  {
    name: 'an error in a list is an error',
    source: 'https://github.com/n4ze3m/page-assist/issues/406',
    over: [...chatCompletions, 'vertex'],
    stream: stream(
      chunk({ content: 'Hel' }),
      data([{ error: { code: 429, message: 'Resource has been exhausted', status: 'RESOURCE_EXHAUSTED' } }]),
      done,
    ),
    chat: whole([{ error: { code: 429, message: 'Resource has been exhausted' } }]),
    fails: 'rate-limit',
  },
  {
    name: 'a list of errors is an error',
    source: 'https://github.com/cloudflare/cloudflare-docs/issues/15116',
    over: [...chatCompletions, 'workersAI'],
    stream: stream({ result: null, success: false, errors: [{ code: 7009, message: 'unavailable' }] }, done),
    chat: whole({
      result: null,
      success: false,
      errors: [{ code: 7009, message: 'unavailable' }],
      messages: [],
    }),
    fails: 'server',
  },
  {
    name: 'a list of errors with a status keeps what the status says',
    source: 'https://github.com/anomalyco/opencode/issues/23773',
    over: ['workersAI'],
    chat: whole(
      { success: false, errors: [{ code: 7003, message: 'Could not route to /x' }] },
      { status: 404 },
    ),
    stream: whole(
      { success: false, errors: [{ code: 7003, message: 'Could not route to /x' }] },
      { status: 404 },
    ),
    fails: 'not-found',
  },
  {
    name: 'an error in a choice is an error',
    source: 'https://openrouter.ai/docs/api-reference/errors',
    over: [...chatCompletions, 'openrouter'],
    stream: stream(
      { choices: [{ index: 0, delta: { content: 'Hel' }, error: { code: 502, message: 'upstream' } }] },
      done,
    ),
    chat: whole({ choices: [{ message: { content: 'Hel' }, error: { code: 502, message: 'upstream' } }] }),
    fails: 'server',
  },
  {
    name: 'a code with a message is an error',
    source: 'https://help.aliyun.com/zh/model-studio/error-code',
    over: [...chatCompletions, 'qwen'],
    stream: stream({ code: 'InternalError', message: 'failed', request_id: 'r' }, done),
    chat: whole({ code: 'InternalError', message: 'failed', request_id: 'r' }),
    fails: 'server',
  },
  {
    name: 'an empty error is none',
    source: 'https://github.com/microsoft/foundry-local/issues/144',
    over: chatCompletions,
    stream: stream({ ...chunk({ content: 'Hello' }, 'stop'), error: '' }, done),
    chat: whole({ ...completion({ content: 'Hello' }), error: '' }),
    gives: { text: 'Hello', finishReason: 'stop' },
  },
];

const splices: readonly WireEntry[] = [
  {
    name: 'a chunk with another id is of another answer',
    source: 'https://platform.openai.com/docs/api-reference/chat/streaming',
    over: chatCompletions,
    stream: stream(
      chunk({ content: 'Hel' }, null, { id: 'a' }),
      chunk({ content: 'lo' }, null, { id: 'a' }),
      chunk({ content: 'Hello' }, 'stop', { id: 'b' }),
      done,
    ),
    fails: 'malformed',
  },
  {
    name: 'two chunks with two ids are two answers',
    source: 'https://platform.openai.com/docs/api-reference/chat/streaming',
    over: chatCompletions,
    stream: stream(
      chunk({ content: 'Hel' }, null, { id: 'a' }),
      chunk({ content: 'Hello' }, 'stop', { id: 'b' }),
      done,
    ),
    fails: 'malformed',
  },
  {
    name: 'an answer after one chunk of another is another answer',
    source: 'https://platform.openai.com/docs/api-reference/chat/streaming',
    over: chatCompletions,
    stream: stream(
      chunk({ content: 'Hel' }, null, { id: 'a' }),
      chunk({ content: 'Hel' }, null, { id: 'b' }),
      chunk({ content: 'lo' }, 'stop', { id: 'b' }),
      done,
    ),
    fails: 'malformed',
  },
  // Contradicts the rule of one id: a server that gives no two chunks the same id shows by it that its ids say nothing.
  {
    name: 'ids that change with every chunk are of one answer',
    source: 'https://github.com/ggml-org/llama.cpp/issues/5876',
    over: chatCompletions,
    stream: stream(
      chunk({ content: 'H' }, null, { id: 'a' }),
      chunk({ content: 'el' }, null, { id: 'b' }),
      chunk({ content: 'lo' }, 'stop', { id: 'c' }),
      done,
    ),
    gives: { text: 'Hello', finishReason: 'stop' },
  },
  {
    name: 'indexes of choices that change with every chunk are of one answer',
    source: 'https://github.com/microsoft/foundry-local/issues/144',
    over: chatCompletions,
    stream: stream(
      { id: 'chat.id.1', choices: [{ index: 0, delta: { content: 'H' }, message: { content: 'H' } }] },
      { id: 'chat.id.2', choices: [{ index: 1, delta: { content: 'el' }, message: { content: 'el' } }] },
      { id: 'chat.id.3', choices: [{ index: 2, delta: { content: 'lo' }, finish_reason: 'stop' }] },
      done,
    ),
    gives: { text: 'Hello', finishReason: 'stop' },
  },
  {
    name: 'an empty id says nothing',
    source: 'https://github.com/huggingface/text-generation-inference/issues/1782',
    over: chatCompletions,
    stream: stream(
      chunk({ content: 'Hel' }, null, { id: '' }),
      chunk({ content: 'lo' }, 'stop', { id: 'a' }),
      done,
    ),
    gives: { text: 'Hello', finishReason: 'stop', id: 'a' },
  },
  {
    name: 'a chunk without content may have another id',
    source: 'https://github.com/langchain-ai/langchain/issues/18977',
    over: [...chatCompletions, 'azure'],
    stream: stream(
      chunk({ content: 'Hel' }, null, { id: 'a' }),
      chunk({ content: 'lo' }, 'stop', { id: 'a' }),
      { id: 'filter', choices: [{ index: 0, content_filter_results: {}, finish_reason: null }] },
      done,
    ),
    gives: { text: 'Hello', finishReason: 'stop', id: 'a' },
  },
];

/** What looks like an answer and is none, and what looks like none and is one. */
export const chatBroken: readonly WireEntry[] = [...nothing, ...errors, ...splices];
