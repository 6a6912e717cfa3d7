import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { judge } from './goals.ts';
import type { Measured } from './measured.ts';
import { readOptions } from './options.ts';
import { drawChart } from './report/chart.ts';
import { digits, withSpread } from './report/figures.ts';
import { scenarios } from './scenarios.ts';
import { difference, exactly, interval, median, quantile, ratio, spread, turns } from './statistics.ts';
import { packetsOf } from './vendor/events.ts';
import { headers } from './vendor/headers.ts';
import { prompts, system, toolInput } from './workload.ts';

describe('the arithmetic', () => {
  test('a median of an even number of values lies between the two in the middle', () => {
    expect(median([4, 1, 3, 2])).toBe(2.5);
  });

  test('one outlier does not change a median', () => {
    expect(median([1, 1_000, 2])).toBe(2);
  });

  test('a percentile lies between its neighbours in proportion', () => {
    expect(quantile([10, 20, 30, 40, 50], 0.9)).toBeCloseTo(46);
    expect(quantile([10, 20, 30], 1)).toBe(30);
  });

  test('nothing has no median', () => {
    expect(spread([]).median).toBeNaN();
  });

  test('a ratio is taken round by round, so that a slow moment cancels out', () => {
    expect(ratio([1, 10, 2], [2, 20, 4])).toMatchObject({ median: 0.5, min: 0.5, max: 0.5 });
  });

  test('a ratio leaves out rounds that only one of them played', () => {
    expect(ratio([1, 2, 300], [1, 1])).toMatchObject({ median: 1.5, min: 1, max: 2 });
  });

  test('a difference has its spread', () => {
    expect(difference([5, 7, 9], [1, 1, 1])).toMatchObject({ median: 6, min: 4, max: 8 });
  });

  // Conover, Practical Nonparametric Statistics: the ranks for 95 %.
  test.each([
    [6, 1],
    [8, 1],
    [9, 2],
    [12, 3],
    [15, 4],
    [20, 6],
    [50, 18],
  ])('of %d values, the median lies between the one of rank %d and its counterpart', (count, rank) => {
    const values = Array.from({ length: count }, (_, index) => index + 1);
    expect(interval(values)).toEqual([rank, count + 1 - rank]);
  });

  test('five values are too few to know where the median lies', () => {
    expect(interval([1, 2, 3, 4, 5])).toBeUndefined();
  });

  test('each contender runs once per round, and each one begins in some round', () => {
    const rounds = [0, 1, 2, 3].map((round) => turns(['a', 'b', 'c'], round).join(''));
    expect(rounds).toEqual(['abc', 'bca', 'cab', 'abc']);
  });
});

describe('the goals', () => {
  const turn = (cpu: number) => ({ cpu, perSecond: 1, times: [1], firsts: [] });
  const chat = scenarios.find(({ name }) => name === 'chat-1');
  if (chat === undefined) throw new Error('there is no chat-1');
  const measured = (routed: readonly number[]): Measured => ({
    results: [
      {
        scenario: chat,
        load: { least: 0, most: 0 },
        failed: new Map(),
        played: new Map([
          ['openai', routed.map(() => turn(100))],
          ['signalbox-openai', routed.map(turn)],
        ]),
      },
    ],
    warming: new Map(),
    loads: new Map(),
  });
  const verdict = (routed: readonly number[]) =>
    judge(measured(routed)).find(({ goal }) => goal.includes('over openai'))?.verdict;
  const six = [1, 2, 3, 4, 5, 6];

  test('a goal is met up to its limit, and missed above it', () => {
    expect([verdict(six.map(() => 55)), verdict(six.map(() => 56))]).toEqual(['met', 'missed']);
  });

  test('a goal is undecided where the rounds spread to both sides of its limit', () => {
    expect(verdict([40, 41, 42, 43, 44, 56])).toBe('undecided');
    expect(verdict([54, 70, 71, 72, 73, 74])).toBe('undecided');
  });

  test('from nine rounds on, one disturbed round decides nothing', () => {
    expect(verdict([40, 41, 42, 43, 44, 45, 46, 47, 90])).toBe('met');
  });

  test('a goal is undecided after fewer rounds than decide one', () => {
    expect(verdict([40, 40, 40, 40, 40])).toBe('undecided');
  });

  test('an unmeasured goal is neither met nor missed', () => {
    const open = judge(measured([55])).filter((each) => each.verdict === undefined);
    expect(open.length).toBe(judge(measured([55])).length - 1);
  });
});

