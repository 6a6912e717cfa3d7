// What signalbox wants to be, and whether it is.
import type { ContenderName } from './contenders/index.ts';
import { between, type Figure, type Measured } from './measured.ts';
import { difference, type Spread, spread } from './statistics.ts';

export interface Judged {
  readonly goal: string;
  readonly wanted: string;
  /** `undefined`: it was not measured. */
  readonly found: Spread | undefined;
  readonly unit: string;
  readonly met: boolean | undefined;
}

interface Goal {
  readonly goal: string;
  readonly most?: number;
  readonly least?: number;
  readonly unit?: string;
  readonly find: (measured: Measured) => Spread | undefined;
}

type Pair = readonly [ContenderName, ContenderName];

const titles: Readonly<Record<string, string>> = {
  'chat-1': 'chats, one at a time',
  'chat-64': 'chats, 64 at a time',
  'stream-200x1': 'streams, one chunk a packet',
  'stream-2000x20': 'streams, twenty chunks a packet',
};
const chats = ['chat-1', 'chat-64'];
const streams = ['stream-200x1', 'stream-2000x20'];

const ratios = (what: string, most: number, pair: Pair, scenarios: readonly string[]): readonly Goal[] =>
  scenarios.map((scenario) => {
    const figure: Figure = scenario.startsWith('chat') ? 'cpu' : 'chunk';
    return {
      goal: `${what}: processor time, ${titles[scenario]}`,
      most,
      unit: '×',
      find: (measured) => between(measured, scenario, pair, figure),
    };
  });

const one = (value: number | undefined): Spread | undefined =>
  value === undefined ? undefined : spread([value]);

/** Megabytes from 10,000 requests to the last. */
function growth({ memory }: Measured, name: ContenderName): Spread | undefined {
  const seen = memory?.get(name);
  const [first, last] = [seen?.[0], seen?.at(-1)];
  return first && last && one(last.memory.rss - first.memory.rss);
}

const goals: readonly Goal[] = [
  ...ratios('signalbox over openai ÷ openai', 0.75, ['signalbox-openai', 'openai'], chats),
  ...ratios('signalbox, openai-compatible ÷ openai', 0.45, ['signalbox-compatible', 'openai'], chats),
  ...ratios('signalbox over @anthropic-ai/sdk ÷ the SDK', 0.8, ['signalbox-anthropic', 'anthropic'], chats),
  ...ratios('signalbox over @google/genai ÷ the SDK', 0.85, ['signalbox-google', 'google'], chats),
  ...ratios('signalbox over openai ÷ openai', 1, ['signalbox-openai', 'openai'], streams),
  ...ratios('signalbox over @google/genai ÷ the SDK', 1, ['signalbox-google', 'google'], streams),
  ...ratios(
    'signalbox, openai-compatible ÷ fetch + eventsource-parser',
    1.15,
    ['signalbox-compatible', 'fetch'],
    streams,
  ),
  ...ratios(
    'signalbox behind ai ÷ @ai-sdk/openai-compatible behind ai',
    0.85,
    ['ai-signalbox', 'ai'],
    [...chats, ...streams],
  ),
  { goal: 'the router’s own share of a chat', most: 15, unit: 'µs', find: ({ router }) => router?.chat },
  {
    goal: 'the router’s own share of a streamed chunk',
    most: 0.3,
    unit: 'µs',
    find: ({ router }) => router?.chunk,
  },
  {
    goal: 'choosing among 10 targets',
    most: 5,
    unit: 'µs',
    find: ({ router }) => router?.choice['priority']?.[10],
  },
  {
    goal: 'choosing among 1,000 targets',
    most: 150,
    unit: 'µs',
    find: ({ router }) => router?.choice['priority']?.[1_000],
  },
  { goal: 'the core, gzipped', most: 16, unit: 'KB', find: ({ core }) => one(core?.gzip) },
  { goal: 'importing the core', most: 20, unit: 'ms', find: ({ core }) => one(core?.importTime) },
  ...(['signalbox-openai', 'signalbox-compatible'] as const).map(
    (name): Goal => ({
      goal: `memory that ${name === 'signalbox-openai' ? 'signalbox over openai' : 'signalbox, openai-compatible'} takes more after 50,000 requests than after 10,000`,
      most: 2,
      unit: 'MB',
      find: (measured) => growth(measured, name),
    }),
  ),
  {
    goal: 'requests a second, 64 at a time: signalbox over openai ÷ openai through the Portkey gateway',
    least: 3,
    unit: '×',
    find: (measured) => between(measured, 'chat-64', ['signalbox-openai', 'portkey'], 'perSecond'),
  },
  {
    goal: 'time to the first token: signalbox over openai − openai',
    most: 0,
    unit: 'ms',
    find: (measured) =>
      between(measured, 'stream-200x1', ['signalbox-openai', 'openai'], 'first', difference),
  },
];

/** Fewer say too little. */
export const leastRounds = 5;

/** Whether each goal is met; the median over the rounds counts. */
export function judge(measured: Measured): readonly Judged[] {
  return goals.map(({ goal, most, least, unit = '', find }) => {
    const found = find(measured);
    const known = found !== undefined && !Number.isNaN(found.median);
    return {
      goal,
      wanted: most === undefined ? `≥ ${least} ${unit}` : `≤ ${most} ${unit}`,
      found: known ? found : undefined,
      unit,
      met: known
        ? found.median <= (most ?? Number.POSITIVE_INFINITY) &&
          found.median >= (least ?? Number.NEGATIVE_INFINITY)
        : undefined,
    };
  });
}
