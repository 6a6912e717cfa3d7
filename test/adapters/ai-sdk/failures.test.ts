import {
  APICallError,
  generateText,
  type LanguageModel,
  streamText,
  experimental_streamTextLowMemory as streamTextLowMemory,
  tool,
} from 'ai';
import { createRouter, isRouterError, type ProviderErrorKind, type RouterOptions } from 'signalbox';
import { aiSdk, toProvider } from 'signalbox/ai-sdk';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Wire } from '../../conformance/suite.ts';
import {
  type Behavior,
  events,
  type FaultServer,
  faultServer,
  html,
  json,
  raw,
  silence,
} from '../../support/fault-server.ts';
import { rejection } from '../../support/requests.ts';
import { type Vendor, vendors } from './vendors.ts';

const prompt = 'Hello';
const said = 'Hello there, friend';

let first: FaultServer;
let second: FaultServer;
beforeEach(async () => {
  first = await faultServer();
  second = await faultServer();
});
afterEach(() => Promise.all([first.close(), second.close()]));

const wireOf = (vendor: Vendor): Wire => vendor.fixture.wires.text as Wire;
const [, , anthropic] = vendors;
if (anthropic === undefined) throw new Error('no vendor');
const [openaiChat = anthropic] = vendors;

/** How targets are made: over the official SDK, or as models of the AI SDK. */
const kinds = {
  'official SDKs': ({ fixture, model }: Vendor, url: string) => ({
    provider: fixture.create(url, 'sk-canary-key-0123456789'),
    model,
  }),
  'AI SDK models': ({ direct }: Vendor, url: string) => ({ provider: aiSdk(), model: direct(url) }),
} as const;
type Kind = keyof typeof kinds;
const each = Object.keys(kinds) as Kind[];

/** Two targets of one vendor, the second one used when the first fails. */
function pair(kind: Kind, options: Partial<RouterOptions> = {}, vendor: Vendor = openaiChat) {
  const make = kinds[kind];
  return createRouter({
    targets: [
      { ...make(vendor, first.url), id: 'first' },
      { ...make(vendor, second.url), id: 'second' },
    ],
    retry: { sameTarget: 0 },
    ...options,
  });
}

const modelOf = (router: ReturnType<typeof pair>): LanguageModel => toProvider(router)('default');

async function partsOf(stream: { readonly fullStream: AsyncIterable<unknown> }) {
  const parts: { readonly type: string; readonly text?: string; readonly error?: unknown }[] = [];
  for await (const part of stream.fullStream) parts.push(part as (typeof parts)[number]);
  return parts;
}

const textIn = (parts: readonly { readonly text?: string }[]): string =>
  parts.map(({ text = '' }) => text).join('');
const quiet = { onError: () => {} };

describe.each(each)('failover over %s', (kind) => {
  const broken = json({ error: { message: 'no' } }, 500);

  it('is not tried again by the AI SDK when it is exhausted', async () => {
    first.behave(broken);
    second.behave(broken);
    const error = await rejection(generateText({ model: modelOf(pair(kind)), prompt }));
    expect([first.received.length, second.received.length]).toEqual([1, 1]);
    expect(isRouterError(error, 'all-targets-failed')).toBe(true);
    expect(APICallError.isInstance(error)).toBe(true);
    expect(error).toMatchObject({ statusCode: 500, isRetryable: false });
  });

  it('is not tried again when a stream could not begin', async () => {
    first.behave(broken);
    second.behave(broken);
    const parts = await partsOf(streamText({ model: modelOf(pair(kind)), prompt, ...quiet }));
    expect([first.received.length, second.received.length]).toEqual([1, 1]);
    const { error } = parts.find(({ type }) => type === 'error') ?? {};
    expect(isRouterError(error, 'all-targets-failed')).toBe(true);
    expect(APICallError.isInstance(error)).toBe(true);
  });

  it('is invisible before the first token', async () => {
    first.behave(events(wireOf(openaiChat).stream.slice(0, 1), 'reset'));
    second.behave(events(wireOf(openaiChat).stream));
    const stream = streamText({ model: modelOf(pair(kind)), prompt });
    const parts = await partsOf(stream);
    expect(textIn(parts)).toBe(said);
    expect(parts.filter(({ type }) => type === 'text-start')).toHaveLength(1);
    expect((await stream.finalStep).providerMetadata?.['signalbox']).toMatchObject({
      target: 'second',
      attempts: [{ target: 'first', outcome: 'failed' }, { target: 'second' }],
    });
  });

  it('does not append a second answer to half of one: it ends with an error part', async () => {
    first.behave(events(wireOf(openaiChat).stream.slice(0, 2), 'reset'));
    second.behave(events(wireOf(openaiChat).stream));
    const parts = await partsOf(streamText({ model: modelOf(pair(kind)), prompt, ...quiet }));
    expect(textIn(parts)).toBe('Hello');
    const at = parts.findIndex(({ type }) => type === 'error');
    expect(isRouterError(parts[at]?.error, 'stream-interrupted')).toBe(true);
    expect(parts.slice(at + 1).map(({ type }) => type)).toEqual(['finish-step', 'finish']);
    expect(second.received).toHaveLength(0);
  });

  it('does not append a second answer to half of one even if the route would restart', async () => {
    first.behave(events(wireOf(openaiChat).stream.slice(0, 2), 'reset'));
    const router = pair(kind, { interrupted: 'restart' });
    const providerOptions = { signalbox: { interrupted: 'restart' } };
    const parts = await partsOf(streamText({ model: modelOf(router), prompt, providerOptions, ...quiet }));
    expect(textIn(parts)).toBe('Hello');
    expect(parts.some(({ type }) => type === 'error')).toBe(true);
  });

  it('continues with another target where the option says so, in the open block', async () => {
    first.behave(events(wireOf(openaiChat).stream.slice(0, 2), 'reset'));
    second.behave(events(wireOf(openaiChat).stream.toSpliced(1, 1)));
    const make = kinds[kind];
    const capabilities = { prefill: true };
    const router = createRouter({
      targets: [
        { ...make(openaiChat, first.url), id: 'first', capabilities },
        { ...make(openaiChat, second.url), id: 'second', capabilities },
      ],
    });
    const providerOptions = { signalbox: { interrupted: 'continue' } };
    const parts = await partsOf(streamText({ model: modelOf(router), prompt, providerOptions }));
    expect(textIn(parts)).toBe(said);
    expect(parts.filter(({ type }) => /^text-(start|end)$/.test(type))).toHaveLength(2);
    expect(parts.some(({ type }) => type === 'error')).toBe(false);
  });

  it('ends at a timeout set by the call', async () => {
    first.behave(silence);
    second.behave(silence);
    const providerOptions = { signalbox: { timeout: { request: 50 } } };
    const error = await rejection(generateText({ model: modelOf(pair(kind)), prompt, providerOptions }));
    expect(isRouterError(error, 'deadline')).toBe(true);
    await first.received[0]?.over;
    expect(first.pending).toBe(0);
  });
});

