import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import type { ProviderStreamPart } from 'signalbox';
import { createRouter } from 'signalbox';
import { openai } from 'signalbox/openai';
import { openaiCompatible } from 'signalbox/openai-compatible';
import { virtualClock } from 'signalbox/testing';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { readText } from '../../src/transport/body.ts';
import { createTransport, Exchange } from '../../src/transport/transport.ts';
import { chatCompletionsWires } from '../conformance/fixtures/chat-completions.ts';
import { callOf } from '../conformance/scenarios.ts';
import type { Wire } from '../conformance/suite.ts';
import {
  type Behavior,
  events,
  type FaultServer,
  faultServer,
  json,
  raw,
  type SocketServer,
  silence,
  socketServer,
} from '../support/fault-server.ts';
import { overNodeHTTP } from '../support/over-node-http.ts';
import { rejection } from '../support/requests.ts';

const { answer, stream: chunks } = chatCompletionsWires('m', 'house', 'max_tokens').text as Wire;
const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const house = (url: string, more: object = {}) =>
  openaiCompatible({ name: 'house', baseURL: url, apiKey: 'k', ...more });
async function served(...behaviors: readonly Behavior[]): Promise<FaultServer> {
  const server = await faultServer(...behaviors);
  closing.push(() => server.close());
  return server;
}
async function connected(...parameters: Parameters<typeof socketServer>): Promise<SocketServer> {
  const server = await socketServer(...parameters);
  closing.push(() => server.close());
  return server;
}
const chat = (url: string, more: object = {}, call: object = {}) =>
  house(url, more).chat(callOf('text', 'm', call));
/** Clients: `fetch` takes compressed answers, Node's own client asks for plain ones. */
const wayOf = ({ received }: FaultServer): string =>
  received.at(-1)?.headers['accept-encoding'] === 'identity' ? 'client' : 'fetch';

