import {
  experimental_cancelBatch as cancelBatch,
  experimental_getBatchResults as getBatchResults,
  experimental_getBatchStatus as getBatchStatus,
  experimental_listBatches as listBatches,
  experimental_startBatch as startBatch,
  tool,
} from 'ai';
import { createRouter, type Store } from 'signalbox';
import { toProvider } from 'signalbox/ai-sdk';
import { anthropic } from 'signalbox/anthropic';
import { memory } from 'signalbox/memory';
import { openai } from 'signalbox/openai';
import { seededRandom, type VirtualClock, virtualClock } from 'signalbox/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { collect } from '../../batch/conformance.ts';
import { drive } from '../../batch/drive.ts';
import { anthropicVendor } from '../../batch/vendors/anthropic.ts';
import { openaiVendor } from '../../batch/vendors/openai.ts';
import type { MockVendor } from '../../batch/vendors/vendor.ts';

const price = { input: 1, output: 10, serviceTiers: { batch: 0.5 } };
let open: MockVendor;
let claude: MockVendor;
let clock: VirtualClock;
beforeEach(async () => {
  open = await openaiVendor();
  claude = await anthropicVendor();
  clock = virtualClock(Date.now());
});
afterEach(async () => {
  await open.close();
  await claude.close();
});

function setUp(store: Store = memory()) {
  const vendor = openai({ baseURL: `${open.url}/v1`, apiKey: 'sk-a' });
  const router = createRouter({
    clock,
    random: seededRandom(7),
    store,
    targets: [
      { provider: vendor, model: 'gpt-5-mini', price, tiers: ['batch', 'standard'] },
      { provider: vendor, model: 'gpt-image-1', price, tiers: ['batch'] },
      {
        provider: anthropic({ baseURL: claude.url, apiKey: 'sk-b' }),
        model: 'claude-haiku-4-5',
        price,
        tiers: ['batch', 'standard'],
      },
    ],
    routes: { patient: { targets: ['openai/gpt-5-mini#batch'] } },
  });
  return { router, provider: toProvider(router) };
}

type Provider = ReturnType<typeof setUp>['provider'];
type Reference = Parameters<typeof getBatchStatus>[0]['batch'];

const minute = () => new Promise<void>((resolve) => void clock.after(60_000, resolve));

/** Polls in virtual time until a batch is over. */
function finished(provider: Provider, batch: Reference) {
  const poll = async () => {
    for (;;) {
      const status = await getBatchStatus({ provider, batch });
      if (status.status !== 'pending') return status;
      await minute();
    }
  };
  return drive(clock, poll());
}

const text = (id: string, prompt: string, model = 'patient') =>
  ({ id, type: 'text', model, prompt }) as never;

