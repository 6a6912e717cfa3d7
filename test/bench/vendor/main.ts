// Three vendors in one server that answers at once, in a process of its own so that its work is not counted as a client's. It
// reports its port, and then each time it is ready to serve what was requested.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Serving } from '../workload.ts';
import { answers } from './answers.ts';
import { type Dialect, dialects, packetsOf } from './events.ts';
import { headers } from './headers.ts';

let pace = 0;
let delay = 0;
let streams: ReadonlyMap<Dialect, readonly Buffer[]> = new Map();

function serve(serving: Serving): void {
  pace = serving.pace / 1_000;
  delay = serving.delay ?? 0;
  streams = new Map(dialects.map((dialect) => [dialect, packetsOf(dialect, serving)]));
}

function dialectOf(url: string): Dialect | undefined {
  if (url.endsWith('/chat/completions')) return 'openai';
  if (url.includes('/v1/messages')) return 'anthropic';
  return url.includes('enerateContent') ? 'google' : undefined;
}

/** Timers are too coarse for packets that are a fraction of a millisecond apart, so it looks at the clock all the time. */
function send(response: ServerResponse, packets: readonly Buffer[]): void {
  let next = 0;
  let due = 0;
  const go = (): void => {
    if (response.destroyed) return;
    const now = performance.now();
    if (now >= due) {
      response.write(packets[next++]);
      due = now + pace;
    }
    if (next >= packets.length) response.end();
    else if (next === 1 && delay > 0) setTimeout(go, delay);
    else setImmediate(go);
  };
  go();
}

function answer(request: IncomingMessage, body: string, response: ServerResponse): void {
  const url = request.url ?? '';
  const dialect = dialectOf(url);
  if (dialect === undefined) {
    response.writeHead(404).end();
    return;
  }
  if (url.includes('streamGenerateContent') || body.includes('"stream":true')) {
    response.writeHead(200, ['content-type', 'text/event-stream; charset=utf-8', ...headers[dialect]]);
    send(response, streams.get(dialect) ?? []);
    return;
  }
  const type = ['content-type', 'application/json', 'content-length', `${answers[dialect].length}`];
  response.writeHead(200, [...type, ...headers[dialect]]);
  if (delay === 0) response.end(answers[dialect]);
  else setTimeout(() => response.end(answers[dialect]), delay);
}

const server = createServer((request, response) => {
  let body = '';
  request.setEncoding('utf8');
  request.on('data', (part: string) => (body += part));
  request.on('end', () => answer(request, body, response));
  request.on('error', () => response.destroy());
});
// Contenders wait for their turn longer than the usual five seconds, and should find their connections as they left them.
server.keepAliveTimeout = 600_000;
server.on('clientError', (_, socket) => socket.destroy());
server.listen({ port: 0, host: '127.0.0.1', backlog: 16_384 }, () => {
  const address = server.address();
  process.send?.(typeof address === 'object' ? address?.port : undefined);
});
process.on('message', (serving: Serving) => {
  // Thousands of connections of those who had their turn would leave none for the next one.
  if (serving.delay !== undefined) server.closeIdleConnections();
  serve(serving);
  process.send?.('serving');
});
process.on('disconnect', () => process.exit());
