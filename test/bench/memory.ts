// Memory in fresh processes, because those that have played have grown already.
import type { Memory } from './client/main.ts';
import type { Task } from './client/turn.ts';
import type { ContenderName } from './contenders/index.ts';
import { type Client, type Cores, startClient, type Vendor } from './processes.ts';
import { chatsOnly, type Serving } from './workload.ts';

/** Memory after so many requests. */
export interface Growth {
  readonly after: number;
  readonly memory: Memory;
}

/** Of one contender. */
export interface Grown {
  readonly growth: readonly Growth[];
  /** Bytes of heap for each request under way. */
  readonly held: { readonly chat: number; readonly stream: number };
}

/** Each block of requests after which memory is looked at. */
const block = 10_000;
const blocks = 5;
const chats: Task = { kind: 'chat', requests: block, concurrency: 16, serving: chatsOnly };

/** Fewer than a client keeps connections for, so that these are there before the requests. */
const underWay = 200;
const slow: Serving = { chunks: 20, perPacket: 1, pace: 0, tools: false, delay: 4_000 };
const held = (kind: 'chat' | 'stream'): Task => ({
  kind,
  requests: underWay,
  concurrency: underWay,
  serving: slow,
});

interface Growing {
  readonly names: readonly ContenderName[];
  readonly cores: Cores | undefined;
  readonly vendor: Vendor;
  readonly say: (text: string) => void;
  readonly onFailure: (name: ContenderName, error: unknown) => void;
}

export async function grow({
  names,
  cores,
  vendor,
  say,
  onFailure,
}: Growing): Promise<ReadonlyMap<ContenderName, Grown>> {
  const grown = new Map<ContenderName, Grown>();
  for (const name of names) {
    const client = startClient(cores);
    try {
      await client.tell({ do: 'make', name, addresses: { vendor: vendor.url } });
      await vendor.serve(chats.serving);
      const growth: Growth[] = [];
      for (let done = 1; done <= blocks; done++) {
        say(`memory: ${name} ${done * block}`);
        await client.tell({ do: 'play', task: chats });
        const { memory } = await client.tell({ do: 'memory' });
        if (memory !== undefined) growth.push({ after: done * block, memory });
      }
      await vendor.serve(slow);
      grown.set(name, {
        growth,
        held: { chat: await hold(client, 'chat'), stream: await hold(client, 'stream') },
      });
    } catch (error) {
      onFailure(name, error);
    } finally {
      client.stop();
    }
  }
  return grown;
}

async function hold(client: Client, kind: 'chat' | 'stream'): Promise<number> {
  return (await client.tell({ do: 'hold', task: held(kind) })).held ?? Number.NaN;
}
