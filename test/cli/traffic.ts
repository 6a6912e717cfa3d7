import {
  createRouter,
  type Policies,
  type Price,
  type ProviderCall,
  type ProviderEmbedCall,
  type ProviderImageCall,
  type RequestEndEvent,
  type Strategy,
} from 'signalbox';
import {
  type Script,
  scriptedProvider,
  seededRandom,
  type VirtualClock,
  virtualClock,
} from 'signalbox/testing';

/** What one target is like in `logOfTraffic`. */
export interface Vendor {
  readonly price: Price;
  /** Milliseconds to the first token: from, to. */
  readonly firstToken: readonly [number, number];
  readonly errorRate?: number;
  /** Answers 503 from when to when, in milliseconds. */
  readonly outage?: readonly [number, number];
  /** Share of the input that is read from the prompt cache. */
  readonly cached?: number;
  readonly concurrency?: number;
}

export interface Traffic {
  readonly vendors: Readonly<Record<string, Vendor>>;
  readonly strategy: Strategy;
  readonly requests: number;
  /** Milliseconds between two, on average. */
  readonly every: number;
  readonly seed: number;
  readonly routes?: Readonly<Record<string, { readonly targets: readonly string[] }>>;
  /** More options of the router. */
  readonly policies?: Pick<Policies, 'accept' | 'mirror' | 'interrupted'>;
  /** Share of callers who leave. Default: 0.02. */
  readonly leave?: number;
}

const start = Date.UTC(2026, 10, 1);

/** The `request-end` events of a real router under traffic, in virtual time, as an application would write them to a file. */
export async function logOfTraffic(traffic: Traffic): Promise<readonly string[]> {
  const { vendors, strategy, requests, every, seed, policies, routes = {}, leave = 0.02 } = traffic;
  const clock = virtualClock(start);
  const random = seededRandom(seed);
  const router = createRouter({
    targets: Object.entries(vendors).map(([id, vendor]) => ({
      provider: scriptedProvider(id, (call) => scriptFor(vendor, sizeOf(call), clock, random), clock),
      model: 'm',
      id,
      price: vendor.price,
      ...(vendor.concurrency === undefined ? {} : { concurrency: vendor.concurrency }),
    })),
    ...policies,
    routes,
    strategy,
    clock,
    random: seededRandom(seed + 1),
  });
  const lines: string[] = [];
  router.on('request-end', (event: RequestEndEvent) => lines.push(JSON.stringify(event)));
  const pending: Promise<void>[] = [];
  for (let number = 0; number < requests; number++) {
    await clock.advance(-Math.log(1 - random()) * every);
    const caller = new AbortController();
    if (random() < leave) clock.after(150, () => caller.abort());
    const read = async (): Promise<void> => {
      const options = { signal: caller.signal, metadata: { number } };
      const prompt = 'a '.repeat(Math.round(200 * Math.exp(2 * random())));
      if (number % 4 === 0) await router.chat({ prompt }, options);
      else for await (const _ of await router.stream({ prompt }, options));
    };
    pending.push(read().catch(() => {}));
  }
  await clock.advance(120_000);
  await Promise.all(pending);
  return lines;
}

/** Two characters are a token. */
function sizeOf(call: ProviderCall | ProviderEmbedCall | ProviderImageCall): number {
  const [message] = 'messages' in call ? call.messages : [];
  return Math.round(JSON.stringify(message?.content ?? '').length / 2);
}

function scriptFor(
  { firstToken: [from, to], errorRate = 0, outage, cached = 0 }: Vendor,
  inputTokens: number,
  clock: VirtualClock,
  random: () => number,
): Script {
  const delay = from + (to - from) * random();
  const now = clock.now();
  if (outage !== undefined && now >= outage[0] && now < outage[1])
    return { delay: 30, error: { kind: 'overloaded', status: 503 } };
  if (random() < errorRate) return { delay, error: { kind: 'server', status: 500 } };
  const outputTokens = Math.round(50 * Math.exp(2 * random()));
  const usage = { inputTokens, outputTokens, cacheReadTokens: Math.round(cached * inputTokens) };
  return { delay, gap: 40, text: 'one two three four five six seven eight', usage };
}
