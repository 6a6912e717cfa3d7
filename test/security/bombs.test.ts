import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { gzipSync } from 'node:zlib';
import { createRouter, type Provider } from 'signalbox';
import { anthropic } from 'signalbox/anthropic';
import { google } from 'signalbox/google';
import { openai } from 'signalbox/openai';
import { openaiCompatible } from 'signalbox/openai-compatible';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fixture as anthropicFixture } from '../conformance/fixtures/anthropic.ts';
import { fixture as googleFixture } from '../conformance/fixtures/google.ts';
import { fixture as openaiFixture } from '../conformance/fixtures/openai.ts';
import { fixture as responsesFixture } from '../conformance/fixtures/openai-responses.ts';
import { callOf } from '../conformance/scenarios.ts';
import type { Fixture, Wire } from '../conformance/suite.ts';
import { type Behavior, type FaultServer, faultServer, json, raw } from '../support/fault-server.ts';
import { read, textOf } from '../support/requests.ts';

const apiKey = 'sk-canary';
const mebibyte = 1024 * 1024;
const price = { input: 1, output: 1 };

/** Providers whose answers come through our own transport; the older Google SDK cannot be guarded so. */
const providers: readonly (readonly [string, Fixture, (baseURL: string) => Provider])[] = [
  ['openai', openaiFixture, (baseURL) => openai({ baseURL, apiKey })],
  ['responses', responsesFixture, (baseURL) => openai({ baseURL, apiKey, api: 'responses' })],
  ['anthropic', anthropicFixture, (baseURL) => anthropic({ baseURL, apiKey })],
  ['google', googleFixture, (baseURL) => google({ baseURL, apiKey })],
  ['openai-compatible', openaiFixture, (baseURL) => openaiCompatible({ name: 'house', baseURL, apiKey })],
];

/** As many bytes as the reader takes, up to `size`. */
function pouring(size: number, piece: string, headers: Record<string, string>, status = 200): Behavior {
  return async (response) => {
    response.writeHead(status, headers);
    const bytes = Buffer.from(piece.repeat(Math.ceil(65_536 / piece.length)));
    for (let sent = 0; sent < size && !response.destroyed; sent += bytes.length) {
      if (!response.write(bytes)) await drained(response);
    }
    response.end();
  };
}

async function drained(response: ServerResponse): Promise<void> {
  const settled = new AbortController();
  const options = { signal: settled.signal };
  const ready = [once(response, 'drain', options), once(response, 'close', options)];
  await Promise.race(ready);
  settled.abort(); // removes the listeners
  await Promise.allSettled(ready);
}

/** 0.4 MB that unpack to 400 MB. */
const bomb = Buffer.concat(Array.from({ length: 100 }, () => gzipSync(Buffer.alloc(4 * mebibyte))));

/** A server that gives a stream in HTTP chunks of one byte each. */
async function drippingServer(text: string): Promise<{ url: string; close(): Promise<void> }> {
  const chunks = [...Buffer.from(text)].map((byte) => Buffer.from([49, 13, 10, byte, 13, 10]));
  const head = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n';
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => {
      socket.write(head);
      for (let at = 0; at < chunks.length; at += 10_000)
        socket.write(Buffer.concat(chunks.slice(at, at + 10_000)));
      socket.end('0\r\n\r\n');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.close();
      await once(server, 'close');
    },
  };
}

const eventStream = { 'content-type': 'text/event-stream' };
const body = { 'content-type': 'application/json' };

