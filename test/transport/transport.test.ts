import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import type { Provider } from 'signalbox';
import { google } from 'signalbox/google';
import { openai } from 'signalbox/openai';
import { openaiCompatible } from 'signalbox/openai-compatible';
import { afterEach, describe, expect, it } from 'vitest';
import { chatCompletionsWires } from '../conformance/fixtures/chat-completions.ts';
import { callOf } from '../conformance/scenarios.ts';
import { events, type FaultServer, faultServer, json, raw } from '../support/fault-server.ts';
import { overFetch } from '../support/over-fetch.ts';
import { overNodeHTTP } from '../support/over-node-http.ts';
import { rejection } from '../support/requests.ts';

const picture = 'A'.repeat(4 * 1024 * 1024);
const { answer } = chatCompletionsWires('m', 'house', 'max_tokens').text as { answer: unknown };
let server: FaultServer | undefined;
afterEach(() => server?.close());

const house = (url: string, more: object = {}) =>
  openaiCompatible({ name: 'house', baseURL: url, apiKey: 'k', ...more });

describe.each([
  ['undici’s dispatch', () => {}],
  ['node:http', overNodeHTTP],
  ['fetch', overFetch],
])('the transport over %s', (_, over) => {
  over();

  it('stops decompressing a body that grows too large', async () => {
    const bomb = gzipSync(Buffer.alloc(256 * 1024 * 1024));
    server = await faultServer(raw(bomb, { 'content-type': 'application/json', 'content-encoding': 'gzip' }));
    const before = process.memoryUsage().rss;
    const error = await rejection(house(server.url).chat(callOf('text', 'm')));
    expect(error).toMatchObject({ kind: 'malformed' });
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * 1024 * 1024);
  });

  it('reads no more of an error page than it needs', async () => {
    server = await faultServer(raw('x'.repeat(50 * 1024 * 1024), { 'content-type': 'text/html' }, 502));
    expect(await rejection(house(server.url).chat(callOf('text', 'm')))).toMatchObject({
      kind: 'server',
      status: 502,
    });
  });

  it.each<[string, (url: string) => Provider, object]>([
    [
      'google',
      (baseURL) => google({ baseURL, apiKey: 'k' }),
      {
        candidates: [
          {
            content: { parts: [{ inlineData: { mimeType: 'image/png', data: picture } }] },
            finishReason: 'STOP',
          },
        ],
      },
    ],
    [
      'openai-compatible',
      (baseURL) => house(baseURL),
      {
        choices: [
          {
            delta: { images: [{ image_url: { url: `data:image/png;base64,${picture}` } }] },
            finish_reason: 'stop',
          },
        ],
      },
    ],
  ])('takes a picture of 4 MB in one event of %s', async (_, make, chunk) => {
    server = await faultServer(events([`data: ${JSON.stringify(chunk)}\n\n`]));
    const files: unknown[] = [];
    for await (const part of make(server.url).stream(callOf('text', 'gemini-2.5-flash-image')))
      if (part.type === 'file') files.push(part.data);
    expect(files).toEqual([picture]);
  });

  it('sends the headers of its options, and the SDK’s user agent', async () => {
    server = await faultServer(json(answer));
    await openai({
      baseURL: server.url,
      apiKey: 'k',
      headers: { 'x-team': 'blue' },
      organization: 'org-1',
    }).chat(callOf('text', 'm'));
    expect(server.received[0]?.headers).toMatchObject({
      'x-team': 'blue',
      'openai-organization': 'org-1',
      authorization: 'Bearer k',
    });
  });

  it('can be given another fetch', async () => {
    server = await faultServer(json(answer));
    const seen: string[] = [];
    const fetch = (url: string): Promise<Response> => {
      seen.push(url);
      return Promise.resolve(Response.json(answer));
    };
    await house(server.url, { fetch }).chat(callOf('text', 'm'));
    expect(seen).toEqual([`${server.url}/chat/completions`]);
  });

  it('reuses connections for consecutive requests', async () => {
    server = await faultServer(json(answer));
    const provider = house(server.url);
    for (let request = 0; request < 5; request++)
      await provider.chat(callOf('text', 'm', { connectTimeout: 3_000 }));
    expect(server.received).toHaveLength(5);
    expect(server.sockets).toBeLessThan(5);
  });

  it('gives up on an address that accepts no connections', async () => {
    // A process that listens, and then never looks at its queue of connections: when that is full, there is no answer.
    const code = `const s = require('node:net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
      process.stdout.write(s.address().port + '\\n', () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0));
    });`;
    const child = spawn(process.execPath, ['-e', code]);
    const [line] = await once(child.stdout, 'data');
    const port = Number(String(line));
    const fillers: Socket[] = Array.from({ length: 4 }, () =>
      connect(port, '127.0.0.1').on('error', () => {}),
    );
    await Promise.all(fillers.slice(0, 2).map((socket) => once(socket, 'connect')));
    const error = await rejection(
      house(`http://127.0.0.1:${port}`).chat(callOf('text', 'm', { connectTimeout: 300 })),
    );
    expect(error).toMatchObject({
      kind: 'timeout',
      scope: 'endpoint',
      vendorCode: 'UND_ERR_CONNECT_TIMEOUT',
      answered: false,
    });
    child.kill('SIGKILL');
    for (const socket of fillers) socket.destroy();
  });
});
