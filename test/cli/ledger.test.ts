import { readFile } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { jsonl, sqlite } from 'signalbox/ledger';
import { beforeEach, describe, expect, it } from 'vitest';
import { run } from '../../src/cli/run.ts';
import { temporaryFolder, usual, worldWith } from '../plugins/ledger/support.ts';

const folder = temporaryFolder();
const hostile = '<script>alert(1)</script>|';

async function signalbox(...args: readonly string[]) {
  const printed = { out: '', err: '' };
  const code = await run(args, {
    out: (text) => {
      printed.out += text;
    },
    err: (text) => {
      printed.err += text;
    },
  });
  return { code, ...printed };
}

/** Three days of traffic with an outage of the first target, in both kinds of ledger. */
beforeEach(async () => {
  const down = { error: { kind: 'server', status: 500 } } as const;
  for (const writer of [sqlite(folder.path('usage.db')), jsonl(folder.path('usage.jsonl'))]) {
    const { router, clock } = worldWith(writer, {
      scripts: { a: [...Array<typeof usual>(5).fill(usual), ...Array<typeof down>(5).fill(down), usual] },
      router: { breaker: false },
    });
    for (let number = 0; number < 12; number++) {
      await router.chat({ prompt: 'q' }, { tenant: number % 2 === 0 ? 'acme' : hostile });
      if (number % 5 === 4) await clock.advance(86_400_000);
    }
    await router.close();
  }
});

const ledgers = [
  ['SQLite', () => ['--db', folder.path('usage.db')]],
  ['JSON Lines', () => ['--log', folder.path('usage.jsonl')]],
] as const;

describe.each(ledgers)('signalbox ledger, on %s,', (_, source) => {
  it('queries sums as a table', async () => {
    const { code, out } = await signalbox('ledger', 'query', ...source(), '--by', 'day');
    expect(code).toBe(0);
    expect(out.split('\n').map((line) => line.split(/ {2,}/))).toMatchObject([
      [
        'day',
        'requests',
        'failed',
        'failovers',
        'cached',
        'input tokens',
        'output tokens',
        'cost',
        'wasted',
        'saved',
      ],
      ['2026-01-01', '5', '0', '0', '0', '5000', '2500', '$0.015', '$0', '$0'],
      ['2026-01-02', '5', '0', '5', '0', '5000', '2500', '$0.015', '$0', '$0'],
      ['2026-01-03', '2', '0', '0', '0', '2000', '1000', '$0.006', '$0', '$0'],
      [''],
    ]);
  });

  it('queries a part of it as JSON', async () => {
    const { out } = await signalbox(
      'ledger',
      'query',
      ...source(),
      '--by',
      'target,tenant',
      '--where',
      'tenant=acme',
      '--from',
      '2026-01-02',
      '--json',
    );
    expect(
      JSON.parse(out).map(({ key, requests }: { key: unknown; requests: number }) => [key, requests]),
    ).toEqual([
      [{ target: 'a/m', tenant: 'acme' }, 1],
      [{ target: 'b/m', tenant: 'acme' }, 2],
    ]);
  });

  it('verifies', async () => {
    expect(await signalbox('ledger', 'verify', ...source())).toMatchObject({
      code: 0,
      out: expect.stringContaining('all unchanged'),
    });
  });

  it('exports', async () => {
    const csv = await signalbox('ledger', 'export', ...source());
    expect(csv.out.trimEnd().split('\r\n')).toHaveLength(18);
    const path = folder.path('export.parquet');
    expect(
      (await signalbox('ledger', 'export', ...source(), '--format', 'parquet', '--out', path)).code,
    ).toBe(0);
    expect((await readFile(path)).subarray(0, 4).toString()).toBe('PAR1');
  });

  it('reports as one page without scripts, in which no name is markup', async () => {
    const { code, out } = await signalbox('report', ...source());
    expect(code).toBe(0);
    expect(out).toContain('12 requests cost $0.036');
    expect(out).toContain('5 of them failed at first and were answered by another attempt');
    expect(out).not.toMatch(/<script|https?:/);
    expect(out.match(/<svg/g)).toHaveLength(3);
    expect(out).toContain('&#60;script&#62;');
  });

  it('reports as Markdown and as JSON', async () => {
    const { out: markdown } = await signalbox('report', ...source(), '--format', 'md');
    expect(markdown).toContain('# LLM usage, 2026-01-01 to 2026-01-03');
    expect(markdown).toMatch(/\| 2026-01-02 00:00 \| a\/m \| 5 \| 100% \| 5 \| 0 \|/);
    expect(markdown).not.toContain('<script>');
    const { out: json } = await signalbox('report', ...source(), '--format', 'json');
    expect(JSON.parse(json)).toMatchObject({
      from: '2026-01-01',
      to: '2026-01-03',
      total: { requests: 12, failovers: 5, cost: { total: 0.036 } },
      outages: [{ hour: '2026-01-02T00', target: 'a/m', survived: 5, lost: 0 }],
    });
  });
});

describe('signalbox ledger', () => {
  it('names a row that was changed, with exit code 1', async () => {
    const db = new DatabaseSync(folder.path('usage.db'));
    db.exec('UPDATE signalbox_ledger SET cost = 0 WHERE seq = 4');
    db.close();
    const { code, out } = await signalbox('ledger', 'verify', '--db', folder.path('usage.db'));
    expect(code).toBe(1);
    expect(out).toMatch(/^changed: row 4 of chain \w+, request \S+\n17 rows, 1 problems\n$/);
  });

  it('makes a report of an empty period', async () => {
    const { out } = await signalbox('report', '--db', folder.path('usage.db'), '--from', '2027-01-01');
    expect(out).toContain('The ledger has no requests in this period.');
  });

  it.each([
    ['no file', ['ledger', 'query'], '--db: expected either it or --log'],
    ['a missing file', ['ledger', 'query', '--db', '/no/such.db'], 'a file that can be read'],
    ['a verb', ['ledger', 'drop', '--db', 'x'], 'query, verify or export'],
    ['a dimension', ['ledger', 'query', '--log', 'LOG', '--by', 'color'], 'query.by'],
    ['a condition', ['ledger', 'query', '--log', 'LOG', '--where', 'acme'], '--where'],
    ['a day', ['ledger', 'query', '--log', 'LOG', '--from', 'monday'], 'from'],
    ['a format', ['report', '--log', 'LOG', '--format', 'pdf'], 'html, md, json'],
    ['no ledger', ['report', '--db', 'LOG'], 'expected a ledger'],
    ['a flag', ['report', '--lines', 'LOG'], 'flags as in --help'],
  ])('refuses %s in one line, with exit code 2', async (_, args, message) => {
    const { code, out, err } = await signalbox(
      ...args.map((arg) => (arg === 'LOG' ? folder.path('usage.jsonl') : arg)),
    );
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(message);
    expect(err.trim().split('\n')).toHaveLength(1);
  });

  it.each([['ledger'], ['report']])('%s helps', async (command) => {
    expect(await signalbox(command, '--help')).toMatchObject({
      code: 0,
      out: expect.stringContaining(`Usage: signalbox ${command}`),
    });
  });
});
