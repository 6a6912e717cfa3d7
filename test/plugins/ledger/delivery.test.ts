import { chmodSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { type LedgerRecord, type LedgerWriter, sqlite } from 'signalbox/ledger';
import { describe, expect, it } from 'vitest';
import { temporaryFolder, type World, worldWith } from './support.ts';

const folder = temporaryFolder();

/** A writer that fails so often, and what it has written. */
function failing(
  times: number,
): LedgerWriter & { readonly written: LedgerRecord[]; readonly batches: number[] } {
  const written: LedgerRecord[] = [];
  const batches: number[] = [];
  let left = times;
  return {
    name: 'failing',
    written,
    batches,
    async append(batch) {
      left -= 1;
      if (left >= 0) throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
      written.push(...batch);
      batches.push(batch.length);
    },
  };
}

async function ask(world: World, times: number): Promise<void> {
  for (let number = 0; number < times; number++) await world.router.chat({ prompt: 'q' });
}

function errorsOf({ events }: World): string[] {
  return events.flatMap((event) => (event.type === 'plugin-error' ? [String(event.error)] : []));
}

describe('a ledger that writes in batches', () => {
  it('writes a batch after its interval, or when it is full', async () => {
    const writer = failing(0);
    const world = worldWith(writer, { options: { batch: 3, interval: 100 } });
    await ask(world, 2);
    expect(world.usage.status).toMatchObject({ buffered: 2, written: 0 });
    await ask(world, 2);
    await world.usage.flush();
    expect(writer.batches).toEqual([3, 1]);
    await ask(world, 1);
    await world.clock.advance(100);
    await world.usage.flush();
    expect(world.usage.status).toMatchObject({ buffered: 0, written: 5, dropped: 0 });
  });

  it('offers a batch again until it is written, in order and once', async () => {
    const writer = failing(2);
    const world = worldWith(writer, { options: { batch: 2 } });
    await ask(world, 5);
    await world.usage.flush();
    expect(world.usage.status).toMatchObject({ written: 5, dropped: 0, error: undefined });
    expect(new Set(writer.written).size).toBe(5);
    expect(errorsOf(world)).toEqual(Array(2).fill('Error: ENOSPC: no space left on device'));
  });

  it('drops the oldest records where its buffer is full, counts them, and answers requests meanwhile', async () => {
    const writer = failing(Number.POSITIVE_INFINITY);
    const world = worldWith(writer, { options: { batch: 2, buffer: 5, closeTimeout: 1 } });
    await ask(world, 20);
    const { buffered, dropped, error } = world.usage.status;
    expect(buffered + dropped).toBe(20);
    expect(buffered).toBeLessThanOrEqual(5 + 2 + 1);
    expect(String(error)).toContain('ENOSPC');
    await world.router.close();
    expect(world.usage.status).toMatchObject({ buffered: 0, written: 0, dropped: 20 });
    expect(errorsOf(world).filter((each) => each.includes('buffer of 5 is full'))).toHaveLength(1);
    expect(errorsOf(world).at(-1)).toMatch(/closed with \d+ records/);
  });

  it('writes what is left when the router is closed', async () => {
    const writer = failing(0);
    const world = worldWith(writer, { options: { interval: 60_000 } });
    await ask(world, 7);
    await world.router.close();
    expect(writer.written).toHaveLength(7);
  });

  it('tries once more when the router is closed while nothing can be written', async () => {
    const writer = failing(1);
    const world = worldWith(writer, { options: { batch: 1 } });
    await ask(world, 3);
    await world.router.close();
    expect(writer.written).toHaveLength(3);
    expect(world.usage.status).toMatchObject({ written: 3, dropped: 0 });
  });
});

describe('ledger(sqlite())', () => {
  it('waits for the lock of another process while requests go on', async () => {
    const path = folder.path('usage.db');
    const world = worldWith(sqlite(path, { lockTimeout: 20 }));
    await ask(world, 1);
    await world.usage.flush();
    const other = new DatabaseSync(path);
    other.exec('BEGIN IMMEDIATE');
    await ask(world, 5);
    const flushed = world.usage.flush();
    await expect.poll(() => errorsOf(world).length).toBeGreaterThan(0);
    await ask(world, 1);
    other.exec('COMMIT');
    other.close();
    await flushed;
    await world.router.close();
    expect(world.usage.status).toMatchObject({ written: 7, dropped: 0 });
    expect(errorsOf(world)[0]).toContain('locked');
  });

  it('reports a file that cannot be written, and counts what is lost', async () => {
    const path = folder.path('usage.db');
    const first = worldWith(sqlite(path));
    await ask(first, 1);
    await first.router.close();
    chmodSync(path, 0o400);
    // Root can write all files, but not to a folder in place of one.
    const world = worldWith(sqlite(process.getuid?.() === 0 ? folder.path('.') : path), {
      options: { closeTimeout: 1 },
    });
    await ask(world, 3);
    await world.router.close();
    expect(world.usage.status).toMatchObject({ written: 0, dropped: 3 });
    expect(errorsOf(world)[0]).toMatch(/readonly|unable to open/);
  });
});
