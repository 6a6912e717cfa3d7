import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { jsonl, openLedger, sqlite } from 'signalbox/ledger';
import { afterEach, describe, expect, it } from 'vitest';
import { temporaryFolder, worldWith } from './support.ts';

const folder = temporaryFolder();
const program = join(import.meta.dirname, 'killed-writer.ts');

/** Kills a process in the middle of its writes. Returns how many requests it was sure of. */
async function killed(path: string): Promise<number> {
  const child = spawn(process.execPath, [program, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  let sure = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    sure = Number(line);
    if (sure >= 500) break;
  }
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
  return sure;
}

describe.each(['usage.db', 'usage.jsonl'])('kill -9 while %s is written', (name) => {
  it('loses nothing that was flushed, and leaves a ledger that verifies and goes on', async () => {
    const path = folder.path(name);
    const sure = await killed(path);
    const again = await killed(path);
    const reader = openLedger(path);
    const [all] = await reader.query({ where: { tenant: 'acme' } });
    expect(all?.requests).toBeGreaterThanOrEqual(sure + again);
    const { ok, rows } = await reader.verify();
    expect([ok, rows]).toEqual([true, all?.requests]);
    await reader.close?.();
  });
});

let mounted: string | undefined;
// Before the folder is removed.
afterEach(() => {
  if (mounted !== undefined) execFileSync('umount', ['-l', mounted]);
  mounted = undefined;
});

/** A file system of 256 KB, where this user may mount one. */
function smallDisk(): string | undefined {
  const path = folder.path('disk');
  mkdirSync(path);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', path], { stdio: 'ignore' });
  } catch {
    return undefined;
  }
  mounted = path;
  return path;
}

describe('a full disk', () => {
  it.skipIf(!existsSync('/dev/full'))(
    'is an event for a file of lines, and what is lost is counted',
    async () => {
      const { router, usage, events } = worldWith(jsonl('/dev/full'), { options: { closeTimeout: 1 } });
      for (let number = 0; number < 5; number++) expect((await router.chat({ prompt: 'q' })).text).toBe('ok');
      await router.close();
      expect(usage.status).toMatchObject({ written: 0, dropped: 5 });
      expect(
        events.some((event) => event.type === 'plugin-error' && String(event.error).includes('ENOSPC')),
      ).toBe(true);
    },
  );

  it('is an event for SQLite, whose file stays whole', async (context) => {
    const disk = smallDisk();
    if (disk === undefined) return context.skip('this user may not mount a tmpfs');
    const path = join(disk, 'usage.db');
    const { router, usage, events } = worldWith(sqlite(path), { options: { batch: 50, closeTimeout: 1 } });
    for (let number = 0; number < 2_000; number++)
      await router.chat({ prompt: 'q' }, { tenant: `tenant ${number}` });
    await router.close();
    const { written, dropped } = usage.status;
    expect(written + dropped).toBe(2_000);
    expect(dropped).toBeGreaterThan(0);
    expect(
      events.some((event) => event.type === 'plugin-error' && /full|I\/O/.test(String(event.error))),
    ).toBe(true);
    const reader = openLedger(path);
    expect(await reader.verify()).toMatchObject({ ok: true, rows: written });
    await reader.close?.();
  }, 30_000);
});
