// What the router costs by itself, over a provider that answers at once: its share of a chat and of a streamed chunk, and what it takes
// to choose among many targets. In a process of its own, which says the result to its parent.
import {
  balanced,
  createRouter,
  lowestCost,
  lowestLatency,
  type Provider,
  type ProviderCall,
  type ProviderStreamPart,
  priority,
  type Strategy,
} from 'signalbox';
import { difference, type Spread, spread, turns } from '../statistics.ts';
import { answer, prompt, system, word } from '../workload.ts';
import { heldInFlight } from './held.ts';

/** Microseconds of processor time. */
export interface RouterAlone {
  /** Added to a chat, and to each chunk of a stream of 200, by a router with three targets. */
  readonly chat: Spread;
  readonly chunk: Spread;
  /** What a chat takes: by strategy, then by number of targets. */
  readonly choice: Readonly<Record<string, Readonly<Record<number, Spread>>>>;
  /** Kilobytes of heap for each request in flight. */
  readonly held: { readonly chat: Spread; readonly stream: Spread };
}

const chunks = 200;
const call: ProviderCall = {
  model: 'a',
  messages: [
    { role: 'system', content: system },
    { role: 'user', content: prompt },
  ],
  signal: new AbortController().signal,
};
const instant: Provider<'instant'> = {
  name: 'instant',
  chat: async ({ model }) => ({
    content: [{ type: 'text', text: answer }],
    finishReason: 'stop',
    usage: { inputTokens: 24, outputTokens: 20 },
    response: { model, headers: {} },
    warnings: [],
    raw: undefined,
  }),
  async *stream(): AsyncGenerator<ProviderStreamPart> {
    for (let chunk = 0; chunk < chunks; chunk++) yield { type: 'text-delta', text: word };
    yield { type: 'finish', finishReason: 'stop', usage: { inputTokens: 24, outputTokens: chunks } };
  },
};

const routerOf = (targets: number, strategy: Strategy = priority()) =>
  createRouter({
    targets: Array.from({ length: targets }, (_, id) => ({
      provider: instant,
      model: `${id}`,
      price: { input: 1 + ((id * 7) % 101), output: 2 + ((id * 13) % 101) },
    })),
    strategy,
  });

interface Work {
  readonly once: () => Promise<unknown>;
  readonly times: number;
}

/** Processor microseconds of each work, round by round. */
async function measure<Name extends string>(
  works: Readonly<Record<Name, Work>>,
  rounds: number,
): Promise<Record<Name, number[]>> {
  const names = Object.keys(works) as Name[];
  const taken = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Name, number[]>;
  // The first five rounds warm up: by then the compiler has optimised what it will. No garbage is collected by force in between:
  // with nothing under way that also throws away the shapes of a request's objects, and with them the code made for them.
  for (let round = -5; round < rounds; round++) {
    for (const name of turns(names, round + 5)) {
      const { once, times } = works[name];
      const before = process.cpuUsage();
      for (let time = 0; time < times; time++) await once();
      const { user, system: kernel } = process.cpuUsage(before);
      if (round >= 0) taken[name].push((user + kernel) / times);
    }
  }
  return taken;
}

async function drain(parts: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of parts);
}

async function share(rounds: number, scale: number): Promise<Pick<RouterAlone, 'chat' | 'chunk'>> {
  const router = routerOf(3);
  const times = 10_000 * scale;
  const taken = await measure(
    {
      chat: { once: () => instant.chat(call), times },
      routedChat: { once: () => router.chat({ system, prompt }), times },
      stream: { once: () => drain(instant.stream(call)), times: times / 20 },
      routedStream: { once: async () => drain(await router.stream({ system, prompt })), times: times / 20 },
    },
    rounds,
  );
  const perChunk = (values: readonly number[]): readonly number[] => values.map((value) => value / chunks);
  return {
    chat: difference(taken.routedChat, taken.chat),
    chunk: difference(perChunk(taken.routedStream), perChunk(taken.stream)),
  };
}

const strategies = { priority, lowestCost, lowestLatency, balanced };
const sizes = [1, 10, 100, 1_000];

async function choosing(strategy: Strategy, rounds: number, scale: number): Promise<Record<number, Spread>> {
  const works = Object.fromEntries(
    sizes.map((size) => {
      const router = routerOf(size, strategy);
      const times = Math.max(20, Math.floor((2_000 * scale) / Math.max(1, size / 20)));
      return [size, { once: () => router.chat({ system, prompt }), times }];
    }),
  );
  const taken = await measure(works, rounds);
  return Object.fromEntries(sizes.map((size) => [size, spread(taken[size] ?? [])]));
}

async function main(rounds: number, scale: number): Promise<RouterAlone> {
  const choice: Record<string, Record<number, Spread>> = {};
  const shares = await share(rounds, scale);
  for (const [name, strategy] of Object.entries(strategies))
    choice[name] = await choosing(strategy(), rounds, scale);
  return { ...shares, choice, held: await heldInFlight(rounds) };
}

const [rounds = '7', speed = 'full'] = process.argv.slice(2);
const result = await main(Number(rounds), speed === 'quick' ? 0.25 : 1);
process.send?.(result);
process.disconnect?.();
