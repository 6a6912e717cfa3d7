import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRouter } from 'signalbox';
import { anthropic } from 'signalbox/anthropic';
import { memory } from 'signalbox/memory';
import { openai } from 'signalbox/openai';
import { seededRandom, virtualClock } from 'signalbox/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { drive } from './drive.ts';
import { count, each, faultless, faulty, price, requests } from './many.ts';
import { anthropicVendor } from './vendors/anthropic.ts';
import { openaiVendor } from './vendors/openai.ts';
import type { MockVendor } from './vendors/vendor.ts';

let open: MockVendor;
let claude: MockVendor;
beforeEach(async () => {
  open = await openaiVendor(faulty);
  claude = await anthropicVendor(faultless);
});
afterEach(async () => {
  await open.close();
  await claude.close();
});

const bill = (): number => (open.billed.length + claude.billed.length) * each;

describe('a batch of 10,000', () => {
  /** Runs it in this process. `onResult` may change the vendors. */
  const run = async (onResult: (read: number) => void | Promise<void> = () => {}) => {
    const clock = virtualClock(Date.now());
    open.behavior.date = clock.date;
    claude.behavior.date = clock.date;
    const router = createRouter({
      clock,
      random: seededRandom(3),
      store: memory({ clock, maxBytes: 256 * 2 ** 20 }),
      fallbackOn: ['output'],
      targets: [
        {
          provider: openai({ baseURL: `${open.url}/v1`, apiKey: 'a' }),
          model: 'gpt-5-mini',
          price,
          tiers: ['batch'],
        },
        {
          provider: anthropic({ baseURL: claude.url, apiKey: 'b' }),
          model: 'claude-haiku-4-5',
          price,
          tiers: ['batch'],
        },
      ],
    });
    let booked = 0;
    let estimated = 0;
    router.on('usage', ({ cost, billed }) => {
      if (billed === 'yes') booked += cost?.total ?? 0;
      else estimated += 1;
    });
    const batch = await router.batch(requests(), { maxInFlight: 4_000 });
    const seen = new Map<string, number>();
    let wrong = 0;
    const reading = (async () => {
      for await (const { id, result } of batch.results) {
        seen.set(id, (seen.get(id) ?? 0) + 1);
        const object = result !== undefined && 'object' in result ? (result.object as { n?: number }) : {};
        if (object.n !== Number(id.slice(1))) wrong += 1;
        await onResult(seen.size);
      }
    })();
    await drive(clock, reading);
    await router.close();
    expect(seen.size).toBe(count);
    expect([...seen.values()].every((times) => times === 1)).toBe(true);
    expect(wrong).toBe(0);
    return { booked, estimated };
  };

  it('with 2% refused, 1% expired and 5% against the schema: one result each, and the sums equal the bill', async () => {
    const { booked, estimated } = await run();
    // 200 refused, 100 expired, 500 against the schema: the other vendor answers those.
    expect(open.billed).toHaveLength(count - 300);
    expect(claude.billed).toHaveLength(800);
    expect(booked).toBeCloseTo(bill(), 6);
    expect(estimated).toBe(0);
  });

  it.each([
    ['refuses connections', () => open.close()],
    [
      'never answers again',
      () => {
        open.behavior.silent = () => true;
      },
    ],
  ])('with a vendor that %s from the middle on: the other one answers the rest', async (_, die) => {
    let isDead = false;
    const { booked, estimated } = await run(async (read) => {
      if (isDead || read < 3_000) return;
      isDead = true;
      await die();
    });
    expect(open.billed.length).toBeLessThan(count / 2);
    // What the dead vendor had, or may have got, may still be charged.
    const unread = open.batches.slice(1).reduce((sum, { asked }) => sum + asked.length, 0);
    expect(estimated).toBeGreaterThanOrEqual(unread);
    expect(estimated).toBeLessThanOrEqual(4_000);
    expect(open.billed.length + claude.billed.length).toBeGreaterThanOrEqual(count);
    expect(booked).toBeCloseTo(bill(), 6);
  });
});

describe('a batch of 10,000 in processes that are killed', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'many-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  /** Runs a process, which is killed at a request of its, or when it pauses. Returns the lines that it printed. */
  const runProcess = async (
    mode: 'run' | 'resume',
    since: number,
    { at, pauseAfter }: { readonly at?: string; readonly pauseAfter?: number },
  ): Promise<readonly string[]> => {
    let child: ChildProcess | undefined;
    let isArmed = at !== undefined;
    const cut = (route: string): boolean => {
      if (!isArmed || at === undefined || !route.includes(at)) return false;
      isArmed = false;
      child?.kill('SIGKILL');
      return true;
    };
    open.behavior.cut = cut;
    claude.behavior.cut = cut;
    const args = [
      join(folder, 'store.db'),
      open.url,
      claude.url,
      mode,
      String(since),
      String(pauseAfter ?? ''),
    ];
    const begun = spawn(process.execPath, ['test/batch/many-child.ts', ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    child = begun;
    const pieces: string[] = [];
    begun.stdout.on('data', (piece) => {
      pieces.push(String(piece));
      if (pieces.at(-1)?.endsWith('pause\n')) begun.kill('SIGKILL');
    });
    await once(begun, 'close');
    const text = pieces.join('');
    // A killed process may have written half a line.
    return text
      .slice(0, text.lastIndexOf('\n') + 1)
      .split('\n')
      .slice(0, -1);
  };

  it('after each step of its life, and with a vendor that dies: one result each, and each charge is counted once', async () => {
    const since = Date.now();
    const lines: string[] = [];
    const steps = [
      { at: 'POST /v1/batches' }, // sent, but not stored
      { at: 'GET /v1/batches/' }, // stored, but not polled
      { at: '/content' }, // polled, but not read
      { pauseAfter: 3_000 }, // half read
    ];
    for (const [index, step] of steps.entries()) {
      const printed = await runProcess(index === 0 ? 'run' : 'resume', since, step);
      expect(printed).not.toContain('end');
      lines.push(...printed);
    }
    await open.close();
    const last = await runProcess('resume', since, {});
    expect(last.at(-1)).toBe('end');
    lines.push(...last);

    const results = lines.filter((line) => /^\d+ /.test(line));
    expect(results.filter((line) => !line.endsWith(' right'))).toEqual([]);
    expect(new Set(results).size).toBe(count);
    // A result that was read, but not confirmed, is read again.
    expect(results.length).toBeLessThanOrEqual(count + 20);
    const charges = new Set(lines.filter((line) => line.startsWith('$ ')));
    const charged = [...charges].reduce((sum, line) => sum + Number(line.split(' ')[3]), 0);
    expect(charged).toBeCloseTo(bill(), 6);
    // A request is in a second batch only after the first one did not answer it as asked, or was lost.
    const asked = (vendor: MockVendor): number =>
      vendor.batches.reduce((sum, batch) => sum + batch.asked.length, 0);
    expect(asked(open)).toBeLessThanOrEqual(count);
    expect(asked(claude)).toBeLessThanOrEqual(count);
  });
});
