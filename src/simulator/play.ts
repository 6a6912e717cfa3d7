import { createRouter } from '../router.ts';
import { scriptedProvider } from '../testing/scripted-provider.ts';
import { seededRandom } from '../testing/seeded-random.ts';
import { type VirtualClock, virtualClock } from '../testing/virtual-clock.ts';
import type { RequestEndEvent } from '../types/event.ts';
import type { CallOptions } from '../types/options/call-options.ts';
import type { Policies, TargetOptions } from '../types/options/options.ts';
import type { Strategy } from '../types/options/strategy.ts';
import type { Provider } from '../types/provider.ts';
import type { Router } from '../types/router.ts';
import { hash, hashShare } from '../util/hash.ts';
import { oneToken } from './scripts.ts';
import type { Answer, Arrival, World } from './world.ts';

/** The provider option with the request's number, by which a scripted provider recognizes it. */
const mark = 'simulation';

/** Shared by everything in one run. */
interface Stage {
  readonly clock: VirtualClock;
  readonly seed: number;
  /** Answers that the application rejects, by request and target. */
  readonly unwanted: Set<string>;
}

/**
 * Runs a world through a router in virtual time: the real core, and providers that answer as the world specifies.
 *
 * @param policies the router's options beside its strategy
 * @returns the end of each request, in order
 * @throws ConfigError for invalid policies
 */
export async function play(
  world: World,
  strategy: Strategy,
  policies: Omit<Policies, 'strategy'>,
  seed: number,
): Promise<readonly RequestEndEvent[]> {
  const clock = virtualClock(world.start);
  const stage: Stage = { clock, seed, unwanted: new Set() };
  const router = createRouter({
    ...policies,
    targets: targetsOf(world, stage),
    routes: routesOf(world),
    strategy,
    catalog: false,
    log: false,
    clock,
    random: seededRandom(seed),
  });
  const ends: RequestEndEvent[] = [];
  router.on('request-end', (event) => ends.push(event));
  const textOf = fillers();
  let open = 0;
  let next = 0;
  const arrive = (): void => {
    const number = next++;
    const arrival = world.arrivals[number];
    if (arrival === undefined) return;
    open += 1;
    void ask(router, arrival, number, textOf(arrival.inputTokens), stage).finally(() => {
      open -= 1;
    });
    schedule();
  };
  // One timer at a time: a week of requests would make the list of timers too long.
  const schedule = (): void => {
    const arrival = world.arrivals[next];
    if (arrival !== undefined) clock.after(arrival.at - clock.now(), arrive);
  };
  schedule();
  while ((next < world.arrivals.length || open > 0) && (await clock.next())) {
    // All events of this moment are over.
  }
  await router.close();
  return ends;
}

type Target = TargetOptions;

/** One provider for the targets that share it. A model is named by its target's id, so that the provider can tell them apart. */
function targetsOf({ targets, arrivals }: World, { clock, seed, unwanted }: Stage): readonly Target[] {
  const asked = new Map<string, number>();
  const make = (name: string): Provider =>
    scriptedProvider(
      name,
      (call) => {
        const number = Number(call.providerOptions?.[mark]?.['request']);
        const place = `${number} ${call.model}`;
        const before = asked.get(place) ?? 0;
        asked.set(place, before + 1);
        // The same draws under every strategy: they depend on the request, the target and the seed only.
        const random = seededRandom(hash(`${seed} ${place} ${before}`));
        const lot = (words: string): number => hashShare(`${seed} ${words}`);
        const ask = { target: call.model, before, now: clock.now(), random, lot };
        const answer: Answer = arrivals[number]?.answer(ask) ?? {};
        if (answer.unwanted === true) unwanted.add(place);
        else unwanted.delete(place);
        return answer;
      },
      clock,
    );
  const providers = new Map(targets.map(({ provider }) => [provider, make(provider)]));
  return targets.flatMap(({ provider: name, ...target }) => {
    const provider = providers.get(name);
    return provider === undefined ? [] : [{ ...target, provider, model: target.id }];
  });
}

/** A target's id is already a route and cannot be declared as one. */
function routesOf({ routes, targets }: World): Record<string, { targets: readonly string[] }> {
  const ids = targets.map(({ id }) => id);
  const named = Object.entries(routes).filter(([name]) => !ids.includes(name));
  return Object.fromEntries(named.map(([name, members]) => [name, { targets: members }]));
}

/** Makes one request and reads its answer. The router's event says how it ends. */
async function ask(
  router: Router,
  arrival: Arrival,
  number: number,
  prompt: string,
  { clock, unwanted }: Stage,
): Promise<void> {
  const { kind, route, only, session, metadata, leavesAfter, judged } = arrival;
  const caller = new AbortController();
  const cancel =
    leavesAfter === undefined ? () => {} : clock.after(leavesAfter, () => caller.abort('the caller left'));
  const request = {
    prompt,
    providerOptions: { [mark]: { request: number } },
  };
  const options: CallOptions = {
    route,
    metadata,
    signal: caller.signal,
    ...(only === undefined ? {} : { only }),
    ...(session === undefined ? {} : { session }),
    ...(judged === true ? { accept: ({ target }) => !unwanted.has(`${number} ${target}`) } : {}),
  };
  try {
    if (kind === 'chat') await router.chat(request, options);
    else for await (const _ of await router.stream(request, options));
  } catch {
    // The request-end event has the failure.
  } finally {
    cancel();
  }
}

/** Texts of about this many estimated tokens. Long texts are rounded and so share memory. */
function fillers(): (tokens: number) => string {
  const known = new Map<number, string>();
  return (tokens) => {
    const step = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, tokens))) - 1);
    const rounded = Math.max(1, Math.round(tokens / step) * step);
    const text = known.get(rounded) ?? oneToken.repeat(rounded);
    known.set(rounded, text);
    return text;
  };
}
