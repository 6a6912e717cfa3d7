// Ten minutes at the highest rate that the machine holds, over real sockets and four SDKs, while three vendors out of four break in
// turn in every way, and callers abort and leave: `npm run soak`, or shorter: `npm run soak -- --seconds 20`.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createRouter, type Provider } from 'signalbox';
import { anthropic } from 'signalbox/anthropic';
import { google } from 'signalbox/google';
import { openai } from 'signalbox/openai';
import { openaiCompatible } from 'signalbox/openai-compatible';
import { seededRandom } from 'signalbox/testing';
import { type Dialect, dialects, expectedAnswer, faults, type Orders, promptOf } from './answers.ts';
import { ledger, prices } from './ledger.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '600' },
    callers: { type: 'string', default: '64' },
    seed: { type: 'string', default: '1' },
  },
});
const seconds = Number(values.seconds);
const callers = Number(values.callers);
const random = seededRandom(Number(values.seed));
/** How long one of the vendors stays the healthy one. */
const epoch = Math.min(10_000, (seconds * 1_000) / 12);

const warnings: string[] = [];
process.on('warning', ({ name, message }) => warnings.push(`${name}: ${message}`));
const unhandled: unknown[] = [];
process.on('unhandledRejection', (reason) => unhandled.push(reason));

async function vendor(dialect: Dialect): Promise<{ readonly child: ChildProcess; readonly url: string }> {
  const child = fork(new URL('./vendor.ts', import.meta.url), [dialect]);
  const [port] = await once(child, 'message');
  return { child, url: `http://127.0.0.1:${port}` };
}
async function order(child: ChildProcess, orders: Orders | 'well'): Promise<void> {
  const done = once(child, 'message');
  child.send(orders);
  await done;
}

const vendors = await Promise.all(dialects.map(vendor));
const apiKey = 'none';
const providers: Readonly<Record<Dialect, (baseURL: string) => Provider>> = {
  openai: (baseURL) => openai({ baseURL, apiKey }),
  anthropic: (baseURL) => anthropic({ baseURL, apiKey }),
  google: (baseURL) => google({ baseURL, apiKey }),
  'openai-compatible': (baseURL) => openaiCompatible({ name: 'house', baseURL, apiKey }),
};
const router = createRouter({
  log: false,
  targets: dialects.map((id, index) => ({
    id,
    provider: providers[id](vendors[index]?.url ?? ''),
    model: 'm',
    price: prices[id],
  })),
  strategy: { name: 'shuffle', rank: (list, { random: chance }) => list.toSorted(() => chance() - 0.5) },
  random,
  interrupted: 'restart',
  timeout: { firstToken: 1_500, idle: 1_500, attempt: 4_000, request: 60_000 },
  retry: { minDelay: 5, maxDelay: 50 },
  // Soon closed again, so that broken targets go on being asked.
  breaker: { openFor: 100, maxOpenFor: 200 },
});
const books = ledger(router);

/** One request of one caller, who may abort it, or leave in the middle of the answer. */
async function ask(n: number): Promise<void> {
  const fate = random();
  const abort = new AbortController();
  const timer = fate < 0.05 ? setTimeout(() => abort.abort('enough'), random() * 60) : undefined;
  const options = { signal: abort.signal, metadata: { n } };
  const leaves = fate > 0.95;
  books.open(n);
  try {
    let text = '';
    let cost: number | undefined;
    if (n % 2 === 0) {
      const result = await router.chat({ prompt: promptOf(n) }, options);
      text = result.text;
      cost = result.cost?.total;
    } else {
      const stream = await router.stream({ prompt: promptOf(n) }, options);
      let left = false;
      for await (const part of stream) {
        if (part.type === 'restart') text = '';
        if (part.type === 'text-delta') text += part.text;
        left = leaves && part.type === 'text-delta';
        if (left) break;
      }
      if (left) return books.close(n, 'left');
      cost = (await stream.result).cost?.total;
    }
    books.close(n, text === expectedAnswer(n).text ? 'whole' : 'wrong', cost);
  } catch (error) {
    books.close(n, error === 'enough' ? 'left' : 'lost');
  } finally {
    clearTimeout(timer);
  }
}

