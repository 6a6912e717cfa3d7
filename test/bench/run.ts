// The run: all contenders of a scenario take turns, A B C A B C …, and each is measured in its own process.
import type { Memory } from './client/main.ts';
import type { Task, Turn } from './client/turn.ts';
import { type ContenderName, contenderNames } from './contenders/index.ts';
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
}

/** Memory after so many requests. */
export interface Growth {
  readonly after: number;
  readonly memory: Memory;
}

export interface Run {
  /** Contenders that could not be started, and why. */
  readonly skipped: ReadonlyMap<ContenderName, string>;
  play(scenario: Scenario, rounds: number): Promise<Result>;
  grow(names: readonly ContenderName[]): Promise<ReadonlyMap<ContenderName, readonly Growth[]>>;
  stop(): void;
}

/** Enough for the compiler to have optimised what it will; half of it one at a time. */
const warmUp = (quick: boolean): readonly Task[] =>
  [1, 16].map((concurrency) => ({
    kind: 'chat',
    requests: quick ? 200 : 2_000,
    concurrency,
    serving: chatsOnly,
  }));

const message = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Starts the vendor, the gateway and those of the contenders that are wanted. */
export async function startRun(
  cores: Cores | undefined,
  {
    wanted,
    quick,
    say,
  }: {
    readonly wanted: ReadonlySet<ContenderName>;
    readonly quick: boolean;
    readonly say: (text: string) => void;
  },
): Promise<Run> {
  const vendor = await startVendor(cores);
  const skipped = new Map<ContenderName, string>();
  const gateway = wanted.has('portkey') ? await tryGateway(cores, skipped) : undefined;
  const addresses = { vendor: vendor.url, gateway: gateway?.url };
  const clients = new Map<ContenderName, Client>();
  for (const name of contenderNames) {
    if (!wanted.has(name) || skipped.has(name)) continue;
    say(`starting ${name}`);
    const client = startClient(cores);
    try {
      await client.tell({ do: 'make', name, addresses });
      for (const task of warmUp(quick)) await client.tell({ do: 'play', task });
      clients.set(name, client);
    } catch (error) {
      client.stop();
      skipped.set(name, message(error));
    }
  }
  return {
    skipped,
    play: (scenario, rounds) => play({ scenario, rounds, vendor, gateway, clients, say }),
    grow: (names) => grow({ names: names.filter((name) => !skipped.has(name)), cores, vendor, skipped, say }),
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

async function play({ scenario, rounds, vendor, gateway, clients, say }: Playing): Promise<Result> {
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
  if (scenario.warmUp !== false) {
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

/** Each block of requests after which memory is looked at. */
const block = 10_000;
const blocks = 5;

interface Growing {
  readonly names: readonly ContenderName[];
  /** Who fails is added. */
  readonly skipped: Map<ContenderName, string>;
  readonly cores: Cores | undefined;
  readonly vendor: Vendor;
  readonly say: (text: string) => void;
}

/** In fresh processes, because those that have played have grown already. */
async function grow({
  names,
  cores,
  vendor,
  skipped,
  say,
}: Growing): Promise<ReadonlyMap<ContenderName, readonly Growth[]>> {
  const grown = new Map<ContenderName, readonly Growth[]>();
  const task: Task = { kind: 'chat', requests: block, concurrency: 16, serving: chatsOnly };
  await vendor.serve(task.serving); // what was played before may have let everybody wait
  for (const name of names) {
    const client = startClient(cores);
    try {
      await client.tell({ do: 'make', name, addresses: { vendor: vendor.url } });
      const seen: Growth[] = [];
      for (let done = 1; done <= blocks; done++) {
        say(`memory: ${name} ${done * block}`);
        await client.tell({ do: 'play', task });
        const { memory } = await client.tell({ do: 'memory' });
        if (memory !== undefined) seen.push({ after: done * block, memory });
      }
      grown.set(name, seen);
    } catch (error) {
      skipped.set(name, `memory: ${message(error)}`);
    } finally {
      client.stop();
    }
  }
  return grown;
}
