import { type BatchRequest, type BatchResult, createRouter, type ImageResult } from 'signalbox';
import { anthropic } from 'signalbox/anthropic';
import { memory } from 'signalbox/memory';
import { openai } from 'signalbox/openai';
import { seededRandom, virtualClock } from 'signalbox/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { collect } from './conformance.ts';
import { drive } from './drive.ts';
import { anthropicVendor } from './vendors/anthropic.ts';
import { openaiVendor } from './vendors/openai.ts';
import type { MockVendor } from './vendors/vendor.ts';

const price = { input: 1, output: 10, serviceTiers: { batch: 0.5 } };
const hour = 3_600_000;
const promptsOf = (count: number): BatchRequest[] =>
  Array.from({ length: count }, (_, index) => ({ id: `q${index}`, prompt: `question ${index}` }));

let open: MockVendor;
let claude: MockVendor;
beforeEach(async () => {
  open = await openaiVendor();
  claude = await anthropicVendor();
});
afterEach(async () => {
  await open.close();
  await claude.close();
});

function setUp(store = memory()) {
  const clock = virtualClock(Date.now());
  open.behavior.date = clock.date;
  claude.behavior.date = clock.date;
  const router = createRouter({
    clock,
    random: seededRandom(7),
    store,
    targets: [
      {
        provider: openai({ baseURL: `${open.url}/v1`, apiKey: 'sk-a' }),
        model: 'gpt-5-mini',
        price,
        tiers: ['batch', 'standard'],
      },
      {
        provider: openai({ baseURL: `${open.url}/v1`, apiKey: 'sk-a' }),
        model: 'gpt-image-1',
        price,
        tiers: ['batch'],
      },
      {
        provider: anthropic({ baseURL: claude.url, apiKey: 'sk-b' }),
        model: 'claude-haiku-4-5',
        price,
        tiers: ['batch', 'standard'],
      },
    ],
    routes: {
      both: { targets: ['openai/gpt-5-mini#batch', 'anthropic/claude-haiku-4-5#batch'] },
      pictures: { targets: ['openai/gpt-image-1#batch'] },
      lone: { targets: ['openai/gpt-5-mini#batch', 'anthropic/claude-haiku-4-5'] },
      rescue: { targets: ['openai/gpt-5-mini#batch', 'openai/gpt-5-mini'] },
    },
  });
  return { clock, router };
}

const targetsOf = (results: readonly BatchResult[]) =>
  results.map(({ result }) => result?.target).filter((id) => id !== undefined);

