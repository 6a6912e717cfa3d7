import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { readText } from '../../src/transport/body.ts';
import { createTransport, Exchange } from '../../src/transport/transport.ts';
import { overNodeHTTP } from '../support/over-node-http.ts';

const many = 2_500;
/** Both ends of each connection are in this process. */
const files = 2 * many + 500;

interface Report {
  readonly userLimits?: { readonly open_files?: { readonly soft?: unknown } };
}
const { userLimits } = (process.report?.getReport() ?? {}) as Report;
const limit = userLimits?.open_files?.soft;
const tooFewFiles = typeof limit === 'number' && limit < files;

const sockets = new Set<Socket>();
let server: Server | undefined;
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  sockets.clear();
  if (server === undefined) return;
  server.close();
  await once(server, 'close');
});

/** Answers when so many requests have arrived, and not before. */
async function answeringTogether(count: number): Promise<string> {
  let arrived = 0;
  server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('data', () => {
      arrived += 1;
      if (arrived < count) return;
      for (const each of sockets) each.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}');
    });
  });
  server.listen({ port: 0, host: '127.0.0.1', backlog: 4_096 });
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe.each([
  ['undici’s dispatch', () => {}],
  ['node:http', overNodeHTTP],
])('over %s', (_, over) => {
  over();

  it.skipIf(tooFewFiles)('no request waits for the connection of another', async () => {
    const baseURL = await answeringTogether(many);
    const transport = createTransport({ provider: 'p', baseURL, failures: [], allowHeaders: [] });
    const ask = async (): Promise<string> => {
      const init = { method: 'POST', body: '{}' };
      const { body } = await transport.send(`${baseURL}/`, init, new Exchange(false));
      return readText(body);
    };
    const answers = await Promise.all(Array.from({ length: many }, ask));
    expect(new Set(answers)).toEqual(new Set(['{}']));
  });
});
