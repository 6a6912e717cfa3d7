// A vendor in a process of its own, in one of the vendors' formats, that fails on command. Reports its port.
import { createServer, type ServerResponse } from 'node:http';
import { type Dialect, type Expected, expectedAnswer, numberIn, type Orders } from './answers.ts';

/** One vendor's language. */
interface Language {
  streams(path: string, body: string): boolean;
  whole(expected: Expected): object;
  /** All events of a stream. */
  events(expected: Expected): readonly string[];
  /** An error inside a stream that had begun well. */
  inside: string;
}

const data = (object: object): string => `data: ${JSON.stringify(object)}\n\n`;
const event = (type: string, fields: object): string => `event: ${type}\n${data({ type, ...fields })}`;
const error = { message: 'no', type: 'server_error', code: 500, status: 'INTERNAL' };

const chatCompletions: Language = {
  streams: (_, body) => body.includes('"stream":true'),
  whole: ({ text, inputTokens, outputTokens }) => ({
    choices: [{ index: 0, message: { role: 'assistant', content: text }, finish_reason: 'stop' }],
    usage: { prompt_tokens: inputTokens, completion_tokens: outputTokens },
  }),
  events: ({ pieces, inputTokens, outputTokens }) => [
    ...pieces.map((content) => data({ choices: [{ index: 0, delta: { content }, finish_reason: null }] })),
    data({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }),
    data({ choices: [], usage: { prompt_tokens: inputTokens, completion_tokens: outputTokens } }),
    'data: [DONE]\n\n',
  ],
  inside: data({ error }),
};

const messages: Language = {
  streams: chatCompletions.streams,
  whole: ({ text, inputTokens, outputTokens }) => ({
    id: 'm',
    type: 'message',
    role: 'assistant',
    content: [{ type: 'text', text }],
    stop_reason: 'end_turn',
    usage: { input_tokens: inputTokens, output_tokens: outputTokens },
  }),
  events: ({ pieces, inputTokens, outputTokens }) => [
    event('message_start', {
      message: {
        id: 'm',
        type: 'message',
        role: 'assistant',
        content: [],
        stop_reason: null,
        usage: { input_tokens: inputTokens, output_tokens: 1 },
      },
    }),
    event('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }),
    ...pieces.map((text) => event('content_block_delta', { index: 0, delta: { type: 'text_delta', text } })),
    event('content_block_stop', { index: 0 }),
    event('message_delta', { delta: { stop_reason: 'end_turn' }, usage: { output_tokens: outputTokens } }),
    event('message_stop', {}),
  ],
  inside: event('error', { error: { type: 'overloaded_error', message: 'no' } }),
};

const gemini = (text: string, more: object = {}): object => ({
  candidates: [{ content: { role: 'model', parts: [{ text }] }, index: 0, ...more }],
});
const generateContent: Language = {
  streams: (path) => path.includes('alt=sse'),
  whole: ({ text, inputTokens, outputTokens }) => ({
    ...gemini(text, { finishReason: 'STOP' }),
    usageMetadata: { promptTokenCount: inputTokens, candidatesTokenCount: outputTokens },
  }),
  events: ({ pieces, inputTokens, outputTokens }) => [
    ...pieces.map((text) => data(gemini(text))),
    data({
      ...gemini('', { finishReason: 'STOP' }),
      usageMetadata: { promptTokenCount: inputTokens, candidatesTokenCount: outputTokens },
    }),
  ],
  inside: data({ error }),
};

const languages: Readonly<Record<Dialect, Language>> = {
  openai: chatCompletions,
  'openai-compatible': chatCompletions,
  anthropic: messages,
  google: generateContent,
};
const language = languages[process.argv[2] as Dialect];
let orders: Orders | undefined;
/** Those who wait for nothing. */
const silent = new Set<ServerResponse>();

interface Asked {
  readonly expected: Expected;
  readonly streams: boolean;
  readonly response: ServerResponse;
}

function answer({ expected, streams, response }: Asked): void {
  response.writeHead(200, { 'content-type': streams ? 'text/event-stream' : 'application/json' });
  response.end(streams ? language.events(expected).join('') : JSON.stringify(language.whole(expected)));
}

/** The first events of a stream, or the first half of an answer that is said to be whole; then `end`. */
function begin({ expected, streams, response }: Asked, end: () => void): void {
  if (streams) {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(language.events(expected).slice(0, 4).join(''), end);
    return;
  }
  const body = JSON.stringify(language.whole(expected));
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length });
  response.write(body.slice(0, body.length / 2), end);
}

function refuse(response: ServerResponse, status: number, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify({ error }));
}

const behaviors: Readonly<Record<Orders['fault'], (asked: Asked) => void>> = {
  '500': ({ response }) => refuse(response, 500),
  '429': ({ response }) => refuse(response, 429, { 'retry-after-ms': '100' }),
  reset: ({ response }) => response.socket?.resetAndDestroy(),
  silence: ({ response }) => void silent.add(response),
  cut: (asked) => begin(asked, () => asked.response.socket?.end()),
  inside(asked) {
    const { streams, response } = asked;
    if (streams) begin(asked, () => response.end(language.inside));
    else refuse(response, 200);
  },
  slow: (asked) => void setTimeout(() => answer(asked), 300),
  html({ response }) {
    response.writeHead(200, { 'content-type': 'text/html' });
    response.end('<!doctype html><html><body>Please log in</body></html>');
  },
};

const server = createServer((request, response) => {
  let body = '';
  request.setEncoding('utf8');
  request.on('data', (chunk: string) => (body += chunk));
  request.on('end', () => {
    const expected = expectedAnswer(numberIn(body));
    const asked = { expected, streams: language.streams(request.url ?? '', body), response };
    if (orders === undefined || Math.random() >= orders.share) answer(asked);
    else behaviors[orders.fault](asked);
  });
});
server.on('connection', (socket) => socket.on('error', () => {}));
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.(typeof address === 'object' ? address?.port : undefined);
});
process.on('message', (message: Orders | 'well') => {
  orders = message === 'well' ? undefined : message;
  if (message === 'well') {
    // As a restart would do.
    for (const response of silent) response.destroy();
    silent.clear();
  }
  process.send?.('done');
});
process.on('disconnect', () => process.exit());
