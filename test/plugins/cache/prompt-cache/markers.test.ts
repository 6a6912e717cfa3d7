import { type ChatRequest, createRouter, type Provider } from 'signalbox';
import { anthropic } from 'signalbox/anthropic';
import { cache } from 'signalbox/cache';
import { openai } from 'signalbox/openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answer, type VendorName, vendors } from '../../../faults/vendors.ts';
import { type FaultServer, faultServer } from '../../../support/fault-server.ts';

const system = 'You are a helpful assistant of the Acme company. '.repeat(400);
type Body = { readonly [field: string]: unknown };

describe.each<[VendorName, (url: string) => Provider, string]>([
  ['anthropic', (baseURL) => anthropic({ baseURL, apiKey: 'k' }), 'claude-sonnet-5'],
  ['openai', (url) => openai({ baseURL: `${url}/v1`, apiKey: 'k', api: 'chat-completions' }), 'gpt-5-mini'],
  [
    'openai-responses',
    (url) => openai({ baseURL: `${url}/v1`, apiKey: 'k', api: 'responses' }),
    'gpt-5-mini',
  ],
])('the markers that reach %s', (name, provider, model) => {
  let server: FaultServer;
  beforeAll(async () => {
    server = await faultServer(answer(vendors[name], 'chat', 'ok'));
  });
  afterAll(() => server.close());

  /** The body of the last of some requests. */
  const bodyAfter = async (count: number, request: (index: number) => ChatRequest): Promise<Body> => {
    const router = createRouter({
      targets: [
        {
          provider: provider(server.url),
          model,
          id: 'a',
          price: { input: 3, output: 15, cacheRead: 0.3, cacheWrite: 3.75 },
        },
      ],
      plugins: [cache({ promptCache: 'auto' })],
    });
    for (let index = 0; index < count; index++) await router.chat(request(index), { tenant: 'acme' });
    await router.close();
    return server.received.at(-1)?.body as Body;
  };
  const shared = (index: number): ChatRequest => ({ system, prompt: `Question ${index}?` });
  const isAnthropic = name === 'anthropic';

  it('are absent before there is reuse, and without any', async () => {
    for (const body of [
      await bodyAfter(1, shared),
      await bodyAfter(40, (index) => ({ system: `${index} ${system}`, prompt: 'x' })),
    ]) {
      expect(JSON.stringify(body)).not.toMatch(/cache_control|prompt_cache_key/);
    }
  });

  it('are at the end of what requests share', async () => {
    const body = await bodyAfter(40, shared);
    if (!isAnthropic) {
      expect(body['prompt_cache_key']).toMatch(/^sb-[0-9a-z]+$/);
      return;
    }
    const [block, ...others] = body['system'] as readonly Body[];
    expect(others).toEqual([]);
    expect(block?.['cache_control']).toEqual({ type: 'ephemeral' });
    expect(block?.['text'] === system).toBe(true);
    expect(body).not.toHaveProperty('cache_control');
    expect(JSON.stringify(body['messages'])).not.toContain('cache_control');
    expect(body).not.toHaveProperty('prompt_cache_key');
  });

  it('move with a conversation', async () => {
    const messages: NonNullable<ChatRequest['messages']>[number][] = [];
    const body = await bodyAfter(80, (index) => {
      messages.push({ role: 'user', content: `Question ${index}? ${'more '.repeat(300)}` });
      const request = { messages: [...messages] };
      messages.push({ role: 'assistant', content: 'ok' });
      return request;
    });
    if (isAnthropic) expect(body['cache_control']).toEqual({ type: 'ephemeral' });
    else expect(body['prompt_cache_key']).toBeDefined();
  });

  it('leave the caller’s own as they are', async () => {
    const own = isAnthropic
      ? { anthropic: { cache_control: { type: 'ephemeral', ttl: '1h' } } }
      : { openai: { prompt_cache_key: 'mine' } };
    const body = await bodyAfter(40, (index) => ({ ...shared(index), providerOptions: own }));
    if (isAnthropic) {
      expect(body['cache_control']).toEqual({ type: 'ephemeral', ttl: '1h' });
      expect(JSON.stringify(body['system'])).not.toContain('cache_control');
    } else expect(body['prompt_cache_key']).toBe('mine');
  });

  it('are not part of the key of the answer', async () => {
    const before = server.received.length;
    const router = createRouter({
      targets: [{ provider: provider(server.url), model, id: 'a', price: { input: 3, output: 15 } }],
      plugins: [cache({ promptCache: 'auto', ttl: 3_600_000 })],
    });
    await router.chat(shared(0), { tenant: 'acme' });
    for (let index = 1; index < 40; index++) await router.chat(shared(index), { tenant: 'acme' });
    const again = await router.chat(shared(0), { tenant: 'acme' });
    expect(again.decision?.lookup?.source).toBe('hit');
    expect(server.received.length - before).toBe(40);
    await router.close();
  });
});
