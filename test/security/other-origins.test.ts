import { createRouter, type Provider } from 'signalbox';
import { anthropic } from 'signalbox/anthropic';
import { google } from 'signalbox/google';
import { openai } from 'signalbox/openai';
import { groq, openaiCompatible, openrouter } from 'signalbox/openai-compatible';
import { virtualClock } from 'signalbox/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Behavior, events, type FaultServer, faultServer, json, raw } from '../support/fault-server.ts';
import { inspected } from '../support/inspected.ts';
import { outcome } from '../support/requests.ts';

const apiKey = 'sk-canary';
const answer = { choices: [{ message: { content: 'Hi' }, finish_reason: 'stop' }] };
const price = { input: 1, output: 1 };

const providers: readonly (readonly [string, (baseURL: string) => Provider])[] = [
  ['openai', (baseURL) => openai({ baseURL, apiKey })],
  ['responses', (baseURL) => openai({ baseURL, apiKey, api: 'responses' })],
  ['anthropic', (baseURL) => anthropic({ baseURL, apiKey })],
  ['google', (baseURL) => google({ baseURL, apiKey })],
  ['groq', (baseURL) => groq({ baseURL, apiKey })],
  ['openai-compatible', (baseURL) => openaiCompatible({ name: 'house', baseURL, apiKey })],
];

describe('nothing goes to another origin than the configured one', () => {
  let server: FaultServer;
  let other: FaultServer;
  beforeEach(async () => {
    server = await faultServer();
    other = await faultServer(json(answer));
  });
  afterEach(() => Promise.all([server.close(), other.close()]));

  const routerOver = (provider: Provider) =>
    createRouter({
      clock: virtualClock(),
      targets: [{ id: 'only', provider, model: 'gemini-2.5-flash', price }],
    });

  describe.each(providers)('%s', (_, make) => {
    it.each([301, 302, 303, 307, 308])(
      'a redirect %s is refused, and reported as a wrong address',
      async (status) => {
        const router = routerOver(make(server.url));
        server.behave(raw('', { location: `${other.url}/v1/chat/completions` }, status));
        const calls = [
          outcome<unknown>(router.chat({ prompt: 'Hi' })),
          outcome<unknown>(router.stream({ prompt: 'Hi' })),
        ];
        for (const result of await Promise.all(calls))
          expect(result).toMatchObject({
            error: { code: 'provider', kind: 'bad-request', scope: 'endpoint' },
          });
        expect(server.received).toHaveLength(2);
        expect(other.received).toEqual([]);
        await router.close();
      },
    );

    it('a redirect within the origin is refused too', async () => {
      const router = routerOver(make(server.url));
      server.behave(raw('', { location: '/elsewhere' }, 307), json(answer));
      const { error } = (await outcome<unknown>(router.chat({ prompt: 'Hi' }))) as { error: unknown };
      expect(error).toMatchObject({ kind: 'bad-request', scope: 'endpoint' });
      expect(server.received).toHaveLength(1);
      await router.close();
    });
  });
});

/** Every variable that one of the SDKs, or a provider of ours, takes something from, with a value of its own. */
const environment = {
  OPENAI_API_KEY: 'sk-env-openai',
  OPENAI_ADMIN_KEY: 'sk-env-admin',
  OPENAI_ORG_ID: 'env-org',
  OPENAI_PROJECT_ID: 'env-project',
  OPENAI_CUSTOM_HEADERS: 'x-env-openai: env-header',
  OPENAI_WEBHOOK_SECRET: 'env-webhook',
  OPENAI_LOG: 'debug',
  ANTHROPIC_API_KEY: 'sk-env-anthropic',
  ANTHROPIC_AUTH_TOKEN: 'env-token',
  ANTHROPIC_CUSTOM_HEADERS: 'x-env-anthropic: env-header',
  ANTHROPIC_PROFILE: 'env-profile',
  ANTHROPIC_LOG: 'debug',
  GEMINI_API_KEY: 'env-gemini',
  GOOGLE_API_KEY: 'env-google',
  GOOGLE_CLOUD_PROJECT: 'env-cloud-project',
  GOOGLE_CLOUD_LOCATION: 'env-location',
  GOOGLE_GENAI_USE_VERTEXAI: 'true',
  GROQ_API_KEY: 'env-groq',
  OPENROUTER_API_KEY: 'env-openrouter',
};

describe('what the environment holds for one vendor is never sent to another', () => {
  let server: FaultServer;
  let stranger: FaultServer;
  const printed: unknown[] = [];
  beforeEach(async () => {
    printed.length = 0;
    server = await faultServer();
    stranger = await faultServer();
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
    for (const name of [
      'OPENAI_BASE_URL',
      'ANTHROPIC_BASE_URL',
      'GOOGLE_GEMINI_BASE_URL',
      'GOOGLE_VERTEX_BASE_URL',
    ])
      vi.stubEnv(name, stranger.url);
    for (const method of ['log', 'info', 'warn', 'error', 'debug'] as const)
      vi.spyOn(console, method).mockImplementation((...words: unknown[]) => void printed.push(words));
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
    await Promise.all([server.close(), stranger.close()]);
  });

  const broken: readonly Behavior[] = [json({ error: { message: 'no' } }, 400), events([])];

  it.each([
    ...providers,
    [
      'google, the older SDK',
      (baseURL: string) => google({ baseURL, apiKey, sdk: 'generative-ai' }),
    ] as const,
    ['openrouter', (baseURL: string) => openrouter({ baseURL, apiKey })] as const,
    ['a server without a key', (baseURL: string) => openaiCompatible({ name: 'house', baseURL })] as const,
  ])('%s with a key of its own sends that, and nothing else', async (_, make) => {
    const router = createRouter({
      clock: virtualClock(),
      retry: false,
      targets: [{ provider: make(server.url), model: 'gemini-2.5-flash', price }],
    });
    for (const behavior of broken) {
      server.behave(behavior);
      await outcome(router.chat({ prompt: 'Hi' }));
      await outcome(router.stream({ prompt: 'Hi' }));
    }
    expect(server.received.length).toBeGreaterThanOrEqual(2);
    for (const { path, headers, text } of server.received)
      expect(path + JSON.stringify(headers) + text).not.toMatch(/env-/);
    expect(stranger.received).toEqual([]);
    // Google's SDK says which of two variables it would take; it shows neither.
    expect(inspected(printed)).not.toMatch(/env-|sk-/);
    await router.close();
  });

  it.each<[string, (baseURL: string) => Provider]>([
    ['openai', (baseURL) => openai({ baseURL })],
    ['anthropic', (baseURL) => anthropic({ baseURL })],
    ['google', (baseURL) => google({ baseURL })],
    ['groq', (baseURL) => groq({ baseURL })],
    ['openrouter', (baseURL) => openrouter({ baseURL })],
  ])('%s at another address than the vendor’s takes no key from it', async (_, make) => {
    const before = server.received.length;
    const router = createRouter({ targets: [{ provider: make(server.url), model: 'm' }], retry: false });
    const { error } = (await outcome(router.chat({ prompt: 'Hi' }))) as { error: unknown };
    expect(String(error)).toContain('no API key: pass the option');
    expect(inspected(error)).not.toMatch(/env-/);
    expect(server.received).toHaveLength(before);
  });
});
