// What signalbox wants to be, and whether it is.
import type { ContenderName } from './contenders/index.ts';
import { between, type Figure, type Measured, rounds } from './measured.ts';
import { difference, exactly, milliseconds, ratio, type Spread } from './statistics.ts';

export interface Judged {
  readonly goal: string;
  readonly wanted: string;
  /** `undefined`: it was not measured. */
  readonly found: Spread | undefined;
  readonly unit: string;
  readonly verdict: Verdict | undefined;
}

export type Verdict = 'met' | 'missed' | 'undecided';

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
  'stream-200x20': 'streams, twenty chunks a packet',
};
type Most = Readonly<Record<string, number>>;
const chats = (one: number, many: number): Most => ({ 'chat-1': one, 'chat-64': many });
const streams = (twenty: number, one: number): Most => ({ 'stream-200x20': twenty, 'stream-200x1': one });

const ratios = (what: string, pair: Pair, mosts: Most): readonly Goal[] =>
  Object.entries(mosts).map(([scenario, most]) => {
    const figure: Figure = scenario.startsWith('chat') ? 'cpu' : 'chunk';
    return {
      goal: `${what}: processor time, ${titles[scenario]}`,
      most,
      unit: '×',
      find: (measured) => between(measured, scenario, pair, figure),
    };
  });

const one = (value: number | undefined): Spread | undefined =>
  value === undefined ? undefined : exactly(value);

const own = ['signalbox-openai', 'signalbox-compatible'] as const;
const titleOf = (name: (typeof own)[number]): string =>
  name === 'signalbox-openai' ? 'signalbox over openai' : 'signalbox, openai-compatible';

/** Milliseconds that a chat with 100 KB takes longer than a short one. */
function longer(measured: Measured, name: ContenderName): Spread | undefined {
  const long = rounds(measured, 'prompt-100kb', name, 'cpu');
  const short = rounds(measured, 'chat-1', name, 'cpu');
  return long && short && milliseconds(long, short);
}

/** Megabytes of live objects from 10,000 requests to the last. */
function growth({ memory }: Measured, name: ContenderName): Spread | undefined {
  const seen = memory?.get(name)?.growth;
  const [first, last] = [seen?.[0], seen?.at(-1)];
  return first && last && one(last.memory.heap - first.memory.heap);
}

/** Processor time to the first answer beside the bare SDK's. */
function firstAnswer({ starts }: Measured): Spread | undefined {
  const of = starts?.get('signalbox-openai')?.map(({ cpu }) => cpu);
  const base = starts?.get('openai')?.map(({ cpu }) => cpu);
  return of && base && ratio(of, base);
}

const choosing = (strategy: string, most: number): Goal => ({
  goal: `a chat with \`${strategy}\` among 1,000 targets, over a provider that answers at once`,
  most,
  unit: 'µs',
  find: ({ router }) => router?.choice[strategy]?.[1_000],
});

const goals: readonly Goal[] = [
  ...ratios('signalbox, openai-compatible ÷ openai', ['signalbox-compatible', 'openai'], {
    ...chats(0.28, 0.28),
    ...streams(0.32, 0.48),
  }),
  ...ratios('signalbox over openai ÷ openai', ['signalbox-openai', 'openai'], chats(0.55, 0.75)),
  ...ratios(
    'signalbox over @anthropic-ai/sdk ÷ the SDK',
    ['signalbox-anthropic', 'anthropic'],
    chats(0.6, 0.6),
  ),
  ...ratios('signalbox over @google/genai ÷ the SDK', ['signalbox-google', 'google'], chats(0.6, 0.6)),
  ...ratios(
    'signalbox behind ai ÷ @ai-sdk/openai-compatible behind ai',
    ['ai-signalbox', 'ai'],
    streams(0.65, 0.72),
  ),
  choosing('priority', 25),
  choosing('lowestCost', 250),
  ...own.map(
    (name): Goal => ({
      goal: `a prompt of 100 KB beyond a short one: ${titleOf(name)}`,
      most: 0.6,
      unit: 'ms',
      find: (measured) => longer(measured, name),
    }),
  ),
  ...own.map(
    (name): Goal => ({
      goal: `a picture of 10 MB as bytes: ${titleOf(name)} − openai`,
      most: 20,
      unit: 'ms',
      find: (measured) => between(measured, 'picture', [name, 'openai'], 'cpu', milliseconds),
    }),
  ),
  ...(['chat', 'stream'] as const).map(
    (kind): Goal => ({
      goal: `the router’s heap for each ${kind} in flight`,
      most: 8,
      unit: 'KB',
      find: ({ router }) => router?.held[kind],
    }),
  ),
  {
    goal: 'first answer of a fresh process: signalbox over openai ÷ openai',
    most: 1,
    unit: '×',
    find: firstAnswer,
  },
  {
    goal: 'requests a second, 64 at a time: signalbox over openai ÷ openai through the Portkey gateway',
    least: 3.5,
    unit: '×',
    find: (measured) => between(measured, 'chat-64', ['signalbox-openai', 'portkey'], 'perSecond'),
  },
  { goal: 'the router’s own share of a chat', most: 8, unit: 'µs', find: ({ router }) => router?.chat },
  {
    goal: 'the router’s own share of a streamed chunk',
    most: 0.2,
    unit: 'µs',
    find: ({ router }) => router?.chunk,
  },
  { goal: 'the core, gzipped', most: 30, unit: 'KB', find: ({ core }) => one(core?.gzip) },
  { goal: '`{ createRouter }`, gzipped', most: 27, unit: 'KB', find: ({ core }) => one(core?.createRouter) },
  ...own.map(
    (name): Goal => ({
      goal: `live objects that ${titleOf(name)} has more after 50,000 requests than after 10,000`,
      most: 1,
      unit: 'MB',
      find: (measured) => growth(measured, name),
    }),
  ),
  {
    goal: 'time to the first token: signalbox over openai − openai',
    most: 0,
    unit: 'ms',
    find: (measured) =>
      between(measured, 'stream-200x1', ['signalbox-openai', 'openai'], 'first', difference),
  },
];

/** Fewer cannot tell where the true median is with 95 % confidence. */
export const leastRounds = 6;

/**
 * Whether each goal is met. It is `undecided` where the 95 % confidence interval of the median lies on both sides of the limit: there
 * the margin is smaller than the spread.
 */
export function judge(measured: Measured): readonly Judged[] {
  return goals.map(({ goal, most, least, unit = '', find }) => {
    const found = find(measured);
    const known = found !== undefined && !Number.isNaN(found.median);
    return {
      goal,
      wanted: most === undefined ? `≥ ${least} ${unit}` : `≤ ${most} ${unit}`,
      found: known ? found : undefined,
      unit,
      verdict: known ? verdictOn(found, most, least) : undefined,
    };
  });
}

function verdictOn(
  { interval }: Spread,
  most = Number.POSITIVE_INFINITY,
  least = Number.NEGATIVE_INFINITY,
): Verdict {
  if (interval === undefined) return 'undecided';
  const [low, high] = interval;
  if (high <= most && low >= least) return 'met';
  return low > most || high < least ? 'missed' : 'undecided';
}
