import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Clock, Lease } from 'signalbox';
import { sqlite } from 'signalbox/sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/util/time/clock.ts';
import { limitOfAll } from './crash-limit.ts';

const processes = 4;
const rounds = 3;
const worker = join(import.meta.dirname, 'crash-worker.ts');

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signalbox-crash-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** What one process had settled when it was killed, in millionths of US$. */
interface Settled {
  readonly all: number;
  /** At least 100 ms before its last line. */
  readonly earlier: number;
}

function settledIn(log: string): Settled {
  // The last line may have been cut off.
  const lines = readFileSync(log, 'utf8').split('\n').slice(0, -1);
  const records = lines.map((line) => line.split(' ').map(Number));
  const [now = 0, all = 0] = records.at(-1) ?? [];
  const [, earlier = 0] = records.findLast(([at = 0]) => at <= now - 100) ?? [];
  return { all: all / 1e3, earlier: Math.floor(earlier / 1e3) };
}

/** Starts processes, kills them once each has settled a while, and gives what each had settled. */
async function killed(file: string, round: number): Promise<readonly Settled[]> {
  const all = Array.from({ length: processes }, (_, index) => {
    const log = join(folder, `${round}-${index}.log`);
    const child = spawn(process.execPath, [worker, file, log, String(10 * round + index)], {
      stdio: 'inherit',
    });
    return { log, child, exited: new Promise((resolve) => child.on('exit', resolve)) };
  });
  const hasSettled = (log: string): boolean =>
    existsSync(log) && readFileSync(log, 'utf8').split('\n').length > 60;
  while (!all.every(({ log, child }) => hasSettled(log) && child.exitCode === null)) {
    if (all.some(({ child }) => child.exitCode !== null)) throw new Error('a process ended by itself');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  for (const { child } of all) child.kill('SIGKILL');
  await Promise.all(all.map(({ exited }) => exited));
  return all.map(({ log }) => settledIn(log));
}

/** The limit's state in the file, so many milliseconds from now. */
async function shareAfter(file: string, ms: number): Promise<Lease> {
  const db = new DatabaseSync(file);
  const key = String(db.prepare('SELECT key FROM signalbox_shares').get()?.['key']);
  db.close();
  const clock: Clock = { ...systemClock, date: () => Date.now() + ms };
  const store = sqlite(file, { clock });
  const lease = await store.lease({
    key,
    holder: `observer ${ms}`,
    sequence: 1,
    limit: limitOfAll.usd * 1e6,
    want: 0,
    used: 0,
    ttl: 1_000,
    keep: 1e9,
  });
  await store.close?.();
  return lease;
}

describe('four processes that spend over one SQLite file and are killed in the middle of writes', () => {
  it('leave a whole file, in which what was settled is booked but for the last 100 ms, which is leased and then counts as used', async () => {
    const file = join(folder, 'store.db');
    const all: Settled[] = [];
    for (let round = 0; round < rounds; round++) all.push(...(await killed(file, round)));
    const db = new DatabaseSync(file);
    expect(db.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
    db.close();

    const now = await shareAfter(file, 0);
    const [earlier, settled] = [sumOf(all, 'earlier'), sumOf(all, 'all')];
    expect(earlier).toBeGreaterThan(0);
    expect(settled).toBeGreaterThan(earlier);
    expect(now.used).toBeGreaterThanOrEqual(earlier);
    expect(now.used + now.held).toBeGreaterThanOrEqual(settled);

    const later = await shareAfter(file, 60_000);
    expect(later.held).toBe(0);
    expect(later.used).toBeGreaterThanOrEqual(settled);
    expect(later.used).toBe(now.used + now.held);
    expect(later.used).toBeLessThanOrEqual(limitOfAll.usd * 1e6);
  });
});

function sumOf(all: readonly Settled[], field: keyof Settled): number {
  return all.reduce((sum, each) => sum + each[field], 0);
}
