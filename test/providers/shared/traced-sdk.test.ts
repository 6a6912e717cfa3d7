import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import type { Provider, ProviderStreamPart } from 'signalbox';
import { anthropic } from 'signalbox/anthropic';
import { openai } from 'signalbox/openai';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { collect } from '../../batch/conformance.ts';
import { anthropicVendor } from '../../batch/vendors/anthropic.ts';
import { openaiVendor } from '../../batch/vendors/openai.ts';
import type { MockVendor } from '../../batch/vendors/vendor.ts';
import { fixture as overAnthropic } from '../../conformance/fixtures/anthropic.ts';
import { fixture as overChatCompletions } from '../../conformance/fixtures/openai.ts';
import { fixture as overResponses } from '../../conformance/fixtures/openai-responses.ts';
import { callOf } from '../../conformance/scenarios.ts';
import type { Fixture, Wire } from '../../conformance/suite.ts';
import { type Behavior, events, type FaultServer, faultServer, json } from '../../support/fault-server.ts';
import { rejection } from '../../support/requests.ts';
import { generating, late, type Tracer, traced, tracers } from '../../support/tracers.ts';

const sdks: readonly (readonly [Fixture, methods: object])[] = [
  [overChatCompletions, OpenAI.Chat.Completions.prototype],
  [overResponses, OpenAI.Responses.prototype],
  [overAnthropic, Anthropic.Messages.prototype],
];

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const each of undo.splice(0).reverse()) await each();
});

async function served(behavior: Behavior): Promise<FaultServer> {
  const server = await faultServer(behavior);
  undo.push(() => server.close());
  return server;
}

/** Returns what the tracer sees. */
function wrap(methods: object, tracer: Tracer, ...names: readonly string[]): readonly unknown[] {
  const { seen, remove } = traced(methods, names.length === 0 ? ['create'] : names, tracer);
  undo.push(remove);
  return seen;
}

async function textOf(stream: AsyncIterable<ProviderStreamPart>): Promise<string> {
  let text = '';
  let last = '';
  for await (const part of stream) {
    if (part.type === 'text-delta') text += part.text;
    last = part.type;
  }
  expect(last).toBe('finish');
  return text;
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
}

const png =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const hello = 'Hello there, friend';

