// How long questions to a ledger of a million rows take: `node test/bench/ledger/main.ts`. `--rows 100000` fewer rows, `--only postgres` one
// store, `--keep DIR` keeps the SQLite file there and uses it again. PostgreSQL is a server of its own, by Debian's package.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Pool } from 'pg';
import { type LedgerQuery, type LedgerWriter, postgres, sqlite } from '../../../src/plugins/ledger/index.ts';
import { postgresCluster } from '../../plugins/ledger/postgres-cluster.ts';
import { median } from '../statistics.ts';
import { days, records } from './records.ts';

const { values } = parseArgs({
  options: { rows: { type: 'string' }, only: { type: 'string' }, keep: { type: 'string' } },
});
const count = Number(values.rows ?? 1_000_000);
const until = Date.UTC(2026, 10, 28, 13, 20);
const dayOf = (back: number): string => new Date(until - back * 86_400_000).toISOString().slice(0, 10);
/** Milliseconds that each question may take, see the guide about the ledger. */
const goal = 200;

const inTenant = { where: { tenant: 'tenant-7' } } as const;
const asked: Readonly<Record<string, LedgerQuery>> = {
  total: {},
  'by day': { by: ['day'] },
  'by day, in another time zone': { by: ['day'], timeZone: 'America/Los_Angeles' },
  'by day and tenant': { by: ['day', 'tenant'] },
  'by day and tenant, in another time zone': { by: ['day', 'tenant'], timeZone: 'Asia/Kolkata' },
  'by day and model, of one tenant': { by: ['day', 'model'], ...inTenant },
  'by day and model, of one tenant, in another time zone': {
    by: ['day', 'model'],
    ...inTenant,
    timeZone: 'Asia/Kolkata',
  },
  'by model, of one tenant, in another time zone': {
    by: ['model'],
    ...inTenant,
    from: dayOf(60),
    timeZone: 'Asia/Kolkata',
  },
  'by route, of one tenant and model': { by: ['route'], where: { tenant: 'tenant-7', model: 'model-3' } },
  'by target, with latency': { by: ['target'], latency: true },
  'by day and target, with latency': { by: ['day', 'target'], latency: true },
  'by hour and target, of a week': { by: ['hour', 'target'], from: until - 7 * 86_400_000 },
  'by user': { by: ['user'] },
  'by user, of one tenant and month': { by: ['user'], ...inTenant, from: dayOf(30) },
  'by tag': { by: ['tag'] },
  'by day and tag, in another time zone': { by: ['day', 'tag'], timeZone: 'Asia/Kolkata' },
  'by tag and model, of one tenant': { by: ['tag', 'model'], ...inTenant },
  'by what prompt caches did, and route': { by: ['promptCache', 'route'] },
};

async function fill(writer: LedgerWriter): Promise<void> {
  const started = performance.now();
  let batch: Parameters<LedgerWriter['append']>[0][number][] = [];
  for (const record of records(count, until)) {
    batch.push(record);
    if (batch.length < 5_000) continue;
    await writer.append(batch);
    batch = [];
  }
  await writer.append(batch);
  console.log(
    `  ${count} rows over ${days} days written in ${((performance.now() - started) / 1_000).toFixed(0)} s`,
  );
}

/** The median of five, after one that fills what databases remember. In milliseconds, of which `cpu` in this process. */
async function timeOf(ask: () => Promise<unknown>): Promise<{ readonly wall: number; readonly cpu: number }> {
  await ask();
  const walls: number[] = [];
  const cpus: number[] = [];
  for (let turn = 0; turn < 5; turn++) {
    const [started, before] = [performance.now(), process.cpuUsage()];
    await ask();
    const { user, system } = process.cpuUsage(before);
    walls.push(performance.now() - started);
    cpus.push((user + system) / 1_000);
  }
  return { wall: median(walls), cpu: median(cpus) };
}

function print(question: string, { wall, cpu }: Awaited<ReturnType<typeof timeOf>>): void {
  const figures = `${wall.toFixed(0).padStart(6)} ms ${cpu.toFixed(0).padStart(6)} ms CPU here`;
  console.log(`${figures}  ${question}${Math.min(wall, cpu) > goal ? `  (more than ${goal})` : ''}`);
}

async function measure(name: string, writer: LedgerWriter, isFull: boolean): Promise<void> {
  console.log(`\n${name}`);
  if (!isFull) await fill(writer);
  const { reader } = writer;
  if (reader === undefined) throw new Error(`${name} has no reader`);
  for (const [question, query] of Object.entries(asked)) {
    print(question, await timeOf(() => reader.query(query)));
  }
  const latest = await timeOf(async () => {
    for await (const _ of reader.rows({ limit: 100 }));
  });
  print('the latest 100 rows', latest);
}

const folder = values.keep ?? mkdtempSync(join(tmpdir(), 'signalbox-bench-ledger-'));
if (values.only !== 'postgres') {
  const path = join(folder, 'usage.db');
  const isFull = existsSync(path);
  const writer = sqlite(path);
  await measure('SQLite', writer, isFull);
  await writer.close?.();
}
if (values.only !== 'sqlite') {
  const cluster = postgresCluster();
  const pool = new Pool(cluster.connection);
  await measure('PostgreSQL', postgres(pool), false);
  await pool.end();
  cluster.remove();
}
if (values.keep === undefined) rmSync(folder, { recursive: true, force: true });
