// The same handler in Express: `toNodeHandler` also serves Fastify and `node:http`.
import type { AddressInfo } from 'node:net';
import express from 'express';
import { createRouter } from 'signalbox';
import { openai } from 'signalbox/openai';
import { toFetch, toNodeHandler } from 'signalbox/openai-fetch';

const router = createRouter({ targets: [{ provider: openai(), model: 'gpt-5-mini' }] });
const token = process.env['ROUTER_TOKEN'] ?? 'a-token-for-this-example';

const app = express();
app.all('/v1/*path', toNodeHandler(toFetch(router, { token }))); // before or after express.json()

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
