import { createRouter, type Router } from 'signalbox';
import {
  type ScriptedProvider,
  scriptedProvider,
  seededRandom,
  type VirtualClock,
  virtualClock,
} from 'signalbox/testing';
import { dice } from '../simulation/dice.ts';
import type { Player } from './baselines.ts';
import { untilDone } from './play.ts';

/** How many processes there are, how long they run, and what they use. */
export interface HerdOptions {
  readonly seed: number;
  readonly processes: number;
  /** Milliseconds. */
  readonly duration: number;
  readonly make: () => Player;
}

/** One target's load: requests under way at it, of all processes. */
export interface Load {
  /** What it would be if all targets were as fast as each other, as a share of all load. */
  readonly fair: number;
  /** The least and the most in any span after things have settled, as multiples of its fair share. */
  readonly least: number;
  readonly most: number;
}

/** Targets of the same make, of which two are twice as large: at their fair shares all are as fast as each other. */
const capacities = [1, 1, 2, 2] as const;
/** By target, as `weighted()` takes them. */
export const fairWeights = Object.fromEntries(capacities.map((capacity, index) => [`t${index}`, capacity]));
/** Requests per second of one process. */
const rate = 1;
/** Milliseconds to the first token of a target with nothing to do. */
const unloaded = 500;
const spread = 0.3;
/** Requests under way of each process with which all targets take twice as long as with none. */
const comfortable = 1;
/**
 * Load is looked at by its mean over so many milliseconds, after things have settled. Over five seconds, chance alone makes a
 * target that gets its fair share have less than half of it now and then.
 */
const span = 10_000;
const settled = 60_000;
const lookEvery = 100;
const price = { input: 1, output: 1 };

/**
 * Many processes, each with a router of its own that knows nothing of the others, over targets that get slower the more all of them
 * send there. If all went to the one that was last the fastest, it would be the slowest the next moment.
 */
export async function runHerd({ seed, processes, duration, make }: HerdOptions): Promise<readonly Load[]> {
  const clock = virtualClock();
  const throws = dice(seed);
  const whole = capacities.reduce<number>((sum, capacity) => sum + capacity, 0);
  const targets = capacities.map((capacity, index) => {
    const places = (processes * comfortable * capacity) / whole;
    const server: ScriptedProvider = scriptedProvider(
      `s${index}`,
      () => ({
        delay: unloaded * throws.lognormal(1, spread, 10) * (1 + server.open / places),
        usage: { inputTokens: 100, outputTokens: 1 },
      }),
      clock,
    );
    return server;
  });
  const routers = Array.from({ length: processes }, (_, process) => {
    const { strategy, learn } = make();
    const router = createRouter({
      targets: targets.map((provider, index) => ({ provider, model: 'm', id: `t${index}`, price })),
      strategy,
      catalog: false,
      log: false,
      clock,
      random: seededRandom(seed * 1_000 + process),
    });
    if (learn !== undefined) router.on('attempt-end', (event) => learn(event, clock.now()));
    return router;
  });
  const spans = watchLoad(() => targets.map(({ open }) => open), clock, duration);
  await Promise.all([
    sendAll(routers, clock, duration, throws.arrival),
    untilDone(clock, () => clock.now() >= duration),
  ]);
  for (const router of routers) await router.close();
  return capacities.map((capacity, index) => {
    const fair = capacity / whole;
    const shares = spans.map(
      (loads) => (loads[index] ?? 0) / loads.reduce((sum, load) => sum + load, 0) / fair,
    );
    return { fair, least: Math.min(...shares), most: Math.max(...shares) };
  });
}

/** Requests that come by chance until time is over. */
async function sendAll(
  routers: readonly Router[],
  clock: VirtualClock,
  duration: number,
  arrival: (rate: number) => number,
): Promise<void> {
  for (const router of routers) {
    const send = (): void => {
      if (clock.now() >= duration) return;
      void ask(router);
      clock.after(arrival(rate / 1_000), send);
    };
    clock.after(arrival(rate / 1_000), send);
  }
}

async function ask(router: Router): Promise<void> {
  try {
    const stream = await router.stream({ prompt: 'hello' });
    for await (const _ of stream);
  } catch {
    // Its router was closed.
  }
}

/** Sums of what is under way at each target, for each span from when things have settled. */
function watchLoad(
  read: () => readonly number[],
  clock: VirtualClock,
  duration: number,
): readonly number[][] {
  const spans: number[][] = [];
  const look = (): void => {
    const now = clock.now();
    if (now >= duration) return;
    const index = Math.floor((now - settled) / span);
    const loads = spans[index] ?? [];
    for (const [target, load] of read().entries()) loads[target] = (loads[target] ?? 0) + load;
    spans[index] = loads;
    clock.after(lookEvery, look);
  };
  clock.after(settled, look);
  return spans;
}
