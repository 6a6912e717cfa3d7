import { inspect } from 'node:util';
import {
  isRouterError,
  type Provider,
  type ProviderCall,
  type ProviderErrorKind,
  type ProviderStreamPart,
  type Usage,
} from 'signalbox';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Accumulator } from '../../src/core/calls/stream/accumulate.ts';
import {
  type Behavior,
  events,
  type FaultServer,
  faultServer,
  html,
  json,
  raw,
  reset,
  shortBody,
  silence,
} from '../support/fault-server.ts';
import { rejection } from '../support/requests.ts';
import { callOf, type Scenario, type ScenarioName, scenarios } from './scenarios.ts';

/** One scenario in a vendor's words. */
export interface Wire {
  /** The body of the vendor's answer. */
  readonly answer: unknown;
  /** The same as the events of a stream, each as it stands on the wire. */
  readonly stream: readonly string[];
  /** The body that the provider must have sent, without what asks for a stream. */
  readonly sent?: unknown;
  /** What this vendor cannot say as the others do. */
  readonly expected?: Partial<Scenario['expected']>;
  /** More for the call, where it takes the vendor's own words. */
  readonly call?: Partial<ProviderCall>;
}

/** What the vendor says when it fails. */
export interface WireFailure {
  readonly name: string;
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body: unknown;
  readonly expected: {
    readonly kind: ProviderErrorKind;
    readonly retryAfter?: number;
    readonly scope?: string;
  };
}

/** A vendor's words for embeddings. */
export interface EmbeddingsWire {
  /** The body that asks for them. */
  sent(values: readonly string[], dimensions: number): unknown;
  /** The answer that gives them, in any order that the vendor allows. */
  answer(vectors: readonly (readonly number[])[]): unknown;
  /** What the answer says of its tokens. */
  readonly usage: Usage;
}

/** A provider and its vendor's words for everything. */
export interface Fixture {
  readonly name: string;
  readonly model: string;
  create(baseURL: string, apiKey: string): Provider;
  readonly wires: Record<ScenarioName, Wire | { readonly skip: string }>;
  /** Takes away what a body says only to ask for a stream. */
  withoutStream?(body: unknown): unknown;
  readonly failures: readonly WireFailure[];
  /** An error in the middle of a stream that began well. */
  readonly errorEvent: { readonly event: string; readonly kind: ProviderErrorKind };
  /** The wire of its embeddings; `undefined` where it has none. */
  readonly embeddings?: EmbeddingsWire;
  /** Whether its transport is signalbox's own: headers come out, redirects are refused, sizes limited. If not, why. */
  readonly ownTransport: true | string;
}

const apiKey = 'sk-canary-key-0123456789';
const canary = 'canary-prompt-0123456789';

async function parts(stream: AsyncIterable<ProviderStreamPart>): Promise<ProviderStreamPart[]> {
  const list: ProviderStreamPart[] = [];
  for await (const part of stream) list.push(part);
  return list;
}

/** A stream as the result that it comes to. */
function fold(list: readonly ProviderStreamPart[]) {
  const collected = new Accumulator();
  for (const part of list) if (part.type !== 'response' && part.type !== 'finish') collected.add(part);
  const last = list.at(-1);
  if (last?.type !== 'finish') throw new Error('the last part is not finish');
  const responses = list.flatMap((part) => (part.type === 'response' ? [part] : []));
  return {
    content: collected.content(),
    finishReason: last.finishReason,
    usage: last.usage,
    warnings: responses.flatMap(({ warnings }) => warnings ?? []),
    headers: Object.assign({}, ...responses.map(({ headers }) => headers ?? {})) as Record<string, string>,
    model: responses.map(({ model }) => model).findLast((model) => model !== undefined),
    metadata: last.providerMetadata,
    raw: last.raw,
  };
}

/** The JSON of the events of a stream. */
function rawOf(stream: readonly string[]): readonly unknown[] {
  return stream.flatMap((event) => {
    const data = /^data: (.*)$/m.exec(event)?.[1]?.trim();
    return data === undefined || data === '[DONE]' ? [] : [JSON.parse(data)];
  });
}

/** Content without the mark of the account that made it, which differs from server to server. */
function withoutMarks(content: unknown): unknown {
  return JSON.parse(
    JSON.stringify(content, (key, value: unknown) => (key === 'account' ? undefined : value)),
  );
}

