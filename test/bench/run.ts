// The run: all contenders of a scenario take turns, A B C A B C …, and each is measured in its own process.
import type { Task, Turn } from './client/turn.ts';
import { type ContenderName, contenderNames } from './contenders/index.ts';
import { type Load, underLoad } from './load.ts';
import { type Grown, grow } from './memory.ts';
import {
  type Client,
  type Cores,
  type Gateway,
  startClient,
  startGateway,
  startVendor,
  type Vendor,
} from './processes.ts';
import type { Scenario } from './scenarios.ts';
import { turns } from './statistics.ts';
import { chatsOnly } from './workload.ts';

/** A turn, and what the gateway did meanwhile: microseconds for each request. */
export interface Played extends Turn {
  readonly gateway?: number;
}

/** All rounds of a scenario. */
export interface Result {
  readonly scenario: Scenario;
  readonly played: ReadonlyMap<ContenderName, readonly Played[]>;
  /** Who did not play, and why. */
  readonly failed: ReadonlyMap<ContenderName, string>;
  readonly load: Load;
}

export interface Run {
  /** Contenders that could not be started, and why. */
  readonly skipped: ReadonlyMap<ContenderName, string>;
  /** Microseconds of processor time of a chat at each of the `warmingSteps`; empty after a short warm-up. */
  readonly warming: ReadonlyMap<ContenderName, readonly number[]>;
  play(scenario: Scenario, rounds: number): Promise<Result>;
  grow(names: readonly ContenderName[]): Promise<ReadonlyMap<ContenderName, Grown>>;
  stop(): void;
}

const warmChats = (requests: number, concurrency: number): Task => ({
  kind: 'chat',
  requests,
  concurrency,
  serving: chatsOnly,
});
const warmStreams = (requests: number, perPacket: 1 | 20): Task => ({
  kind: 'stream',
  requests,
  concurrency: 1,
  serving: { chunks: 200, perPacket, pace: 0, tools: false },
});

/** How many chats, one at a time, the columns of the table of warming up stand for. */
export const warmingSteps = [1_000, 5_000, 14_000] as const;

/** Until V8 has compiled what it will, which takes some 30,000 requests for the contenders with the most code. */
const warmUp = {
  chats: [...warmingSteps.map((requests) => warmChats(requests, 1)), warmChats(20_000, 64)],
  streams: [warmStreams(1_200, 20), warmStreams(200, 1)],
};
/** How much each contender warms up with. */
export const warmUpChats = warmUp.chats.reduce((sum, { requests }) => sum + requests, 0);
export const warmUpChunks = warmUp.streams.reduce(
  (sum, { requests, serving }) => sum + requests * serving.chunks,
  0,
);
const shortWarmUp = { chats: [warmChats(200, 1), warmChats(200, 64)], streams: [] };

/** How many turns of a scenario are not counted. */
const turnsBefore = ({ warmUp: has }: Scenario): number => (has === false ? 0 : 1);

const message = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Starts the vendor, the gateway and those of the contenders that are wanted. */
export async function startRun(
  cores: Cores | undefined,
  {
    wanted,
    streams,
    quick,
    say,
  }: {
    readonly wanted: ReadonlySet<ContenderName>;
    readonly streams: boolean;
    readonly quick: boolean;
    readonly say: (text: string) => void;
  },
): Promise<Run> {
  const vendor = await startVendor(cores);
  const skipped = new Map<ContenderName, string>();
  const gateway = wanted.has('portkey') ? await tryGateway(cores, skipped) : undefined;
  const addresses = { vendor: vendor.url, gateway: gateway?.url };
  const clients = new Map<ContenderName, Client>();
  const warming = new Map<ContenderName, readonly number[]>();
  const { chats, streams: streamed } = quick ? shortWarmUp : warmUp;
  for (const name of contenderNames) {
    if (!wanted.has(name) || skipped.has(name)) continue;
    say(`starting ${name}`);
    const client = startClient(cores);
    try {
      await client.tell({ do: 'make', name, addresses });
      const taken: number[] = [];
      for (const task of [...chats, ...(streams ? streamed : [])]) {
        await vendor.serve(task.serving);
        const { turn } = await client.tell({ do: 'play', task });
        if (turn !== undefined) taken.push(turn.cpu);
      }
      if (!quick) warming.set(name, taken.slice(0, warmingSteps.length));
      clients.set(name, client);
    } catch (error) {
      client.stop();
      skipped.set(name, message(error));
    }
  }
  return {
    skipped,
    warming,
    async play(scenario, rounds) {
      const { done, load } = await underLoad(() => play({ scenario, rounds, vendor, gateway, clients, say }));
      return { ...done, load };
    },
    grow: (names) =>
      grow({
        names: names.filter((name) => !skipped.has(name)),
        cores,
        vendor,
        say,
        onFailure: (name, error) => skipped.set(name, `memory: ${message(error)}`),
      }),
    stop() {
      for (const client of clients.values()) client.stop();
      gateway?.stop();
      vendor.stop();
    },
  };
}

async function tryGateway(
  cores: Cores | undefined,
  skipped: Map<ContenderName, string>,
): Promise<Gateway | undefined> {
  try {
    return await startGateway(cores);
  } catch (error) {
    skipped.set('portkey', message(error));
    return undefined;
  }
}

interface Playing {
  readonly scenario: Scenario;
  readonly rounds: number;
  readonly vendor: Vendor;
  readonly gateway: Gateway | undefined;
  readonly clients: ReadonlyMap<ContenderName, Client>;
  readonly say: (text: string) => void;
}

async function play({
  scenario,
  rounds,
  vendor,
  gateway,
  clients,
  say,
}: Playing): Promise<Omit<Result, 'load'>> {
  const { task } = scenario;
  const failed = new Map<ContenderName, string>();
  const played = new Map<ContenderName, Played[]>();
  await vendor.serve(task.serving);
  const turn = async (name: ContenderName): Promise<Played | undefined> => {
    const client = clients.get(name);
    if (client === undefined || failed.has(name)) return undefined;
    if (task.serving.delay !== undefined) await vendor.serve(task.serving);
    const before = name === 'portkey' ? gateway?.cpu() : undefined;
    try {
      const { turn: measured } = await client.tell({ do: 'play', task });
      const after = before === undefined ? undefined : gateway?.cpu();
      if (measured === undefined || before === undefined || after === undefined) return measured;
      return { ...measured, gateway: (after - before) / task.requests };
    } catch (error) {
      failed.set(name, message(error));
      played.delete(name);
      return undefined;
    }
  };
  for (let time = 0; time < turnsBefore(scenario); time++) {
    say(`${scenario.name}: warm-up`);
    for (const name of scenario.contenders) await turn(name);
  }
  for (let round = 0; round < Math.min(rounds, scenario.rounds ?? rounds); round++) {
    say(`${scenario.name}: round ${round + 1} of ${rounds}`);
    for (const name of turns(scenario.contenders, round)) {
      const measured = await turn(name);
      if (measured !== undefined) played.set(name, [...(played.get(name) ?? []), measured]);
    }
  }
  return { scenario, played, failed };
}
