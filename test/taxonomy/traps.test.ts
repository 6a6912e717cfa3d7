import type { Provider, ProviderStreamPart } from 'signalbox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fixture as anthropic } from '../conformance/fixtures/anthropic.ts';
import { fixture as google } from '../conformance/fixtures/google.ts';
import { fixture as legacy } from '../conformance/fixtures/google-legacy.ts';
import { fixture as openai } from '../conformance/fixtures/openai.ts';
import { fixture as compatible } from '../conformance/fixtures/openai-compatible.ts';
import { fixture as responses } from '../conformance/fixtures/openai-responses.ts';
import { callOf } from '../conformance/scenarios.ts';
import type { Fixture, Wire } from '../conformance/suite.ts';
import { type Behavior, events, type FaultServer, faultServer, json, raw } from '../support/fault-server.ts';
import { rejection } from '../support/requests.ts';

/** Answers that an SDK takes for successes, and that are none. What the conformance suite has is not here again. */
const fixtures: readonly Fixture[] = [openai, responses, anthropic, google, legacy, compatible];

describe.each(fixtures.map((fixture) => [fixture.name, fixture] as const))('%s', (name, fixture) => {
  const text = fixture.wires.text as Wire;
  let server: FaultServer;
  let provider: Provider;
  beforeAll(async () => {
    server = await faultServer();
    provider = fixture.create(server.url, 'sk-canary');
  });
  afterAll(() => server.close());

  const chat = (behavior: Behavior) => {
    server.behave(behavior);
    return provider.chat(callOf('text', fixture.model));
  };
  const stream = async (behavior: Behavior): Promise<ProviderStreamPart[]> => {
    server.behave(behavior);
    const parts: ProviderStreamPart[] = [];
    for await (const part of provider.stream(callOf('text', fixture.model))) parts.push(part);
    return parts;
  };
  const textOf = (parts: readonly ProviderStreamPart[]): string =>
    parts.map((part) => (part.type === 'text-delta' ? part.text : '')).join('');
  const began = text.stream.slice(0, 2);

  it.each([
    ['with a code', { error: { code: 503, message: 'Overloaded', type: 'server_error' } }],
    ['with a code that is no status', { error: { code: 1301, message: 'Sorry' } }],
    ['with a word', { error: { type: 'overloaded_error', message: 'Overloaded' } }],
    ['of a word', { error: 'model runner has stopped' }],
    ['of nothing', { error: {} }],
  ])('an error %s inside a stream, in an unnamed event, does not complete the stream', async (_, body) => {
    const event = `data: ${JSON.stringify(body)}\n\n`;
    expect(await rejection(stream(events([...began, event])))).toMatchObject({ code: 'provider' });
    expect(await rejection(stream(events([event])))).toMatchObject({ code: 'provider' });
  });

  it.each([
    ['a word', { error: 'model runner has stopped' }],
    ['a code that is no status', { error: { code: 1301, message: 'Sorry' } }],
    ['nothing', { error: {} }],
  ])('an error of %s with status 200 is not an answer or a stream', async (_, body) => {
    expect(await rejection(chat(json(body)))).toMatchObject({ code: 'provider' });
    expect(await rejection(stream(json(body)))).toMatchObject({ code: 'provider' });
  });

  it('an event that is not JSON interrupts the stream', async () => {
    for (const event of ['data: {"cho\n\n', 'data: <html>\n\n']) {
      const named = name === 'anthropic' ? `event: content_block_delta\n${event}` : event;
      expect(await rejection(stream(events([...began, named, ...text.stream.slice(2)])))).toMatchObject({
        kind: 'malformed',
      });
    }
  });

  it('a complete answer to a stream request is read from servers known to send one', async () => {
    if (name === 'openai' || name === 'openai-compatible') {
      const parts = await stream(json(text.answer));
      expect(textOf(parts)).toBe('Hello there, friend');
      expect(parts.at(-1)?.type).toBe('finish');
    } else {
      expect(await rejection(stream(json(text.answer)))).toMatchObject({ code: 'provider' });
    }
  });

  it('lines of JSON without events are not a stream', async () => {
    const lines = text.stream.map((event) => event.replace(/^(event: .*\n)?data: /, '').trim()).join('\n');
    const type = { 'content-type': 'application/x-ndjson' };
    expect(await rejection(stream(raw(lines, type)))).toMatchObject({ code: 'provider' });
  });

  it('keep-alive lines between events have no effect', async () => {
    const alive = [
      ': OPENROUTER PROCESSING\n\n',
      ': keep-alive\n\n',
      'event: ping\ndata: {"type":"ping"}\n\n',
    ];
    // The older SDK cannot read them: that is a failure, and never half of an answer.
    if (name === 'google-legacy') {
      expect(await rejection(stream(events([...alive, ...text.stream])))).toMatchObject({ code: 'provider' });
      return;
    }
    const signs = name === 'anthropic' ? alive : alive.slice(0, 2);
    const parts = await stream(events(text.stream.flatMap((event) => [...signs, event])));
    expect(textOf(parts)).toBe('Hello there, friend');
    expect(parts.at(-1)?.type).toBe('finish');
  });

  it('keep-alive lines alone are not an answer', async () => {
    const alive = [': keep-alive\n\n', 'event: ping\ndata: {"type":"ping"}\n\n', '\n\n'];
    expect(await rejection(stream(events(alive)))).toMatchObject({ code: 'provider' });
  });
});

describe('Responses', () => {
  const text = responses.wires.text as Wire;
  const provide = async (behavior: Behavior) => {
    const server = await faultServer(behavior);
    const provider = responses.create(server.url, 'sk-canary');
    const call = callOf('text', responses.model);
    const reading = async (): Promise<void> => {
      for await (const part of provider.stream(call)) expect(part.type).not.toBe('finish');
    };
    return {
      chat: () => provider.chat(call).finally(() => server.close()),
      stream: () => reading().finally(() => server.close()),
    };
  };
  const event = (type: string, response: object): string =>
    `event: ${type}\ndata: ${JSON.stringify({ type, response })}\n\n`;

  it.each([
    ['failed', { code: 'insufficient_quota', message: 'no' }, 'quota'],
    ['failed', { code: 'server_error', message: 'no' }, 'server'],
    ['failed', { code: 'rate_limit_exceeded', message: 'no' }, 'rate-limit'],
    ['failed', null, 'server'],
    ['cancelled', null, 'truncated'],
    ['in_progress', null, 'truncated'],
    ['queued', null, 'truncated'],
  ])('an answer with status 200 that is %s (%j) is a failure', async (status, error, kind) => {
    const { chat } = await provide(json({ ...(text.answer as object), status, error }));
    expect(await rejection(chat())).toMatchObject({ kind });
  });

  it.each([
    ['insufficient_quota', 'quota', 'credit'],
    ['server_is_overloaded', 'overloaded', undefined],
  ])('response.failed without an earlier error event (%s) is a failure', async (code, kind, limit) => {
    const failed = { id: 'r', status: 'failed', error: { code, message: 'no' } };
    const { stream } = await provide(events([...text.stream.slice(0, 2), event('response.failed', failed)]));
    expect(await rejection(stream())).toMatchObject({ kind, limit });
  });

  it('response.completed with an incomplete response is a failure', async () => {
    const open = { ...(text.answer as object), status: 'in_progress' };
    const { stream } = await provide(
      events([...text.stream.slice(0, -1), event('response.completed', open)]),
    );
    expect(await rejection(stream())).toMatchObject({ kind: 'truncated' });
  });
});
