import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import type { ProviderStreamPart } from 'signalbox';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fixture as overAnthropic } from '../../conformance/fixtures/anthropic.ts';
import { fixture as overChatCompletions } from '../../conformance/fixtures/openai.ts';
import { fixture as overResponses } from '../../conformance/fixtures/openai-responses.ts';
import { callOf } from '../../conformance/scenarios.ts';
import type { Fixture, Wire } from '../../conformance/suite.ts';
import { type Behavior, events, type FaultServer, faultServer, json } from '../../support/fault-server.ts';
import { rejection } from '../../support/requests.ts';

type Create = (this: unknown, ...parameters: unknown[]) => PromiseLike<unknown>;

/** What tracers do to a method of an SDK. */
const tracers: Readonly<Record<string, (create: Create, saw: (answer: unknown) => void) => Create>> = {
  'returns a plain promise': (create, saw) =>
    async function (this: unknown, ...parameters) {
      const answer = await create.apply(this, parameters);
      saw(answer);
      return answer;
    },
  'awaits the SDK’s promise beside its caller': (create, saw) =>
    function (this: unknown, ...parameters) {
      const promise = create.apply(this, parameters);
      promise.then(saw, () => {});
      return promise;
    },
};

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
function wrap(methods: object, tracer: (typeof tracers)[string]): readonly unknown[] {
  const seen: unknown[] = [];
  const create: Create = Reflect.get(methods, 'create');
  const traced = tracer(create, (answer) => seen.push(answer));
  Reflect.set(methods, 'create', traced);
  undo.push(() => Reflect.set(methods, 'create', create));
  return seen;
}

describe.each(Object.entries(tracers))('behind a tracer that %s', (_, tracer) => {
  describe.each(sdks.map(([fixture, methods]) => [fixture.name, fixture, methods] as const))(
    '%s',
    (_, fixture, methods) => {
      const { answer, stream } = fixture.wires.text as Wire;
      const call = (more: object = {}) => callOf('text', fixture.model, more);
      const text = 'Hello there, friend';
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
        const parts: ProviderStreamPart[] = [];
        for await (const part of fixture.create(url, 'k').stream(call())) parts.push(part);
        expect(parts.map((part) => (part.type === 'text-delta' ? part.text : '')).join('')).toBe(text);
        expect(parts.at(-1)?.type).toBe('finish');
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
});