describe.each(each)('leaving an answer of %s', (kind) => {
  const half = (): Behavior => events(wireOf(openaiChat).stream.slice(0, 2), 'silence');

  it('by aborting a call closes its connection', async () => {
    const abort = new AbortController();
    first.behave(() => abort.abort());
    const call = generateText({ model: modelOf(pair(kind)), prompt, abortSignal: abort.signal });
    expect(await rejection(call)).toMatchObject({ name: 'AbortError' });
    await first.received[0]?.over;
    expect([first.received.length, second.received.length]).toEqual([1, 0]);
  });

  it('by aborting a stream ends it with an abort part, and closes its connection', async () => {
    const abort = new AbortController();
    first.behave(half());
    const stream = streamText({ model: modelOf(pair(kind)), prompt, abortSignal: abort.signal });
    const types: string[] = [];
    for await (const part of stream.fullStream) {
      types.push(part.type);
      if (part.type === 'text-delta') abort.abort();
    }
    expect(types.at(-1)).toBe('abort');
    expect(types).not.toContain('error');
    await first.received[0]?.over;
    expect(second.received).toHaveLength(0);
  });

  const call = { prompt: [{ role: 'user', content: [{ type: 'text', text: prompt }] }] };

  it('by breaking out of its text closes its connection', async () => {
    first.behave(half());
    const router = pair(kind);
    // `streamText` keeps the rest for other readers, whatever the model, and never leaves it.
    for await (const text of streamTextLowMemory({ model: modelOf(router), prompt }).textStream) {
      expect(text).toBe('Hello');
      break;
    }
    await first.received[0]?.over;
    expect(router.stats()[0]?.inFlight).toBe(0);
  });

  it('by breaking out of a model’s stream closes its connection', async () => {
    first.behave(half());
    const { stream } = await toProvider(pair(kind))('default').doStream(call);
    for await (const part of stream) if (part.type === 'text-delta') break;
    await first.received[0]?.over;
    expect(first.pending).toBe(0);
  });

  it('by not reading it leaves no rejection behind when the router is closed', async () => {
    first.behave(half());
    const router = pair(kind);
    await toProvider(router)('default').doStream(call);
    await router.close();
    await first.received[0]?.over;
    expect(router.stats()[0]?.inFlight).toBe(0);
  });
});

/** What can go wrong, as the vendor's server does it, and how it is understood; left out: it goes wrong in the other way only. */
interface Fault {
  readonly name: string;
  readonly behave: (vendor: Vendor) => Behavior;
  readonly chat?: ProviderErrorKind;
  readonly stream: ProviderErrorKind | ((vendor: Vendor) => ProviderErrorKind);
  readonly status?: number;
}

const failureOf = (vendor: Vendor, status: number): Behavior => {
  const failure = vendor.fixture.failures.find((row) => row.status === status);
  return json(failure?.body ?? {}, status, failure?.headers ?? {});
};
const refused = (status: number): Behavior => json({ error: { message: 'no' } }, status);
const begun = (vendor: Vendor, ...more: string[]): Behavior =>
  events([...wireOf(vendor).stream.slice(0, 2), ...more]);
