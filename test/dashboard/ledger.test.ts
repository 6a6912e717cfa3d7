import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRouter } from 'signalbox';
import { toDashboard } from 'signalbox/dashboard';
import { type Ledger, ledger, openLedger, sqlite } from 'signalbox/ledger';
import { scriptedProvider } from 'signalbox/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dashboard as command } from '../../src/cli/dashboard/dashboard.ts';
import { refusal, token } from './support.ts';

let folder: string;
let usage: Ledger;
let live: ReturnType<typeof toDashboard>;
/** Of the file alone, as the command shows it. */
let later: ReturnType<typeof toDashboard>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signalbox-dashboard-'));
  const file = join(folder, 'usage.db');
  usage = ledger(sqlite(file), { content: 'full', metadata: ['ticket'] });
  const price = { input: 100, output: 200 };
  const router = createRouter({
    targets: [
      { provider: scriptedProvider('alpha', [refusal, {}]), model: 'one', price },
      { provider: scriptedProvider('beta'), model: 'two', price },
    ],
    plugins: [usage],
    log: false,
  });
  live = toDashboard(router, { token, ledger: usage });
  await router.chat({ prompt: 'the secret prompt' }, { tenant: 'acme', metadata: { ticket: 'T-1' } });
  await router.chat({ prompt: 'Hi' }, { tenant: 'acme' });
  await router.chat({ prompt: 'Hi' }, { tenant: 'globex' });
  await usage.flush();
  later = toDashboard(undefined, { token, ledger: openLedger(file) });
});
afterAll(async () => {
  await usage?.close();
  await rm(folder, { recursive: true });
});

async function get(handle: typeof live, path: string) {
  const headers = { authorization: `Bearer ${token}` };
  const response = await handle(new Request(`http://localhost/api/${path}`, { headers }));
  return await response.json();
}

async function firstEvent(handle: typeof live) {
  const headers = { authorization: `Bearer ${token}` };
  const { body } = await handle(new Request('http://localhost/api/events', { headers }));
  const reader = (body ?? new ReadableStream<Uint8Array>()).getReader();
  const text = new TextDecoder().decode((await reader.read()).value);
  await reader.cancel();
  return JSON.parse(text.split('\ndata: ')[1] ?? '{}');
}

describe('money', () => {
  it('is what the ledger has, by tenant, the most expensive first', async () => {
    const { source, rows, total } = await get(live, 'money?by=tenant');
    const [all] = await usage.query();
    expect(source).toBe('ledger');
    expect(rows.map(({ name, requests }: { name: string; requests: number }) => [name, requests])).toEqual([
      ['acme', 2],
      ['globex', 1],
    ]);
    expect(total.cost.total).toBe(all?.cost.total);
    expect(total.failovers).toBe(1);
  });

  it.each(['tenant', 'route', 'model', 'target', 'provider', 'user'])(
    'by %s adds up to the total',
    async (by) => {
      const { rows, total } = await get(live, `money?by=${by}`);
      const sum = rows.reduce((all: number, row: { cost: { total: number } }) => all + row.cost.total, 0);
      expect(sum).toBeCloseTo(total.cost.total, 9);
      const days = rows
        .flatMap((row: { days: number[] }) => row.days)
        .reduce((all: number, day: number) => all + day, 0);
      expect(days).toBeCloseTo(total.cost.total, 9);
    },
  );

  it('is narrowed down by other dimensions', async () => {
    const where = encodeURIComponent(JSON.stringify({ tenant: 'globex' }));
    const { rows } = await get(live, `money?by=model&where=${where}`);
    expect(rows).toMatchObject([{ requests: 1 }]);
  });

  it('has a value for each day of the period', async () => {
    const from = new Date(Date.now() - 9 * 86_400_000).toISOString().slice(0, 10);
    const { days, total } = await get(live, `money?by=tenant&from=${from}`);
    expect(days.length).toBeGreaterThanOrEqual(10);
    expect(total.days).toHaveLength(days.length);
  });

  it('adds up without a ledger, too', async () => {
    const price = { input: 100, output: 200 };
    const provider = scriptedProvider('alpha', [refusal, {}]);
    const router = createRouter({ targets: [{ provider, model: 'one', price }], log: false });
    const handle = toDashboard(router, { token });
    const { cost } = await router.chat({ prompt: 'Hi' }, { tenant: 'acme' });
    const { source, rows, total } = await get(handle, 'money?by=tenant');
    expect(source).toBe('live');
    expect(total.cost.total).toBe(cost?.total);
    expect(rows).toMatchObject([{ name: 'acme', requests: 1, cost: { answer: cost?.total } }]);
    await router.close();
  });
});

