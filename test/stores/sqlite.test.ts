import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { isRouterError } from 'signalbox';
import { sqlite } from 'signalbox/sqlite';
import { virtualClock } from 'signalbox/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { rejection } from '../support/requests.ts';
import { storeSuite } from './suite.ts';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signalbox-sqlite-'));
  path = join(folder, 'store.db');
});
afterEach(() => rm(folder, { recursive: true }));

storeSuite('sqlite() on a file', async () => {
  const clock = virtualClock();
  const store = sqlite(path, { clock });
  return {
    store,
    advance: (ms) => clock.advance(ms),
    date: async () => clock.date(),
    close: () => store.close?.() ?? Promise.resolve(),
  };
});

storeSuite('sqlite() in memory', async () => {
  const clock = virtualClock();
  return {
    store: sqlite(':memory:', { clock }),
    advance: (ms) => clock.advance(ms),
    date: async () => clock.date(),
  };
});

const lease = { limit: 1_000_000, ttl: 60_000, keep: 3_600_000 } as const;

describe('sqlite()', () => {
  it('keeps its data over a restart', async () => {
    const before = sqlite(path);
    await before.set('a', '1', { ttl: 60_000 });
    await before.publish([{ key: 'k', add: { n: 2 }, max: { at: 7 }, ttl: 60_000 }]);
    await before.lease({ key: 'b', holder: 'x', sequence: 1, want: 100, used: 0, ...lease });
    await before.close?.();
    const after = sqlite(path);
    expect((await after.get(['a']))[0]?.value).toBe('1');
    expect((await after.read(['k'])).entries).toEqual([{ n: 2, at: 7 }]);
    const again = await after.lease({ key: 'b', holder: 'y', sequence: 1, want: 0, used: 0, ...lease });
    expect(again).toMatchObject({ held: 100, holders: 1 });
    await after.close?.();
  });

  it('is one store for all processes that open the file', async () => {
    const [one, two] = [sqlite(path), sqlite(path)];
    expect(await one.set('a', '1', { ttl: 60_000, onlyIf: 'absent' })).toEqual(expect.any(String));
    expect(await two.set('a', '2', { ttl: 60_000, onlyIf: 'absent' })).toBeUndefined();
    await Promise.all([one.close?.(), two.close?.()]);
  });

  it('waits for the lock of another process without blocking the event loop', async () => {
    const store = sqlite(path);
    await store.set('a', '1', { ttl: 60_000 });
    const other = new DatabaseSync(path);
    other.exec('BEGIN IMMEDIATE');
    const writing = store.set('a', '2', { ttl: 60_000 });
    let turns = 0;
    // A blocked loop would run none of these before the write.
    while (turns < 5) {
      await new Promise((resolve) => setImmediate(resolve));
      turns += 1;
    }
    other.exec('COMMIT');
    other.close();
    expect(await writing).toEqual(expect.any(String));
    await store.close?.();
  });

  it('reads while another process writes', async () => {
    const store = sqlite(path);
    await store.set('a', '1', { ttl: 60_000 });
    const other = new DatabaseSync(path);
    other.exec('BEGIN IMMEDIATE');
    expect((await store.get(['a']))[0]?.value).toBe('1');
    other.close();
    await store.close?.();
  });

  it('rejects when the lock is not free in time', async () => {
    const store = sqlite(path, { lockTimeout: 5 });
    await store.set('a', '1', { ttl: 60_000 });
    const other = new DatabaseSync(path);
    other.exec('BEGIN IMMEDIATE');
    expect(await rejection(store.set('a', '2', { ttl: 60_000 }))).toMatchObject({ code: 'ERR_SQLITE_ERROR' });
    other.close();
    expect(await store.set('a', '3', { ttl: 60_000 })).toEqual(expect.any(String));
    await store.close?.();
  });

  it('rejects when the file cannot be opened, and works when it can', async () => {
    const store = sqlite(join(folder, 'missing', 'store.db'));
    expect(await rejection(store.get(['a']))).toBeInstanceOf(Error);
  });

  it('writes an operation completely or not at all', async () => {
    const store = sqlite(path);
    const wrong = [
      { key: 'a', add: { n: 1 }, ttl: 1_000 },
      { key: 'b', add: { n: {} as never }, ttl: 1_000 },
    ];
    expect(await rejection(store.publish(wrong))).toBeInstanceOf(Error);
    expect((await store.read(['a'])).entries).toEqual([{}]);
    await store.close?.();
  });

  it('rejects after close()', async () => {
    const store = sqlite(path);
    await store.get([]);
    await store.close?.();
    expect(isRouterError(await rejection(store.get(['a'])), 'closed')).toBe(true);
  });

  it.each<[string, () => unknown]>([
    ['sqlite()', () => sqlite('')],
    ['sqlite()', () => sqlite(5 as never)],
    ['sqlite().lockTimeout', () => sqlite('x', { lockTimeout: -1 })],
  ])('refuses a wrong %s', (option, make) => {
    try {
      make();
      throw new Error('was not refused');
    } catch (error) {
      expect(isRouterError(error, 'config') && error.option).toBe(option);
    }
  });
});

describe('four processes on one file', () => {
  const worker = join(import.meta.dirname, 'sqlite-worker.ts');
  const run = (name: string, rounds: number): { readonly done: Promise<number | null>; kill(): void } => {
    const child = spawn(process.execPath, [worker, path, name, String(rounds)], { stdio: 'inherit' });
    return { done: new Promise((resolve) => child.on('exit', resolve)), kill: () => child.kill('SIGKILL') };
  };

  it('lose no count, and never lease more than the limit', async () => {
    const all = ['a', 'b', 'c', 'd'].map((name) => run(name, 200));
    expect(await Promise.all(all.map(({ done }) => done))).toEqual([0, 0, 0, 0]);
    const store = sqlite(path);
    const [counts] = (await store.read(['counts'])).entries;
    expect(counts).toEqual({ all: 800, a: 200, b: 200, c: 200, d: 200 });
    const end = await store.lease({ key: 'money', holder: 'z', sequence: 1, want: 0, used: 0, ...lease });
    expect(end.used).toBeLessThanOrEqual(lease.limit);
    await store.close?.();
  });

  it('leave a whole file when they are killed in the middle of writes', async () => {
    const all = ['a', 'b', 'c', 'd'].map((name) => run(name, 1_000_000));
    const store = sqlite(path);
    // Killed once all of them have written.
    for (;;) {
      const [counts = {}] = (await store.read(['counts'])).entries;
      if (['a', 'b', 'c', 'd'].every((name) => (counts[name] ?? 0) > 0)) break;
    }
    for (const { kill } of all) kill();
    await Promise.all(all.map(({ done }) => done));
    const db = new DatabaseSync(path);
    expect(db.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
    db.close();
    const [counts = {}] = (await store.read(['counts'])).entries;
    const { all: total, ...each } = counts;
    // Both fields are one transaction.
    expect(Object.values(each).reduce((sum, n) => sum + n, 0)).toBe(total);
    await store.close?.();
  });
});
