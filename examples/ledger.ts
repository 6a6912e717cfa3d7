// A ledger of every attempt and its cost in SQLite: sums, an audit entry, a check of the hash chain, an export.
import { rm } from 'node:fs/promises';
import { createRouter } from 'signalbox';
import { anthropic } from 'signalbox/anthropic';
import { exportLedger, ledger, sqlite } from 'signalbox/ledger';
import { openai } from 'signalbox/openai';

const usage = ledger(sqlite('example-usage.db', { timeZone: 'Europe/Berlin' }), {
  retention: { rows: 400 }, // days; sums by day stay
});
const router = createRouter({
  targets: [
    { provider: openai(), model: 'gpt-5-mini' },
    { provider: anthropic(), model: 'claude-haiku-4-5' },
  ],
  plugins: [usage],
});

usage.audit({ actor: 'ann', action: 'limit.change', subject: 'acme', before: { usd: 5 }, after: { usd: 9 } });
await router.chat({ prompt: 'Why is the sky blue?' }, { tenant: 'acme', tags: ['support'] });
await usage.flush(); // batches are written every 100 ms

for (const { key, requests, cost } of await usage.query({ by: ['day', 'tenant'], where: { tag: 'support' } }))
  console.log(key.day, key.tenant, requests, `US$ ${cost.total}`);
console.log((await usage.verify()).ok ? 'as written' : 'changed');
for await (const line of exportLedger(usage, 'csv')) console.log(String(line).slice(0, 60));

await router.close();
for (const end of ['', '-wal', '-shm']) await rm(`example-usage.db${end}`, { force: true });
