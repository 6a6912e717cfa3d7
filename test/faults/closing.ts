// A process that closes its router while requests are under way and waiting: then nothing must keep it from ending.
import { setImmediate } from 'node:timers/promises';
import { createRouter, isRouterError } from '../../src/index.ts';
import { openaiCompatible } from '../../src/providers/openai-compatible/index.ts';

const [baseURL = ''] = process.argv.slice(2);
const provider = openaiCompatible({ name: 'silent', baseURL, apiKey: 'none' });
const router = createRouter({
  targets: [{ provider, model: 'm', concurrency: 1, price: { input: 1, output: 1 } }],
});
const asked = [router.chat({ prompt: 'Hi' }), router.stream({ prompt: 'Hi' }), router.chat({ prompt: 'Hi' })];
const ends = Promise.allSettled(asked);
for (let turn = 0; turn < 50; turn++) await setImmediate();
await router.close();
const closed = (await ends).every((end) => end.status === 'rejected' && isRouterError(end.reason, 'closed'));
console.log(closed ? 'closed' : 'not closed');
