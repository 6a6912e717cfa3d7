import { createRouter, type Router } from 'signalbox';
import { seededRandom, type VirtualClock, virtualClock } from 'signalbox/testing';
import { type Contender, contenders } from './contenders.ts';
import { cheapest } from './oracle.ts';
import { type Truth, truthOf } from './truth.ts';
import { openTargets } from './vendors.ts';
import type { RequestPlan, World } from './worlds.ts';

/** The outcome of one request. */
export interface Outcome {
  /** When it came. */
  readonly at: number;
  /** Who answered. */
  readonly target: string | undefined;
  /** Who was asked first. */
  readonly first: string | undefined;
  /** US$, with what was paid for nothing. */
  readonly cost: number;
  /** Seconds to the first token; to its end, where it was lost. */
  readonly firstToken: number;
  /** Attempts that failed. */
  readonly failures: number;
  /** Whether who answered was the cheapest, of all that took the request at that moment. */
  readonly cheapest: boolean;
}

/** Lets a world happen to a contender. Outcomes are in the order of the requests. */
export async function play(world: World, contender: Contender): Promise<readonly Outcome[]> {
  const clock = virtualClock();
  const truth = truthOf(world, clock);
  const player = contenders[contender](world, truth);
  const router: Router = createRouter({
    targets: openTargets(world, truth, clock),
    strategy: player.strategy,
    catalog: false,
    log: false,
    clock,
    random: seededRandom(world.seed),
  });
  if (player.learn !== undefined) {
    const learn = player.learn;
    router.on('attempt-end', (event) => learn(event, clock.now()));
  }
  const outcomes = watch(world, truth, router);
  let pending = world.requests.length;
  for (const request of world.requests) {
    clock.after(request.at, () => {
      void ask(router, request).then(() => {
        pending -= 1;
      });
    });
  }
  await untilDone(clock, () => pending === 0);
  await router.close();
  return outcomes.flatMap((outcome) => outcome ?? []);
}

/** Moves time on until something is so. */
export async function untilDone(clock: VirtualClock, done: () => boolean): Promise<void> {
  while (!done()) if (!(await clock.next())) throw new Error('nothing would ever end this');
}

/** One request, read to its end. The router's events report its outcome. */
async function ask(router: Router, { number, messages, session }: RequestPlan): Promise<void> {
  const options = {
    metadata: { request: number },
    ...(session === undefined ? {} : { session: session.id }),
  };
  try {
    const stream = await router.stream({ messages }, options);
    for await (const _ of stream);
  } catch {
    // It was lost, and counts as that.
  }
}

function watch(world: World, truth: Truth, router: Router): readonly (Outcome | undefined)[] {
  const outcomes: (Outcome | undefined)[] = world.requests.map(() => undefined);
  const right: boolean[] = [];
  const asked: Set<string>[] = [];
  router.on('attempt-start', ({ target, metadata }) => {
    const number = Number(metadata['request']);
    const request = world.requests[number];
    if (request === undefined) return;
    const failed = asked[number] ?? new Set();
    right[number] = cheapest(world, truth, request, failed).has(target);
    asked[number] = failed.add(target);
  });
  router.on('request-end', (event) => {
    const number = Number(event.metadata['request']);
    const { target, attempts, cost, wastedCost, firstToken, duration } = event;
    outcomes[number] = {
      at: world.requests[number]?.at ?? 0,
      target,
      first: asked[number]?.values().next().value,
      cost: (cost?.total ?? 0) + wastedCost,
      firstToken: (target === undefined ? duration : (firstToken ?? duration)) / 1_000,
      failures: attempts.filter(({ outcome }) => outcome === 'failed').length,
      cheapest: right[number] ?? false,
    };
  });
  return outcomes;
}
