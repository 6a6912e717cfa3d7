import type { JSONValue } from 'signalbox';
import { data, done, stream, type WireEntry, whole } from '../entry.ts';
import { chatCompletions } from '../interfaces.ts';
import { call, calls, chunk, completion } from './chat-words.ts';

const hello = { text: 'Hello', finishReason: 'stop' } as const;
const stop = [chunk({}, 'stop'), done];
const asked = { prompt: 'Hi', providerOptions: { openai: { n: 2 }, compatible: { n: 2 } } };

/** Content that stands in other places than usual. */
const places: readonly WireEntry[] = [
  {
    name: 'of several answers the first is the answer, however a stream mixes them',
    source: 'https://platform.openai.com/docs/api-reference/chat/create#chat-create-n',
    over: chatCompletions,
    sensitiveTo: ['loss'],
    request: asked,
    stream: stream(
      { choices: [{ index: 1, delta: { content: 'Good' } }] },
      { choices: [{ index: 0, delta: { content: 'Hel' } }] },
      {
        choices: [
          { index: 1, delta: { content: 'bye' } },
          { index: 0, delta: { content: 'lo' } },
        ],
      },
      { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] },
      { choices: [{ index: 1, delta: {}, finish_reason: 'length' }] },
      done,
    ),
    chat: whole({
      choices: [
        { index: 1, message: { content: 'Goodbye' }, finish_reason: 'length' },
        { index: 0, message: { content: 'Hello' }, finish_reason: 'stop' },
      ],
    }),
    gives: hello,
  },
  {
    name: 'a stream may hold a whole message',
    source: 'https://github.com/BerriAI/litellm/issues/1081',
    over: chatCompletions,
    stream: stream({ choices: [{ index: 0, message: { content: 'Hello' }, finish_reason: 'stop' }] }, done),
    gives: hello,
  },
  {
    name: 'a message beside the deltas repeats them',
    source: 'https://github.com/perplexityai/api-discussion/issues/209',
    over: [...chatCompletions, 'perplexity'],
    stream: stream(
      { choices: [{ delta: { content: 'Hel' }, message: { content: 'Hel' } }] },
      { choices: [{ delta: { content: 'lo' }, message: { content: 'Hello' } }] },
      { choices: [{ message: { content: 'Hello' }, finish_reason: 'stop' }] },
      done,
    ),
    gives: hello,
  },
  {
    name: 'text in pieces of several shapes is text',
    source: 'https://docs.mistral.ai/capabilities/reasoning/',
    over: [...chatCompletions, 'mistral'],
    stream: stream(
      chunk({
        content: [
          { type: 'thinking', thinking: [{ type: 'text', text: 'Hm' }] },
          { type: 'text', text: 'Hel' },
        ],
      }),
      chunk({ content: ['lo'] }),
      ...stop,
    ),
    chat: whole(
      completion({
        content: [
          { type: 'thinking', thinking: [{ type: 'text', text: 'Hm' }] },
          { type: 'output_text', text: 'Hel' },
          'lo',
        ],
      }),
    ),
    gives: { ...hello, reasoning: 'Hm' },
  },
  {
    name: 'a refusal among the pieces of the content is a refusal',
    source: 'https://platform.openai.com/docs/guides/structured-outputs#refusals',
    over: chatCompletions,
    stream: stream(chunk({ content: [{ type: 'refusal', refusal: 'I will not' }] }), ...stop),
    chat: whole(completion({ content: [{ type: 'refusal', refusal: 'I will not' }] })),
    gives: {
      finishReason: 'content-filter',
    },
  },
  {
    name: 'a picture among the pieces of the content is a file',
    source: 'https://openrouter.ai/docs/features/multimodal/image-generation',
    over: chatCompletions,
    stream: stream(
      chunk({ content: [{ type: 'image_url', image_url: { url: 'data:image/webp;base64,AAAA' } }] }),
      ...stop,
    ),
    chat: whole(
      completion({ content: [{ type: 'image_url', image_url: { url: 'data:image/webp;base64,AAAA' } }] }),
    ),
    gives: { files: [{ mediaType: 'image/webp', data: 'AAAA' }], finishReason: 'stop' },
  },
  {
    name: 'a source whose fields are beside its type is a source',
    source: 'https://platform.openai.com/docs/guides/tools-web-search',
    over: chatCompletions,
    stream: stream(
      chunk({
        content: 'Hello',
        annotations: [{ type: 'url_citation', url: 'https://a.example', title: 'A' }],
      }),
      ...stop,
    ),
    chat: whole(
      completion({
        content: 'Hello',
        annotations: [{ type: 'url_citation', url: 'https://a.example', title: 'A' }],
      }),
    ),
    gives: { ...hello, sources: ['https://a.example'] },
  },
  {
    name: 'sources that a later chunk says to be null stay',
    source: 'https://docs.perplexity.ai/api-reference/chat-completions-post',
    over: ['perplexity', 'xai'],
    stream: stream(
      { ...chunk({ content: 'Hello' }), citations: ['https://a.example'] },
      { ...chunk({}, 'stop'), citations: null, search_results: [] },
      done,
    ),
    chat: whole({
      ...completion({ content: 'Hello' }),
      citations: ['https://a.example'],
      search_results: null,
    }),
    gives: { ...hello, sources: ['https://a.example'] },
  },
];