describe('router.batch', () => {
  it('answers every request once, in a batch of the vendor, at the batch price', async () => {
    const { clock, router } = setUp();
    const batch = await router.batch(promptsOf(250), { route: 'rescue' });
    const results = await drive(clock, collect(batch.results));
    expect(results).toHaveLength(250);
    expect(new Set(results.map(({ id }) => id))).toEqual(new Set(promptsOf(250).map(({ id }) => id)));
    expect(open.batches).toHaveLength(1);
    expect(open.chats).toEqual([]);
    for (const { result, index } of results) {
      expect(result).toMatchObject({
        text: expect.stringContaining(`question ${index}"`),
        target: 'openai/gpt-5-mini#batch',
        response: { serviceTier: 'batch' },
      });
      expect(result?.cost?.total).toBeCloseTo((100 * 0.5 + 10 * 5) / 1e6, 12);
    }
    expect(batch.status()).toMatchObject({ state: 'done', succeeded: 250, failed: 0 });
    expect(batch.status().cost).toBeCloseTo(250 * 0.000_1, 9);
  });

  it('gives each request its own options and data, and reports what each saved', async () => {
    const { clock, router } = setUp();
    const tags: unknown[] = [];
    router.on('request-end', ({ metadata, tenant }) =>
      tags.push([metadata?.['n'], metadata?.['all'], tenant]),
    );
    const requests = [
      { prompt: 'a', data: { row: 1 }, options: { metadata: { n: 1 }, tenant: 'acme' } },
      { prompt: 'b', options: { route: 'anthropic/claude-haiku-4-5' } },
    ];
    const batch = await router.batch(requests, { route: 'rescue', metadata: { all: true } });
    const results = await drive(clock, collect(batch.results));
    expect(results.find(({ index }) => index === 0)).toMatchObject({
      data: { row: 1 },
      result: { target: 'openai/gpt-5-mini#batch' },
      saved: 0.0001,
    });
    const other = results.find(({ index }) => index === 1);
    expect(other).toMatchObject({ result: { target: 'anthropic/claude-haiku-4-5' }, saved: 0 });
    expect(other).not.toHaveProperty('data');
    expect(tags).toContainEqual([1, true, 'acme']);
    expect(batch.status().saved).toBe(0.0001);
  });

  it('keeps its state in its own store, in which another router finds it', async () => {
    const { clock, router } = setUp();
    const store = memory({ clock });
    const batch = await router.batch(promptsOf(3), { route: 'rescue', store, batchId: 'own' });
    await batch[Symbol.asyncDispose]();
    await expect(router.batches.resume('own')).rejects.toThrow('no batch "own"');
    const resumed = await router.batches.resume('own', { store, requests: promptsOf(3) });
    expect(await drive(clock, collect(resumed.results))).toHaveLength(3);
  });

  it('is canceled by another router on the same store', async () => {
    open.behavior.polls = Number.POSITIVE_INFINITY;
    const { clock, router } = setUp();
    const batch = await router.batch(promptsOf(3), { route: 'rescue', batchId: 'theirs' });
    const other = createRouter({
      store: router.batches.store,
      targets: [{ provider: openai({ apiKey: 'sk' }), model: 'm', price }],
    });
    await other.batches.cancel('theirs');
    const results = await drive(clock, collect(batch.results));
    expect(results.map(({ error }) => error?.message)).toEqual(
      Array(3).fill(expect.stringContaining('canceled')),
    );
    expect(open.billed).toEqual([]);
    await expect(other.batches.cancel('none')).rejects.toThrow('no batch "none"');
  });

  it('deletes the files at the vendor before its results end', async () => {
    const { clock, router } = setUp();
    const batch = await router.batch(promptsOf(3), { route: 'rescue' });
    await drive(clock, collect(batch.results));
    expect([...open.files.keys()]).toEqual([]);
  });

  it('sends refused and expired requests to the batch of another vendor', async () => {
    open.behavior.fate = ({ customId }) =>
      /-1-/.test(customId) ? 'refused' : /-2-/.test(customId) ? 'expired' : 'answered';
    const { clock, router } = setUp();
    const batch = await router.batch(promptsOf(5), { route: 'both' });
    const results = await drive(clock, collect(batch.results));
    expect(results.filter(({ error }) => error !== undefined)).toEqual([]);
    expect(targetsOf(results).sort()).toEqual([
      ...Array(2).fill('anthropic/claude-haiku-4-5#batch'),
      ...Array(3).fill('openai/gpt-5-mini#batch'),
    ]);
    expect(open.billed.length + claude.billed.length).toBe(5);
  });

  it('is rescued by synchronous calls as the deadline nears', async () => {
    open.behavior.polls = Number.POSITIVE_INFINITY;
    const { clock, router } = setUp();
    const deadline = clock.date() + 2 * hour;
    const batch = await router.batch(promptsOf(4), { route: 'rescue', deadline });
    const results = await drive(clock, collect(batch.results));
    expect(targetsOf(results)).toEqual(Array(4).fill('openai/gpt-5-mini'));
    expect(clock.date()).toBeLessThan(deadline);
    expect(open.batches[0]?.canceled).toBe(true);
  });

  it('is late, not canceled, for requests that no other target can rescue', async () => {
    open.behavior.polls = Number.POSITIVE_INFINITY;
    const { clock, router } = setUp();
    const deadline = clock.date() + 2 * hour;
    const batch = await router.batch(promptsOf(2), { route: 'openai/gpt-5-mini#batch', deadline });
    const results = await drive(clock, collect(batch.results));
    for (const { error } of results) expect(error?.message).toMatch(/not done in time|timeout|deadline/);
    expect(open.batches[0]?.canceled).toBe(true);
  });

  it('submits once when the connection breaks after the vendor has accepted', async () => {
    let cuts = 1;
    open.behavior.cut = (route) => route === 'POST /v1/batches' && cuts-- > 0;
    const { clock, router } = setUp();
    const batch = await router.batch(promptsOf(3), { route: 'rescue' });
    await drive(clock, collect(batch.results));
    expect(open.batches).toHaveLength(1);
    expect(open.billed).toHaveLength(3);
  });

  it('waits and submits again when the queue of the vendor is full', async () => {
    open.behavior.failWhole = ({ id }) =>
      id === open.batches[0]?.id ? { code: 'token_limit_exceeded' } : undefined;
    const { clock, router } = setUp();
    const batch = await router.batch(promptsOf(3), { route: 'rescue' });
    const results = await drive(clock, collect(batch.results));
    expect(targetsOf(results)).toEqual(Array(3).fill('openai/gpt-5-mini#batch'));
    expect(open.batches).toHaveLength(2);
  });

  it('continues to poll through rate limits and outages of the vendor', async () => {
    let failures = 3;
    open.behavior.fail = (route) => (route.startsWith('GET') && failures-- > 0 ? 429 : undefined);
    const { clock, router } = setUp();
    const batch = await router.batch(promptsOf(3), { route: 'rescue' });
    expect(targetsOf(await drive(clock, collect(batch.results)))).toHaveLength(3);
    expect(open.chats).toEqual([]);
  });

  it('keeps at most `maxInFlight` requests in memory, and reads no further input meanwhile', async () => {
    const { clock, router } = setUp();
    let given = 0;
    let most = 0;
    let read = 0;
    const requests = (function* () {
      for (const request of promptsOf(1_000)) {
        given += 1;
        most = Math.max(most, given - read);
        yield request;
      }
    })();
    const batch = await router.batch(requests, { route: 'rescue', maxInFlight: 200 });
    const reading = (async () => {
      for await (const _ of batch.results) read += 1;
    })();
    await drive(clock, reading);
    expect(read).toBe(1_000);
    expect(most).toBeLessThanOrEqual(300); // and a page that is read at once
    expect(Math.min(...open.batches.slice(0, -1).map(({ asked }) => asked.length))).toBeGreaterThanOrEqual(
      100,
    );
  });

  it('embeds', async () => {
    const { clock, router } = setUp();
    const batch = await router.batch([{ id: 'e', values: ['a', 'bc'] }], { route: 'rescue' });
    const [first] = await drive(clock, collect(batch.results));
    expect(first?.result).toMatchObject({
      embeddings: [
        [1, 1],
        [2, 1],
      ],
      target: 'openai/gpt-5-mini#batch',
    });
    expect(open.batches[0]?.endpoint).toBe('/v1/embeddings');
  });

  it('draws', async () => {
    const { clock, router } = setUp();
    const requests = [{ id: 'i', kind: 'image', prompt: 'a fox', n: 12 }] as const;
    const batch = await router.batch(requests, { route: 'pictures' });
    const [first] = await drive(clock, collect(batch.results));
    expect(first?.error).toBeUndefined();
    const { images = [] } = (first?.result ?? {}) as ImageResult;
    expect(images).toHaveLength(12);
    expect(first?.result?.target).toBe('openai/gpt-image-1#batch');
    // Ten at a time, by the vendor's limit.
    expect(open.batches.map(({ endpoint, asked }) => [endpoint, asked.length])).toEqual([
      ['/v1/images/generations', 2],
    ]);
  });

  it('generates the same image twice, in separate requests', async () => {
    const { clock, router } = setUp();
    const requests = [{ id: 'i', kind: 'image', prompt: 'a fox', n: 20 }] as const;
    const batch = await router.batch(requests, { route: 'pictures' });
    const [first] = await drive(clock, collect(batch.results));
    expect(((first?.result ?? {}) as ImageResult).images).toHaveLength(20);
    expect(new Set(open.batches[0]?.asked.map(({ customId }) => customId)).size).toBe(2);
  });

  it('reads JSONL, however it is cut', async () => {
    const { clock, router } = setUp();
    const text = promptsOf(20)
      .map((request) => JSON.stringify({ ...request, prompt: `${request.id} – question` }))
      .join('\n');
    const bytes = new TextEncoder().encode(text);
    async function* pieces() {
      for (let at = 0; at < bytes.length; at += 7) yield bytes.subarray(at, at + 7);
    }
    const batch = await router.batch(pieces(), { route: 'rescue' });
    const results = await drive(clock, collect(batch.results));
    expect(results).toHaveLength(20);
    for (const { id, result } of results)
      expect(result).toMatchObject({ text: expect.stringContaining(`${id} – question`) });
  });

  it('names the line of JSONL that is not JSON', async () => {
    const { clock, router } = setUp();
    async function* lines() {
      yield '{"prompt":"one"}\n\n{"prompt":';
    }
    const batch = await router.batch(lines(), { route: 'rescue' });
    await expect(drive(clock, collect(batch.results))).rejects.toMatchObject({
      code: 'request',
      field: 'requests, line 3',
    });
  });

  it('is rescued by synchronous calls of another vendor when its own one dies', async () => {
    open.behavior.polls = Number.POSITIVE_INFINITY;
    const { clock, router } = setUp();
    const deadline = clock.date() + 8 * hour;
    const batch = await router.batch(promptsOf(5), { route: 'lone', deadline });
    clock.after(60_000, () => {
      open.behavior.silent = (route) => !route.includes('chat');
    });
    const results = await drive(clock, collect(batch.results));
    expect(targetsOf(results)).toEqual(Array(5).fill('anthropic/claude-haiku-4-5'));
    // After a quarter of the time left, and not only at the end of it.
    expect(clock.date()).toBeLessThan(deadline - 4 * hour);
  });

  it('cancels the batch of a vendor that comes back after it was given up', async () => {
    open.behavior.polls = Number.POSITIVE_INFINITY;
    const { clock, router } = setUp();
    const batch = await router.batch(promptsOf(5), { route: 'both' });
    let isDown = false;
    open.behavior.fail = () => (isDown ? 503 : undefined);
    clock.after(60_000, () => {
      isDown = true;
    });
    clock.after(5 * hour, () => {
      isDown = false;
    });
    const results = await drive(clock, collect(batch.results));
    expect(targetsOf(results)).toEqual(Array(5).fill('anthropic/claude-haiku-4-5#batch'));
    await drive(clock, new Promise((resolve) => clock.after(6 * hour, () => resolve(undefined))));
    expect(open.batches[0]?.canceled).toBe(true);
    expect([...open.files.keys()]).toEqual([]);
    expect(open.billed).toEqual([]);
  });

  it('sends fewer requests at a time when the queue of the vendor is too short for all', async () => {
    open.behavior.failWhole = ({ asked }) =>
      asked.length > 30 ? { code: 'token_limit_exceeded' } : undefined;
    const { clock, router } = setUp();
    const batch = await router.batch(promptsOf(100), { route: 'rescue' });
    const results = await drive(clock, collect(batch.results));
    expect(targetsOf(results)).toEqual(Array(100).fill('openai/gpt-5-mini#batch'));
    expect(open.billed).toHaveLength(100);
  });

  it('starts another batch at the limit of values to embed', async () => {
    const { clock, router } = setUp();
    const values = Array.from({ length: 2_000 }, (_, n) => String(n));
    const requests = Array.from({ length: 30 }, (_, n) => ({ id: `e${n}`, values }));
    const batch = await router.batch(requests, { route: 'rescue' });
    const results = await drive(clock, collect(batch.results));
    expect(results).toHaveLength(30);
    // https://developers.openai.com/api/docs/guides/batch#rate-limits: 50,000 in a batch.
    expect(open.batches.map(({ asked }) => asked.length)).toEqual([25, 5]);
  });

  it('reports an invalid request as its own error', async () => {
    const { clock, router } = setUp();
    const requests = [
      { id: 'good', prompt: 'hi' },
      { id: 'bad', prompt: 5 as unknown as string },
    ];
    const batch = await router.batch(requests, { route: 'rescue' });
    const results = await drive(clock, collect(batch.results));
    expect(results.find(({ id }) => id === 'bad')?.error).toMatchObject({ code: 'request' });
    expect(results.find(({ id }) => id === 'good')?.result).toBeDefined();
  });

  it('cancels the batch of the vendor, without another target', async () => {
    open.behavior.polls = Number.POSITIVE_INFINITY;
    const { clock, router } = setUp();
    const batch = await router.batch(promptsOf(3), { route: 'rescue' });
    await drive(clock, new Promise((resolve) => clock.after(60_000, () => resolve(undefined))));
    await batch.cancel();
    const results = await drive(clock, collect(batch.results));
    expect(results.map(({ error }) => error?.message)).toEqual(
      Array(3).fill(expect.stringContaining('canceled')),
    );
    expect(open.batches[0]?.canceled).toBe(true);
    expect(open.chats).toEqual([]);
    expect(batch.status().state).toBe('done');
  });

  it.each([
    [{ batchId: 'with space' }, 'options.batchId'],
    [{ maxInFlight: 0 }, 'options.maxInFlight'],
    [{ window: -1 }, 'options.window'],
    [{ deadline: 'soon' as unknown as number }, 'options.deadline'],
  ])('refuses %o before anything is sent', async (options, field) => {
    const { router } = setUp();
    await expect(router.batch(promptsOf(1), options)).rejects.toMatchObject({ code: 'request', field });
    expect(open.calls).toEqual([]);
  });
});

