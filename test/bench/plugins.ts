// What the plugins that observe cost a request, in microseconds of CPU: `node test/bench/plugins.ts`. Each variant runs in turns with the
// bare router, and the median of the differences counts. `on the road`: until the answer. `in all`: with the batches that follow.
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRouter, type Plugin, type Provider } from '../../src/index.ts';
import { jsonl, ledger, sqlite } from '../../src/plugins/ledger/index.ts';
import { otel } from '../../src/plugins/otel/index.ts';
import { prometheus } from '../../src/plugins/prometheus/index.ts';
import { benchCache } from './cache.ts';
import { median } from './statistics.ts';

const rounds = 25;
const perRound = 2_000;
const file = (name: string): string => join(tmpdir(), `signalbox-bench-${process.pid}-${name}`);

const instant: Provider<'instant'> = {
  name: 'instant',
  chat: async ({ model }) => ({
    content: [{ type: 'text', text: 'ok' }],
    finishReason: 'stop',
    usage: { inputTokens: 24, outputTokens: 20 },
    response: { model, headers: {} },
    warnings: [],
    raw: undefined,
  }),
  stream() {
    throw new Error('no stream is measured');
  },
};
const routerWith = (plugins: readonly Plugin[]) =>
  createRouter({
    targets: [{ id: 'a', provider: instant, model: 'm', price: { input: 1, output: 4 } }],
    plugins,
  });
// No batch before it is asked for: so that the road and what follows are measured apart.
const held = { interval: 3_600_000, batch: perRound * 2, buffer: perRound * 8 };
const usage = {
  sqlite: ledger(sqlite(file('usage.db')), held),
  jsonl: ledger(jsonl(file('usage.jsonl')), held),
};
const nothing: Plugin = { name: 'nothing', observe: () => ({ attempt: () => ({ end() {} }), end() {} }) };

const variants: Readonly<Record<string, { plugin: Plugin; goal?: number; flush?: () => Promise<void> }>> = {
  'an observer that does nothing': { plugin: nothing },
  'otel() without a registered tracer': { plugin: otel(), goal: 3 },
  'prometheus()': { plugin: prometheus(), goal: 2 },
  'ledger(sqlite())': { plugin: usage.sqlite, goal: 5, flush: () => usage.sqlite.flush() },
  'ledger(jsonl())': { plugin: usage.jsonl, goal: 5, flush: () => usage.jsonl.flush() },
};

/** Microseconds of CPU a request. */
async function timeOf(router: ReturnType<typeof routerWith>): Promise<number> {
  const before = process.cpuUsage();
  for (let number = 0; number < perRound; number++) await router.chat({ prompt: 'q' }, { tenant: 'acme' });
  const { user, system } = process.cpuUsage(before);
  return (user + system) / perRound;
}

const bare = routerWith([]);
const routers = Object.entries(variants).map(([name, variant]) => ({
  name,
  ...variant,
  router: routerWith([variant.plugin]),
}));
for (const { router, flush } of [{ router: bare, flush: undefined }, ...routers]) {
  for (let round = 0; round < 3; round++) await timeOf(router);
  await flush?.();
}
const bareTimes: number[] = [];
const road = new Map(routers.map(({ name }) => [name, [] as number[]]));
const all = new Map(routers.map(({ name }) => [name, [] as number[]]));
for (let round = 0; round < rounds; round++) {
  for (const { name, router, flush } of routers) {
    const without = await timeOf(bare);
    const within = await timeOf(router);
    const before = process.cpuUsage();
    await flush?.();
    const { user, system } = process.cpuUsage(before);
    bareTimes.push(without);
    road.get(name)?.push(within - without);
    all.get(name)?.push(within - without + (user + system) / perRound);
  }
}
console.log(`a chat without plugins: ${median(bareTimes).toFixed(1)} µs`);
for (const { name, goal, router } of routers) {
  const cost = median(road.get(name) ?? []);
  const verdict = goal === undefined ? '' : `  goal ${goal} µs: ${cost <= goal ? 'met' : 'not met'}`;
  console.log(
    `${name.padEnd(36)} ${cost.toFixed(1)} µs on the road, ${median(all.get(name) ?? []).toFixed(1)} µs in all${verdict}`,
  );
  await router.close();
}
for (const name of ['usage.db', 'usage.db-wal', 'usage.db-shm', 'usage.jsonl'])
  rmSync(file(name), { force: true });
await benchCache(instant);
