import {
  type ChatRequest,
  createRouter,
  type Provider,
  type Router,
  type RouterEvent,
  type RouterEventType,
} from 'signalbox';
import { anthropic } from 'signalbox/anthropic';
import { google } from 'signalbox/google';
import { openai } from 'signalbox/openai';
import { groq, openaiCompatible } from 'signalbox/openai-compatible';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
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
} from '../support/fault-server.ts';
import { inspected } from '../support/inspected.ts';
import { outcome } from '../support/requests.ts';
import { failingStream, type VendorName } from '../taxonomy/vendors.ts';

/** Two secrets that must not be seen anywhere: what is paid with, and what is asked. */
const apiKey = 'sk-canary-key-0123456789';
const prompt = 'canary prompt: the patient’s name is Ada';
const both = `${prompt} with ${apiKey}`;

const providers: readonly (readonly [string, VendorName, (baseURL: string) => Provider])[] = [
  ['openai', 'openai', (baseURL) => openai({ baseURL, apiKey })],
  ['responses', 'responses', (baseURL) => openai({ baseURL, apiKey, api: 'responses' })],
  ['anthropic', 'anthropic', (baseURL) => anthropic({ baseURL, apiKey })],
  ['google', 'gemini', (baseURL) => google({ baseURL, apiKey })],
  ['google, the older SDK', 'legacy', (baseURL) => google({ baseURL, apiKey, sdk: 'generative-ai' })],
  ['groq', 'groq', (baseURL) => groq({ baseURL, apiKey })],
  ['openai-compatible', 'together', (baseURL) => openaiCompatible({ name: 'house', baseURL, apiKey })],
];

/** Answers that give back what they got, in every place that an error can have. */
const echoes: readonly (readonly [string, (vendor: VendorName) => Behavior])[] = [
  ...[400, 401, 402, 403, 404, 408, 413, 422, 429, 500, 503, 529].map(
    (status) =>
      [
        `an error ${status}`,
        () =>
          json(
            {
              error: {
                message: both,
                type: both,
                code: apiKey,
                param: both,
                status: both,
                details: [{ reason: both }],
              },
            },
            status,
          ),
      ] as const,
  ),
  [
    'a 422 with the input',
    () => json({ detail: [{ loc: ['body'], msg: both, input: { messages: prompt } }] }, 422),
  ],
  [
    'a moderation with the flagged words',
    () =>
      json(
        { error: { code: 403, message: 'flagged', metadata: { flagged_input: prompt, reasons: [both] } } },
        403,
      ),
  ],
  [
    'headers',
    () =>
      json({ error: { message: 'no' } }, 500, {
        'set-cookie': `session=${apiKey}`,
        'x-request-id': `${apiKey} again`,
        'retry-after': apiKey,
      }),
  ],
  ['a web page', () => raw(`<!doctype html><p>${both}`, { 'content-type': 'text/html' }, 502)],
  ['a web page with status 200', () => raw(`<!doctype html><p>${both}`, { 'content-type': 'text/html' })],
  ['text', () => raw(both, { 'content-type': 'text/plain' }, 500)],
  ['half of the JSON', () => raw(`{"error":"${both}`, { 'content-type': 'application/json' })],
  ['JSON of another form', () => json({ said: both })],
  ['JSON that is an error, with status 200', () => json({ error: { message: both, code: apiKey } })],
  ['fewer bytes than declared', () => shortBody({ said: both })],
  ['an event that is no JSON', () => events([`data: {"${both}\n\n`])],
  ['an event that is no JSON, with a name', () => events([`event: message_start\ndata: {"${both}\n\n`])],
  ['an event of another form', () => events([`data: ${JSON.stringify({ said: both })}\n\n`])],
  [
    'an error inside a stream',
    (vendor) => events(failingStream(vendor, { error: { type: both, message: both } })),
  ],
  ['an error inside a stream, in one word', (vendor) => events(failingStream(vendor, { error: both }))],
  ['a redirect', () => raw('', { location: `http://127.0.0.1:9/?key=${apiKey}` }, 307)],
  ['a reset', () => reset],
  ['another web page', () => html(500)],
];

const eventTypes: readonly RouterEventType[] = [
  'attempt-start',
  'attempt-end',
  'usage',
  'request-end',
  'target-state',
  'price-unknown',
];

/** All that a router lets out beside its answers. */
function watch(router: Router): RouterEvent[] {
  const seen: RouterEvent[] = [];
  for (const type of eventTypes) router.on(type, (event) => seen.push(event));
  return seen;
}

