import { data, stream, type WireEntry, whole } from '../entry.ts';
import { answer, call, chunk, named, pieces, string, text, value } from './gemini-words.ts';

const gemini = ['google', 'google-legacy'] as const;
const hello = { text: 'Hello', finishReason: 'stop' } as const;
const oslo = { toolName: 'get_weather', input: { city: 'Oslo' } } as const;
const rome = { toolName: 'get_weather', input: { city: 'Rome' } } as const;
const called = { toolCalls: [oslo], finishReason: 'tool-calls' } as const;
const both = { toolCalls: [oslo, rome], finishReason: 'tool-calls' } as const;
const toOslo = call({ name: 'get_weather', args: { city: 'Oslo' } });
const toRome = call({ name: 'get_weather', args: { city: 'Rome' } });

/** How answers end, and what is no end. */
export const geminiEndings: readonly WireEntry[] = [
  {
    name: 'STOP in every chunk ends nothing',
    source: 'https://github.com/songquanpeng/one-api/pull/1477',
    sensitiveTo: ['cut'],
    over: [...gemini, 'ai-sdk-google'],
    stream: stream(chunk([text('Hel')], 'STOP'), chunk([text('lo')], 'STOP')),
    chat: answer([text('Hel'), text('lo')], 'STOP'),
    gives: hello,
  },
  {
    name: 'STOP before any content ends nothing',
    source: 'https://github.com/Chevey339/kelivo/issues/1003',
    sensitiveTo: ['cut'],
    over: gemini,
    stream: stream(chunk([], 'STOP'), chunk([], 'STOP'), chunk([text('Hello')]), chunk([], 'STOP')),
    gives: hello,
  },
  {
    name: 'content after STOP is content',
    source: 'https://github.com/router-for-me/CLIProxyAPI/issues/5651',
    sensitiveTo: ['cut'],
    over: gemini,
    stream: stream(chunk([text('Hello')], 'STOP'), chunk([toOslo])),
    gives: { ...called, text: 'Hello' },
  },
  {
    name: 'the last reason counts',
    source: 'https://github.com/songquanpeng/one-api/pull/1477',
    sensitiveTo: ['cut'],
    over: gemini,
    stream: stream(chunk([text('Hel')], 'STOP'), chunk([text('lo')], 'MAX_TOKENS'), chunk([], '')),
    gives: { text: 'Hello', finishReason: 'length' },
  },
  {
    name: 'no reason at all is a stream that was cut',
    source: 'https://github.com/tashfeenahmed/freellmapi/pull/1288',
    over: gemini,
    stream: stream(chunk([text('Hello')])),
    fails: 'truncated',
  },
  {
    name: 'a reason that is empty, or of no meaning, is none',
    source: 'https://ai.google.dev/api/generate-content#FinishReason',
    over: gemini,
    stream: stream(chunk([text('Hello')], ''), chunk([], 'FINISH_REASON_UNSPECIFIED')),
    fails: 'truncated',
  },
  {
    name: 'a whole answer with content needs no reason',
    source: 'https://github.com/maximhq/bifrost/issues/1489',
    over: gemini,
    chat: answer([text('Hello')]),
    gives: { text: 'Hello', finishReason: 'other' },
  },
  {
    name: 'a whole call needs no reason',
    source: 'https://github.com/maximhq/bifrost/issues/1489',
    over: gemini,
    chat: answer([toOslo], 'FINISH_REASON_UNSPECIFIED'),
    gives: called,
  },
  {
    name: 'neither content nor a reason is no answer',
    source: 'https://github.com/BeehiveInnovations/pal-mcp-server/issues/251',
    over: gemini,
    chat: answer([text('')]),
    fails: 'truncated',
  },
  {
    // Some take it for a failure and ask again; after a tool, and after thoughts, it is what the model has to say.
    name: 'nothing with the reason STOP is an answer',
    source: 'https://github.com/pydantic/pydantic-ai/pull/2631',
    over: gemini,
    stream: stream(chunk([], 'STOP')),
    chat: answer([], 'STOP'),
    gives: { finishReason: 'stop' },
  },
  {
    name: 'a call that the model got wrong is no answer, whatever comes with it',
    source: 'https://github.com/NousResearch/hermes-agent/pull/83886',
    over: gemini,
    stream: stream(chunk([text('Hello'), toOslo]), chunk([], 'MALFORMED_FUNCTION_CALL')),
    chat: answer([text('Hello'), toOslo], 'MALFORMED_FUNCTION_CALL'),
    fails: 'malformed',
  },
  {
    name: 'a call of no tool that was given is no answer',
    source: 'https://github.com/TanStack/ai/pull/199',
    over: gemini,
    stream: stream(chunk([], 'UNEXPECTED_TOOL_CALL')),
    chat: answer([], 'UNEXPECTED_TOOL_CALL'),
    fails: 'malformed',
  },
  {
    name: 'an unknown reason does not explain an empty answer',
    source: 'https://github.com/use-brian/use-brian/pull/258',
    over: gemini,
    stream: stream(chunk([], 'SOMETHING_NEW')),
    chat: answer([], 'SOMETHING_NEW'),
    fails: 'malformed',
  },
  ...(
    [
      ['stop', 'stop'],
      ['max_tokens', 'length'],
      ['length', 'length'],
      ['safety', 'content-filter'],
      ['content_filter', 'content-filter'],
    ] as const
  ).map(
    ([reason, finishReason]): WireEntry => ({
      name: `the reason "${reason}" is understood`,
      source: 'https://github.com/higress-group/higress/pull/2408',
      over: gemini,
      stream: stream(chunk([text('Hello')], reason)),
      chat: answer([text('Hello')], reason),
      gives: { text: 'Hello', finishReason },
    }),
  ),
  {
    name: 'a prompt that is not blocked is answered',
    source: 'https://ai.google.dev/api/generate-content#BlockReason',
    over: gemini,
    stream: stream(
      { promptFeedback: { blockReason: 'BLOCK_REASON_UNSPECIFIED' } },
      chunk([text('Hello')], 'STOP'),
    ),
    chat: whole({ ...chunk([text('Hello')], 'STOP'), promptFeedback: { blockReason: '' } }),
    gives: hello,
  },
  {
    name: 'an error after the content is an error',
    source: 'https://github.com/diegosouzapw/OmniRoute/issues/4177',
    over: ['google'],
    stream: stream(chunk([text('Hello')], 'STOP'), {
      error: { code: 503, status: 'UNAVAILABLE', message: 'no' },
    }),
    fails: 'overloaded',
  },
  {
    name: 'an error in a list is an error',
    source: 'https://github.com/maximhq/bifrost/issues/5188',
    over: ['google'],
    stream: stream(chunk([text('Hello')], 'STOP'), data([{ error: { code: 503, status: 'UNAVAILABLE' } }])),
    chat: whole([{ error: { code: 503, status: 'UNAVAILABLE' } }]),
    fails: 'overloaded',
  },
  {
    name: 'an event that is no object is no answer',
    source: 'https://github.com/maximhq/bifrost/issues/5188',
    over: gemini,
    stream: stream(chunk([text('Hello')]), 'data: "Hello"\n\n', chunk([], 'STOP')),
    fails: 'malformed',
  },
  {
    name: 'chunks of two answers are no answer',
    source: 'https://github.com/vercel/ai/pull/17506',
    over: gemini,
    stream: stream(
      { ...chunk([text('Hel')]), responseId: 'a' },
      { ...chunk([text('Hello')], 'STOP'), responseId: 'b' },
    ),
    fails: 'malformed',
  },
  {
    name: 'chunks without an id belong to the answer',
    source: 'https://github.com/looplj/axonhub/pull/645',
    over: gemini,
    stream: stream(
      chunk([text('Hel')]),
      { ...chunk([text('lo')]), responseId: 'a', modelVersion: '' },
      {},
      { ...chunk([], 'STOP'), responseId: '', modelVersion: 'gemini' },
    ),
    gives: { ...hello, id: 'a', model: 'gemini' },
  },
  {
    name: 'an event stream that is labeled as JSON',
    source: 'https://github.com/xiaoliu10/claude-code-router-next/pull/45',
    over: gemini,
    stream: { ...stream(chunk([text('Hello')], 'STOP')), headers: { 'content-type': 'application/json' } },
    gives: hello,
  },
  {
    name: 'keep-alive events and comments are nothing',
    source: 'https://github.com/anomalyco/opencode/issues/50871',
    over: ['google'],
    stream: stream(
      ': alive\n\n',
      'data:\n\n',
      chunk([text('Hello')]),
      'data: : alive\n\n',
      chunk([], 'STOP'),
    ),
    gives: hello,
  },
];

