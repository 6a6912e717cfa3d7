import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Project, pack, projectWith } from '../package/project.ts';
import { chromium, installRuntimes } from './installed.ts';
import { type Running, type Runtime, runtimes } from './launch.ts';
import { scenarios } from './scenarios.ts';
import { type MockVendor, mockVendor } from './vendor.ts';

const words = 'Hello there, friend';
const notInstalled = installRuntimes();

/** What is missing for a runtime, and how to get it. */
function missing({ browser }: Runtime): string | undefined {
  if (notInstalled !== undefined) return notInstalled;
  return browser && chromium() === undefined
    ? 'there is no Chromium: apt-get install chromium, or set CHROMIUM'
    : undefined;
}

let project: Project;
beforeAll(async () => {
  project = await projectWith(await pack(), ['openai', '@anthropic-ai/sdk', '@google/genai']);
});
afterAll(() => project.remove());

describe.each(Object.entries(runtimes))('%s', (name, each) => {
  const reason = missing(each);
  // In CI everything has to be there.
  const skipped = reason !== undefined && process.env['CI'] === undefined;
  if (skipped) console.warn(`${name} is skipped: ${reason}`);

  let vendor: MockVendor;
  let runtime: Running;
  beforeAll(async () => {
    if (skipped) return;
    if (reason !== undefined) throw new Error(reason);
    vendor = await mockVendor();
    runtime = await each.launch(project.folder, vendor.url);
  });
  afterAll(async () => {
    await runtime?.stop();
    await vendor?.close();
  });
  const called = async (what: string, model: string): Promise<unknown> => {
    const { value, error } = await runtime.call(what, vendor.url, model);
    if (error !== undefined) throw new Error(error);
    return value;
  };
  const test = skipped ? it.skip : it.concurrent;

  test.each(Object.keys(scenarios))('%s', async (scenario) => {
    await called('scenario', scenario);
  });

  test('three requests at a time, and one place for them', async () => {
    const model = 'slow-201';
    const answers = await Promise.all([
      called('chat', model),
      called('chat', model),
      called('stream', model),
    ]);
    expect(answers).toEqual([words, words, words]);
  });

  (each.browser === true ? it.skip : test)(
    'the dashboard: its page, live events, data, and no data without the token',
    async () => {
      const get = (path: string, token?: string) =>
        fetch(
          `${runtime.address}ops/${path}`,
          token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } },
        );
      expect(await (await get('')).text()).toContain('<title>');
      expect((await get('api/events')).status).toBe(401);
      expect((await get('api/events', 'another-token-of-that-length')).status).toBe(401);
      await called('watched', '');
      const events = await get('api/events', 'the-token-of-these-tests');
      const reader = events.body?.pipeThrough(new TextDecoderStream()).getReader();
      const { value = '' } = (await reader?.read()) ?? {};
      await reader?.cancel();
      const { targets, totals, requests } = JSON.parse(value.split('\ndata: ')[1] ?? '{}');
      expect(targets).toMatchObject([{ id: 'watched', health: 'healthy' }]);
      expect(requests).toMatchObject([{ outcome: 'success', target: 'watched' }]);
      expect(totals.requests).toBe(1);
      expect(totals.since).toBeGreaterThan(Date.UTC(2026, 0));
      const money = await get('api/money?by=route', 'the-token-of-these-tests');
      expect(await money.json()).toMatchObject({ source: 'live', rows: [{ name: 'default', requests: 1 }] });
    },
  );

  (each.drops === true ? test : it.skip)(
    'a place that a dropped request held comes back',
    async ({ expect }) => {
      const model = 'slow-202';
      await called('leave', model);
      expect(await called('inFlight', model)).toBe(1);
      await expect.poll(() => called('inFlight', model), { interval: 500, timeout: 60_000 }).toBe(0);
      expect(await called('chat', model)).toBe(words);
    },
  );

  test('requests at the same time, which wait for the same store', async () => {
    const model = 'limited-301';
    const answers = await Promise.all([1, 2, 3].map(() => called('limited', model)));
    expect(answers).toEqual([words, words, words]);
  });

  (each.drops === true ? test : it.skip)('a dropped request that waits for the store', async ({ expect }) => {
    const model = 'limited-302';
    for (let n = 0; n < 3; n++) {
      await called('leaveLimited', model);
      expect(await called('limited', model)).toBe(words);
    }
    const before = Number(await called('reads', model));
    await expect.poll(() => called('reads', model), { timeout: 60_000 }).toBeGreaterThan(before + 2);
  });

  (each.drops === true ? test : it.skip)(
    'a copy that was dropped with its request is not counted for ever',
    async ({ expect }) => {
      const model = 'slow-203';
      expect(await called('copy', model)).toBe('good');
      await expect.poll(() => called('copies', model), { interval: 500, timeout: 60_000 }).toBe(true);
    },
  );
});