describe.each(providers)('%s', (_, fixture, make) => {
  let bad: FaultServer;
  let good: FaultServer;
  let taken: number;
  beforeAll(async () => {
    const text = fixture.wires.text as Wire;
    bad = await faultServer();
    good = await faultServer((response, received) => {
      const asked =
        JSON.stringify(received.body).includes('"stream":true') || received.path.includes('alt=sse');
      return asked
        ? raw(text.stream.join(''), eventStream)(response, received)
        : json(text.answer)(response, received);
    });
    // What is loaded at the first call is not what is measured.
    await make(good.url).chat(callOf('text', fixture.model));
  });
  afterAll(() => Promise.all([bad.close(), good.close()]));
  /** Notes how much the reader took. */
  const counted =
    (behavior: Behavior): Behavior =>
    (response, received) => {
      const { socket } = response;
      response.on('close', () => {
        taken = socket?.bytesWritten ?? Number.NaN;
      });
      return behavior(response, received);
    };

  /** The router’s answer where the first target is the broken one, and by how many MiB memory grew. */
  const ask = async (
    behavior: Behavior,
    stream: boolean,
  ): Promise<{ target: string; text: string; grew: number }> => {
    bad.behave(counted(behavior));
    const router = createRouter({
      targets: [
        { id: 'bad', provider: make(bad.url), model: fixture.model, price },
        { id: 'good', provider: make(good.url), model: fixture.model, price },
      ],
    });
    const before = process.memoryUsage().rss;
    const request = { prompt: 'Hi' };
    let target: string;
    let text: string;
    if (stream) {
      const answer = await router.stream(request);
      text = textOf(await read(answer));
      ({ target } = await answer.result);
    } else {
      ({ target, text } = await router.chat(request));
    }
    const grew = (process.memoryUsage().rss - before) / mebibyte;
    await bad.received.at(-1)?.over;
    await router.close();
    return { target, text, grew };
  };

  it.each([
    ['a line of 196 MB without end', pouring(196 * mebibyte, 'x', eventStream)],
    ['an event of 196 MB in lines without end', pouring(196 * mebibyte, 'data: x\n', eventStream)],
    ['an error of 50 MB', pouring(50 * mebibyte, 'x', body, 502)],
    ['a web page of 50 MB', pouring(50 * mebibyte, '<p>', { 'content-type': 'text/html' }, 502)],
    ['a web page of 50 MB with status 200', pouring(50 * mebibyte, '<p>', { 'content-type': 'text/html' })],
    ['JSON of 50 MB instead of a stream', pouring(50 * mebibyte, '[', body)],
  ])('%s instead of a stream is broken off, and another target answers', async (__, behavior) => {
    const { target, text, grew } = await ask(behavior, true);
    expect({ target, text }).toEqual({ target: 'good', text: 'Hello there, friend' });
    // The cap, and what the sockets’ buffers hold.
    expect(taken).toBeLessThan(32 * mebibyte);
    expect(grew).toBeLessThan(250);
  });

  it.each([
    ['JSON of 196 MB', pouring(196 * mebibyte, '[', body)],
    ['an error of 50 MB', pouring(50 * mebibyte, 'x', body, 502)],
  ])('%s instead of an answer is broken off, and another target answers', async (__, behavior) => {
    const { target, text, grew } = await ask(behavior, false);
    expect({ target, text }).toEqual({ target: 'good', text: 'Hello there, friend' });
    expect(taken).toBeLessThan(64 * mebibyte);
    expect(grew).toBeLessThan(200);
  });

  it.each([
    ['an answer', false, body, 200],
    ['a stream', true, eventStream, 200],
    ['an error', false, body, 500],
  ] as const)('%s that unpacks from 0.4 MB to 400 MB is broken off', async (__, stream, headers, status) => {
    const { target, text, grew } = await ask(
      raw(bomb, { ...headers, 'content-encoding': 'gzip' }, status),
      stream,
    );
    expect({ target, text }).toEqual({ target: 'good', text: 'Hello there, friend' });
    expect(grew).toBeLessThan(200);
  });

  it('a long stream with a long event in single bytes is read whole', async () => {
    const { stream } = fixture.wires.text as Wire;
    const alive = ': still here\n\n'.repeat(10_000);
    const long = `: ${'x'.repeat(mebibyte)}\n\n`;
    const server = await drippingServer([long, ...stream.flatMap((event) => [alive, event])].join(''));
    let text = '';
    for await (const part of make(server.url).stream(callOf('text', fixture.model)))
      if (part.type === 'text-delta') text += part.text;
    expect(text).toBe('Hello there, friend');
    await server.close();
  });
});