/** What stands in an answer. */
export const geminiContent: readonly WireEntry[] = [
  {
    name: 'calls without ids get ids of their own',
    source: 'https://github.com/TanStack/ai/pull/199',
    over: [...gemini, 'ai-sdk-google'],
    stream: stream(chunk([toOslo]), chunk([toRome]), chunk([], 'STOP')),
    chat: answer([toOslo, toRome], 'STOP'),
    gives: both,
  },
  {
    name: 'calls with one id get ids of their own',
    source: 'https://github.com/cline/cline/pull/9768',
    over: gemini,
    stream: stream(
      chunk([call({ id: 'a', name: 'get_weather', args: { city: 'Oslo' } })]),
      chunk([call({ id: 'a', name: 'get_weather', args: { city: 'Rome' } })], 'STOP'),
    ),
    chat: answer(
      [
        call({ id: 'a', name: 'get_weather', args: { city: 'Oslo' } }),
        call({ id: 'a', name: 'get_weather', args: { city: 'Rome' } }),
      ],
      'STOP',
    ),
    gives: { ...both, toolCalls: [{ ...oslo, toolCallId: 'a' }, rome] },
  },
  {
    name: 'a call that is sent again is one call',
    source: 'https://github.com/NousResearch/hermes-agent/pull/111686',
    sensitiveTo: ['loss'],
    over: gemini,
    stream: stream(
      chunk([call({ id: 'a', name: 'get_weather', args: { city: 'Oslo' } })]),
      chunk([call({ id: 'b', name: 'get_weather', args: { city: 'Rome' } })]),
      chunk([call({ id: 'a', name: 'get_weather', args: { city: 'Oslo' } })], 'STOP'),
    ),
    gives: both,
  },
  {
    // The report takes the second one for a repetition as well; where a tool is called for its effect, that loses a call.
    name: 'equal calls without ids are two calls',
    source: 'https://github.com/NousResearch/hermes-agent/pull/111686',
    over: gemini,
    stream: stream(chunk([toOslo]), chunk([toOslo], 'STOP')),
    chat: answer([toOslo, toOslo], 'STOP'),
    gives: { ...both, toolCalls: [oslo, oslo] },
  },
  {
    name: 'a call without arguments has none',
    source: 'https://github.com/JetBrains/koog/issues/2146',
    over: gemini,
    stream: stream(
      chunk([call({ name: 'get_time' })]),
      chunk([call({ name: 'get_time', args: null })], 'STOP'),
    ),
    chat: answer([call({ name: 'get_time' }), call({ name: 'get_time', args: null })], 'STOP'),
    gives: {
      toolCalls: [
        { toolName: 'get_time', input: {} },
        { toolName: 'get_time', input: {} },
      ],
      finishReason: 'tool-calls',
    },
  },
  {
    name: 'arguments as text are arguments',
    source: 'https://github.com/vllm-project/vllm/pull/54964',
    over: gemini,
    stream: stream(chunk([call({ name: 'get_weather', args: '{"city":"Oslo"}' })], 'STOP')),
    chat: answer([call({ name: 'get_weather', args: '"{\\"city\\":\\"Oslo\\"}"' })], 'STOP'),
    gives: called,
  },
  {
    name: 'a call without a name is no answer',
    source: 'https://github.com/SystemSculpt/obsidian-systemsculpt-ai/pull/242',
    over: gemini,
    stream: stream(chunk([call({ name: '', args: { city: 'Oslo' } })], 'STOP')),
    chat: answer([call({ name: '', args: { city: 'Oslo' } })], 'STOP'),
    fails: 'malformed',
  },
  {
    name: 'empty text is nothing, with a thought or without',
    source: 'https://ai.google.dev/gemini-api/docs/thought-signatures',
    over: gemini,
    stream: stream(
      chunk([{ text: '', thought: true }, text('')]),
      chunk([text('Hello')]),
      chunk([{ text: '', thoughtSignature: '' }], 'STOP'),
    ),
    chat: answer([{ text: '', thought: true }, text(''), text('Hello')], 'STOP'),
    gives: hello,
  },
  {
    name: 'of several answers the first is the answer, however a stream mixes them',
    source: 'https://ai.google.dev/api/generate-content#generationconfig',
    sensitiveTo: ['loss'],
    over: ['google'],
    stream: stream(
      {
        candidates: [{ index: 1, content: { parts: [text('Good')] } }, { content: { parts: [text('Hel')] } }],
      },
      { candidates: [{ index: 1, content: { parts: [text('bye')] }, finishReason: 'MAX_TOKENS' }] },
      { candidates: [{ index: 0, content: { parts: [text('lo')] }, finishReason: 'STOP' }] },
    ),
    chat: whole({
      candidates: [
        { index: 1, content: { parts: [text('Goodbye')] }, finishReason: 'MAX_TOKENS' },
        { content: { parts: [text('Hello')] }, finishReason: 'STOP' },
      ],
    }),
    gives: hello,
  },
  {
    name: 'a picture of a thought is no picture of the answer',
    source: 'https://ai.google.dev/gemini-api/docs/image-generation#thinking-process',
    over: gemini,
    stream: stream(
      chunk([{ inlineData: { mimeType: 'image/png', data: 'ZHJhZnQ=' }, thought: true }]),
      chunk([{ inlineData: { mimeType: 'image/png', data: 'aW1hZ2U=' } }], 'STOP'),
    ),
    chat: answer(
      [
        { inlineData: { mimeType: 'image/png', data: 'ZHJhZnQ=' }, thought: true },
        { inlineData: { mimeType: 'image/png', data: 'aW1hZ2U=' } },
      ],
      'STOP',
    ),
    gives: { files: [{ mediaType: 'image/png', data: 'aW1hZ2U=' }], finishReason: 'stop' },
  },
];