const request: ChatRequest = { system: both, prompt: both };

describe.each(providers)('%s', (_, vendor, make) => {
  let server: FaultServer;
  beforeAll(async () => {
    server = await faultServer();
  });
  afterAll(() => server.close());

  const printed: unknown[] = [];
  beforeEach(() => {
    printed.length = 0;
    for (const method of ['log', 'info', 'warn', 'error', 'debug', 'trace'] as const) {
      vi.spyOn(console, method).mockImplementation((...words: unknown[]) => void printed.push(words));
    }
    for (const stream of [process.stdout, process.stderr]) {
      vi.spyOn(stream, 'write').mockImplementation((words) => printed.push(String(words)) > 0);
    }
  });
  afterEach(() => vi.restoreAllMocks());

  it.each(echoes)('shows neither key nor prompt when it is answered with %s', async (__, fault) => {
    const price = { input: 1, output: 1 };
    const provider = make(server.url);
    // The second target fails as well, so that every kind of error is seen; the third call finds no target.
    const router = createRouter({
      targets: [
        { id: 'first', provider, model: 'gemini-2.5-flash', price },
        { id: 'second', provider: make(server.url), model: 'gemini-2.5-flash', price },
      ],
      retry: { sameTarget: 0 },
      queue: { maxWait: 0 },
    });
    const seen = watch(router);
    server.behave(fault(vendor));
    const reading = async (): Promise<void> => {
      for await (const part of await router.stream(request)) expect(part.type).not.toBe('finish');
    };
    const settled = [
      await outcome(router.chat(request, { route: 'first' })),
      await outcome(reading()),
      await outcome(router.chat(request)),
    ];
    for (const { error } of settled as { error: unknown }[]) {
      expect(error).toBeInstanceOf(Error);
      const shown = inspected(error);
      expect(shown).not.toContain(apiKey);
      expect(shown).not.toContain(prompt);
    }
    expect(seen.filter(({ type }) => type === 'request-end')).toHaveLength(3);
    for (const other of [seen, router.stats(), router.explain(request), provider, printed]) {
      const shown = inspected(other);
      expect(shown).not.toContain(apiKey);
      expect(shown).not.toContain(prompt);
    }
    await router.close();
  });
});

describe('errors about the request itself', () => {
  const router = createRouter({
    targets: [{ provider: openaiCompatible({ name: 'house', baseURL: 'http://127.0.0.1:9' }), model: 'm' }],
  });
  afterAll(() => router.close());

  it.each<[string, object]>([
    ['a role that there is not', { messages: [{ role: both, content: prompt }] }],
    ['content that is none', { messages: [{ role: 'user', content: { text: prompt } }] }],
    ['a part that is none', { messages: [{ role: 'user', content: [{ type: both, text: prompt }] }] }],
    ['a prompt that is none', { prompt: [prompt] }],
    ['a field that there is not', { prompt: 'Hi', sytem: prompt }],
    ['a schema that is none', { prompt, schema: both }],
    ['tools that are none', { prompt, tools: [{ name: prompt, inputSchema: both }] }],
    ['a temperature that is none', { prompt, temperature: both }],
  ])('%s shows neither key nor prompt', async (_, wrong) => {
    const { error } = (await outcome(router.chat(wrong as ChatRequest))) as { error: unknown };
    expect(error).toMatchObject({ code: 'request' });
    const shown = inspected(error);
    expect(shown).not.toContain(apiKey);
    expect(shown).not.toContain(prompt);
  });
});

describe('an answer that misses its schema', () => {
  it('shows nothing of the answer in the error', async () => {
    const answer = {
      choices: [
        { message: { content: JSON.stringify({ name: 7, [prompt]: prompt }) }, finish_reason: 'stop' },
      ],
    };
    const server = await faultServer(json(answer));
    const router = createRouter({
      targets: [{ provider: openaiCompatible({ name: 'house', baseURL: server.url }), model: 'm' }],
    });
    const schema = {
      type: 'object',
      properties: { name: { type: 'string' } },
      required: ['name', 'age'],
      additionalProperties: false,
    } as const;
    const { error } = (await outcome(router.chat({ prompt, schema }))) as { error: unknown };
    expect(error).toMatchObject({ code: 'output' });
    expect(inspected(error)).not.toContain(prompt);
    await router.close();
    await server.close();
  });
});
