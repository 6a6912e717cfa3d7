// A vendor in a process of its own that streams short answers, as fast as real ones, and stops answering on command.
import { createServer, type ServerResponse } from 'node:http';

/** How it fails: takes requests and sends nothing; refuses at once; takes half a minute. */
export type Darkness = 'blackhole' | 'refuse' | 'slow';

const [pace = '1'] = process.argv.slice(2);
let darkness: Darkness | undefined;

/** Milliseconds to the first token: lognormal, median 0.45 s, one in twenty over 1.2 s. */
function latency(): number {
  const normal = Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
  return Number(pace) * 450 * Math.exp(0.6 * normal);
}

const event = (data: object): string =>
  `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm', ...data })}\n\n`;
const words = ['The ', 'sky ', 'is ', 'blue.'].map((content) =>
  event({ choices: [{ index: 0, delta: { content }, finish_reason: null }] }),
);
const end = [
  event({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }),
  event({ choices: [], usage: { prompt_tokens: 10, completion_tokens: 4, total_tokens: 14 } }),
  'data: [DONE]\n\n',
].join('');

function refuse(response: ServerResponse): void {
  response.writeHead(502, { 'content-type': 'text/html' });
  response.end('<html><body>502 Bad Gateway</body></html>');
}

function answer(response: ServerResponse, delayed = false): void {
  // Requests that wait when it stops get no answer either.
  if (darkness === 'blackhole') return;
  if (darkness === 'slow' && !delayed) {
    setTimeout(() => answer(response, true), 30_000);
    return;
  }
  if (darkness === 'refuse') {
    refuse(response);
    return;
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.end(words.join('') + end);
}

const server = createServer((request, response) => {
  request.resume();
  request.on('end', () => {
    if (darkness === 'refuse') refuse(response);
    else setTimeout(() => answer(response), latency());
  });
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.(typeof address === 'object' ? address?.port : undefined);
});
process.on('message', (message: Darkness | 'well') => {
  darkness = message === 'well' ? undefined : message;
});
process.on('disconnect', () => process.exit());