const grounded = (groundingChunks: readonly unknown[]) => ({ groundingMetadata: { groundingChunks } });

/** What an answer rests on. */
export const geminiSources: readonly WireEntry[] = [
  {
    name: 'a document of a file search is a source',
    source: 'https://ai.google.dev/gemini-api/docs/file-search#citations',
    over: gemini,
    stream: stream(
      chunk([text('Hello')]),
      chunk(
        [],
        'STOP',
        grounded([{ retrievedContext: { title: 'a.pdf', text: 'Hi', fileSearchStore: 'stores/1' } }]),
      ),
    ),
    chat: answer(
      [text('Hello')],
      'STOP',
      grounded([{ retrievedContext: { title: 'a.pdf', text: 'Hi', fileSearchStore: 'stores/1' } }]),
    ),
    gives: { ...hello, sources: ['a.pdf'] },
  },
  {
    name: 'a place on a map is a source',
    source: 'https://ai.google.dev/gemini-api/docs/maps-grounding',
    over: gemini,
    stream: stream(
      chunk(
        [text('Hello')],
        'STOP',
        grounded([{ maps: { uri: 'https://maps.example/1', title: 'Café', placeId: 'p' } }]),
      ),
    ),
    chat: answer(
      [text('Hello')],
      'STOP',
      grounded([{ maps: { uri: 'https://maps.example/1', title: 'Café', placeId: 'p' } }]),
    ),
    gives: { ...hello, sources: ['https://maps.example/1'] },
  },
  {
    name: 'a document with an address, one in a bucket, and one with a name alone',
    source: 'https://docs.cloud.google.com/vertex-ai/generative-ai/docs/reference/rest/v1/GroundingMetadata',
    over: gemini,
    chat: answer(
      [text('Hello')],
      'STOP',
      grounded([
        { retrievedContext: { uri: 'https://a.example/a', title: 'A' } },
        { retrievedContext: { uri: 'gs://bucket/b.pdf' } },
        { retrievedContext: { documentName: 'stores/1/documents/2' } },
        { retrievedContext: {} },
      ]),
    ),
    gives: { ...hello, sources: ['https://a.example/a', 'b.pdf', undefined as unknown as string] },
  },
  {
    name: 'a page that pictures were found on is a source',
    source: 'https://ai.google.dev/api/generate-content#GroundingChunk',
    over: gemini,
    chat: answer(
      [text('Hello')],
      'STOP',
      grounded([
        { image: { sourceUri: 'https://a.example/page', imageUri: 'https://a.example/1.png', title: 'A' } },
      ]),
    ),
    gives: { ...hello, sources: ['https://a.example/page'] },
  },
  {
    name: 'sources that a stream repeats are given once',
    source: 'https://ai.google.dev/gemini-api/docs/google-search',
    sensitiveTo: ['cut'],
    over: gemini,
    stream: stream(
      chunk([text('Hel')], 'STOP', grounded([{ web: { uri: 'https://a.example', title: 'A' } }])),
      chunk(
        [text('lo')],
        'STOP',
        grounded([
          { web: { uri: 'https://a.example', title: 'A' } },
          { web: { uri: 'https://b.example', title: 'B' } },
        ]),
      ),
    ),
    gives: { ...hello, sources: ['https://a.example', 'https://b.example'] },
  },
];