const details = (pieces: readonly JSONValue[]) => ({ openrouter: { reasoning_details: pieces } });

/** What a model thought. */
const reasoning: readonly WireEntry[] = [
  {
    name: 'an empty reasoning_content beside reasoning is none',
    source: 'https://github.com/vllm-project/vllm/pull/36944',
    over: chatCompletions,
    stream: stream(
      chunk({ reasoning_content: '', reasoning: 'Hm', refusal: '' }),
      chunk({ content: 'Hello' }),
      ...stop,
    ),
    chat: whole(completion({ reasoning_content: '', reasoning: 'Hm', content: 'Hello', refusal: '' })),
    gives: { ...hello, reasoning: 'Hm' },
  },
  {
    name: 'the same thoughts under two names are thought once',
    source: 'https://github.com/JetBrains/koog/pull/2190',
    over: chatCompletions,
    stream: stream(chunk({ reasoning_content: 'Hm', reasoning: 'Hm' }), chunk({ content: 'Hello' }), ...stop),
    chat: whole(completion({ reasoning_content: 'Hm', reasoning: 'Hm', content: 'Hello' })),
    gives: { ...hello, reasoning: 'Hm' },
  },
  {
    name: 'thoughts in reasoning_text are thoughts',
    source: 'https://github.com/mnfst/llm-gateway/pull/2125',
    over: chatCompletions,
    stream: stream(chunk({ reasoning_text: 'Hm' }), chunk({ content: 'Hello' }), ...stop),
    chat: whole(completion({ reasoning_text: 'Hm', content: 'Hello' })),
    gives: { ...hello, reasoning: 'Hm' },
  },
  {
    name: 'the pieces of one block of reasoning_details are one block',
    source: 'https://github.com/agno-agi/agno/issues/8794',
    over: ['openrouter'],
    stream: stream(
      chunk({ reasoning: 'Let', reasoning_details: [{ type: 'reasoning.text', text: 'Let', index: 0 }] }),
      chunk({ reasoning: ' me', reasoning_details: [{ type: 'reasoning.text', text: ' me', index: 0 }] }),
      chunk({ reasoning_details: [{ type: 'reasoning.text', signature: 'sig', format: 'f', index: 0 }] }),
      chunk({ content: 'Hello' }),
      ...stop,
    ),
    chat: whole(
      completion({
        reasoning: 'Let me',
        reasoning_details: [
          { type: 'reasoning.text', text: 'Let me', signature: 'sig', format: 'f', index: 0 },
        ],
        content: 'Hello',
      }),
    ),
    gives: {
      ...hello,
      reasoning: 'Let me',
      reasoningOptions: details([
        { type: 'reasoning.text', text: 'Let me', signature: 'sig', format: 'f', index: 0 },
      ]),
    },
  },
  {
    name: 'pieces of reasoning_details without an index follow one another up to the signature',
    source: 'https://github.com/OpenRouterTeam/ai-sdk-provider/issues/423',
    over: ['openrouter'],
    stream: stream(
      chunk({ reasoning_details: [{ type: 'reasoning.text', text: 'Let' }] }),
      chunk({ reasoning_details: [{ type: 'reasoning.text', text: ' me', signature: null }] }),
      chunk({ reasoning_details: [{ type: 'reasoning.text', signature: 'one' }] }),
      chunk({ reasoning_details: [{ type: 'reasoning.text', text: ' see', signature: 'two' }] }),
      chunk({ content: 'Hello' }),
      ...stop,
    ),
    gives: {
      ...hello,
      reasoning: 'Let me see',
      reasoningOptions: details([
        { type: 'reasoning.text', text: 'Let me', signature: 'one' },
        { type: 'reasoning.text', text: ' see', signature: 'two' },
      ]),
    },
  },
  {
    name: 'blocks of reasoning_details that differ in index, type or id stay apart',
    source: 'https://openrouter.ai/docs/use-cases/reasoning-tokens',
    over: ['openrouter'],
    stream: stream(
      chunk({ reasoning_details: [{ type: 'reasoning.summary', summary: 'Let', index: 0, id: 'r' }] }),
      chunk({ reasoning_details: [{ type: 'reasoning.summary', summary: ' me', index: 0, id: 'r' }] }),
      chunk({
        reasoning_details: [
          { type: 'reasoning.encrypted', data: 'x', index: 0, id: 'r' },
          { type: 'reasoning.summary', summary: 'See', index: 1 },
          { type: 'reasoning.encrypted', data: 'y', index: 0, id: 's' },
        ],
      }),
      chunk({ content: 'Hello' }),
      ...stop,
    ),
    gives: {
      ...hello,
      reasoning: 'Let meSee',
      reasoningOptions: details([
        { type: 'reasoning.summary', summary: 'Let me', index: 0, id: 'r' },
        { type: 'reasoning.encrypted', data: 'x', index: 0, id: 'r' },
        { type: 'reasoning.summary', summary: 'See', index: 1 },
        { type: 'reasoning.encrypted', data: 'y', index: 0, id: 's' },
      ]),
    },
  },
  {
    name: 'thoughts that stand in reasoning_details alone are thoughts',
    source: 'https://github.com/agentjido/req_llm/pull/300',
    over: ['openrouter'],
    chat: whole(
      completion({
        reasoning: null,
        reasoning_details: [
          { type: 'reasoning.text', text: 'Hm' },
          { type: 'reasoning.encrypted', data: 'x' },
        ],
        content: 'Hello',
      }),
    ),
    gives: { ...hello, reasoning: 'Hm' },
  },
];

