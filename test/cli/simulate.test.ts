import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { priority, type RequestEndEvent } from 'signalbox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../../src/cli/run.ts';
import type { Report } from '../../src/cli/simulate/report.ts';
import { logOfTraffic } from './traffic.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signalbox-cli-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function file(name: string, content: unknown): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

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

const simulate = (...args: readonly string[]) => signalbox('simulate', ...args);
const reportOf = async (...args: readonly string[]): Promise<Report> => {
  const { code, out, err } = await simulate('--json', ...args);
  expect(err).toBe('');
  expect(code).toBe(0);
  return JSON.parse(out);
};

const scenario = {
  duration: '20m',
  rate: 1,
  targets: [
    {
      id: 'expensive/m',
      price: { input: 3, output: 15 },
      firstToken: { p50: 300, p95: 600, p99: 900 },
      outages: [{ from: '5m', to: '8m' }],
    },
    { id: 'cheap/m', price: { input: 0.2, output: 0.8 }, firstToken: 900, errorRate: 0.05, throughput: 30 },
  ],
};

const traced = [
  'TIMESTAMP,ContextTokens,GeneratedTokens',
  '2023-11-16 18:15:46.68,374,44',
  '2023-11-16 18:15:50.99,1396,109',
  '2023-11-16 18:16:01.22,879,55',
];

const vendors = {
  'expensive/m': { price: { input: 3, output: 15 }, firstToken: [200, 600] },
  'cheap/m': { price: { input: 0.2, output: 0.8 }, firstToken: [500, 1_500], errorRate: 0.1 },
} as const;
const traffic = { vendors, strategy: priority(), requests: 150, every: 1_000, seed: 4 };

