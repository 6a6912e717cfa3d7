// A dashboard beside an application: live targets, requests, money.
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Hono } from 'hono';
import { createRouter } from 'signalbox';
import { anthropic } from 'signalbox/anthropic';
import { toDashboard } from 'signalbox/dashboard';
import { ledger, sqlite } from 'signalbox/ledger';
import { openai } from 'signalbox/openai';

const file = join(tmpdir(), `signalbox-example-${process.pid}.db`);
const usage = ledger(sqlite(file));
const router = createRouter({
  targets: [
    { provider: openai(), model: 'gpt-5-mini' },
    { provider: anthropic(), model: 'claude-haiku-4-5' },
  ],
  plugins: [usage],
});

const token = process.env['DASHBOARD_TOKEN'] ?? crypto.randomUUID();
const dashboard = toDashboard(router, { token, ledger: usage });
const app = new Hono();
app.get('/signalbox/*', (context) => dashboard(context.req.raw)); // open /signalbox#token=…

await router.chat({ prompt: 'Why is the sky blue?' }, { tenant: 'acme' });
await usage.flush();

// What the page reads.
const headers = { authorization: `Bearer ${token}` };
const money = await (await app.request('/signalbox/api/money?by=tenant', { headers })).json();
for (const { name, requests, cost } of money.rows) console.log(name, requests, `$${cost.total}`);

await router.close();
rmSync(file, { force: true });