describe('batches of toProvider', { timeout: 60_000 }, () => {
  it('are started, polled and read by the AI SDK', async () => {
    open.behavior.fate = ({ body }) => (JSON.stringify(body).includes('bad') ? 'refused' : 'answered');
    const { provider } = setUp();
    const requests = [text('a', 'one'), text('b', 'bad'), text('c', 'three', 'claude-haiku-4-5')];
    const batch = await startBatch({ provider, requests });
    expect(batch).toMatchObject({
      version: 2,
      provider: 'signalbox',
      status: 'pending',
      requestCounts: { total: 3, pending: 3, completed: 0, failed: 0 },
      warnings: [],
    });
    expect(await finished(provider, batch)).toMatchObject({
      status: 'completed',
      requestCounts: { total: 3, pending: 0, completed: 2, failed: 1 },
    });
    const results = await collect(getBatchResults({ provider, batch }));
    expect(results).toMatchObject([
      {
        id: 'a',
        type: 'text',
        status: 'succeeded',
        text: expect.stringContaining('one'),
        finishReason: 'stop',
        usage: { inputTokens: 100 },
        providerMetadata: { signalbox: { target: 'openai/gpt-5-mini#batch' } },
      },
      {
        id: 'c',
        status: 'succeeded',
        providerMetadata: { signalbox: { target: 'anthropic/claude-haiku-4-5#batch' } },
      },
      { id: 'b', type: 'text', status: 'failed', error: { message: expect.any(String), statusCode: 400 } },
    ]);
    expect(open.chats).toEqual([]);
  });

  it('have images, files in prompts, and tools', async () => {
    const { provider } = setUp();
    const picture = { type: 'file', mediaType: 'image/png', data: new Uint8Array([1, 2, 3]) } as const;
    const content = [{ type: 'text', text: 'what is it?' } as const, picture];
    const weather = tool({ inputSchema: z.object({ city: z.string() }) });
    const batch = await startBatch({
      provider,
      requests: [
        { id: 'i', type: 'image', model: 'gpt-image-1', prompt: 'a fox', n: 2 },
        {
          id: 't',
          type: 'text',
          model: 'patient',
          messages: [{ role: 'user', content }],
          tools: { weather },
        },
      ] as never,
    });
    await finished(provider, batch);
    const results = await collect(getBatchResults({ provider, batch, tools: { weather } as never }));
    expect(results).toMatchObject([
      { id: 'i', type: 'image', status: 'succeeded', images: [{}, {}] },
      { id: 't', type: 'text', status: 'succeeded' },
    ]);
    const sent = open.billed.map(({ body }) => JSON.stringify(body)).join();
    expect(sent).toContain('data:image/png;base64,AQID');
    expect(sent).toContain('"weather"');
  });

  it('are cancelled', async () => {
    open.behavior.polls = Number.POSITIVE_INFINITY;
    const { provider } = setUp();
    const batch = await startBatch({ provider, requests: [text('a', 'one')] });
    await drive(clock, minute());
    await cancelBatch({ provider, batch });
    expect(await finished(provider, batch)).toMatchObject({ status: 'failed', rawStatus: 'cancelled' });
    expect(await collect(getBatchResults({ provider, batch }))).toMatchObject([
      { id: 'a', status: 'cancelled' },
    ]);
    expect(open.batches[0]?.canceled).toBe(true);
  });

  it('survive a restart', async () => {
    open.behavior.polls = 3;
    const store = memory();
    const before = setUp(store);
    const {
      id,
      version,
      provider: name,
    } = await startBatch({
      provider: before.provider,
      requests: [text('a', 'one'), text('b', 'two')],
    });
    await drive(clock, minute());
    await before.router.close();
    const { provider } = setUp(store);
    const batch = { id, version, provider: name };
    expect((await finished(provider, batch)).status).toBe('completed');
    const results = await collect(getBatchResults({ provider, batch }));
    expect(results.map((result) => result.id)).toEqual(['a', 'b']);
    expect(open.batches).toHaveLength(1);
  });

  it('are listed in pages', async () => {
    const { provider } = setUp();
    const ids: string[] = [];
    for (const prompt of ['a', 'b', 'c'])
      ids.unshift((await startBatch({ provider, requests: [text('x', prompt)] })).id);
    const first = await listBatches({ provider, limit: 2 });
    expect(first.batches.map(({ id }) => id)).toEqual(ids.slice(0, 2));
    const second = await listBatches({ provider, limit: 2, cursor: first.nextCursor ?? '' });
    expect(second.batches.map(({ id }) => id)).toEqual(ids.slice(2));
    expect(second.nextCursor).toBe(undefined);
  });

  it('heed the deadline and the call options of the batch and of each request', async () => {
    open.behavior.polls = Number.POSITIVE_INFINITY;
    const { router, provider } = setUp();
    const seen: unknown[] = [];
    router.on('request-end', ({ tenant, tags }) => seen.push({ tenant, tags }));
    const batch = await startBatch({
      provider,
      requests: [
        {
          id: 'a',
          type: 'text',
          model: 'gpt-5-mini',
          prompt: 'x',
          providerOptions: { signalbox: { tags: ['one'] } },
        },
      ] as never,
      providerOptions: { signalbox: { tenant: 'acme', deadline: clock.date() + 3_600_000 } },
    });
    expect((await finished(provider, batch)).status).toBe('completed');
    expect(seen).toEqual([{ tenant: 'acme', tags: ['one'] }]);
    const [result] = await collect(getBatchResults({ provider, batch }));
    // As the deadline nears, the synchronous tier of the model answers.
    expect(result).toMatchObject({ providerMetadata: { signalbox: { target: 'openai/gpt-5-mini' } } });
  });

  it('refuse unknown models and batches, results that are not there yet, and warn of webhooks', async () => {
    const { provider } = setUp();
    await expect(startBatch({ provider, requests: [text('a', 'x', 'gpt-9')] })).rejects.toThrow('gpt-9');
    const unknown = { id: 'batch_none', version: 2, provider: 'signalbox' } as const;
    await expect(getBatchStatus({ provider, batch: unknown, maxRetries: 0 })).rejects.toThrow('batch_none');
    const batch = await startBatch({
      provider,
      requests: [text('a', 'x')],
      webhookUrl: 'https://example.com/',
    });
    expect(batch.warnings).toEqual([{ warning: { type: 'unsupported', feature: 'webhookUrl' } }]);
    await expect(collect(getBatchResults({ provider, batch, maxRetries: 0 }))).rejects.toThrow('complete');
  });
});