describe('on Node, requests use its own HTTP client', () => {
  it('by default', async () => {
    const server = await served(json(answer));
    new Response(); // using it makes Node load its `fetch` and install an agent
    await chat(server.url);
    expect(wayOf(server)).toBe('client');
    await openai({ baseURL: server.url, apiKey: 'k' }).chat(callOf('text', 'm'));
    expect(wayOf(server)).toBe('client');
  });

  it('but a replaced global `fetch` while it is in place', async () => {
    const server = await served(json(answer));
    const provider = house(server.url);
    const native = globalThis.fetch;
    closing.push(() => {
      globalThis.fetch = native;
    });
    let seen = 0;
    globalThis.fetch = (...parameters) => {
      seen += 1;
      return native(...parameters);
    };
    await provider.chat(callOf('text', 'm'));
    expect([seen, wayOf(server)]).toEqual([1, 'fetch']);
    globalThis.fetch = native;
    await provider.chat(callOf('text', 'm'));
    expect([seen, wayOf(server)]).toEqual([1, 'client']);
  });

  it('but `fetch` on other runtimes', async () => {
    const server = await served(json(answer));
    const provider = house(server.url);
    vi.stubGlobal('process', undefined);
    const asked = provider.chat(callOf('text', 'm'));
    vi.unstubAllGlobals();
    await asked;
    expect(wayOf(server)).toBe('fetch');
  });

  it('but `fetch` while its requests are traced', async () => {
    const server = await served(json(answer));
    const traced: unknown[] = [];
    const trace = (message: unknown): void => void traced.push(message);
    subscribe('undici:request:create', trace);
    closing.push(() => unsubscribe('undici:request:create', trace));
    await chat(server.url);
    expect([traced.length, wayOf(server)]).toEqual([1, 'fetch']);
  });

  it('but the application’s global dispatcher if one is set', async () => {
    const server = await served(json(answer));
    new Response();
    const key = Symbol.for('undici.globalDispatcher.1');
    const usual = Reflect.get(globalThis, key);
    closing.push(() => Reflect.set(globalThis, key, usual));
    const Agent = usual.constructor as new (options: object) => object;
    Reflect.set(globalThis, key, new Agent({ connections: 1 }));
    const provider = house(server.url);
    const call = callOf('text', 'm', { connectTimeout: 3_000 });
    await Promise.all([provider.chat(call), provider.chat(call), provider.chat(call)]);
    expect([server.sockets, wayOf(server)]).toEqual([1, 'fetch']);
  });

  it('but the environment’s proxy if Node is configured to use it', async () => {
    const proxied: string[] = [];
    const proxy = createServer((request, response) => {
      proxied.push(String(request.url));
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    });
    // Whether `fetch` opens a tunnel for plain HTTP too depends on the version of Node.
    proxy.on('connect', (request, socket) => {
      proxied.push(String(request.url));
      socket.end('HTTP/1.1 502 No\r\n\r\n');
    });
    proxy.listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    closing.push(() => proxy.close());
    const HTTP_PROXY = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    const source = join(import.meta.dirname, '../../src/providers/openai-compatible/index.ts');
    const code = `
      import { openaiCompatible } from ${JSON.stringify(source)};
      const house = openaiCompatible({ name: 'house', baseURL: 'http://vendor.invalid/v1' });
      const messages = [{ role: 'user', content: 'Hi' }];
      await house.chat({ model: 'm', messages, signal: AbortSignal.timeout(10_000), connectTimeout: 3_000 }).catch(() => {});`;
    const env = { PATH: process.env['PATH'], NODE_USE_ENV_PROXY: '1', HTTP_PROXY };
    await promisify(execFile)(process.execPath, ['--input-type=module', '-e', code], { env });
    expect(proxied).toHaveLength(1);
    expect(proxied[0]).toContain('vendor.invalid');
  });

  it('Node’s built-in undici if it is reachable, otherwise node:http', async () => {
    const server = await served(json(answer));
    const overHTTP: unknown[] = [];
    const note = (message: unknown): void => void overHTTP.push(message);
    subscribe('http.client.request.start', note);
    closing.push(() => unsubscribe('http.client.request.start', note));
    await chat(server.url);
    expect([overHTTP.length, wayOf(server)]).toEqual([0, 'client']);
    const key = Symbol.for('undici.globalDispatcher.1');
    const agent = Reflect.get(globalThis, key);
    closing.push(() => Reflect.set(globalThis, key, agent));
    Reflect.set(globalThis, key, undefined);
    await chat(server.url);
    expect([overHTTP.length, wayOf(server)]).toEqual([1, 'client']);
  });
});

const clients = [
  ['undici’s dispatch', () => {}],
  ['node:http', overNodeHTTP],
] as const;

