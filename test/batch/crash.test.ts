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

/** Runs a process; `onLine` may kill it. Returns the lines that it printed. */
async function runProcess(
  mode: 'run' | 'resume',
  begun?: (child: ChildProcess) => void,
  onLine?: (lines: number) => void,
) {
  const args = [
    'test/batch/crash-child.ts',
    join(folder, 'store.db'),
    vendor.url,
    mode,
    String(count),
    since,
  ];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  begun?.(child);
  let text = '';
  child.stdout.on('data', (chunk) => {
    text += String(chunk);
    onLine?.(text.split('\n').length - 1);
  });
  await once(child, 'close');
  // A killed process may have written half a line.
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .filter((line) => line !== '');
}

/** A first process that is killed, and a second one that finishes its work. */
async function killed(arm: (kill: () => void) => { readonly onLine?: (lines: number) => void }) {
  let child: ChildProcess | undefined;
  const { onLine } = arm(() => child?.kill('SIGKILL'));
  const first = await runProcess(
    'run',
    (begun) => {
      child = begun;
    },
    onLine,
  );
  expect(first).not.toContain('end');
  vendor.behavior.cut = () => false;
  const second = await runProcess('resume');
  expect(second.at(-1)).toBe('end');
  return { first, second: second.slice(0, -1) };
}

describe('a process that is killed', { timeout: 60_000 }, () => {
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
    const { second } = await killed((kill) => {
      let isArmed = true;
      vendor.behavior.cut = (route) => {
        if (!isArmed || !route.includes(at)) return false;
        isArmed = false;
        kill();
        return true;
      };
      return {};
    });
    everyResult(...second);
    expect(second).toHaveLength(count);
    expect(vendor.batches).toHaveLength(1);
    expect(vendor.billed).toHaveLength(count);
  });

  it('when it has read half of the results, repeats at most those it had not confirmed', async () => {
    const { first, second } = await killed((kill) => ({ onLine: (lines) => void (lines >= 70 && kill()) }));
    everyResult(...first, ...second);
    expect(second.length).toBeLessThan(count);
    expect(vendor.billed).toHaveLength(count);
    expect(vendor.batches).toHaveLength(1);
  });
});
