// The same handler in Express: Node streams are converted to web streams and back.
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import express from 'express';
import { createRouter } from 'signalbox';
import { openai } from 'signalbox/openai';
import { toFetch } from 'signalbox/openai-fetch';

const router = createRouter({ targets: [{ provider: openai(), model: 'gpt-5-mini' }] });
const token = process.env['ROUTER_TOKEN'] ?? 'a-token-for-this-example';
const handler = toFetch(router, { token });

const app = express(); // no express.json() before it: the handler reads the body itself
app.all('/v1/*path', async (request, response) => {
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  const headers = Object.entries(request.headers).map(([name, value]): [string, string] => [
    name,
    `${value}`,
  ]);
  const body = request.method === 'GET' ? null : Readable.toWeb(request);
  const init = { method: request.method, headers, body, duplex: 'half', signal: gone.signal };
  const answer = await handler(new Request(`http://express${request.originalUrl}`, init as RequestInit));
  response.status(answer.status).setHeaders(answer.headers);
  if (answer.body === null) response.end();
  else await pipeline(Readable.fromWeb(answer.body as never), response).catch(() => {}); // the client disconnected
});

const server = app.listen(0, '127.0.0.1');
await new Promise((resolve) => server.once('listening', resolve));
const { port } = server.address() as AddressInfo;
const answer = await fetch(`http://127.0.0.1:${port}/v1/responses`, {
  method: 'POST',
  headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
  body: JSON.stringify({ model: 'default', input: 'Why is the sky blue?' }),
});
console.log(answer.status, (await answer.json()).output[0].content[0].text);
server.close();
