import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openaiVendor } from './vendors/openai.ts';
import type { MockVendor } from './vendors/vendor.ts';

const count = 150;
let vendor: MockVendor;
let folder: string;
let since: string;
beforeEach(async () => {
  vendor = await openaiVendor();
  folder = await mkdtemp(join(tmpdir(), 'batch-'));
  since = String(Date.now());
});
afterEach(async () => {
  await vendor.close();
  await rm(folder, { recursive: true });
});

/** Runs a process, and kills it once it pauses. Returns the lines that it printed. */
async function runProcess(
  mode: 'run' | 'resume',
  pauseAfter?: number,
  begun?: (child: ChildProcess) => void,
): Promise<readonly string[]> {
  const args = [
    'test/batch/crash-child.ts',
    join(folder, 'store.db'),
    vendor.url,
    mode,
    String(count),
    since,
  ];
  const child = spawn(process.execPath, [...args, String(pauseAfter ?? '')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  begun?.(child);
  let text = '';
  child.stdout.on('data', (chunk) => {
    text += String(chunk);
    if (text.endsWith('pause\n')) child.kill('SIGKILL');
  });
  await once(child, 'close');
  // A killed process may have written half a line.
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .filter((line) => line !== '' && line !== 'pause');
}

/** A first process that is killed, at a request of its or once it pauses, and a second one that finishes its work. */
async function killed({ at, pauseAfter }: { readonly at?: string; readonly pauseAfter?: number }) {
  let child: ChildProcess | undefined;
  let isArmed = at !== undefined;
  vendor.behavior.cut = (route) => {
    if (!isArmed || at === undefined || !route.includes(at)) return false;
    isArmed = false;
    child?.kill('SIGKILL');
    return true;
  };
  const first = await runProcess('run', pauseAfter, (begun) => {
    child = begun;
  });
  expect(first).not.toContain('end');
  const second = await runProcess('resume');
  expect(second.at(-1)).toBe('end');
  return { first, second: second.slice(0, -1) };
}

describe('a process that is killed', { timeout: 240_000 }, () => {
  const everyResult = (...lines: readonly string[]) => {
    expect(new Set(lines.map((line) => line.split(' ')[0])).size).toBe(count);
    for (const line of lines) {
      const [id = ''] = line.split(' ');
      expect(line).toContain(`question ${id.slice(1)}"`);
    }
  };

  it.each([
    ['after its file was sent, before the batch was', 'POST /v1/files'],
    ['after the batch was sent, before that was stored', 'POST /v1/batches'],
    ['after the batch was stored, before it was polled', 'GET /v1/batches/'],
    ['as it asks for the results', '/content'],
  ])('%s, loses nothing and pays nothing twice', async (_, at) => {
    const { second } = await killed({ at });
    everyResult(...second);
    expect(second).toHaveLength(count);
    expect(vendor.batches).toHaveLength(1);
    expect(vendor.billed).toHaveLength(count);
  });

  it('when it has read half of the results, repeats at most those it had not confirmed', async () => {
    const { first, second } = await killed({ pauseAfter: 70 });
    everyResult(...first, ...second);
    expect(first).toHaveLength(70);
    // It saves what has been read 20 at a time.
    expect(second.length).toBeLessThanOrEqual(count - 70 + 20);
    expect(vendor.billed).toHaveLength(count);
    expect(vendor.batches).toHaveLength(1);
  });
});