describe('signalbox simulate', () => {
  it('plays the arrivals and sizes of a trace over the targets of a scenario', async () => {
    const path = await file('targets.json', { targets: scenario.targets });
    const trace = await file('trace.csv', traced.join('\r\n'));
    const { source, from, to, strategies } = await reportOf(
      ...['--scenario', path, '--trace', trace, '--strategy', 'priority'],
    );
    expect(source).toBe(trace);
    expect([from, to]).toEqual(['2023-11-16T18:15:46.680Z', '2023-11-16T18:16:01.220Z']);
    expect(strategies[0]).toMatchObject({ requests: 3, answered: 3 });
    expect(strategies[0]?.cost).toBeCloseTo(((374 + 1_396 + 879) * 3 + (44 + 109 + 55) * 15) / 1_000_000, 9);
  });

  it('shows what each strategy costs in a scenario, and how fast it is', async () => {
    const path = await file('scenario.json', scenario);
    const { targets, strategies } = await reportOf(
      ...['--scenario', path, '--strategy', 'priority', '--strategy', 'lowestCost'],
    );
    expect(targets).toEqual(['expensive/m', 'cheap/m']);
    const [first, second] = strategies;
    expect([first?.strategy, second?.strategy]).toEqual(['priority', 'lowestCost']);
    expect(first?.requests).toBeGreaterThan(1_000);
    expect(first?.answered).toBe(first?.requests);
    // Three minutes of twenty it was out, and it comes back little by little.
    expect(first?.shares['expensive/m']).toBeGreaterThan(0.7);
    expect(first?.shares['expensive/m']).toBeLessThan(0.9);
    expect(first?.firstToken?.p50).toBeLessThan(400);
    expect(second?.shares['cheap/m']).toBeGreaterThan(0.9);
    expect(second?.cost).toBeLessThan((first?.cost ?? 0) / 3);
    expect(second?.difference).toBeCloseTo((second?.cost ?? 0) - (first?.cost ?? 0), 9);
  });

  it('compares with what happened, by a log that holds other events as well', async () => {
    const lines = [...(await logOfTraffic(traffic)), '', '{"type":"usage"}'];
    const path = await file('usage.jsonl', lines.join('\n'));
    const { actual, strategies, from } = await reportOf(
      ...['--log', path, '--strategy', 'priority', '--strategy', 'weighted({"expensive/m":0})'],
    );
    expect(from.slice(0, 10)).toBe('2026-11-01');
    expect(actual?.requests).toBe(150);
    expect(strategies[0]?.cost).toBeCloseTo(actual?.cost ?? 0, 4);
    // The log has no answer of the other target, so its behavior is unknown.
    expect(strategies[1]?.shares).toEqual({ 'expensive/m': 1 });
  });

  it('says in a table what there is to know, and what is not known', async () => {
    const path = await file('table.jsonl', (await logOfTraffic(traffic)).join('\n'));
    const { out } = await simulate('--log', path, '--strategy', 'lowestCost({"maxFirstToken":2000})');
    expect(out).toMatch(
      /^ +requests +answered +failed +left +cost +to log +first token p50 +p95 +p99 +total p95$/m,
    );
    expect(out).toMatch(/^what happened +150 +1\d\d +0 +\d+ +\$0\.\d{4}/m);
    expect(out).toMatch(/^lowestCost\(\{"maxFirstToken":2000\}\) +150 .*\([+−]\d+\.\d %\)/m);
    expect(out).toContain('cheap/m is skipped: the log has no answer from it.');
    expect(out).toContain('What this cannot know:\n- Whether the answers would have been as good.');
    expect(out).toContain('slowed down or rejected requests under more traffic');
  });

  it('adds a target that the log does not know, and takes prices, from a file', async () => {
    const log = await file('more.jsonl', (await logOfTraffic(traffic)).join('\n'));
    const targets = await file('targets.json', [
      { id: 'new/m', price: { input: 0.01, output: 0.01 }, firstToken: 50, outputTokens: 10 },
      { id: 'expensive/m', price: { input: 30, output: 150 } },
    ]);
    const { strategies, actual } = await reportOf(
      ...['--log', log, '--targets', targets],
      ...['--strategy', 'priority', '--strategy', 'weighted({"new/m":0,"expensive/m":1})'],
    );
    expect(strategies[0]?.shares).toEqual({ 'new/m': 1 });
    expect(strategies[0]?.firstToken?.p50).toBe(50);
    expect(strategies[1]?.cost).toBeCloseTo(10 * (actual?.cost ?? 0), 3);
  });

  it('takes the router’s options from a file', async () => {
    const path = await file('silent.json', {
      ...scenario,
      targets: [{ id: 'a/m', price: { input: 1, output: 1 }, firstToken: 5_000 }],
    });
    const options = await file('options.json', { timeout: { firstToken: 1_000 }, retry: false });
    const { strategies } = await reportOf('--scenario', path, '--strategy', 'priority', '--options', options);
    expect(strategies[0]?.answered).toBe(0);
  });

  it('gives the same for the same seed, to the byte, and something else for another', async () => {
    const path = await file('seeded.json', scenario);
    const with_ = async (seed: string) =>
      (await simulate('--scenario', path, '--strategy', 'weighted', '--seed', seed)).out;
    expect(await with_('7')).toBe(await with_('7'));
    expect(await with_('7')).not.toBe(await with_('8'));
  });

  it('reads logs whose time the application added, as a date', async () => {
    const lines = (await logOfTraffic(traffic)).map((line) => {
      const event: RequestEndEvent = JSON.parse(line);
      return JSON.stringify({ ...event, startedAt: new Date(event.startedAt).toISOString() });
    });
    const path = await file('dates.jsonl', lines.join('\r\n'));
    const { actual, from } = await reportOf('--log', path, '--strategy', 'priority');
    expect(actual?.requests).toBe(150);
    expect(from.slice(0, 10)).toBe('2026-11-01');
  });

  it('helps', async () => {
    expect(await signalbox('--help')).toMatchObject({ code: 0, err: '' });
    const { code, out } = await simulate('--help');
    expect(code).toBe(0);
    expect(out).toContain('--strategy NAME');
    for (const line of out.split('\n')) expect(line.length).toBeLessThan(125);
  });
});