/** What stands beside the content. */
const beside: readonly WireEntry[] = [
  {
    name: 'id and model may come after the first chunk',
    source: 'https://github.com/AbanteAI/archive-old-cli-mentat/issues/429',
    over: [...chatCompletions, 'azure'],
    stream: stream(
      {
        id: '',
        object: '',
        created: 0,
        model: '',
        choices: [],
        prompt_filter_results: [{ prompt_index: 0 }],
      },
      chunk({ role: 'assistant', content: '' }, null, { id: 'chatcmpl-1', model: 'gpt-4.1' }),
      chunk({ content: 'Hello' }, null, { id: 'chatcmpl-1', model: 'gpt-4.1' }),
      chunk({}, 'stop', { id: 'chatcmpl-1', model: 'gpt-4.1' }),
      done,
    ),
    chat: whole(completion({ content: 'Hello' }, 'stop', { id: 'chatcmpl-1', model: 'gpt-4.1' })),
    gives: { ...hello, id: 'chatcmpl-1', model: 'gpt-4.1' },
  },
  {
    name: 'id and model may come in chunks of their own',
    source: 'https://github.com/streamlit/streamlit/issues/8084',
    over: chatCompletions,
    stream: stream(
      chunk({ content: 'Hel' }, null, { id: 'a', model: '' }),
      chunk({ content: 'lo' }, 'stop', { id: 'a', model: 'm-1' }),
      done,
    ),
    gives: { ...hello, id: 'a', model: 'm-1' },
  },
  {
    name: 'a choice without a delta says nothing',
    source: 'https://github.com/microsoft/autogen/issues/6465',
    over: [...chatCompletions, 'azure'],
    stream: stream(
      { id: '', choices: [{ index: 0, finish_reason: null, content_filter_offsets: { check_offset: 44 } }] },
      chunk({ content: 'Hello' }),
      ...stop,
    ),
    gives: hello,
  },
  {
    name: 'Gemini’s signature of a thought goes back with its call',
    source: 'https://ai.google.dev/gemini-api/docs/thought-signatures',
    over: ['vertex'],
    stream: stream(
      chunk(
        calls({
          ...call('get_time', '{}', { index: 0, id: 'a' }),
          extra_content: { google: { thought_signature: 'sig' } },
        }),
      ),
      ...stop,
    ),
    chat: whole(
      completion(
        calls({
          ...call('get_time', '{}', { id: 'a' }),
          extra_content: { google: { thought_signature: 'sig' } },
        }),
      ),
    ),
    gives: {
      toolCalls: [{ toolName: 'get_time', input: {}, toolCallId: 'a' }],
      finishReason: 'tool-calls',
      callOptions: { vertex: { extra_content: { google: { thought_signature: 'sig' } } } },
    },
  },
];

