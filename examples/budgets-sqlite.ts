// Limits per tenant in a SQLite file: they hold over restarts, and over all processes on the machine.
import { createRouter, isRouterError } from 'signalbox';
import { limits } from 'signalbox/budgets';
import { openai } from 'signalbox/openai';
import { sqlite } from 'signalbox/sqlite';

const store = sqlite(':memory:'); // a file, such as 'signalbox.db'
const router = createRouter({
  targets: [{ provider: openai(), model: 'gpt-5-mini' }],
  store,
  plugins: [
    limits([
      { by: 'tenant', usd: 0.001, per: 'month', timeZone: 'Europe/Berlin', warnAt: [0.5] },
      { name: 'all', usd: 100, per: 'day', over: 'warn' },
    ]),
  ],
});
router.on('budget-warning', ({ limit, subject, ratio }) =>
  console.log(`${subject ?? 'all'}: ${100 * ratio}% of ${limit} is used`),
);

const acme = router.with({ tenant: 'acme' });
try {
  for (;;) await acme.chat({ prompt: 'Why is the sky blue?', maxOutputTokens: 100 });
} catch (error) {
  if (!isRouterError(error, 'budget')) throw error;
  console.log(error.message);
  console.log('again at', new Date(error.retryAt ?? 0).toISOString());
}
console.log(router.budgets());
await router.close();
await store.close?.();
