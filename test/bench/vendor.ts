// A vendor that answers at once, in a process of its own, so that its work is not counted as the client's. Says its port.
import { createServer } from 'node:http';

const facts = { id: 'chatcmpl-1', created: 1, model: 'gpt-5-mini' };
const usage = { prompt_tokens: 10, completion_tokens: 20, total_tokens: 30 };
const message = { role: 'assistant', content: 'Air scatters blue light more than red.', refusal: null };
const answer = JSON.stringify({
  ...facts,
  object: 'chat.completion',
  choices: [{ index: 0, message, finish_reason: 'stop', logprobs: null }],
  usage,
});

const event = (data: object): string =>
  `data: ${JSON.stringify({ ...facts, object: 'chat.completion.chunk', ...data })}\n\n`;
const chunks = (count: number): string =>
  [
    ...Array.from({ length: count }, () =>
      event({ choices: [{ index: 0, delta: { content: 'word ' }, finish_reason: null }] }),
    ),
    event({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }),
    event({ choices: [], usage }),
    'data: [DONE]\n\n',
  ].join('');
const stream = chunks(200);

const server = createServer((request, response) => {
  let body = '';
  request.on('data', (part) => (body += part));
  request.on('end', () => {
    const streams = /"stream":true/.test(body);
    response.setHeader('content-type', streams ? 'text/event-stream' : 'application/json');
    response.end(streams ? stream : answer);
  });
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.(typeof address === 'object' ? address?.port : undefined);
});
process.on('disconnect', () => process.exit());