const s = ['--strategy', 'priority'];
const end = {
  type: 'request-end',
  kind: 'chat',
  outcome: 'success',
  startedAt: 0,
  duration: 1,
  attempts: [],
};

describe('what is wrong is said in one line, with exit code 2:', () => {
  it.each<[string, (make: typeof file) => Promise<readonly string[]> | readonly string[], string]>([
    ['another command', () => ['replay'], "got 'replay'"],
    ['no traffic', () => ['simulate', ...s], '--log: expected either it or --scenario, got neither'],
    [
      'a trace without targets',
      () => ['simulate', '--trace', 'a.csv', '--log', 'b', ...s],
      '--trace: expected --scenario beside it',
    ],
    [
      'a trace and a rate',
      async (make) => [
        ...['simulate', '--scenario', await make('f.json', scenario)],
        ...['--trace', await make('f.csv', traced.join('\n')), ...s],
      ],
      'f.json: rate: expected nothing, because the trace has it, got 1',
    ],
    ['both', () => ['simulate', '--log', 'a', '--scenario', 'b', ...s], 'got both'],
    ['no strategy', () => ['simulate', '--log', 'a'], '--strategy: expected at least one, got none'],
    ['an unknown flag', () => ['simulate', '--lgo', 'a', ...s], "Unknown option '--lgo'"],
    [
      'a seed',
      () => ['simulate', '--log', 'a', ...s, '--seed', 'x'],
      "--seed: expected a whole number of at least 0, got 'x'",
    ],
    [
      'no such file',
      () => ['simulate', '--log', 'nowhere.jsonl', ...s],
      'nowhere.jsonl: expected a file that can be read, got ENOENT',
    ],
    [
      'invalid JSON',
      async (make) => ['simulate', '--log', await make('bad', '{"type":"usage"}\n{"ty'), ...s],
      'bad:2: expected an event of the router as a JSON object, got invalid JSON',
    ],
    [
      'no date',
      async (make) => ['simulate', '--log', await make('when', { ...end, startedAt: 'soon' }), ...s],
      'when:1: startedAt: expected when the request came',
    ],
    [
      'an empty log',
      async (make) => ['simulate', '--log', await make('empty', ''), ...s],
      'at least one request-end event, got none',
    ],
    [
      'no answers',
      async (make) => ['simulate', '--log', await make('none', end), ...s],
      'targets that can answer them, got none',
    ],
    [
      'a scenario',
      async (make) => ['simulate', '--scenario', await make('a.json', { ...scenario, rate: 0 }), ...s],
      'a.json: rate: expected a number above 0, got 0',
    ],
    [
      'a target',
      async (make) => [
        'simulate',
        '--scenario',
        await make('b.json', { ...scenario, targets: [{ id: 'a' }] }),
        ...s,
      ],
      'b.json: targets[0].firstToken: expected milliseconds',
    ],
    [
      'a price',
      async (make) => [
        'simulate',
        '--scenario',
        await make('c.json', { ...scenario, targets: [{ id: 'a', firstToken: 5, price: { input: '1' } }] }),
        ...s,
      ],
      'targets[0].price.input: expected US$ per million tokens',
    ],
    [
      'an option',
      async (make) => [
        'simulate',
        '--scenario',
        await make('d.json', scenario),
        ...s,
        '--options',
        await make('o.json', { timeouts: {} }),
      ],
      'o.json: timeouts: expected one of the options',
    ],
    [
      'a strategy',
      async (make) => ['simulate', '--scenario', await make('e.json', scenario), '--strategy', 'cheapest'],
      '--strategy cheapest: expected one of priority, weighted',
    ],
  ])('%s', async (_, make, message) => {
    const { code, out, err } = await signalbox(...(await make(file)));
    expect(err).toContain(message);
    expect(err.trim().split('\n')).toHaveLength(1);
    expect(out).toBe('');
    expect(code).toBe(2);
  });
});
