import { createRouter, lowestCost, type Price, type Router } from 'signalbox';
import { seededRandom, type VirtualClock, virtualClock } from 'signalbox/testing';
import type { TracedRequest } from '../../src/simulator/trace.ts';
import { untilDone } from '../bench-routing/play.ts';
import type { BatchWorld, FlexWorld } from './laws.ts';
import { type Billed, openVendor, type Tier } from './vendor.ts';

/** A way to send a trace. */
export interface Plan {
  /** Tiers that may be used. `batch`: the trace is one batch of the router, which takes requests in as they come. */
  readonly tiers: readonly Tier[];
  /** Milliseconds: of a call from its arrival; of a batch from the first request. `Infinity`: none. */
  readonly deadline: number;
  readonly flex: FlexWorld;
  readonly batch: BatchWorld;
}

export interface Setting {
  /** As in the catalog. */
  readonly provider: string;
  readonly model: string;
  /** What the vendor charges on the standard tier. */
  readonly price: Price;
  readonly requests: readonly TracedRequest[];
  readonly seed: number;
}

/** Why a cheaper tier did not answer. */
export type Fallback = 'refused' | 'slow' | 'skipped';

export interface Outcome {
  readonly number: number;
  /** The tier that answered; `undefined` where the request was lost. */
  readonly tier: Tier | undefined;
  /** Milliseconds from its arrival to its answer. */
  readonly duration: number;
  /** Milliseconds after its deadline. */
  readonly lateness: number;
  readonly fallback: Fallback | undefined;
}

export interface Played {
  /** In the order of the requests. */
  readonly outcomes: readonly Outcome[];
  /** The vendor's. */
  readonly bill: readonly Billed[];
  /** US$ that the router reports, with what it says was spent for nothing. */
  readonly reported: number;
}

/** A date at which the catalog has a price. */
const start = Date.UTC(2026, 9, 1);
/** OpenAI's advice for flex. */
const longestAttempt = 900_000;

/** Sends a trace through a router of its own in virtual time. */
export async function play(setting: Setting, plan: Plan): Promise<Played> {
  const clock = virtualClock(start);
  const { provider: name, seed } = setting;
  const vendor = openVendor({ ...setting, ...plan, name, seed, clock });
  const isBatch = plan.tiers.includes('batch');
  const hasDeadline = plan.deadline < Number.POSITIVE_INFINITY;
  const router = createRouter({
    targets: [{ provider: vendor.provider, model: setting.model, id: 'target', tiers: plan.tiers }],
    ...(isBatch ? {} : { strategy: lowestCost(hasDeadline ? { deadline: plan.deadline } : {}) }),
    timeout: {
      request: Number.POSITIVE_INFINITY,
      attempt: longestAttempt,
    },
    log: false,
    clock,
    random: seededRandom(seed),
  });
  let reported = 0;
  router.on('request-end', ({ cost, wastedCost }) => {
    reported += (cost?.total ?? 0) + wastedCost;
  });
  const outcomes = await (isBatch ? sendBatch : sendCalls)(router, clock, setting, plan);
  await router.close();
  return { outcomes, bill: vendor.bill(), reported };
}

/** Each request as a call, when it came. */
async function sendCalls(
  router: Router,
  clock: VirtualClock,
  { requests }: Setting,
  { tiers, deadline }: Plan,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  const fallbacks = new Map<number, Fallback>();
  router.on('request-end', ({ metadata, attempts }) => {
    const flex = attempts.filter(({ target }) => target.endsWith('#flex'));
    const isRefused = flex.some(({ error }) => error?.code === 'resource_unavailable');
    fallbacks.set(Number(metadata['number']), isRefused ? 'refused' : flex.length > 0 ? 'slow' : 'skipped');
  });
  const ask = async (number: number): Promise<void> => {
    const from = clock.now();
    let tier: Tier | undefined;
    try {
      const { target } = await router.chat({ prompt: String(number) }, { metadata: { number } });
      tier = tierOf(target);
    } catch {
      // It was lost, and counts as that.
    }
    const duration = clock.now() - from;
    const fallback = tier === 'standard' && tiers.includes('flex') ? fallbacks.get(number) : undefined;
    outcomes[number] = { number, tier, duration, lateness: Math.max(0, duration - deadline), fallback };
  };
  let open = requests.length;
  let next = 0;
  // One timer at a time, so that the list of timers stays short.
  const arrive = (): void => {
    const number = next++;
    void ask(number).finally(() => {
      open -= 1;
    });
    schedule();
  };
  const schedule = (): void => {
    const request = requests[next];
    if (request !== undefined) clock.after(request.at - clock.now(), arrive);
  };
  schedule();
  await untilDone(clock, () => open === 0);
  return outcomes;
}

/** All requests as one batch, which takes them in as they come. */
async function sendBatch(
  router: Router,
  clock: VirtualClock,
  { requests }: Setting,
  { deadline }: Plan,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  async function* arriving() {
    for (const [number, { at }] of requests.entries()) {
      if (at > clock.now()) await new Promise<void>((resolve) => clock.after(at - clock.now(), resolve));
      yield { id: String(number), prompt: String(number) };
    }
  }
  const options = { deadline: clock.date() + deadline, maxInFlight: requests.length };
  // Its code loads in real time, so virtual time begins after that.
  const batch = await router.batch(arriving(), options);
  let isDone = false;
  const read = async (): Promise<void> => {
    for await (const { index, result } of batch.results) {
      const tier = result === undefined ? undefined : tierOf(result.target);
      const duration = clock.now() - (requests[index]?.at ?? 0);
      const lateness = Math.max(0, clock.now() - deadline);
      const fallback = tier === 'standard' ? 'slow' : undefined;
      outcomes[index] = { number: index, tier, duration, lateness, fallback };
    }
  };
  const reading = read().finally(() => {
    isDone = true;
  });
  await untilDone(clock, () => isDone);
  await reading;
  return outcomes;
}

function tierOf(target: string): Tier {
  return target.endsWith('#flex') ? 'flex' : target.endsWith('#batch') ? 'batch' : 'standard';
}
