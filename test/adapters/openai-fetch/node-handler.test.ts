import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import OpenAI from 'openai';
import { createRouter } from 'signalbox';
import { toFetch, toNodeHandler } from 'signalbox/openai-fetch';
import { type Script, scriptedProvider } from 'signalbox/testing';
import { afterEach, describe, expect, it } from 'vitest';

const price = { input: 1, output: 1 };
const messages = [{ role: 'user' as const, content: 'Hi' }];
const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

function handlerOver(scripts: readonly Script[]) {
  const provider = scriptedProvider('openai', scripts);
  const router = createRouter({ targets: [{ provider, model: 'm', price }] });
  return { handler: toNodeHandler(toFetch(router, { token: 'secret' })), provider, router };
}

async function clientOf(server: Server): Promise<OpenAI> {
  servers.push(server);
  await new Promise<void>((resolve) => (server.listening ? resolve() : server.once('listening', resolve)));
  const { port } = server.address() as AddressInfo;
  return new OpenAI({ apiKey: 'secret', baseURL: `http://127.0.0.1:${port}/v1`, maxRetries: 0 });
}

const hosts: readonly (readonly [string, (handler: ReturnType<typeof toNodeHandler>) => Server])[] = [
  ['node:http', (handler) => createServer((request, response) => void handler(request, response)).listen(0)],
  ['Express', (handler) => express().all('/v1/*path', handler).listen(0)],
  [
    'Express behind express.json()',
    (handler) => express().use(express.json()).all('/v1/*path', handler).listen(0),
  ],
  [
    'a router of Express',
    (handler) => express().use('/v1', express.Router().all('/*path', handler)).listen(0),
  ],
];

describe.each(hosts)('in %s', (_, serve) => {
  it('answers whole and in parts', async () => {
    const { handler } = handlerOver([{ text: ['Hel', 'lo'] }, { text: ['Hel', 'lo'] }]);
    const client = await clientOf(serve(handler));
    const whole = await client.chat.completions.create({ model: 'default', messages });
    expect(whole.choices[0]?.message.content).toBe('Hello');
    let text = '';
    const stream = await client.chat.completions.create({ model: 'default', messages, stream: true });
    for await (const { choices } of stream) text += choices[0]?.delta.content ?? '';
    expect(text).toBe('Hello');
  });

  it('lists models and passes errors', async () => {
    const { handler } = handlerOver([{ error: { kind: 'bad-request', status: 422 } }]);
    const client = await clientOf(serve(handler));
    expect((await client.models.list()).data).toHaveLength(2);
    const asked = client.chat.completions.create({ model: 'default', messages });
    await expect(asked).rejects.toBeInstanceOf(OpenAI.UnprocessableEntityError);
    await expect(client.withOptions({ apiKey: 'no' }).models.list()).rejects.toMatchObject({ status: 401 });
  });

  it('aborts the request when the client goes', async () => {
    const { handler, router } = handlerOver([{ hang: true }]);
    const ended = new Promise((resolve) => router.on('request-end', ({ outcome }) => resolve(outcome)));
    const started = new Promise<void>((resolve) => router.on('attempt-start', () => resolve()));
    const client = await clientOf(serve(handler));
    const leaving = new AbortController();
    const asked = client.chat.completions
      .create({ model: 'default', messages, stream: true }, { signal: leaving.signal })
      .catch((error: unknown) => error);
    await started;
    leaving.abort();
    expect(await asked).toBeInstanceOf(OpenAI.APIUserAbortError);
    expect(await ended).toBe('aborted');
  });
});

it('adds no listeners while a slow client reads', async () => {
  let left = 40;
  const body = () =>
    new ReadableStream({
      pull: (controller) => (left-- > 0 ? controller.enqueue(new Uint8Array(1_000_000)) : controller.close()),
    });
  const handler = toNodeHandler(async () => new Response(body()));
  const listeners: number[] = [];
  const server = createServer((request, response) => {
    response.on('drain', () => listeners.push(response.listenerCount('close')));
    void handler(request, response);
  }).listen(0);
  await clientOf(server);
  const answer = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  expect((await answer.arrayBuffer()).byteLength).toBe(40_000_000);
  expect(listeners.length).toBeGreaterThan(10);
  expect(listeners.at(-1)).toBe(listeners[0]);
});

describe('images through the OpenAI SDK', () => {
  it('are those of router.image()', async () => {
    const images = [{ type: 'file', data: 'AAAA', mediaType: 'image/png' }] as const;
    const { handler, provider } = handlerOver([{ images }, { images }]);
    const client = await clientOf(
      createServer((request, response) => void handler(request, response)).listen(0),
    );
    const made = await client.images.generate({
      model: 'default',
      prompt: 'A lighthouse',
      size: '1024x1024',
    });
    expect(made.data).toEqual([{ b64_json: 'AAAA' }]);
    expect(provider.imageCalls[0]).toMatchObject({ prompt: 'A lighthouse', size: '1024x1024' });
    const linked = await client.images.generate({ model: 'default', prompt: 'A', response_format: 'url' });
    expect(linked.data?.[0]?.url).toBe('data:image/png;base64,AAAA');
    await expect(
      client.images.generate({ model: 'default', prompt: 'A', size: 'large' as never }),
    ).rejects.toMatchObject({ status: 400, param: 'size' });
  });
});