describe('the options', () => {
  const parts = ['chat-1', 'chat-64', 'memory'];

  test('a word stands for all parts that begin with it', () => {
    expect(readOptions(['--only', 'chat'], parts, ['memory'])).toMatchObject({
      parts: ['chat-1', 'chat-64'],
    });
  });

  test('--quick omits the long parts', () => {
    expect(readOptions(['--quick'], parts, ['memory'])).toMatchObject({
      parts: ['chat-1', 'chat-64'],
      rounds: 3,
    });
  });

  test.each([
    [['--only', 'cat'], '--only: there is no ‘cat’; there are chat-1, chat-64, memory'],
    [['--rounds', '0'], '--rounds: ‘0’ is not a whole number from 1 to 50'],
    [['--rounds', 'many'], '--rounds: ‘many’ is not a whole number from 1 to 50'],
    [['--rounds', '3', '--write'], '--rounds: ‘3’ is not a whole number from 6, with --write, to 50'],
    [['--write', '--quick'], '--write: only a whole run can be written, so not with --only or --quick'],
    [['--quick', '--only', 'memory'], '--quick: leaves out memory, so nothing is left'],
    [['--slow'], "Unknown option '--slow'"],
  ])('%j is refused with what is wanted', (args, message) => {
    expect(() => readOptions(args, parts, ['memory'])).toThrow(message);
  });
});

describe('the charts', () => {
  const chart = drawChart({
    title: 'a < b & "c"',
    unit: 'µs',
    series: ['one', 'two'],
    rows: [
      { label: 'x <y>', bars: [{ value: 3, min: 2, max: 5 }, undefined], own: true },
      { label: 'z', bars: [{ value: 1 }, { value: 2 }] },
    ],
  });

  test('a chart is well-formed XML', () => {
    const open: string[] = [];
    const rest = chart.replaceAll(
      /<(\/?)([a-z]+)((?: [a-zA-Z0-9-]+="[^"<]*")*)(\/?)>/g,
      (_, end, name, __, empty) => {
        if (end) expect(open.pop()).toBe(name);
        else if (!empty) open.push(name);
        return '';
      },
    );
    expect(open).toEqual([]);
    expect(rest).not.toMatch(/[<>]|&(?!amp;|lt;|gt;|quot;)/);
  });

  test('the longest bar with its spread fills the plot, others in proportion', () => {
    const widths = [...chart.matchAll(/<rect class="b\d" x="250" y="\d+" width="([\d.]+)" height="11"/g)].map(
      ([, w]) => w,
    );
    expect(widths).toEqual(['270.0', '90.0', '180.0']);
  });

  test('figures have three digits that matter', () => {
    expect([0.123, 12.345, 1234.5, Number.NaN].map(digits)).toEqual(['0.12', '12.3', '1,235', '–']);
    expect(withSpread({ ...exactly(1), min: 0.5, max: 2 }, 'ms')).toBe('1.00 ms (0.50–2.00)');
  });
});

describe('the vendor', () => {
  test('about twenty headers come with an answer of OpenAI, the limits of the account among them', () => {
    const names = headers.openai.filter((_, at) => at % 2 === 0);
    expect(names.length + 4).toBeGreaterThanOrEqual(20); // Node adds its own
    expect(names.filter((name) => name.startsWith('x-ratelimit-'))).toHaveLength(6);
  });

  test('a prompt has its size', () => {
    expect(`${system} ${prompts.short}`.length).toBeCloseTo(60, -1);
    expect(prompts['4 KB']).toHaveLength(4_096);
    expect(prompts['100 KB']).toHaveLength(102_400);
  });

  test.each([
    [20, 1, 20],
    [200, 20, 10],
    [20, 20, 1],
  ])('%d chunks, %d a packet, are %d packets in every dialect', (chunks, perPacket, packets) => {
    const serving = { chunks, perPacket, pace: 0, tools: false } as const;
    for (const dialect of ['openai', 'anthropic', 'google'] as const)
      expect(packetsOf(dialect, serving)).toHaveLength(packets);
  });

  test('the pieces of a tool call are JSON together', () => {
    expect(JSON.parse(toolInput(3).join(''))).toEqual({ points: [1000, 1001, 1002] });
  });
});

test('a wrong option ends the command with its reason, without a stack', () => {
  const { status, stderr } = spawnSync(process.execPath, ['test/bench/main.ts', '--only', 'nothing'], {
    encoding: 'utf8',
  });
  expect(status).toBe(2);
  expect(stderr).toContain('--only: there is no ‘nothing’');
  expect(stderr).not.toContain('    at ');
});