/** The framing of the events. */
const framing: readonly WireEntry[] = [
  {
    name: 'an event with empty data is a sign of life',
    source: 'https://github.com/omnigent-ai/omnigent/pull/1474',
    over: chatCompletions,
    stream: stream('data:\n\n', chunk({ content: 'Hel' }), 'data: \n\n', chunk({ content: 'lo' }), ...stop),
    gives: hello,
  },
  {
    name: 'a comment inside of data is a sign of life',
    source: 'https://github.com/anomalyco/opencode/issues/50871',
    over: [...chatCompletions, 'vertex'],
    stream: stream('data: : keepalive\n\n', chunk({ content: 'Hello' }), 'data: : keepalive\n\n', ...stop),
    gives: hello,
  },
  {
    name: 'a ping is a sign of life, whatever its data',
    source: 'https://github.com/caozhiyuan/copilot-api/pull/88',
    over: chatCompletions,
    stream: stream(
      'event: ping\ndata: ""\n\n',
      'data: ping\n\n',
      chunk({ content: 'Hello' }),
      'event: keep-alive\ndata: 1790000000\n\n',
      'event: ping\ndata: {"type":"ping"}\n\n',
      ...stop,
    ),
    gives: hello,
  },
  {
    name: 'events of other fields alone say nothing',
    source: 'https://github.com/openai/openai-python/issues/3833',
    over: chatCompletions,
    stream: stream('retry: 3000\n\n', 'id: 1\n\n', chunk({ content: 'Hello' }), ': PROCESSING\n\n', ...stop),
    gives: hello,
  },
  {
    name: 'an event stream labeled as JSON is an event stream',
    source: 'https://github.com/microsoft/foundry-dev-tools/issues/195',
    over: chatCompletions,
    stream: {
      ...stream(': hello\n\n', chunk({ content: 'Hello' }), ...stop),
      headers: { 'content-type': 'application/json' },
    },
    gives: hello,
  },
  {
    name: 'an event stream labeled as a web page is an event stream',
    source: 'https://github.com/ollama/ollama/issues/8991',
    over: chatCompletions,
    stream: {
      ...stream('\n', '\n', chunk({ content: 'Hello' }), ...stop),
      headers: { 'content-type': 'text/html; charset=UTF-8' },
    },
    gives: hello,
  },
  {
    name: 'an answer labeled as a web page is an answer',
    source: 'https://github.com/songquanpeng/one-api/pull/1477',
    over: chatCompletions,
    chat: whole(completion({ content: 'Hello' }), { headers: { 'content-type': 'text/html' } }),
    gives: hello,
  },
  {
    name: 'the end mark of a stream after a whole answer is not part of it',
    source: 'https://github.com/decolua/9router/issues/3492',
    over: chatCompletions,
    chat: whole(`${JSON.stringify(completion({ content: 'Hello' }))}\n\ndata: [DONE]\n\n`, {
      headers: { 'content-type': 'text/event-stream' },
    }),
    gives: hello,
  },
  {
    name: 'a whole answer that is cut off is none, also before an end mark',
    source: 'https://github.com/decolua/9router/issues/3492',
    over: chatCompletions,
    chat: whole('{"choices":[{"message":{"content":"Hel"},"finish_re\n\ndata: [DONE]\n\n'),
    fails: 'malformed',
  },
  {
    name: 'a web page is no answer',
    source: 'https://developer.mozilla.org/en-US/docs/Web/HTTP/Guides/Redirections',
    over: chatCompletions,
    chat: whole('<!doctype html><p>Log in', { headers: { 'content-type': 'text/html' } }),
    stream: whole('<!doctype html><p>Log in', { headers: { 'content-type': 'text/html' } }),
    fails: 'malformed',
  },
  {
    name: 'a whole answer in place of a stream is the answer',
    source: 'https://github.com/tinyhumansai/tinyagents/pull/56',
    over: chatCompletions,
    stream: whole(
      JSON.stringify(
        completion({ content: 'Hello', reasoning: 'Hm' }, 'stop', { id: 'a', model: 'm-1' }),
        null,
        2,
      ),
    ),
    gives: { ...hello, reasoning: 'Hm', id: 'a', model: 'm-1' },
  },
  {
    name: 'a whole answer in place of a stream that is none is none',
    source: 'https://github.com/tinyhumansai/tinyagents/pull/56',
    over: chatCompletions,
    stream: whole({ choices: [{ index: 0, message: { content: '' }, finish_reason: null }] }),
    fails: 'truncated',
  },
  {
    name: 'several chunks in a list are chunks',
    source: 'https://github.com/n4ze3m/page-assist/issues/406',
    over: chatCompletions,
    stream: stream(data([chunk({ content: 'Hel' }), chunk({ content: 'lo' })]), ...stop),
    gives: hello,
  },
];

/** What an answer holds, and where. */
export const chatContent: readonly WireEntry[] = [...places, ...reasoning, ...beside, ...framing];