describe('router.batches.resume', () => {
  it('waits for the batches of the vendor instead of submitting again', async () => {
    const store = memory();
    open.behavior.polls = 40;
    const before = setUp(store);
    const batch = await before.router.batch(promptsOf(120), { route: 'rescue', batchId: 'nightly' });
    await drive(
      before.clock,
      new Promise((resolve) => before.clock.after(120_000, () => resolve(undefined))),
    );
    expect(open.batches).toHaveLength(1);
    await batch[Symbol.asyncDispose]();
    expect(open.batches[0]?.canceled).toBe(false);

    const after = setUp(store);
    const resumed = await drive(after.clock, after.router.batches.resume('nightly'));
    const results = await drive(after.clock, collect(resumed.results));
    expect(new Set(results.map(({ id }) => id)).size).toBe(120);
    expect(results).toHaveLength(120);
    expect(open.batches).toHaveLength(1);
    expect(open.billed).toHaveLength(120);
  });

  it('does not repeat what has been read', async () => {
    const store = memory();
    const before = setUp(store);
    const batch = await before.router.batch(promptsOf(50), { route: 'rescue', batchId: 'half' });
    const read: string[] = [];
    await drive(
      before.clock,
      (async () => {
        for await (const { id } of batch.results) {
          read.push(id);
          if (read.length === 30) break;
        }
      })(),
    );
    await before.router.close();

    const after = setUp(store);
    const resumed = await drive(after.clock, after.router.batches.resume('half'));
    const rest = await drive(after.clock, collect(resumed.results));
    const all = [...read, ...rest.map(({ id }) => id)];
    expect(new Set(all).size).toBe(50);
    expect(all.length).toBeLessThanOrEqual(51); // the last one was in the hands of its reader
    expect(open.billed).toHaveLength(50);
    expect(open.chats).toEqual([]);
  });

  it('ends where another process has taken over, as after a long sleep', async () => {
    open.behavior.polls = Number.POSITIVE_INFINITY;
    const store = memory();
    const { clock, router } = setUp(store);
    const batch = await router.batch(promptsOf(3), { route: 'rescue', batchId: 'taken' });
    const reading = collect(batch.results);
    clock.after(60_000, () => {
      void store.set('batch/taken/owner', 'another', { ttl: 3_600_000 });
    });
    await expect(drive(clock, reading)).rejects.toMatchObject({ code: 'closed' });
    expect(open.batches[0]?.canceled).toBe(false);
  });

  it('deletes requests whose results have all been read', async () => {
    const store = memory();
    const { clock, router } = setUp(store);
    const batch = await router.batch(promptsOf(250), { route: 'rescue', batchId: 'read' });
    await drive(clock, collect(batch.results));
    const [first, last] = await store.get(['batch/read/in/0', 'batch/read/in/2']);
    expect(first?.value).not.toContain('question');
    expect(last?.value).toContain('question'); // it may still grow
  });

  it('continues with a half-read page when there was no room for the rest of it', async () => {
    const store = memory();
    const before = setUp(store);
    const options = { route: 'rescue', batchId: 'narrow', maxInFlight: 10 } as const;
    const batch = await before.router.batch(promptsOf(100), options);
    const read: string[] = [];
    await drive(
      before.clock,
      (async () => {
        for await (const { id } of batch.results) {
          read.push(id);
          if (read.length === 60) break;
        }
      })(),
    );
    await before.router.close();
    const after = setUp(store);
    const resumed = await drive(after.clock, after.router.batches.resume('narrow'));
    const rest = await drive(after.clock, collect(resumed.results));
    expect(rest.length).toBeLessThanOrEqual(41);
    expect(new Set([...read, ...rest.map(({ id }) => id)]).size).toBe(100);
    expect(open.billed).toHaveLength(100);
  });

  it('rejects for a batch that the store does not have', async () => {
    await expect(setUp().router.batches.resume('none')).rejects.toMatchObject({ code: 'store' });
  });
});

