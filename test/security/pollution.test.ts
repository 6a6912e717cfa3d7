import { createRouter, type Provider, type ProviderStreamPart, type RouterOptions } from 'signalbox';
import { openaiCompatible } from 'signalbox/openai-compatible';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { fixture as anthropic } from '../conformance/fixtures/anthropic.ts';
import { fixture as google } from '../conformance/fixtures/google.ts';
import { fixture as legacy } from '../conformance/fixtures/google-legacy.ts';
import { fixture as openai } from '../conformance/fixtures/openai.ts';
import { fixture as compatible } from '../conformance/fixtures/openai-compatible.ts';
import { fixture as responses } from '../conformance/fixtures/openai-responses.ts';
import { callOf, type ScenarioName, scenarios } from '../conformance/scenarios.ts';
import type { Fixture } from '../conformance/suite.ts';
import { events, type FaultServer, faultServer, json, raw } from '../support/fault-server.ts';
import { outcome } from '../support/requests.ts';

const poison = '"__proto__":{"polluted":"yes"},"constructor":{"prototype":{"polluted":"yes"}}';

/**
 * A value as JSON with the poison in every object of it.
 *
 * @param texts also in objects that are JSON in a string, as arguments are
 */
function poisoned(value: unknown, texts = true): string {
  if (Array.isArray(value)) return `[${value.map((each) => poisoned(each, texts)).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const fields = Object.entries(value).map(
      ([key, field]) => `${JSON.stringify(key)}:${poisoned(field, texts)}`,
    );
    return `{${[poison, ...fields].join(',')}}`;
  }
  const inside = texts && typeof value === 'string' && /^\{.*\}$/s.test(value) ? objectIn(value) : undefined;
  return JSON.stringify(inside === undefined ? value : poisoned(inside));
}

function objectIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The paths of all objects whose prototype is not one of the language's own. */
function strangers(value: unknown, path = '$', seen = new Set<unknown>()): readonly string[] {
  if (typeof value !== 'object' || value === null || seen.has(value)) return [];
  seen.add(value);
  const prototype: unknown = Object.getPrototypeOf(value);
  const plain = [Object.prototype, Array.prototype, null].includes(prototype as object | null);
  const below = Object.getOwnPropertyNames(value).flatMap((key) =>
    strangers(Reflect.get(value, key), `${path}.${key}`, seen),
  );
  return plain ? below : [path, ...below];
}

const fresh: Record<string, unknown> = {};
afterEach(() => {
  expect(fresh['polluted']).toBeUndefined();
  expect(Reflect.get(Object, 'polluted')).toBeUndefined();
  expect(Reflect.get(Array.prototype, 'polluted')).toBeUndefined();
});

const fixtures: readonly Fixture[] = [openai, responses, anthropic, google, legacy, compatible];

describe.each(fixtures.map((fixture) => [fixture.name, fixture] as const))('%s', (_, fixture) => {
  let server: FaultServer;
  let provider: Provider;
  beforeAll(async () => {
    server = await faultServer();
    provider = fixture.create(server.url, 'sk-canary');
  });
  afterAll(() => server.close());

  it.each(Object.keys(scenarios) as ScenarioName[])(
    'takes no prototype from an answer with one in every object: %s',
    async (name) => {
      const wire = fixture.wires[name];
      if ('skip' in wire) return;
      const call = callOf(name, fixture.model, wire.call);
      const expected = { ...scenarios[name].expected, ...wire.expected };
      server.behave(
        raw(poisoned(wire.answer), { 'content-type': 'application/json' }),
        events(
          wire.stream.map((event) =>
            // Responses repeats a text whole after its pieces, and an answer in which the two differ is malformed.
            event.replace(/(?<=data: )\{.*\}/g, (text) => poisoned(JSON.parse(text), fixture !== responses)),
          ),
        ),
      );
      const answer = await provider.chat(call);
      const parts: ProviderStreamPart[] = [];
      for await (const part of provider.stream(call)) parts.push(part);
      expect(answer.finishReason).toBe(expected.finishReason);
      expect(parts.at(-1)).toMatchObject({ type: 'finish', finishReason: expected.finishReason });
      const { raw: _raw, ...ours } = answer;
      expect(strangers(ours)).toEqual([]);
      const rest = parts.map((part) => (part.type === 'finish' ? { ...part, raw: undefined } : part));
      expect(strangers(rest)).toEqual([]);
    },
  );

  it('gives a tool’s arguments to the caller as they are, and back to the vendor', async () => {
    const wire = fixture.wires['parallel tool calls'];
    if ('skip' in wire) throw new Error('every vendor has tools');
    server.behave(raw(poisoned(wire.answer), { 'content-type': 'application/json' }), json(wire.answer));
    const call = callOf('parallel tool calls', fixture.model, wire.call);
    const { content } = await provider.chat(call);
    for (const part of content)
      if (part.type === 'tool-call') expect(Object.hasOwn(part.input as object, '__proto__')).toBe(true);
    const input: unknown = JSON.parse(`{${poison},"city":"Oslo"}`);
    const calls = content.map((part) =>
      part.type === 'tool-call' ? { ...part, input: input as never } : part,
    );
    const results = calls.flatMap((part) =>
      part.type === 'tool-call'
        ? [
            {
              type: 'tool-result' as const,
              toolCallId: part.toolCallId,
              toolName: part.toolName,
              output: { type: 'json' as const, value: input as never },
            },
          ]
        : [],
    );
    expect(results.length).toBeGreaterThan(0);
    await provider.chat({
      ...call,
      messages: [...call.messages, { role: 'assistant', content: calls }, { role: 'tool', content: results }],
    });
    const sent = server.received.at(-1)?.text.replaceAll('\\', '') ?? '';
    expect(sent.split('"__proto__":{"polluted":"yes"}').length - 1).toBeGreaterThanOrEqual(
      2 * results.length,
    );
  });
});

describe('a router', () => {
  const healthy = json({ choices: [{ message: { content: '{"a":1}' }, finish_reason: 'stop' }] });

  it('takes no prototype from its options', async () => {
    const server = await faultServer(healthy);
    const target = { provider: openaiCompatible({ name: 'house', baseURL: server.url }), model: 'm' };
    const made: RouterOptions[] = [
      { targets: [target], ...JSON.parse(`{${poison}}`) },
      { targets: [{ ...target, ...JSON.parse(`{${poison}}`) }] },
      { targets: [target], timeout: JSON.parse(`{${poison}}`) },
      { targets: [target], retry: JSON.parse(`{${poison}}`) },
      { targets: [target], breaker: JSON.parse(`{${poison}}`) },
      { targets: [target], routes: JSON.parse(`{"__proto__":{"targets":["house/m"]}}`) },
    ];
    for (const options of made) {
      const settled = await outcome((async () => createRouter(options).chat({ prompt: 'Hi' }))());
      if ('value' in settled) expect(settled.value.target).toBe('house/m');
      else expect(settled.error).toMatchObject({ code: 'config' });
    }
    await server.close();
  });

  it('takes no prototype from a request, and loses nothing of it', async () => {
    const server = await faultServer(healthy);
    const router = createRouter({
      targets: [{ provider: openaiCompatible({ name: 'house', baseURL: server.url }), model: 'm' }],
    });
    const seen: unknown[] = [];
    router.on('request-end', (event) => seen.push(event));
    const schema = JSON.parse(
      '{"type":"object","properties":{"a":{"type":"number"},"__proto__":{"type":"string"},"constructor":{"type":"string"}}}',
    );
    await router.chat(
      {
        messages: [
          {
            role: 'user',
            content: [{ type: 'text', text: 'Hi', providerOptions: JSON.parse(`{${poison}}`) }],
          },
        ],
        schema,
        providerOptions: JSON.parse(`{"house":{"own":{${poison}}},${poison}}`),
      },
      { metadata: JSON.parse(`{${poison},"tenant":"a"}`) },
    );
    const { text = '' } = server.received[0] ?? {};
    expect(text).toContain(`"own":{${poison}}`);
    expect(text).toContain('"__proto__":{"type":"string"}');
    expect(strangers(seen)).toEqual([]);
    expect(seen).toMatchObject([{ metadata: { tenant: 'a' } }]);
    await router.close();
    await server.close();
  });
});
