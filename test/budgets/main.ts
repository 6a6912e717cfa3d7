// What limits hold when processes die, clocks are wrong and the store is frozen, restarted or flushed: `npm run budgets`, some minutes.
import { parseArgs } from 'node:util';
import { atLimit } from './at-limit.ts';
import { play, type Result, scenarios, sleep } from './scenarios.ts';
import { settle } from './settle.ts';

const { values } = parseArgs({ options: { only: { type: 'string' } } });

row(
  'what happens',
  'limit, US$',
  'billed by the vendor',
  'used',
  'processes killed',
  'store calls a second',
  'longest first refusal',
  'p50 and p99 of later ones',
);
row('---', '---:', '---:', '---:', '---:', '---:', '---:', '---:');
let failed = false;
const isWanted = (name: string): boolean => values.only === undefined || name.includes(values.only);
for (const scenario of scenarios.filter(({ name }) => isWanted(name))) {
  const result = await play(scenario);
  show(result);
  failed ||= result.billed > limitOf(result);
}
console.log();
if (isWanted('speed')) await speed();
console.log();
if (isWanted('refusals')) await refusals();
console.log();
if (isWanted('settled')) await settled();
process.exitCode = failed ? 1 : 0;

/** Whether what is settled is what the vendor billed. */
async function settled(): Promise<void> {
  const { requests, attempts, billed, settled: booked, uncounted, mismatches } = await settle(10_000);
  console.log(
    `${requests} requests, ${attempts} attempts: answers that were counted, by the vendor US$ ${billed.toFixed(6)}, settled US$ ${booked.toFixed(6)}, ${mismatches} differ; ${uncounted} attempts were cut off or abandoned, and are settled by an estimate.`,
  );
  failed ||= mismatches > 0 || billed.toFixed(6) !== booked.toFixed(6);
}

function show(result: Result): void {
  const { scenario, billed: sum, killed, reports } = result;
  const limit = limitOf(result);
  const refused = reports.flatMap((each) => each.refused);
  const rate = reports.reduce((all, each) => all + each.commands / each.seconds, 0);
  row(
    scenario.name,
    limit.toFixed(2),
    sum.toFixed(6),
    `${((100 * sum) / limit).toFixed(2)}%`,
    String(killed),
    rate.toFixed(0),
    `${Math.max(...reports.flatMap((each) => each.firstRefusals)).toFixed(0)} ms`,
    `${quantile(refused, 0.5).toFixed(2)} and ${quantile(refused, 0.99).toFixed(2)} ms`,
  );
}

/** The same traffic without limits, with them, and with them over a frozen Redis. */
async function speed(): Promise<void> {
  const base = { processes: 2, usd: 1e6, limit: { storeAway: 'local' } } as const;
  row('two processes, eight callers', 'answers a second', 'p50', 'p99');
  row('---', '---:', '---:', '---:');
  const cases = [
    { ...base, name: 'no limit', store: 'none', happen: () => sleep(8_000) },
    { ...base, name: 'limit, Redis', store: 'redis', happen: () => sleep(8_000) },
    {
      ...base,
      name: 'limit, Redis frozen',
      store: 'redis',
      async happen({ crew, server }) {
        await crew.answered(50);
        server?.freeze();
        await sleep(8_000);
        server?.thaw();
      },
    },
    { ...base, name: 'no limit, again', store: 'none', happen: () => sleep(8_000) },
  ] as const satisfies readonly Parameters<typeof play>[0][];
  for (const each of cases) {
    const { reports } = await play(each);
    const answered = reports.flatMap((report) => report.answered);
    const rate = reports.reduce((all, { answers, seconds }) => all + answers / seconds, 0);
    row(
      each.name,
      rate.toFixed(0),
      `${quantile(answered, 0.5).toFixed(1)} ms`,
      `${quantile(answered, 0.99).toFixed(1)} ms`,
    );
  }
}

/** A tenant at its limit beside others. */
async function refusals(): Promise<void> {
  const { alone, beside, first, cold, othersBefore, othersBeside, commands } = await atLimit(5_000);
  row('a tenant at its limit', 'requests', 'p50', 'p99');
  row('---', '---:', '---:', '---:');
  const cases = [
    ['its refusals, nothing else under way', alone],
    ['its refusals, while others get answers', beside],
    ['the first one of a process, after `warmup()`', first],
    ['the first one of a process, without `warmup()`', cold],
    ['answers to four others, before', othersBefore],
    ['answers to four others, while it asks', othersBeside],
  ] as const;
  for (const [name, times] of cases)
    row(
      name,
      String(times.length),
      `${quantile(times, 0.5).toFixed(2)} ms`,
      `${quantile(times, 0.99).toFixed(2)} ms`,
    );
  console.log(`\n${commands.toFixed(1)} commands a second to Redis while the tenant at its limit asks.`);
}

function limitOf({ scenario, periods }: Result): number {
  return scenario.usd * periods;
}

function quantile(values: readonly number[], q: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(q * (values.length - 1))] ?? Number.NaN;
}

function row(...cells: readonly string[]): void {
  console.log(`| ${cells.join(' | ')} |`);
}
