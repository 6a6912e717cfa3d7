import type { Message, Price } from 'signalbox';
import type { TracedRequest } from '../../src/simulator/trace.ts';
import { type Dice, dice } from '../simulation/dice.ts';
import { type Law, lawOf, measured, scaled, tokenRates } from './laws.ts';

/** What is peculiar to a world. */
export const kinds = [
  'steady', // nothing changes
  'swing', // all targets are slower at their own time of the day
  'slowdown', // the best target takes five times as long for a third of the time
  'price', // the best target becomes three times as expensive
  'limits', // the best target refuses what is above its limit, and says when to come back
  'outage', // the best target is down for a fifth of the time
  'sessions', // conversations, of which a target that has seen them bills the beginning at a tenth
  'ties', // all targets are nearly the same
  'sizes', // small prompts and large ones, for which different targets are the best
] as const;
export type Kind = (typeof kinds)[number];

/** From one moment to another, in milliseconds. */
export interface Window {
  readonly from: number;
  readonly to: number;
}

/** All that is true of a target. */
export interface TargetPlan {
  readonly id: string;
  /** Time to the first token of a prompt of no length. */
  readonly law: Law;
  /** Milliseconds that it takes to read a thousand tokens that it has not seen before. */
  readonly reading: number;
  readonly tokenRate: number;
  /** Odds that it answers with a 500. */
  readonly errorRate: number;
  readonly price: Price;
  /** Its price is another one from a moment on. */
  readonly later?: { readonly from: number; readonly price: Price };
  readonly swing?: { readonly by: number; readonly phase: number };
  readonly slow?: Window;
  readonly out?: Window;
  /** Requests that it takes in a span of time, counted from the span's beginning. */
  readonly limit?: { readonly requests: number; readonly span: number };
}

export interface RequestPlan {
  readonly number: number;
  readonly at: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly messages: readonly Message[];
  /** The conversation that it belongs to, and what comes after it there. */
  readonly session?: { readonly id: string; readonly rest: readonly number[] };
}

export interface World {
  readonly kind: Kind;
  readonly seed: number;
  /** Requests per second. */
  readonly rate: number;
  /** Milliseconds. */
  readonly duration: number;
  readonly targets: readonly TargetPlan[];
  readonly requests: readonly RequestPlan[];
  /** Mean output tokens of an answer. */
  readonly usualOutput: number;
}

/** What a world is drawn by, where it is not left to chance. */
export interface WorldOptions {
  readonly rate?: number;
  readonly duration?: number;
  /** How many times as long as usual. Default: 1. */
  readonly length?: number;
  /** What the target that has trouble is the best at. Default: `worth`. */
  readonly trouble?: 'worth' | 'speed';
  /** When requests come, and their sizes: in place of chance. */
  readonly workload?: Workload;
}

/** A part of a trace. */
export interface Workload {
  /** Milliseconds. */
  readonly duration: number;
  readonly requests: readonly TracedRequest[];
}

/** US$ that one second of waiting for the first token is worth, and one failed attempt: as `balanced()` has them. */
export const perSecond = 0.001;
export const perFailure = 0.01;
/** Tokens of an answer: an even share between them. */
const output = { least: 50, most: 250 };
const usualInput = 200;
const usualOutput = (output.least + output.most) / 2;
/** How many times as long a target takes in a slow-down. */
export const slowdown = 5;

/** Arrivals per second, how many worlds in a hundred have them, and for how long: what is busier is over sooner. */
const rates = [
  { rate: 1, share: 80, seconds: 120 },
  { rate: 10, share: 17, seconds: 20 },
  { rate: 50, share: 3, seconds: 10 },
] as const;

/** Draws the world of a seed. */
export function drawWorld(kind: Kind, seed: number, options: WorldOptions = {}): World {
  const throws = dice(seed * 16 + kinds.indexOf(kind));
  const { workload } = options;
  const usual = drawRate(throws);
  const rate = options.rate ?? (workload === undefined ? usual.rate : meanRate(workload));
  const duration = options.duration ?? workload?.duration ?? usual.seconds * 1_000 * (options.length ?? 1);
  const calm = drawTargets(kind, throws);
  const wish = options.trouble ?? 'worth';
  const best = calm.reduce((a, b) => (worthOf(b, wish) < worthOf(a, wish) ? b : a));
  const targets = calm.map((target) => ({
    ...target,
    ...(kind === 'swing' ? { swing: { by: throws.between(0.3, 0.6), phase: throws.between(0, 1) } } : {}),
    ...(target === best ? troubleOf(kind, target, { rate, duration }, throws) : {}),
  }));
  const world = { kind, seed, rate, duration, targets };
  if (workload !== undefined)
    return { ...world, requests: workload.requests.map(planOf), usualOutput: meanOutput(workload) };
  const requests = kind === 'sessions' ? drawSessions : drawRequests;
  return { ...world, requests: requests(kind, { rate, duration }, throws), usualOutput };
}

function planOf({ at, inputTokens, outputTokens }: TracedRequest, number: number): RequestPlan {
  const messages: readonly Message[] = [{ role: 'user', content: words(`${number}`, inputTokens) }];
  return { number, at, inputTokens, outputTokens, messages };
}

/** Per second. */
function meanRate({ requests, duration }: Workload): number {
  return (1_000 * requests.length) / duration;
}

function meanOutput({ requests }: Workload): number {
  return sum(requests.map(({ outputTokens }) => outputTokens)) / requests.length;
}