describe('a dashboard of a file', () => {
  it('lists its requests, targets and totals', async () => {
    const { requests, targets, totals, about } = await firstEvent(later);
    expect(about).toEqual({ live: false, ledger: true, content: false });
    expect(requests).toMatchObject([
      { tenant: 'acme', failover: true, attempts: 2 },
      {},
      { tenant: 'globex' },
    ]);
    expect(targets.map(({ id }: { id: string }) => id).toSorted()).toEqual(['alpha/one', 'beta/two']);
    expect(totals).toMatchObject({ requests: 3, succeeded: 3, failovers: 1 });
  });

  it('explains a request', async () => {
    const { requests } = await firstEvent(later);
    const detail = await get(later, `request?id=${encodeURIComponent(requests[0].id)}`);
    expect(detail.attempts).toMatchObject([
      { target: 'alpha/one', outcome: 'failed', error: { kind: 'overloaded', status: 503 }, answer: false },
      { target: 'beta/two', outcome: 'success', answer: true },
    ]);
    expect(detail.decision).toMatchObject({
      strategy: 'priority',
      candidates: [{ target: 'alpha/one' }, {}],
    });
  });

  it('shows what the vendors’ prompt caches did, and why they missed', async () => {
    const facts = [
      { promptCache: 'hit', promptCacheSaved: 0.002 },
      { promptCache: 'miss', promptCacheMiss: 'expired', promptCacheSaved: -0.0005 },
      { promptCache: 'miss', promptCacheMiss: 'first-use' },
      { promptCache: 'miss', promptCacheMiss: 'first-use' },
    ];
    const lines = facts.map((fact, index) => {
      const attempt = {
        target: 'a/m',
        outcome: 'success',
        duration: 9,
        billed: 'yes',
        usage: { inputTokens: 9 },
      };
      const notes = [{ plugin: 'cache', facts: { target: 'a/m', ...fact } }];
      const request = { requestId: `q${index}`, startedAt: Date.now() - 60_000, kind: 'chat', duration: 9 };
      const answered = { outcome: 'success', route: 'default', target: 'a/m', attempts: [attempt] };
      return JSON.stringify({ type: 'request-end', ...request, ...answered, decision: { notes } });
    });
    const file = join(folder, 'prompts.jsonl');
    await writeFile(file, `${lines.join('\n')}\n`);
    const { targets } = await firstEvent(toDashboard(undefined, { token, ledger: openLedger(file) }));
    expect(targets[0].promptCache).toEqual({
      answers: 4,
      hits: 1,
      saved: 0.0015,
      misses: [
        { reason: 'first-use', count: 2 },
        { reason: 'expired', count: 1 },
      ],
    });
  });

  it('simulates', async () => {
    const { actual, strategies } = await get(later, 'what-if?strategy=lowestCost');
    expect(actual).toMatchObject({ requests: 3, answered: 3 });
    expect(strategies).toMatchObject([{ strategy: 'lowestCost', requests: 3 }]);
  });
});

describe('content', () => {
  it('is in nothing without the option', async () => {
    const event = await firstEvent(live);
    const details = await Promise.all(
      event.requests.map(({ id }: { id: string }) => get(live, `request?id=${encodeURIComponent(id)}`)),
    );
    const all = JSON.stringify([event, details, await firstEvent(later)]);
    expect(all).not.toContain('secret prompt');
    expect(all).not.toContain('T-1');
  });

  it('is shown with it', async () => {
    const handle = toDashboard(undefined, {
      token,
      ledger: openLedger(join(folder, 'usage.db')),
      content: true,
    });
    const { requests } = await firstEvent(handle);
    const detail = await get(handle, `request?id=${encodeURIComponent(requests[0].id)}`);
    expect(detail.content.prompt).toContain('the secret prompt');
    expect(detail.metadata).toEqual({ ticket: 'T-1' });
  });
});

describe('signalbox dashboard', () => {
  it.each([
    ['no file', [], '--db: expected either it or --log, got neither'],
    ['both', ['--db', 'a', '--log', 'b.log'], '--db: expected either it or --log, got both'],
    [
      'a file that is not there',
      ['--db', '/none/usage.db'],
      '/none/usage.db: expected a file that can be read, got ENOENT',
    ],
    [
      'a log of another kind',
      ['--log', 'x.csv'],
      "--log: expected a file that ends in .jsonl, .ndjson or .log, got 'x.csv'",
    ],
    ['an unknown flag', ['--color'], 'signalbox dashboard: expected flags as in --help'],
  ])('refuses %s', async (_, args, message) => {
    await expect(command(args)).rejects.toThrow(message);
  });

  it('refuses a wrong port', async () => {
    const file = join(folder, 'usage.db');
    await expect(command(['--db', file, '--port', 'x'])).rejects.toThrow(
      '--port: expected a number from 0 to 65535',
    );
  });

  it('refuses a file that is no ledger', async () => {
    const file = join(folder, 'broken.jsonl');
    await writeFile(file, '{"type":"request-end"}\n');
    await expect(command(['--log', file])).rejects.toThrow(
      'expected a ledger, or a log of request-end events, got ',
    );
  });

  it('explains itself', async () => {
    expect(await command(['--help'])).toMatch(/^Usage: signalbox dashboard/);
  });
});