describe.each(Object.entries(tracers))('behind a tracer that %s', (_, tracer) => {
  describe.each(sdks.map(([fixture, methods]) => [fixture.name, fixture, methods] as const))(
    '%s',
    (_, fixture, methods) => {
      const { answer, stream } = fixture.wires.text as Wire;
      const call = (more: object = {}) => callOf('text', fixture.model, more);
      const text = hello;
      let seen: readonly unknown[] = [];
      beforeEach(() => {
        seen = wrap(methods, tracer);
      });

      it('answers a chat, and the tracer sees the answer', async () => {
        const { url } = await served(json(answer));
        expect(await fixture.create(url, 'k').chat(call())).toMatchObject({
          content: [{ type: 'text', text }],
          response: { headers: { 'x-request-id': 'req-1' } },
        });
        expect(seen).toMatchObject([answer as object]);
      });

      it('answers a stream', async () => {
        const { url } = await served(events(stream));
        expect(await textOf(fixture.create(url, 'k').stream(call()))).toBe(text);
      });

      it('closes the connection of a stream that is left', async () => {
        const server = await served(events(stream.slice(0, -3), 'silence'));
        for await (const _ of fixture.create(server.url, 'k').stream(call())) break;
        await server.received[0]?.over;
        expect(server.pending).toBe(0);
      });

      it('reports what the vendor refused', async () => {
        const { url } = await served(json({ error: { message: 'no' } }, 401));
        expect(await rejection(fixture.create(url, 'k').chat(call()))).toMatchObject({
          kind: 'auth',
          status: 401,
        });
      });

      it('reports an abort', async () => {
        const server = await served(() => {});
        const leaving = new AbortController();
        const asked = rejection(fixture.create(server.url, 'k').chat(call({ signal: leaving.signal })));
        await expect.poll(() => server.received.length).toBe(1);
        leaving.abort();
        expect(await asked).toMatchObject({ kind: 'aborted' });
      });
    },
  );

  it('returns embeddings', async () => {
    wrap(OpenAI.Embeddings.prototype, tracer);
    const { url } = await served(json(overChatCompletions.embeddings?.answer([[1, 2]])));
    const signal = new AbortController().signal;
    const made = await overChatCompletions.create(url, 'k').embed?.({ model: 'm', values: ['a'], signal });
    expect(made?.embeddings).toEqual([[1, 2]]);
  });

  it('returns images, made and edited', async () => {
    const seen = wrap(OpenAI.Images.prototype, tracer, 'generate', 'edit');
    const answer = { created: 1, data: [{ b64_json: png }] };
    const { url } = await served(json(answer));
    const { signal } = new AbortController();
    const provider = openai({ baseURL: url, apiKey: 'k' });
    const asked = { model: 'gpt-image-1', prompt: 'a lighthouse', n: 1, signal };
    const images = [{ data: new Uint8Array([1, 2]), mediaType: 'image/png' }];
    for (const more of [{}, { images }])
      expect(await provider.image?.({ ...asked, ...more })).toMatchObject({ images: [{ data: png }] });
    expect(seen).toMatchObject([answer, answer]);
  });

  it.each<[string, () => Promise<MockVendor>, (url: string) => Provider]>([
    ['openai', openaiVendor, (url) => openai({ baseURL: `${url}/v1`, apiKey: 'k' })],
    ['anthropic', anthropicVendor, (baseURL) => anthropic({ baseURL, apiKey: 'k' })],
  ])('runs a batch of %s', async (_, serve, create) => {
    const seen = [
      wrap(OpenAI.Batches.prototype, tracer, 'create', 'retrieve', 'list'),
      wrap(OpenAI.Files.prototype, tracer, 'create', 'retrieve', 'content', 'delete'),
      wrap(Anthropic.Messages.Batches.prototype, tracer, 'create', 'retrieve', 'list', 'results', 'delete'),
    ];
    const vendor = await serve();
    undo.push(() => vendor.close());
    const batches = await create(vendor.url).batches?.();
    if (batches === undefined) throw new Error('no batches');
    const call = { signal: new AbortController().signal };
    const { body } = batches.prepareChat(callOf('text', 'm'));
    const plan = { id: 'own-1', kind: 'chat', model: 'm', items: [{ id: 'item-0', body }] } as const;
    const id = await batches.submit(plan, call);
    while ((await batches.status(id, call)).state === 'pending') {
      // The mock ends a batch after a number of these.
    }
    const trace = { ...plan, items: ['item-0'], submittedAt: Date.now() };
    expect(await batches.find(trace, call)).toBe(id);
    const answers = await collect(batches.results(id, trace, call));
    expect(answers).toMatchObject([{ id: 'item-0', body: expect.anything() }]);
    await batches.remove(id, call);
    expect(seen.flat().length).toBeGreaterThan(3);
  });
});

describe.each(sdks.map(([fixture, methods]) => [fixture.name, fixture, methods] as const))(
  '%s',
  (_, fixture, methods) => {
    const { answer, stream } = fixture.wires.text as Wire;
    const call = () => callOf('text', fixture.model);

    it('answers a stream behind a tracer that returns a generator', async () => {
      const seen = wrap(methods, generating);
      const { url } = await served(events(stream));
      expect(await textOf(fixture.create(url, 'k').stream(call()))).toBe(hello);
      expect(seen.length).toBeGreaterThan(1);
    });

    it('closes the connection of such a stream that is left', async () => {
      wrap(methods, generating);
      const server = await served(events(stream.slice(0, -3), 'silence'));
      for await (const part of fixture.create(server.url, 'k').stream(call()))
        if (part.type === 'text-delta') break;
      await server.received[0]?.over;
      expect(server.pending).toBe(0);
    });

    it('answers a chat and a stream whose response a tracer reads too late', async () => {
      const seen = wrap(methods, late);
      // The tracer reads between the two.
      const text = JSON.stringify(answer);
      const halves: Behavior = async (response) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        response.write(text.slice(0, 20));
        await until(() => seen.length === 1);
        response.end(text.slice(20));
      };
      const server = await served(halves);
      const provider = fixture.create(server.url, 'k');
      expect((await provider.chat(call())).content).toMatchObject([{ type: 'text', text: hello }]);
      const parts: Behavior = async (response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.write(stream[0]);
        await until(() => seen.length === 2);
        response.end(stream.slice(1).join(''));
      };
      server.behave(parts);
      expect(await textOf(provider.stream(call()))).toBe(hello);
      expect(seen).toEqual([expect.any(TypeError), expect.any(TypeError)]);
    });
  },
);
