// Writes to a ledger as fast as it can, and prints after each flush how many requests are surely written. To be killed.
import { createRouter } from '../../../src/index.ts';
import { jsonl, ledger, sqlite } from '../../../src/plugins/ledger/index.ts';
import { scriptedProvider } from '../../../src/testing/index.ts';

const [path = ''] = process.argv.slice(2);
const usage = ledger(path.endsWith('.jsonl') ? jsonl(path) : sqlite(path), {
  batch: 20,
  interval: 5,
  auditConfig: false,
});
const router = createRouter({
  targets: [{ id: 'a', provider: scriptedProvider('a', [{}]), model: 'm', price: { input: 1, output: 4 } }],
  plugins: [usage],
});
for (;;) {
  await Promise.all(Array.from({ length: 50 }, () => router.chat({ prompt: 'q' }, { tenant: 'acme' })));
  await usage.flush();
  process.stdout.write(`${usage.status.written}\n`);
}
