import { createRouter } from '../../router.ts';
import { scriptedProvider } from '../../testing/scripted-provider.ts';
import { seededRandom } from '../../testing/seeded-random.ts';
import { type VirtualClock, virtualClock } from '../../testing/virtual-clock.ts';
import type { RequestEndEvent } from '../../types/event.ts';
import type { CallOptions, Policies } from '../../types/options/options.ts';
import type { Strategy } from '../../types/options/strategy.ts';
import type { Provider } from '../../types/provider.ts';
import type { Router } from '../../types/router.ts';
import { hash, hashShare } from '../../util/hash.ts';
import type { Answer, Arrival, World } from './world.ts';

/** Under this name a request carries its number, so that a scripted provider knows which one it answers. */
const mark = 'simulation';

/** What all that happens in one play shares. */
interface Stage {
  readonly clock: VirtualClock;
  readonly seed: number;
  /** Answers that the application does not want, by request and target. */
  readonly unwanted: Set<string>;
}

/**
 * Lets a world happen to a router, in virtual time: the real core, and providers that answer as the world says.
 *
 * @param policies the router's options beside its strategy
 * @returns how each request ended, in the order in which they did
 * @throws ConfigError for policies that the router refuses
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
  // One at a time: a week has more requests than a list of timers is made for.
  const schedule = (): void => {
    const arrival = world.arrivals[next];
    if (arrival !== undefined) clock.after(arrival.at - clock.now(), arrive);
  };
  schedule();
  while ((next < world.arrivals.length || open > 0) && (await clock.next())) {
    // All that follows from one moment has happened; on to the next.
  }
  await router.close();
  return ends;
}

type Target = Parameters<typeof createRouter>[0]['targets'][number];

/** One provider for all targets that share it. A model is called by its target's id, so that the provider can tell them apart. */
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
        // The same luck under every strategy: it hangs on the request, the target and the seed, and not on what was before.
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

/** A target's id is a route by itself, and cannot be declared as one. */
function routesOf({ routes, targets }: World): Record<string, { targets: readonly string[] }> {
  const ids = targets.map(({ id }) => id);
  const named = Object.entries(routes).filter(([name]) => !ids.includes(name));
  return Object.fromEntries(named.map(([name, members]) => [name, { targets: members }]));
}

/** Makes one request and reads its answer at once. How it ends is told by the router's event. */
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
    // Failed: the event says how.
  } finally {
    cancel();
  }
}

/** Texts that are estimated at about so many tokens; digits are quickest to count. Long ones are rounded, and so share memory. */
function fillers(): (tokens: number) => string {
  const known = new Map<number, string>();
  return (tokens) => {
    const step = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, tokens))) - 1);
    const rounded = Math.max(1, Math.round(tokens / step) * step);
    const text = known.get(rounded) ?? '0'.repeat(3 * rounded);
    known.set(rounded, text);
    return text;
  };
}
