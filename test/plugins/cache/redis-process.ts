// One of several processes that share a cache in Redis. It makes a request for each message, and writes the result to its output.
import { createInterface } from 'node:readline';
import { cache } from '../../../src/plugins/cache/index.ts';
import { openaiCompatible } from '../../../src/providers/openai-compatible/index.ts';
import { createRouter } from '../../../src/router.ts';
import { redis } from '../../../src/stores/redis/index.ts';
import type { Store } from '../../../src/types/store.ts';
import { ioredis } from '../../stores/redis/clients.ts';

const [port = '', baseURL = '', wait = ''] = process.argv.slice(2);
const opened = await ioredis(Number(port));
const inner = redis(opened.client, { timeout: 60_000 });
const store: Store = {
  ...inner,
  async set(key, value, options) {
    const version = await inner.set(key, value, options);
    if (key.includes('/claim/')) console.log(version === undefined ? 'waits' : 'claims');
    return version;
  },
};
const provider = openaiCompatible({ name: 'vendor', baseURL, apiKey: 'key' });
const router = createRouter({
  targets: [{ provider, model: 'm' }],
  plugins: [
    cache({
      store,
      secret: 'a secret of the processes',
      coalesce: { wait: Number(wait) },
      storeTimeout: 60_000,
    }),
  ],
  catalog: false,
});
console.log('ready');
for await (const line of createInterface({ input: process.stdin })) {
  if (line === 'close') break;
  const { text, decision } = await router.chat({ prompt: line }, { tenant: 'acme' });
  console.log(`${decision?.lookup?.source ?? 'made'}: ${text}`);
}
await router.close();
await opened.close();
