import { once } from 'node:events';
import type { Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type Body, readText } from '../../src/transport/body.ts';
import { createTransport, Exchange } from '../../src/transport/transport.ts';
import { type SocketServer, socketServer } from '../support/fault-server.ts';
import { overNodeHTTP } from '../support/over-node-http.ts';
import { rejection } from '../support/requests.ts';

let server: SocketServer | undefined;
afterEach(() => server?.close());

const closes = 'connection: close\r\n';
const sized = (size: number): string => `content-length: ${size}\r\n\r\n`;
const chunk = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n`;

/** Lets the event loop read what has arrived. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** Asks a server that sends these bytes. Resolves with the body, of which nothing is read, and the connection on the server's side. */
async function unread(bytes: string): Promise<{ readonly body: Body; readonly connection: Socket }> {
  let sent = (_: Socket): void => {};
  const connected = new Promise<Socket>((resolve) => {
    sent = resolve;
  });
  server = await socketServer((socket) => {
    const head = 'HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n';
    socket.once('data', () => socket.write(head + bytes, () => sent(socket)));
  });
  const transport = createTransport({ provider: 'p', baseURL: server.url, failures: [], allowHeaders: [] });
  const init = { method: 'POST', body: '{}' };
  const { body } = await transport.send(`${server.url}/`, init, new Exchange(false));
  const connection = await connected;
  await turns();
  return { body, connection };
}

async function readAll(body: Body): Promise<string> {
  let text = '';
  for (;;) {
    const bytes = await body.read();
    if (bytes === undefined) return text;
    text += Buffer.from(bytes).toString();
  }
}

const ways = [
  ['at once', readText],
  ['packet by packet', readAll],
] as const;

describe.each([
  ['undici’s dispatch', () => {}],
  ['node:http', overNodeHTTP],
])('a slow reader over %s', (_, over) => {
  over();

  // Fewer and more bytes than are buffered before the connection is paused, and more than its socket holds.
  describe.each([60_000, 70_000, 150_000])('of %i bytes', (size) => {
    const text = 'x'.repeat(size);

    it.each(
      ways.flatMap(([way, read]) => [
        { way, read, framing: 'has a length', bytes: sized(size) + text },
        { way, read, framing: 'is the last one of its connection', bytes: closes + sized(size) + text },
        {
          way,
          read,
          framing: 'is chunked',
          bytes: `${closes}transfer-encoding: chunked\r\n\r\n${chunk(text)}${chunk('')}`,
        },
        { way, read, framing: 'ends with its connection', bytes: `${closes}\r\n${text}` },
      ]),
    )('gets all of a response that $framing, $way', async ({ read, bytes }) => {
      const { body, connection } = await unread(bytes);
      connection.end();
      await turns();
      expect((await read(body)).length).toBe(size);
    });

    it.each(
      ways.flatMap(([way, read]) => [
        { way, read, framing: 'a length', bytes: closes + sized(2 * size) + text },
        { way, read, framing: 'chunks', bytes: `${closes}transfer-encoding: chunked\r\n\r\n${chunk(text)}` },
        { way, read, framing: 'a kept connection', bytes: sized(2 * size) + text },
      ]),
    )('gets an error after a response with $framing that is cut, $way', async ({ read, bytes }) => {
      for (const cut of ['end', 'resetAndDestroy'] as const) {
        const { body, connection } = await unread(bytes);
        connection[cut]();
        await Promise.race([once(connection, 'close'), turns()]);
        expect(await rejection(read(body))).toMatchObject({ kind: 'network', answered: true });
        await server?.close();
      }
    });
  });
});
