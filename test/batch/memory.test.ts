import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openaiVendor } from './vendors/openai.ts';

const count = 100_000;
/** Checkpoints in a window. The smallest of them leaves out what was in flight, and what a collection left over. */
const windowSize = 10;

it('100,000 requests go in and out in the memory of the first few thousand', {
  timeout: 900_000,
}, async () => {
  const vendor = await openaiVendor();
  const folder = await mkdtemp(join(tmpdir(), 'memory-'));
  const args = [join(folder, 'store.db'), vendor.url, String(count), String(Date.now())];
  const child = spawn(process.execPath, ['--expose-gc', 'test/batch/memory-child.ts', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.on('data', (piece) => {
    text += String(piece);
  });
  await once(child, 'close');
  await vendor.close();
  await rm(folder, { recursive: true });
  const lines = text.trim().split('\n');
  expect(lines.at(-1)).toBe(`end ${count}`);
  const sizes = lines.slice(0, -1).map(Number);
  expect(sizes).toHaveLength(count / 1_000);
  const smallest = Array.from({ length: sizes.length / windowSize }, (_, window) =>
    Math.min(...sizes.slice(window * windowSize, (window + 1) * windowSize)),
  );
  const half = smallest.length / 2;
  const [early, late] = [median(smallest.slice(0, half)), median(smallest.slice(half))];
  // 50,000 requests between them: 40 bytes each would be 2 MB.
  expect(late - early).toBeLessThan(2_000_000);
});

function median(sizes: readonly number[]): number {
  const sorted = [...sizes].sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