const noEvent = 'event: content_block_delta\ndata: {oh\n\n';

const faults: readonly Fault[] = [
  { name: 'an end without its mark', behave: (vendor) => begun(vendor), stream: 'truncated' },
  {
    name: 'an error in the middle of an answer',
    behave: (vendor) => begun(vendor, vendor.fixture.errorEvent.event),
    stream: ({ fixture }) => fixture.errorEvent.kind,
  },
  { name: 'an event that is none', behave: (vendor) => begun(vendor, noEvent), stream: 'malformed' },
  // The AI SDK reads any answer as a stream: of one without events it only says that it has no end.
  { name: 'a page', behave: () => html(200), chat: 'malformed', stream: 'truncated' },
  { name: 'nothing', behave: () => raw(''), chat: 'malformed', stream: 'truncated' },
  { name: 'a page as an error', behave: () => html(502), chat: 'server', stream: 'server', status: 502 },
  {
    name: 'a limit',
    behave: (vendor) => failureOf(vendor, 429),
    chat: 'rate-limit',
    stream: 'rate-limit',
    status: 429,
  },
  { name: 'a refused key', behave: () => refused(401), chat: 'auth', stream: 'auth', status: 401 },
  {
    name: 'an unknown model',
    behave: () => refused(404),
    chat: 'not-found',
    stream: 'not-found',
    status: 404,
  },
];

describe.each(vendors)('a model of the AI SDK as a target: $name', (vendor) => {
  const targets = () => [{ provider: aiSdk(), model: vendor.direct(first.url), id: 'it' }];
  const kindOf = (error: unknown): unknown => {
    if (isRouterError(error, 'all-targets-failed')) return error.last?.kind;
    return isRouterError(error, 'stream-interrupted') ? error.reason?.kind : error;
  };

  for (const { name, behave, chat, stream, status } of faults) {
    const expected = typeof stream === 'string' ? stream : stream(vendor);

    it(`${name} is ${expected} in a stream`, async () => {
      first.behave(behave(vendor));
      const router = createRouter({ targets: targets(), maxAttempts: 1 });
      const reading = async (): Promise<void> => {
        for await (const _ of await router.stream({ prompt }));
      };
      expect(kindOf(await rejection(reading()))).toBe(expected);
      expect(first.received).toHaveLength(1);
    });

    if (chat === undefined) continue;
    it(`${name} is ${chat} at once`, async () => {
      first.behave(behave(vendor));
      const router = createRouter({ targets: targets(), maxAttempts: 1 });
      const error = await rejection(router.chat({ prompt }));
      expect(kindOf(error)).toBe(chat);
      expect(first.received).toHaveLength(1);
      if (status !== undefined) expect(error).toMatchObject({ last: { status } });
    });
  }

  it('a limit says when to come back', async () => {
    first.behave(json({ error: { message: 'no' } }, 429, { 'retry-after': '12' }));
    const router = createRouter({ targets: targets(), maxAttempts: 1 });
    const error = await rejection(router.chat({ prompt }));
    const { retryAt = 0 } = isRouterError(error, 'all-targets-failed') ? (error.last ?? {}) : {};
    expect(retryAt - Date.now()).toBeGreaterThan(10_000);
    expect(router.stats()[0]?.health).toBe('cooling-down');
  });

  it('a closed port is a network error', async () => {
    const router = createRouter({ targets: targets(), maxAttempts: 1 });
    await first.close();
    expect(kindOf(await rejection(router.chat({ prompt })))).toBe('network');
    first = await faultServer();
  });

  it('shows no key and no prompt in its errors', async () => {
    first.behave(json({ error: { message: 'no' } }, 400));
    const router = createRouter({ targets: targets(), maxAttempts: 1 });
    const error = await rejection(router.chat({ prompt: 'canary-prompt' }));
    expect(String(error)).not.toMatch(/canary/);
    expect(JSON.stringify(error)).not.toMatch(/canary/);
  });
});

it('a tool’s error goes to the model and is not thrown', async () => {
  const [wire, text] = [openaiChat.fixture.wires['toolChoice of one tool'] as Wire, wireOf(openaiChat)];
  first.behave(json(wire.answer), json(text.answer));
  const get_weather = tool({
    inputSchema: z.object({ city: z.string() }),
    execute: async (): Promise<string> => {
      throw new Error('no clouds');
    },
  });
  const router = pair('official SDKs');
  const { steps } = await generateText({
    model: modelOf(router),
    prompt,
    tools: { get_weather },
    stopWhen: ({ steps: done }) => done.length === 2,
  });
  expect(steps).toHaveLength(2);
  expect(first.received[1]?.body).toMatchObject({
    messages: [{}, {}, { role: 'tool', content: expect.stringContaining('no clouds') }],
  });
});