function drawRate({ between }: Dice): (typeof rates)[number] {
  let drawn = between(0, 100);
  for (const each of rates) {
    if (drawn < each.share) return each;
    drawn -= each.share;
  }
  return rates[0];
}

function drawTargets(kind: Kind, throws: Dice): readonly TargetPlan[] {
  const { between, pick, whole } = throws;
  const alike = kind === 'ties' ? drawTarget(kind, throws) : undefined;
  return Array.from({ length: whole(2, 6) }, (_, index) => {
    if (alike === undefined) return { ...drawTarget(kind, throws), id: `t${index}` };
    return {
      ...alike,
      id: `t${index}`,
      law: scaled(alike.law, between(0.97, 1.03)),
      tokenRate: pick(tokenRates),
      price: priced(alike.price.input * between(0.98, 1.02), alike.price.output ?? 0),
    };
  });
}

/** Prices are of one class of models at several vendors; they say nothing about how fast a target is. */
function drawTarget(kind: Kind, { between, chance, pick }: Dice): TargetPlan {
  const input = 0.2 * 5 ** between(0, 1);
  return {
    id: '',
    law: scaled(lawOf(pick(measured)), between(0.8, 1.25)),
    reading: kind === 'sizes' ? between(10, 200) : between(5, 30),
    tokenRate: pick(tokenRates),
    errorRate: chance(0.5) ? 0 : between(0, 0.02),
    price: priced(input, input * between(2, 6)),
  };
}

function priced(input: number, output: number): Price {
  return { input, output, cacheRead: input / 10 };
}

/** What to expect of an ordinary request, at a target that takes so many times as long as usual: lower is better. */
export function worthOf({ law, price }: TargetPlan, of: 'worth' | 'speed', slowness = 1): number {
  const time = slowness * law.mean;
  if (of === 'speed') return time;
  const cost = (usualInput * price.input + usualOutput * (price.output ?? 0)) / 1_000_000;
  return cost + (perSecond * time) / 1_000;
}

function troubleOf(
  kind: Kind,
  { price }: TargetPlan,
  { rate, duration }: Pick<World, 'rate' | 'duration'>,
  { between }: Dice,
): Partial<TargetPlan> {
  const third = { from: duration / 3, to: (2 * duration) / 3 };
  switch (kind) {
    case 'slowdown':
      return { slow: third };
    case 'outage':
      return { out: { from: duration / 3, to: (8 * duration) / 15 } };
    case 'price':
      return { later: { from: duration / 2, price: priced(3 * price.input, 3 * (price.output ?? 0)) } };
    case 'limits': {
      const span = duration / 8;
      return { limit: { requests: Math.ceil((between(0.3, 0.6) * rate * span) / 1_000), span } };
    }
    default:
      return {};
  }
}

function drawRequests(
  kind: Kind,
  { rate, duration }: Pick<World, 'rate' | 'duration'>,
  throws: Dice,
): readonly RequestPlan[] {
  const requests: RequestPlan[] = [];
  const { arrival, between, chance, whole } = throws;
  for (let at = arrival(rate / 1_000); at < duration; at += arrival(rate / 1_000)) {
    const number = requests.length;
    const large = kind === 'sizes' && chance(0.3);
    const inputTokens = Math.round(large ? 3_000 * 4 ** between(0, 1) : 50 * 10 ** between(0, 1));
    const messages: readonly Message[] = [{ role: 'user', content: words(`${number}`, inputTokens) }];
    requests.push({ number, at, inputTokens, outputTokens: whole(output.least, output.most), messages });
  }
  return requests;
}

/** Conversations of two to eight turns over one large beginning; each turn sends all that came before it. */
function drawSessions(
  _: Kind,
  { rate, duration }: Pick<World, 'rate' | 'duration'>,
  { arrival, between, whole }: Dice,
): readonly RequestPlan[] {
  const turns: Omit<RequestPlan, 'number'>[] = [];
  const usualTurns = 5;
  const start = (): number => arrival(rate / 1_000 / usualTurns);
  const longestPause = Math.min(20_000, duration / 8);
  let session = 0;
  for (let from = start() - duration / 4; from < duration; from += start()) {
    session += 1;
    const sizes = Array.from({ length: whole(2, 2 * (usualTurns - 1)) }, (__, turn) =>
      turn === 0 ? whole(1_000, 4_000) : whole(100, 500),
    );
    const lengths = sizes.map((___, turn) => sum(sizes.slice(0, turn + 1)));
    const messages: Message[] = [];
    let at = Math.max(0, from);
    for (const [turn, size] of sizes.entries()) {
      if (turn > 0) messages.push({ role: 'assistant', content: 'yes' });
      messages.push({ role: 'user', content: words(`${session}.${turn}`, size) });
      const plan = { id: `s${session}`, rest: lengths.slice(turn + 1) };
      turns.push({
        at,
        inputTokens: lengths[turn] ?? 0,
        outputTokens: whole(output.least, output.most),
        messages: [...messages],
        session: plan,
      });
      at += between(longestPause / 4, longestPause);
    }
  }
  const inTime = turns.filter(({ at }) => at < duration).sort((a, b) => a.at - b.at);
  return inTime.map((turn, number) => ({ ...turn, number }));
}

/** A text of so many tokens, as the router estimates them: short words after a name. */
function words(name: string, tokens: number): string {
  return `${name} ${'a '.repeat(Math.max(1, tokens - 7))}`;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
