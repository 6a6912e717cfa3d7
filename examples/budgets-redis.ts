// Limits over many machines: processes lease parts of each limit from Redis, and spend them without asking.
// Without a Redis on this address, the router continues with what it knows itself.
import { Redis } from 'ioredis';
import { createRouter } from 'signalbox';
import { limits } from 'signalbox/budgets';
import { openai } from 'signalbox/openai';
import { redis } from 'signalbox/redis';
import { sharedHealth } from 'signalbox/shared-health';

const client = new Redis(process.env['REDIS_URL'] ?? 'redis://127.0.0.1:6379');
client.on('error', () => {}); // the router reports it as `store-state`
const store = redis(client);
const router = createRouter({
  targets: [{ provider: openai(), model: 'gpt-5-mini' }],
  store,
  plugins: [
    limits([
      { by: 'tenant', usd: 50, per: 'month', storeAway: 'closed' },
      { by: 'tenant', requests: 600, per: 'minute' },
      { by: 'user', concurrency: 4 },
    ]),
    sharedHealth(),
  ],
});
router.on('store-state', ({ plugin, store, state }) => console.log(`${plugin}: ${store} is ${state}`));

try {
  const { text } = await router.chat({ prompt: 'Why is the sky blue?' }, { tenant: 'acme', user: 'ann' });
  console.log(text);
} catch (error) {
  console.log(String(error)); // without Redis: a closed limit refuses
}
console.log(router.budgets());
await router.close();
await store.close?.(); // it has a connection of its own for messages
client.disconnect();
