import { DatabaseSync } from 'node:sqlite';
import { cache } from 'signalbox/cache';
import { exportLedger, jsonl, openLedger, sqlite } from 'signalbox/ledger';
import type { Script } from 'signalbox/testing';
import { describe, expect, it } from 'vitest';
import { listed, temporaryFolder, worldWith } from './support.ts';

const folder = temporaryFolder();
const writers = {
  sqlite: () => sqlite(folder.path('usage.db')),
  jsonl: () => jsonl(folder.path('usage.jsonl')),
};
const down: Script = { error: { kind: 'server', status: 500 } };
const used = (cacheReadTokens: number): Script => ({
  usage: { inputTokens: 2_000, outputTokens: 10, cacheReadTokens },
});
/** Reads cost a tenth: 1,000 tokens of input cost 1,000 micro-US$, read from the prompt cache 100. */
const price = { input: 1, output: 4, cacheRead: 0.1 };
const prompt = 'the same long prompt '.repeat(400);

/** A miss by `a/m`; a failure by `a/m` and a hit by `b/m`; an answer without a count of cached tokens. */
async function asked(writer: ReturnType<(typeof writers)['sqlite']>) {
  const unreported: Script = { usage: { inputTokens: 5, outputTokens: 5 } };
  const { router, usage, clock } = worldWith(writer, {
    scripts: { a: [used(0), down, unreported], b: [used(1_000)] },
    price,
    router: { plugins: [cache({ promptCache: 'auto' })], retry: false },
  });
  await router.chat({ prompt }, { tenant: 'acme', cache: false });
  await clock.advance(1_000);
  await router.chat({ prompt }, { tenant: 'acme', cache: false });
  await clock.advance(1_000);
  await router.chat({ prompt: 'short' }, { tenant: 'globex', cache: false });
  await usage.flush();
  return usage;
}

describe.each(Object.entries(writers))('the results of prompt caches in ledger(%s())', (name, writer) => {
  it('are on the row of the answer only', async () => {
    const rows = await listed((await asked(writer())).rows());
    expect(
      rows.map(({ target, outcome, promptCache, promptCacheSaved }) => [
        target,
        outcome,
        promptCache,
        promptCacheSaved,
      ]),
    ).toEqual([
      ['a/m', 'success', 'unreported', 0],
      ['b/m', 'success', 'hit', 0.0009],
      ['a/m', 'failed', null, null],
      ['a/m', 'success', 'first-use', 0],
    ]);
  });

  it('are added up by tenant, target and day, and by the reason of a miss', async () => {
    const usage = await asked(writer());
    expect((await usage.query())[0]?.promptCache).toEqual({ hits: 1, misses: 2, saved: 0.0009 });
    const byTenant = await usage.query({ by: ['tenant'] });
    expect(byTenant.map(({ key, promptCache }) => [key.tenant, promptCache])).toEqual([
      ['acme', { hits: 1, misses: 1, saved: 0.0009 }],
      ['globex', { hits: 0, misses: 1, saved: 0 }],
    ]);
    const byReason = await usage.query({ by: ['promptCache', 'route'], where: { tenant: 'acme' } });
    expect(byReason.map(({ key, attempts, cost }) => [key, attempts, cost.total])).toEqual([
      [{ promptCache: 'first-use', route: 'default' }, 1, 0.00204],
      [{ promptCache: 'hit', route: 'default' }, 1, 0.00114],
    ]);
    expect(await usage.query({ where: { promptCache: 'expired' } })).toEqual([]);
    expect(await usage.query({ by: ['promptCache'], where: { user: 'ann' } })).toEqual([]);
    const [without] = await usage.query({ where: { promptCache: null } });
    expect(without).toMatchObject({ attempts: 1, failedAttempts: 1 });
  });

  it('are exported, and covered by the chain', async () => {
    const usage = await asked(writer());
    let text = '';
    for await (const piece of exportLedger(usage, 'csv')) text += piece;
    const [head = '', ...lines] = text.trimEnd().split('\r\n');
    expect(head.split(',').slice(-2)).toEqual(['prompt_cache', 'prompt_cache_saved']);
    expect(lines.map((line) => line.split(',').slice(-2))).toContainEqual(['hit', '0.0009']);
    expect(await usage.verify()).toMatchObject({ ok: true, rows: name === 'sqlite' ? 4 : 3 });
  });
});

describe('a SQLite ledger', () => {
  it('detects a change of a row’s prompt cache', async () => {
    const usage = await asked(writers.sqlite());
    await usage.close();
    const db = new DatabaseSync(folder.path('usage.db'));
    db.exec('UPDATE signalbox_ledger SET prompt_cache = NULL, prompt_cache_saved = NULL WHERE seq = 3');
    db.close();
    const reader = openLedger(folder.path('usage.db'));
    expect(await reader.verify()).toMatchObject({ problems: [{ seq: 3, problem: 'changed' }] });
    await reader.close?.();
  });

  it('without columns for prompt caches is migrated, with its rows, sums and chain', async () => {
    const path = folder.path('usage.db');
    const first = worldWith(sqlite(path), { price });
    await first.router.chat({ prompt: 'Hi' }, { tenant: 'acme' });
    await first.router.close();
    const db = new DatabaseSync(path);
    for (const name of ['prompt_cache', 'prompt_cache_saved'])
      db.exec(`ALTER TABLE signalbox_ledger DROP COLUMN ${name}`);
    for (const table of ['quarters', 'blocks', 'days', 'months'])
      for (const name of ['hits', 'misses', 'saved'])
        db.exec(`ALTER TABLE signalbox_ledger_${table} DROP COLUMN prompt_cache_${name}`);
    db.exec('DROP TABLE signalbox_ledger_target_latencies');
    db.exec("UPDATE signalbox_ledger_meta SET value = '2' WHERE name = 'schema'");
    db.close();
    const early = openLedger(path);
    await expect(early.query()).rejects.toThrow('opened once to be written');
    await early.close?.();

    const usage = await asked(sqlite(path));
    expect(await usage.verify()).toMatchObject({ ok: true, rows: 5 });
    const [total] = await usage.query({ latency: true });
    expect(total).toMatchObject({ requests: 4, promptCache: { hits: 1, misses: 2 } });
    expect(total?.latency?.request).toMatchObject({ count: 4 });
    expect((await usage.query({ by: ['tenant'], where: { tenant: 'acme' } }))[0]?.requests).toBe(3);
  });
});
