import { Anthropic } from '@anthropic-ai/sdk';
import type { Provider } from 'signalbox';
import { anthropic } from 'signalbox/anthropic';
import { openai } from 'signalbox/openai';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { fixture as anthropicFixture } from '../conformance/fixtures/anthropic.ts';
import { callOf } from '../conformance/scenarios.ts';
import type { Wire } from '../conformance/suite.ts';
import { events, type FaultServer, faultServer, json } from '../support/fault-server.ts';
import { outcome } from '../support/requests.ts';

const words = 'canary words of the model';
const apiKey = 'sk-canary';

async function readAll(provider: Provider): Promise<void> {
  for await (const part of provider.stream(callOf('text', 'm'))) expect(part).toBeDefined();
}

describe('the SDKs’ own logs', () => {
  let server: FaultServer;
  const printed: unknown[] = [];
  beforeEach(async () => {
    server = await faultServer(events([`event: message_start\ndata: {"${words}\n\n`]));
    printed.length = 0;
    for (const method of ['log', 'info', 'warn', 'error', 'debug'] as const)
      vi.spyOn(console, method).mockImplementation((...line: unknown[]) => void printed.push(line));
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
    await server.close();
  });

  it('show what the model wrote where they are not turned off', async () => {
    const bare = new Anthropic({ apiKey, baseURL: server.url, maxRetries: 0 });
    const body = { model: 'm', max_tokens: 1, messages: [], stream: true as const };
    await outcome(
      (async () => {
        for await (const event of await bare.messages.create(body)) expect(event).toBeDefined();
      })(),
    );
    expect(JSON.stringify(printed)).toContain(words);
  });

  it.each<[string, (baseURL: string) => Provider]>([
    ['anthropic', (baseURL) => anthropic({ baseURL, apiKey })],
    ['openai', (baseURL) => openai({ baseURL, apiKey })],
    ['responses', (baseURL) => openai({ baseURL, apiKey, api: 'responses' })],
  ])('are silent under %s, whatever the environment asks for', async (_, make) => {
    vi.stubEnv('ANTHROPIC_LOG', 'debug');
    vi.stubEnv('OPENAI_LOG', 'debug');
    const provider = make(server.url);
    expect(await outcome(readAll(provider))).toMatchObject({ error: { code: 'provider' } });
    expect(await outcome(provider.chat(callOf('text', 'm')))).toMatchObject({ error: { code: 'provider' } });
    expect(printed).toEqual([]);
  });
});

describe('spans of an application that traces', () => {
  const registry = Symbol.for('opentelemetry.js.api.1');
  const spans: string[] = [];
  const span: object = new Proxy(
    {},
    {
      get: (_, name) =>
        name === 'spanContext'
          ? () => ({ traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: 1 })
          : name === 'isRecording'
            ? () => true
            : () => span,
    },
  );
  const tracer = {
    startSpan: (name: string) => {
      spans.push(name);
      return span;
    },
    startActiveSpan: (name: string, ...rest: unknown[]) => {
      spans.push(name);
      return (rest.at(-1) as (active: object) => unknown)(span);
    },
  };
  let server: FaultServer;
  beforeEach(async () => {
    server = await faultServer(json((anthropicFixture.wires.text as Wire).answer));
    spans.length = 0;
    Reflect.set(globalThis, registry, { version: '1.999.0', trace: { getTracer: () => tracer } });
  });
  afterEach(async () => {
    Reflect.deleteProperty(globalThis, registry);
    vi.unstubAllEnvs();
    await server.close();
  });

  it('are made by an SDK without the option', async () => {
    const bare = new Anthropic({ apiKey, baseURL: server.url, maxRetries: 0 });
    await bare.messages.create({ model: 'm', max_tokens: 1, messages: [] });
    expect(spans.length).toBeGreaterThan(0);
  });

  it('are not made by the SDK under the provider, and no trace is sent to the vendor', async () => {
    await anthropic({ baseURL: server.url, apiKey }).chat(callOf('text', 'm'));
    expect(spans).toEqual([]);
    expect(server.received[0]?.headers).not.toHaveProperty('traceparent');
  });
});