const docs =
  'https://docs.cloud.google.com/vertex-ai/generative-ai/docs/multimodal/function-calling#streaming-fc';

/** Arguments that come in pieces. */
export const geminiPieces: readonly WireEntry[] = [
  {
    name: 'a string in pieces, and an empty piece at its end',
    source: 'https://github.com/BerriAI/litellm/pull/23815',
    over: gemini,
    stream: pieces(named('get'), string('$.id', 'A'), {}),
    gives: { toolCalls: [{ toolName: 'get', input: { id: 'A' } }], finishReason: 'tool-calls' },
  },
  {
    name: 'a string in several pieces, the last of them empty',
    source: docs,
    over: gemini,
    stream: pieces(
      named('get_weather'),
      string('$.city', 'Os'),
      string('$.city', 'lo'),
      value('$.city', { stringValue: '' }),
      {},
    ),
    gives: called,
  },
  {
    name: 'pieces that do not say that more will come belong together all the same',
    source: docs,
    over: gemini,
    stream: pieces(
      named('get_weather'),
      value('$.city', { stringValue: 'Os' }),
      value('$.city', { stringValue: 'lo' }),
      {},
    ),
    gives: called,
  },
  {
    name: 'objects in objects, lists, numbers, booleans and null',
    source: 'https://github.com/BerriAI/litellm/pull/23815',
    over: gemini,
    stream: pieces(
      named('ask'),
      value('$.count', { numberValue: 2 }),
      value('$.open', { boolValue: false }),
      value('$.owner', { nullValue: 'NULL_VALUE' }),
      string('$.questions[0].options[0].label', 'Ye'),
      string('$.questions[0].options[0].label', 's'),
      value('$.questions[0].options[1].label', { stringValue: 'No' }),
      value('$.questions[1].text', { stringValue: '' }),
      value('$.tags[0]', { stringValue: 'a' }),
      value('$.tags[1]', { numberValue: 1.5 }),
      value('$.last.deep.nothing', { nullValue: null }),
      {},
    ),
    gives: {
      toolCalls: [
        {
          toolName: 'ask',
          input: {
            count: 2,
            open: false,
            owner: null,
            questions: [{ options: [{ label: 'Yes' }, { label: 'No' }] }, { text: '' }],
            tags: ['a', 1.5],
            last: { deep: { nothing: null } },
          },
        },
      ],
      finishReason: 'tool-calls',
    },
  },
  {
    name: 'several values in one piece, and the whole call in one piece',
    source: docs,
    over: gemini,
    stream: pieces({
      name: 'move',
      partialArgs: [
        { jsonPath: '$.x', numberValue: 1 },
        { jsonPath: '$.y', numberValue: 2 },
      ],
    }),
    gives: { toolCalls: [{ toolName: 'move', input: { x: 1, y: 2 } }], finishReason: 'tool-calls' },
  },
  {
    name: 'values that are objects and lists',
    source: 'https://github.com/mpfaffenberger/code_puppy/pull/293',
    over: gemini,
    stream: pieces(
      named('plan'),
      value('$.route', { structValue: { from: 'Oslo' } }),
      value('$.stops', { listValue: ['Rome', 2] }),
      {},
    ),
    gives: {
      toolCalls: [{ toolName: 'plan', input: { route: { from: 'Oslo' }, stops: ['Rome', 2] } }],
      finishReason: 'tool-calls',
    },
  },
  {
    name: 'names in brackets, and signs that JSON escapes',
    source: 'https://datatracker.ietf.org/doc/html/rfc9535#name-normalized-paths',
    over: gemini,
    stream: pieces(
      named('write'),
      string("$['a.b']", 'He said "hi"\n'),
      string("$['a.b']", '\\ \u{1F600}'),
      value('$["c d"][0]', { stringValue: 'x' }),
      {},
    ),
    gives: {
      toolCalls: [{ toolName: 'write', input: { 'a.b': 'He said "hi"\n\\ \u{1F600}', 'c d': ['x'] } }],
      finishReason: 'tool-calls',
    },
  },
  {
    name: 'the last empty piece may be missing at the end of the stream',
    source: docs,
    over: gemini,
    stream: pieces(named('get_weather'), string('$.city', 'Oslo')),
    gives: called,
  },
  {
    name: 'the last empty piece may be missing before the next call',
    source: docs,
    over: gemini,
    stream: pieces(
      named('get_weather', { id: 'a' }),
      string('$.city', 'Oslo'),
      named('get_weather', { id: 'b' }),
      string('$.city', 'Rome'),
    ),
    gives: {
      ...both,
      toolCalls: [
        { ...oslo, toolCallId: 'a' },
        { ...rome, toolCallId: 'b' },
      ],
    },
  },
  {
    name: 'calls one after the other, with their ends',
    source: docs,
    over: gemini,
    stream: pieces(
      named('get_weather'),
      string('$.city', 'Oslo'),
      {},
      named('get_weather'),
      string('$.city', 'Rome'),
      {},
    ),
    gives: both,
  },
  {
    name: 'a call without arguments, announced and ended',
    source: docs,
    over: gemini,
    stream: pieces(named('get_time'), {}),
    gives: { toolCalls: [{ toolName: 'get_time', input: {} }], finishReason: 'tool-calls' },
  },
  {
    name: 'empty pieces in between end nothing',
    source: 'https://github.com/BerriAI/litellm/pull/23815',
    over: gemini,
    stream: pieces(
      named('get_weather'),
      { willContinue: true },
      string('$.city', 'Oslo'),
      { willContinue: true },
      {},
    ),
    gives: called,
  },
  {
    name: 'arguments that come whole after the name',
    source: docs,
    over: gemini,
    stream: pieces(named('get_weather'), { args: { city: 'Oslo' } }),
    gives: called,
  },
  {
    name: 'arguments may follow a name that does not announce them',
    source: docs,
    over: gemini,
    stream: pieces({ name: 'get_weather' }, string('$.city', 'Oslo'), {}),
    gives: called,
  },
  {
    name: 'text between the pieces is text',
    source: docs,
    over: gemini,
    stream: stream(
      chunk([call(named('get_weather'))]),
      chunk([text('Hello'), call(string('$.city', 'Os'))]),
      chunk([call(string('$.city', 'lo')), call({})], 'STOP'),
    ),
    gives: { ...called, text: 'Hello' },
  },
  {
    name: 'pieces that contradict each other are no answer',
    source: docs,
    over: gemini,
    stream: pieces(named('get'), value('$.a.x', { numberValue: 1 }), value('$.a', { numberValue: 2 }), {}),
    fails: 'malformed',
  },
  {
    name: 'pieces of a list with a gap are no answer',
    source: docs,
    over: gemini,
    stream: pieces(
      named('get'),
      value('$.a[0]', { numberValue: 1 }),
      value('$.a[2]', { numberValue: 2 }),
      {},
    ),
    fails: 'malformed',
  },
  {
    name: 'pieces without their call are no answer',
    source: docs,
    over: gemini,
    stream: pieces(string('$.city', 'Oslo'), {}),
    fails: 'malformed',
  },
  {
    name: 'a piece without a path is no answer',
    source: docs,
    over: gemini,
    stream: pieces(named('get'), value('city', { stringValue: 'Oslo' }), {}),
    fails: 'malformed',
  },
];
