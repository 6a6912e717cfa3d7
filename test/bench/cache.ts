// What a cache in memory costs a request of 15 KB, in microseconds of CPU, and what eviction costs by the number of entries.
// Part of `npm run bench:plugins`. Each variant runs in turns with the bare router, and the median of the differences counts.
import { type ChatRequest, createRouter, type Plugin, type Provider } from '../../src/index.ts';
import { cache } from '../../src/plugins/cache/index.ts';
import { memoryShelf } from '../../src/plugins/cache/shelf/memory-shelf.ts';
import { systemClock } from '../../src/util/time/clock.ts';
import { median } from './statistics.ts';

const rounds = 25;
const perRound = 400;
const paragraph =
  'A paragraph of an instruction, a document or an earlier turn, as prompts have many of them. ';

/** A conversation of 15,000 characters. */
function requestOf(number: number): ChatRequest {
  return {
    messages: [
      { role: 'system', content: paragraph.repeat(40) },
      ...Array.from({ length: 10 }, (_, turn) => ({
        role: turn % 2 === 0 ? ('user' as const) : ('assistant' as const),
        content: `${turn}: ${paragraph.repeat(12)}`,
      })),
      { role: 'user', content: `${number}: ${paragraph.repeat(5)}` },
    ],
  };
}

/** Microseconds of CPU a request. */
async function timeOf(
  router: ReturnType<typeof routerOf>,
  request: (number: number) => ChatRequest,
  options: { readonly tenant: string; readonly cache?: false },
): Promise<number> {
  const requests = Array.from({ length: perRound }, (_, number) => request(number));
  const before = process.cpuUsage();
  for (const each of requests) await router.chat(each, options);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / perRound;
}

const routerOf = (provider: Provider, plugins: readonly Plugin[]) =>
  createRouter({ targets: [{ id: 'a', provider, model: 'm', price: { input: 1, output: 4 } }], plugins });

/** Prints the table. */
export async function benchCache(provider: Provider): Promise<void> {
  let fresh = 0;
  const acme = { tenant: 'acme' };
  const unique = (): ChatRequest => requestOf(fresh++);
  const same = requestOf(-1);
  const variants = [
    { name: 'a hit from memory', goal: 60, request: () => same, options: acme, isWhole: true },
    { name: 'a miss, with the entry stored', goal: 60, request: unique, options: acme, isWhole: false },
    {
      name: '`cache: false` for the call',
      goal: 2,
      request: unique,
      options: { ...acme, cache: false },
      isWhole: false,
    },
  ] as const;
  const bare = routerOf(provider, []);
  const cached = routerOf(provider, [cache({ ttl: 3_600_000 })]);
  console.log(`\n| a request of ${JSON.stringify(same).length} bytes | µs of CPU | goal |\n|---|---:|---:|`);
  for (const { name, goal, request, options, isWhole } of variants) {
    const bareOptions = { tenant: 'acme' };
    for (let round = 0; round < 3; round++) {
      await timeOf(bare, request, bareOptions);
      await timeOf(cached, request, options);
    }
    const costs: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const without = await timeOf(bare, request, bareOptions);
      const within = await timeOf(cached, request, options);
      // A hit replaces the request; anything else adds to it.
      costs.push(isWhole ? within : within - without);
    }
    const cost = median(costs);
    const what = isWhole ? `${name}, all of it` : `${name}, more than without the plugin`;
    console.log(`| ${what} | ${cost.toFixed(1)} | ${goal}: ${cost <= goal ? 'met' : 'not met'} |`);
  }
  await Promise.all([bare.close(), cached.close()]);
  benchEviction();
}

function benchEviction(): void {
  const labels = { scope: 'acme', route: 'default', tags: [] };
  const life = { ttl: 3_600_000, age: 0 };
  const text = 'x'.repeat(200);
  console.log(
    '\n| entries within `maxBytes` | µs to store one and evict one | bytes, of the most allowed |\n|---:|---:|---:|',
  );
  for (const entries of [1_000, 10_000, 100_000]) {
    const most = entries * (2 * (64 + text.length) + 200);
    const shelf = memoryShelf(most, systemClock);
    let number = 0;
    const store = (): void => void shelf.set(`${number++}`.padStart(64, '0'), text, labels, life);
    for (let count = 0; count < entries; count++) store();
    const before = process.cpuUsage();
    for (let count = 0; count < 50_000; count++) store();
    const { user, system } = process.cpuUsage(before);
    const cost = ((user + system) / 50_000).toFixed(2);
    console.log(`| ${entries} | ${cost} | ${((100 * shelf.bytes) / most).toFixed(1)} % |`);
  }
}
