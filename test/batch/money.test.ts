import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BatchRequest, createRouter } from 'signalbox';
import { anthropic } from 'signalbox/anthropic';
import { limits } from 'signalbox/budgets';
import { jsonl, ledger } from 'signalbox/ledger';
import { memory } from 'signalbox/memory';
import { openai } from 'signalbox/openai';
import { seededRandom, virtualClock } from 'signalbox/testing';
import { expect, it } from 'vitest';
import { collect } from './conformance.ts';
import { drive } from './drive.ts';
import { each, faultless, faulty, requests as many, price } from './many.ts';
import { anthropicVendor } from './vendors/anthropic.ts';
import { openaiVendor } from './vendors/openai.ts';

it('each answer of a batch counts in budgets and the ledger, at the price of batches', async () => {
  const open = await openaiVendor(faulty);
  const claude = await anthropicVendor(faultless);
  const folder = await mkdtemp(join(tmpdir(), 'batch-money-'));
  const clock = virtualClock(Date.now());
  open.behavior.date = clock.date;
  claude.behavior.date = clock.date;
  const usage = ledger(jsonl(join(folder, 'usage.jsonl')));
  const router = createRouter({
    clock,
    random: seededRandom(5),
    store: memory({ clock }),
    fallbackOn: ['output'],
    plugins: [limits([{ usd: 100, per: 'day' }]), usage],
    targets: [
      {
        provider: openai({ baseURL: `${open.url}/v1`, apiKey: 'a' }),
        model: 'gpt-5-mini',
        price,
        tiers: ['batch'],
      },
      {
        provider: anthropic({ baseURL: claude.url, apiKey: 'b' }),
        model: 'claude-haiku-4-5',
        price,
        tiers: ['batch'],
      },
    ],
  });
  function* first(count: number): Generator<BatchRequest> {
    for (const request of many()) {
      if (count-- === 0) return;
      yield request;
    }
  }
  const batch = await router.batch(first(100), { tags: ['nightly'] });
  const results = await drive(clock, collect(batch.results));
  expect(results.filter(({ error }) => error !== undefined)).toEqual([]);
  // Of 100: two refused and one expired, which cost nothing, and five against the schema, which do.
  expect(open.billed).toHaveLength(97);
  expect(claude.billed).toHaveLength(8);
  const bill = (open.billed.length + claude.billed.length) * each;

  const [budget] = router.budgets();
  expect(budget?.used).toBeCloseTo(bill, 9);
  expect(budget?.reserved).toBe(0);

  await usage.flush();
  const rows = await collect(usage.rows());
  const charged = rows.filter(({ cost }) => (cost?.total ?? 0) > 0);
  expect(charged).toHaveLength(open.billed.length + claude.billed.length);
  expect(charged.reduce((sum, { cost }) => sum + (cost?.total ?? 0), 0)).toBeCloseTo(bill, 9);
  expect(new Set(charged.map(({ serviceTier }) => serviceTier))).toEqual(new Set(['batch']));
  await router.close();
  await rm(folder, { recursive: true });
  await open.close();
  await claude.close();
});