/** Everything that every provider has to do, over real sockets. */
export function describeProvider(fixture: Fixture): void {
  describe(fixture.name, () => {
    let server: FaultServer;
    let provider: Provider;
    beforeEach(async () => {
      server = await faultServer();
      provider = fixture.create(server.url, apiKey);
    });
    afterEach(() => server.close());

    const own = fixture.ownTransport === true;
    const text = fixture.wires.text as Wire;
    const call = (more: Partial<ProviderCall> = {}): ProviderCall => callOf('text', fixture.model, more);

    describe.each(Object.keys(scenarios) as ScenarioName[])('%s', (name) => {
      const wire = fixture.wires[name];
      if ('skip' in wire) {
        it.skip(`cannot be done: ${wire.skip}`);
        return;
      }
      const expected = { ...scenarios[name].expected, ...wire.expected };

      it('as one answer', async () => {
        server.behave(json(wire.answer));
        const result = await provider.chat(callOf(name, fixture.model, wire.call));
        expect(withoutMarks(result.content)).toEqual(withoutMarks(expected.content));
        expect(result.finishReason).toBe(expected.finishReason);
        expect(result.usage).toEqual(expected.usage);
        expect(result.warnings.map(({ feature }) => feature)).toEqual(expected.warnings ?? []);
        expect(result.providerMetadata).toMatchObject(expected.metadata ?? {});
        expect(result.response.headers['x-request-id']).toBe(own ? 'req-1' : undefined);
        expect(result.raw).toMatchObject(wire.answer as object);
        if (wire.sent !== undefined) expect(server.received[0]?.body).toEqual(wire.sent);
      });

      it('as a stream', async () => {
        server.behave(events(wire.stream));
        const result = fold(await parts(provider.stream(callOf(name, fixture.model, wire.call))));
        expect(withoutMarks(result.content)).toEqual(withoutMarks(expected.content));
        expect(result.finishReason).toBe(expected.finishReason);
        expect(result.usage).toEqual(expected.usage);
        expect(result.warnings.map(({ feature }) => feature)).toEqual(expected.warnings ?? []);
        expect(result.metadata ?? {}).toMatchObject(expected.metadata ?? {});
        expect(result.raw?.length).toBeGreaterThan(0);
        expect(rawOf(wire.stream)).toEqual(expect.arrayContaining(withoutMarks(result.raw) as unknown[]));
        expect(result.headers['x-request-id']).toBe(own ? 'req-1' : undefined);
        const body = server.received[0]?.body;
        if (wire.sent !== undefined) expect(fixture.withoutStream?.(body) ?? body).toEqual(wire.sent);
      });
    });

    describe('embeddings', () => {
      const { embeddings } = fixture;
      if (embeddings === undefined) {
        it('are not there', () => expect(provider.embed).toBeUndefined());
        return;
      }
      const embed = (values: readonly string[]) =>
        provider.embed?.({ model: 'embedder', values, dimensions: 2, signal: new AbortController().signal });

      it('come in the order of the values, with what the vendor says of tokens', async () => {
        const vectors = [
          [1, 2],
          [3, 4],
          [5, 6],
        ];
        server.behave(json(embeddings.answer(vectors)));
        const result = await embed(['a', 'b', 'c']);
        expect(result?.embeddings).toEqual(vectors);
        expect(result?.usage).toEqual(embeddings.usage);
        expect(result?.raw).toMatchObject(embeddings.answer(vectors) as object);
        expect(server.received[0]?.body).toEqual(embeddings.sent(['a', 'b', 'c'], 2));
      });

      it('fail in the same words as answers do', async () => {
        for (const { status, headers, body, expected } of fixture.failures) {
          server.behave(json(body, status, headers));
          const error = await rejection(embed(['a']) ?? Promise.resolve());
          expect(error).toMatchObject(own ? { ...expected, status } : { kind: expected.kind });
        }
      });

      it('that are not objects are malformed', async () => {
        for (const body of [{}, { data: [] }, { embeddings: [] }, null, 'x']) {
          server.behave(json(body));
          expect(await rejection(embed(['a']) ?? Promise.resolve())).toMatchObject({ kind: 'malformed' });
        }
      });
    });

    /** The error of a stream, and that no finish part came before it. */
    const streamError = async (behavior: Behavior, more: Partial<ProviderCall> = {}): Promise<unknown> => {
      server.behave(behavior);
      const seen: ProviderStreamPart[] = [];
      const error = await rejection(
        (async () => {
          for await (const part of provider.stream(call(more))) seen.push(part);
        })(),
      );
      expect(seen.filter(({ type }) => type === 'finish')).toEqual([]);
      return error;
    };
    const chatError = (behavior: Behavior): Promise<unknown> => {
      server.behave(behavior);
      return rejection(provider.chat(call()));
    };
    const kindOf = (error: unknown): unknown => (isRouterError(error, 'provider') ? error.kind : error);

    describe('an answer that is not complete is never taken for one', () => {
      it('a stream that ends properly before its end mark', async () => {
        for (let length = 0; length < text.stream.length - 1; length++) {
          const cut = text.stream.slice(0, length);
          if (fixture.name === 'openai' || fixture.name === 'openai-compatible') {
            // The reason why it ended is proof enough there.
            if (cut.some((event) => /"finish_reason":"/.test(event))) continue;
          }
          if (fixture.name.startsWith('google') && cut.some((event) => event.includes('finishReason')))
            continue;
          expect(['truncated', 'malformed']).toContain(kindOf(await streamError(events(cut))));
        }
      });

      it('a stream whose connection is reset', async () => {
        const kind = kindOf(await streamError(events(text.stream.slice(0, 2), 'reset')));
        expect(['network', 'truncated', 'unknown']).toContain(kind);
      });

      it('an error in the middle of a stream', async () => {
        const list = [...text.stream.slice(0, 2), fixture.errorEvent.event];
        expect(kindOf(await streamError(events(list)))).toBe(fixture.errorEvent.kind);
      });

      it('an error instead of a stream, with status 200', async () => {
        const body = { error: { message: 'no', code: 503, type: 'server_error', status: 'UNAVAILABLE' } };
        expect(kindOf(await streamError(json(body)))).not.toBe('bad-request');
      });

      it('an error instead of an answer, with status 200', async () => {
        expect(
          isRouterError(await chatError(json({ error: { message: 'no', code: 502 } })), 'provider'),
        ).toBe(true);
      });

      it.each([
        ['an empty body', raw('', { 'content-type': 'application/json' })],
        ['half of the JSON', raw('{"id":"x","choi', { 'content-type': 'application/json' })],
        ['fewer bytes than declared', shortBody(text.answer)],
        ['JSON of another form', json({})],
        ['a list', json([])],
        ['text', json('hello')],
        ['null', json(null)],
        ['a web page', html(200)],
      ])('%s', async (_, behavior) => {
        expect(['malformed', 'truncated', 'network', 'unknown']).toContain(kindOf(await chatError(behavior)));
      });

      it('a web page instead of a stream', async () => {
        expect(['malformed', 'truncated', 'network', 'unknown']).toContain(
          kindOf(await streamError(html(200))),
        );
      });
    });

    describe('failures are distinguished', () => {
      it.each(fixture.failures)('$name', async ({ status, headers, body, expected }) => {
        for (const error of [
          await chatError(json(body, status, headers)),
          await streamError(json(body, status, headers)),
        ]) {
          expect(error).toMatchObject({ ...(own ? expected : { kind: expected.kind }), status });
        }
      });

      it('a web page with status 502', async () => {
        for (const error of [await chatError(html(502)), await streamError(html(502))]) {
          expect(error).toMatchObject({ kind: 'server', status: 502 });
        }
      });

      it('a connection that is reset before the answer', async () => {
        expect(kindOf(await chatError(reset))).toBe('network');
        expect(kindOf(await streamError(reset))).toBe('network');
      });

      it('an address without a listener', async () => {
        const gone = await faultServer();
        await gone.close();
        provider = fixture.create(gone.url, apiKey);
        expect(kindOf(await rejection(provider.chat(call())))).toBe('network');
      });
    });

    describe('an abort', () => {
      it('before the call sends nothing', async () => {
        const signal = AbortSignal.abort();
        server.behave(json(text.answer));
        expect(kindOf(await rejection(provider.chat(call({ signal }))))).toBe('aborted');
        expect(kindOf(await rejection(parts(provider.stream(call({ signal })))))).toBe('aborted');
        expect(server.received).toHaveLength(0);
      });

      it('before the answer closes the connection', async () => {
        const abort = new AbortController();
        server.behave((_, received) => {
          abort.abort();
          void received;
        });
        expect(kindOf(await rejection(provider.chat(call({ signal: abort.signal }))))).toBe('aborted');
        await server.received[0]?.over;
        expect(server.received[0]?.complete).toBe(false);
      });

      it('in the middle of a stream is no end of it, and closes the connection', async () => {
        const abort = new AbortController();
        server.behave(events(text.stream.slice(0, -1), 'silence'));
        const stream = provider.stream(call({ signal: abort.signal }))[Symbol.asyncIterator]();
        const first = await stream.next();
        expect(first.done).toBe(false);
        const failing = rejection(
          (async () => {
            for (;;) if ((await stream.next()).done === true) return;
          })(),
        );
        setImmediate(() => abort.abort());
        expect(kindOf(await failing)).toBe('aborted');
        await server.received[0]?.over;
        expect(server.received[0]?.complete).toBe(false);
      });

      it('after the end changes nothing', async () => {
        const abort = new AbortController();
        server.behave(json(text.answer), events(text.stream), json(text.answer));
        const answer = await provider.chat(call({ signal: abort.signal }));
        const list = await parts(provider.stream(call({ signal: abort.signal })));
        abort.abort();
        expect(answer.finishReason).toBe('stop');
        expect(list.at(-1)?.type).toBe('finish');
        for (const received of server.received) {
          await received.over;
          expect(received.complete).toBe(true);
        }
        expect((await provider.chat(call())).finishReason).toBe('stop');
      });

      it('and a reader that leaves close the connection', async () => {
        server.behave(events(text.stream.slice(0, -1), 'silence'));
        for await (const part of provider.stream(call())) if (part.type === 'text-delta') break;
        await server.received[0]?.over;
        expect(server.received[0]?.complete).toBe(false);
      });
    });

    describe('safety', () => {
      it('shows neither key nor prompt in any error', async () => {
        const messages: ProviderCall['messages'] = [{ role: 'user', content: canary }];
        const echo = json(
          {
            error: { message: `bad: ${canary} with ${apiKey}`, type: 'invalid_request_error', code: canary },
          },
          400,
        );
        const behaviors = [
          echo,
          html(200),
          reset,
          raw(canary),
          events([`data: ${canary}\n\n`]),
          json(canary, 500),
        ];
        for (const behavior of behaviors) {
          server.behave(behavior);
          const errors = [
            await rejection(provider.chat(call({ messages }))),
            await rejection(parts(provider.stream(call({ messages })))),
          ];
          for (const error of errors) {
            const shown = inspect(error, { depth: 20, showHidden: true }) + String((error as Error).stack);
            expect(shown).not.toContain(apiKey);
            expect(shown).not.toContain(canary);
          }
        }
      });

      it('takes only the named key from the environment', async () => {
        const poison = {
          OPENAI_BASE_URL: 'http://127.0.0.1:9',
          OPENAI_ORG_ID: 'org-env',
          OPENAI_PROJECT_ID: 'proj-env',
          OPENAI_CUSTOM_HEADERS: 'x-env-canary: 1',
          ANTHROPIC_BASE_URL: 'http://127.0.0.1:9',
          ANTHROPIC_AUTH_TOKEN: 'env-token',
          ANTHROPIC_CUSTOM_HEADERS: 'x-env-canary: 1',
          GOOGLE_GEMINI_BASE_URL: 'http://127.0.0.1:9',
          GOOGLE_GENAI_USE_VERTEXAI: 'true',
        };
        const before = { ...process.env };
        Object.assign(process.env, poison);
        try {
          server.behave(json(text.answer));
          await fixture.create(server.url, apiKey).chat(call());
        } finally {
          for (const name of Object.keys(poison)) {
            if (before[name] === undefined) delete process.env[name];
            else process.env[name] = before[name];
          }
        }
        const { headers } = server.received[0] ?? {};
        expect(JSON.stringify(headers)).toContain(apiKey);
        expect(JSON.stringify(headers)).not.toMatch(/env-|org-env|x-env-canary/);
        expect(headers).not.toHaveProperty('openai-organization');
      });

      if (own) {
        it('never follows a redirect', async () => {
          const other = await faultServer(json(text.answer));
          for (const error of [
            await chatError(raw('', { location: other.url }, 307)),
            await streamError(raw('', { location: other.url }, 307)),
          ]) {
            expect(error).toMatchObject({ kind: 'bad-request', scope: 'endpoint' });
          }
          expect(other.received).toHaveLength(0);
          await other.close();
        });

        it('stops reading an event that does not end', async () => {
          const endless: Behavior = async (response) => {
            response.writeHead(200, { 'content-type': 'text/event-stream' });
            response.write('data: ');
            const chunk = 'x'.repeat(65_536);
            for (let sent = 0; sent < 256 && !response.destroyed; sent++) {
              await new Promise((resolve) => response.write(chunk, resolve));
            }
          };
          expect(kindOf(await streamError(endless))).toBe('malformed');
          await server.received[0]?.over;
        });
      } else {
        it.skip(`redirects and sizes: ${fixture.ownTransport}`);
      }

      it('leaves no promise behind when it is never answered and given up', async () => {
        const abort = new AbortController();
        server.behave(silence);
        const failing = rejection(parts(provider.stream(call({ signal: abort.signal }))));
        while (server.received.length === 0) await new Promise((resolve) => setImmediate(resolve));
        abort.abort();
        expect(kindOf(await failing)).toBe('aborted');
      });
    });
  });
}