describe('a single call with `window`', () => {
  it('is sent together with others, and each gets its own answer', async () => {
    const { clock, router } = setUp();
    const calls = ['red', 'green'].map((prompt) =>
      router.chat({ prompt }, { route: 'rescue', window: 30_000 }),
    );
    const answers = await drive(clock, Promise.all(calls));
    expect(answers.map(({ text }) => text)).toEqual([
      expect.stringContaining('red'),
      expect.stringContaining('green'),
    ]);
    expect(open.batches.map(({ asked }) => asked.length)).toEqual([2]);
  });

  it('without it, a batch target is not used', async () => {
    const { clock, router } = setUp();
    const { target, decision } = await drive(clock, router.chat({ prompt: 'hi' }));
    expect(target).toBe('openai/gpt-5-mini');
    expect(decision?.skipped).toContainEqual(
      expect.objectContaining({ target: 'openai/gpt-5-mini#batch', reason: 'excluded' }),
    );
  });

  it('ends when its caller aborts, and its batch is canceled', async () => {
    open.behavior.polls = Number.POSITIVE_INFINITY;
    const { clock, router } = setUp();
    const abort = new AbortController();
    const asking = router.chat({ prompt: 'red' }, { route: 'rescue', window: 1_000, signal: abort.signal });
    clock.after(60_000, () => abort.abort(new Error('enough')));
    await expect(drive(clock, asking)).rejects.toThrow('enough');
    await drive(clock, new Promise((resolve) => clock.after(60_000, () => resolve(undefined))));
    expect(open.batches[0]?.canceled).toBe(true);
  });
});