let asked = 0;
/** Traffic from all callers, each with one request at a time, until `until`; and until all have their answers. */
async function traffic(until: number): Promise<void> {
  const caller = async (): Promise<void> => {
    while (performance.now() < until) {
      asked += 1;
      await ask(asked);
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
}

interface Sample {
  readonly heap: number;
  /** Of the whole process: what V8 has not given back to the system is in it. */
  readonly resident: number;
  /** Open file descriptors; `undefined` where the system does not show them. */
  readonly descriptors: number | undefined;
}

/** With nothing under way: what is held all the same. */
async function sample(): Promise<Sample> {
  for (let turn = 0; turn < 3; turn++) {
    await nextTurn();
    globalThis.gc?.();
  }
  let descriptors: number | undefined;
  try {
    descriptors = readdirSync('/proc/self/fd').length;
  } catch {}
  const { heapUsed: heap, rss: resident } = process.memoryUsage();
  return { heap, resident, descriptors };
}

/** All but one break, each in another way; again and again another one. */
async function breakVendors(healthy: number, turn: number): Promise<void> {
  await Promise.all(
    vendors.map(({ child }, index) => {
      const fault = faults[(turn + index * 3) % faults.length];
      if (index === healthy || fault === undefined) return order(child, 'well');
      played.add(`${dialects[index]} ${fault}`);
      return order(child, { fault, share: turn % 3 === 0 ? 0.5 : 1 });
    }),
  );
}

async function healVendors(): Promise<void> {
  await Promise.all(vendors.map(({ child }) => order(child, 'well')));
}

const samples: Sample[] = [];
const played = new Set<string>();
/** The healthy vendor stays healthy until nothing is under way, so at every moment a request finds one. */
async function play(healthy: number, until: number): Promise<void> {
  const slice = (until - performance.now()) / faults.length;
  let turn = 0;
  await breakVendors(healthy, turn);
  const timer = setInterval(() => {
    turn += 1;
    if (turn < faults.length) void breakVendors(healthy, turn);
  }, slice);
  const asking = traffic(until);
  await new Promise((resolve) => setTimeout(resolve, until - performance.now()));
  clearInterval(timer);
  await healVendors();
  await asking;
  books.settle();
  samples.push(await sample());
}

// All is loaded, compiled and connected before anything is measured.
await traffic(performance.now() + Math.min(5_000, seconds * 100));
books.settle();
const startedAt = performance.now();
const end = startedAt + seconds * 1_000;
for (let round = 0; performance.now() < end; round++) {
  await play(round % dialects.length, Math.min(end, performance.now() + epoch));
}
const took = (performance.now() - startedAt) / 1_000;
const idle = router.stats().every(({ inFlight }) => inFlight === 0);
await router.close();
for (const { child } of vendors) child.disconnect();
await nextTurn();

const third = Math.ceil(samples.length / 3);
const mean = (list: readonly Sample[], of: keyof Sample): number =>
  list.reduce((sum, each) => sum + (each[of] ?? 0), 0) / list.length;
const thirds = (of: keyof Sample): readonly [first: number, last: number] => [
  mean(samples.slice(0, third), of),
  mean(samples.slice(-third), of),
];
const { totals } = books;
const heap = thirds('heap');
const resident = thirds('resident');
const descriptors = thirds('descriptors');
const mega = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
/** Bytes. Idle connections and compiled code come and go by as much; a leak of a few bytes a request is more in ten minutes. */
const noise = 4e6;
const kinds = [...books.kinds].toSorted(([, a], [, b]) => b - a).map(([kind, count]) => `${kind} ${count}`);

const checks: readonly (readonly [what: string, found: string, holds: boolean])[] = [
  ['no request is lost while one target is healthy', `${totals.lost} lost`, totals.lost === 0],
  ['every answer is whole', `${totals.wrong} wrong of ${totals.whole + totals.wrong}`, totals.wrong === 0],
  [
    'one end, one bill per attempt, and the cost of the tokens',
    `${books.discrepancyCount} discrepancies`,
    books.discrepancyCount === 0,
  ],
  [
    'flat memory, after garbage collection',
    `${mega(heap[0])} in the first third, ${mega(heap[1])} in the last`,
    heap[1] - heap[0] < noise,
  ],
  [
    'flat descriptors',
    `${descriptors[0].toFixed(0)} in the first third, ${descriptors[1].toFixed(0)} in the last`,
    descriptors[1] - descriptors[0] < 2 * callers,
  ],
  ['nothing under way at the end', idle ? 'nothing' : 'something', idle],
  ['no warnings of the process', warnings.join('; ') || 'none', warnings.length === 0],
  ['no unhandled rejections', `${unhandled.length}`, unhandled.length === 0],
  [
    'garbage collection can be asked for',
    globalThis.gc ? 'yes' : 'no: --expose-gc',
    globalThis.gc !== undefined,
  ],
];

console.log(
  `${totals.requests} requests of ${callers} callers, ${(totals.requests / took).toFixed(0)} a second for ${took.toFixed(0)} s:`,
);
console.log(
  `${totals.whole} answered, ${totals.left} aborted or left; ${totals.attempts} attempts, ${totals.failed} failed`,
);
console.log(
  `faults: ${played.size} of ${dialects.length * faults.length} combinations of vendor and fault; ${kinds.join(', ')}`,
);
console.log(
  `charged: US$ ${totals.cost.toFixed(2)}; resident: ${mega(resident[0])} in the first third, ${mega(resident[1])} in the last\n`,
);
console.log('| | found | |\n|---|---|---|');
for (const [what, found, holds] of checks) console.log(`| ${what} | ${found} | ${holds ? 'ok' : 'FAILED'} |`);
for (const discrepancy of books.discrepancies) console.log(discrepancy);
for (const reason of unhandled.slice(0, 5)) console.log('unhandled:', reason);
process.exitCode = checks.every(([, , holds]) => holds) ? 0 : 1;
