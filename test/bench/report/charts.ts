// The charts of a run, by the name of their file.
import { type ContenderName, contenderNames, contenders } from '../contenders/index.ts';
import { type Figure, figureOf, type Measured } from '../measured.ts';
import { type Bar, type Chart, drawChart, type Row } from './chart.ts';

interface Plan extends Omit<Chart, 'rows' | 'series'> {
  readonly file: string;
  readonly figure: Figure;
  /** Each is a bar of every contender. */
  readonly scenarios: readonly (readonly [scenario: string, label: string])[];
}

const plans: readonly Plan[] = [
  {
    file: 'chat.svg',
    title: 'Processor time of a chat',
    unit: 'µs a request',
    figure: 'cpu',
    scenarios: [
      ['chat-1', 'one at a time'],
      ['chat-64', '64 at a time'],
    ],
  },
  {
    file: 'stream.svg',
    title: 'Processor time of a streamed chunk',
    unit: 'µs a chunk',
    figure: 'chunk',
    scenarios: [
      ['stream-200x1', 'one chunk a packet'],
      ['stream-200x20', 'twenty chunks a packet'],
    ],
  },
  {
    file: 'first-token.svg',
    title: 'Time to the first token of a stream',
    unit: 'ms',
    figure: 'first',
    scenarios: [['stream-200x1', '']],
  },
  {
    file: 'throughput.svg',
    title: 'Requests a second on one core, 64 at a time',
    unit: 'requests a second',
    figure: 'perSecond',
    scenarios: [['chat-64', '']],
  },
];

const has = (bars: readonly (Bar | undefined)[]): boolean => bars.some((bar) => bar !== undefined);
const isOwn = (name: ContenderName): boolean => name.includes('signalbox');

/** @returns each file's name, title and content; without those for which nothing was measured */
export function drawAll(
  measured: Measured,
): readonly { readonly file: string; readonly title: string; readonly svg: string }[] {
  return plans.flatMap(({ file, title, unit, figure, scenarios }) => {
    const rows = contenderNames.flatMap((name): readonly Row[] => {
      const bars = scenarios.map(([scenario]): Bar | undefined => {
        const found = figureOf(measured, scenario, name, figure);
        return found && { value: found.median, min: found.min, max: found.max };
      });
      return has(bars) ? [{ label: contenders[name].label, bars, own: isOwn(name) }] : [];
    });
    if (rows.length === 0) return [];
    const svg = drawChart({ title, unit, series: scenarios.map(([, label]) => label), rows });
    return [{ file, title, svg }];
  });
}