describe.each(clients)('over %s', (_, over) => {
  over();

  it.each([
    ['gzip', gzipSync],
    ['x-gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
    ['deflate, GZIP', (bytes: string) => gzipSync(deflateSync(bytes))],
    ['identity', (bytes: string) => Buffer.from(bytes)],
  ])('an unrequested compression is decoded: %s', async (encoding, pack) => {
    const headers = { 'content-type': 'application/json', 'content-encoding': encoding };
    const server = await served(raw(pack(JSON.stringify(answer)), headers));
    expect((await chat(server.url)).content).toMatchObject([{ type: 'text', text: 'Hello there, friend' }]);
  });

  it('an answer in an unknown compression is a failure', async () => {
    const headers = { 'content-type': 'application/json', 'content-encoding': 'zip' };
    const server = await served(raw(gzipSync(JSON.stringify(answer)), headers));
    expect(await rejection(chat(server.url))).toMatchObject({ kind: 'malformed' });
  });

  it('a compressed stream arrives event by event', async () => {
    const packed = gzipSync(chunks.join(''));
    const server = await served(
      raw(packed, { 'content-type': 'text/event-stream', 'content-encoding': 'gzip' }),
    );
    const parts: ProviderStreamPart[] = [];
    for await (const part of house(server.url).stream(callOf('text', 'm'))) parts.push(part);
    expect(parts.at(-1)?.type).toBe('finish');
  });

  it.each([
    ['uncompressed', {}, (bytes: Buffer) => bytes],
    ['compressed', { 'content-encoding': 'gzip' }, (bytes: Buffer) => gzipSync(bytes)],
  ])('an answer that is read late is read to its end: %s', async (_, headers, pack) => {
    // Two packets pause the connection, and the socket holds the third. Random, so that it stays as large when compressed.
    const text = randomBytes(75_000).toString('hex');
    const server = await served(raw(pack(Buffer.from(text)), headers));
    const transport = createTransport({ provider: 'p', baseURL: server.url, failures: [], allowHeaders: [] });
    const sent = await transport.send(`${server.url}/`, { method: 'POST', body: '{}' }, new Exchange(false));
    await expect.poll(() => server.received[0]?.complete).toBe(true);
    for (let turn = 0; turn < 100; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect((await readText(sent.body)).length).toBe(text.length);
  });

  it('headers of the same name are joined', async () => {
    const server = await served((response) => {
      response.setHeader('content-type', 'application/json');
      response.setHeader('x-many', ['a', 'b']);
      response.end(JSON.stringify(answer));
    });
    expect((await chat(server.url)).response.headers).toMatchObject({ 'x-many': 'a, b' });
  });

  it('a protocol switch is a broken connection, reported at once', async () => {
    const server = await connected((socket) => {
      socket.once('data', () => {
        socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n');
      });
    });
    expect(await rejection(chat(server.url))).toMatchObject({ kind: 'network', answered: false });
  });

  it('headers of the connection are not taken from options', async () => {
    const server = await served(json(answer));
    await chat(server.url, { headers: { 'Content-Length': '3', connection: 'close', 'x-team': 'blue' } });
    const { headers, text } = server.received[0] ?? { headers: {}, text: '' };
    expect(headers).toMatchObject({ 'content-length': String(text.length), 'x-team': 'blue' });
    expect(headers['connection']).toBe('keep-alive');
  });

  it('a request that is aborted while its connection opens is never sent', async () => {
    const server = await served(json(answer));
    const leaving = new AbortController();
    const asked = rejection(chat(server.url, {}, { signal: leaving.signal }));
    leaving.abort();
    expect(await asked).toMatchObject({ kind: 'aborted' });
    expect((await chat(server.url)).content).toHaveLength(1); // whatever was to come has come by then
    expect(server.received).toHaveLength(1);
  });

  it('an abort closes the connection of a request that waits for its answer', async () => {
    const server = await served(silence);
    const leaving = new AbortController();
    const asked = rejection(chat(server.url, {}, { signal: leaving.signal }));
    await expect.poll(() => server.received.length).toBe(1);
    leaving.abort();
    expect(await asked).toMatchObject({ kind: 'aborted' });
    await server.received[0]?.over;
    expect(server.pending).toBe(0);
  });

  it('informational responses are not an answer', async () => {
    const server = await served((response, received) => {
      response.writeEarlyHints({ link: '</style.css>; rel=preload' });
      return json(answer)(response, received);
    });
    expect((await chat(server.url)).content).toMatchObject([{ type: 'text' }]);
  });

  it('calls with different connect timeouts leave only a few idle connections', async () => {
    const server = createServer((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    closing.push(
      () => server.close(),
      () => server.closeAllConnections(),
    );
    const provider = house(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    for (let call = 0; call < 30; call++)
      await provider.chat(callOf('text', 'm', { connectTimeout: 5_000 + call }));
    const open = promisify(server.getConnections.bind(server));
    await expect.poll(() => open()).toBeLessThanOrEqual(8);
  });

  it('a header split over two packets is joined', async () => {
    const body = JSON.stringify(answer);
    const server = await connected((socket) => {
      socket.once('data', () => {
        socket.write('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nX-Requ');
        setImmediate(() =>
          socket.write(`est-Id: req_1\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`),
        );
      });
    });
    expect((await chat(server.url)).response.headers).toMatchObject({ 'x-request-id': 'req_1' });
  });
});

describe.each(clients)('a stream with an end mark over %s', (_, over) => {
  over();

  const read = async (url: string, provider = house(url)): Promise<ProviderStreamPart[]> => {
    const parts: ProviderStreamPart[] = [];
    for await (const part of provider.stream(callOf('text', 'm'))) parts.push(part);
    return parts;
  };

  it('leaves its connection to the next request', async () => {
    const server = await served(events(chunks));
    const provider = house(server.url);
    for (let request = 0; request < 3; request++) await read(server.url, provider);
    expect([server.received.length, server.sockets]).toEqual([3, 1]);
  });

  it.each([
    [
      'goes on',
      events([...chunks, ...Array.from({ length: 40 }, () => `: ${'x'.repeat(1024)}\n\n`)], 'silence'),
    ],
    ['does not end', events(chunks, 'silence')],
  ])('is closed if the server %s all the same', async (_, behavior) => {
    const server = await served(behavior);
    expect((await read(server.url)).at(-1)?.type).toBe('finish');
    await server.received[0]?.over;
    expect(server.pending).toBe(0);
  });
});

describe.each(clients)('warmup over %s', (_, over) => {
  over();

  const routerOver = (...providers: readonly ReturnType<typeof house>[]) =>
    createRouter({
      clock: virtualClock(),
      targets: providers.map((provider, id) => ({
        id: `${id}`,
        provider,
        model: 'm',
        price: { input: 1, output: 1 },
      })),
    });

  it('opens a connection that the first request uses, and sends nothing', async () => {
    const server = await served(json(answer));
    const provider = house(server.url);
    const router = routerOver(provider, provider);
    await router.warmup();
    await router.warmup();
    await expect.poll(() => server.sockets).toBe(1);
    expect(server.received).toEqual([]);
    await router.chat({ prompt: 'Hi' });
    expect([server.sockets, server.received.length]).toEqual([1, 1]);
    await router.close();
  });

  it('also opens a connection for a provider over an SDK', async () => {
    const server = await served(json(answer));
    const provider = openai({ baseURL: server.url, apiKey: 'k' });
    await provider.warmup?.(new AbortController().signal);
    await expect.poll(() => server.sockets).toBe(1);
    await provider.chat(callOf('text', 'm'));
    expect([server.sockets, server.received.length]).toEqual([1, 1]);
  });

  it('opens one for each of several keys', async () => {
    const server = await served(json(answer));
    const router = routerOver(house(server.url, { apiKey: undefined, keys: ['a', 'b', 'c'] }));
    await router.warmup();
    await expect.poll(() => server.sockets).toBe(3);
    await router.close();
  });

  it('does not change the state of an unreachable target', async () => {
    const router = routerOver(house('http://127.0.0.1:9'));
    await router.warmup();
    expect(router.stats()[0]).toMatchObject({ health: 'healthy', attempts: 0, failures: 0 });
    await router.close();
  });

  it('does no harm if the server closed the connection since', async () => {
    const server = await served(json(answer));
    const router = routerOver(house(server.url));
    await router.warmup();
    await server.hangUp();
    expect((await router.chat({ prompt: 'Hi' })).text).toBe('Hello there, friend');
    expect(router.stats()[0]).toMatchObject({ failures: 0 });
    await router.close();
  });

  it('ends when the router closes, for any behavior of the server', async () => {
    // Takes connections, and never begins with TLS.
    const server = await connected(() => {});
    const router = routerOver(house(server.url.replace('http:', 'https:')));
    const warm = router.warmup();
    await router.close();
    await warm;
    expect(router.stats()[0]).toMatchObject({ health: 'healthy' });
  });

  it('ends after ten seconds, even if a provider ignores its signal', async () => {
    const clock = virtualClock();
    const stuck = { ...house('http://127.0.0.1:9'), warmup: () => new Promise<void>(() => {}) };
    const router = createRouter({
      clock,
      targets: [{ provider: stuck, model: 'm', price: { input: 1, output: 1 } }],
    });
    const warm = router.warmup();
    await clock.advance(10_000);
    await warm;
    await router.close();
  });
});
