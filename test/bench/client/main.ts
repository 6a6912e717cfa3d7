// A contender in a process of its own: it loads only what it needs, and waits for its turns.

import type { Addresses, Client } from '../contenders/contender.ts';
import { type ContenderName, makeClient } from '../contenders/index.ts';
import { heldBy, liveHeap } from './hold.ts';
import { play, type Task, type Turn } from './turn.ts';

/** Messages to a contender's process. The first one makes the client. */
export type Order =
  | { readonly do: 'make'; readonly name: ContenderName; readonly addresses: Addresses }
  | { readonly do: 'play'; readonly task: Task }
  | { readonly do: 'memory' }
  /** Measures the heap of requests under way. */
  | { readonly do: 'hold'; readonly task: Task };

/** Megabytes, after garbage has been collected. */
export interface Memory {
  readonly rss: number;
  readonly heap: number;
}

export type Report =
  | { readonly ok: true; readonly turn?: Turn; readonly memory?: Memory; readonly held?: number }
  | { readonly ok: false; readonly why: string };

let client: Client | undefined;

async function carryOut(order: Order): Promise<Report> {
  if (order.do === 'make') {
    client = await makeClient(order.name, order.addresses);
    return { ok: true };
  }
  if (order.do === 'memory') return { ok: true, memory: await memory() };
  if (client === undefined) throw new Error('there is no client yet');
  if (order.do === 'hold') return { ok: true, held: await heldBy(client, order.task) };
  return { ok: true, turn: await play(client, order.task) };
}

async function memory(): Promise<Memory> {
  const heap = await liveHeap();
  return { rss: process.memoryUsage().rss / 2 ** 20, heap: heap / 2 ** 20 };
}

async function report(order: Order): Promise<void> {
  try {
    process.send?.(await carryOut(order));
  } catch (error) {
    process.send?.({
      ok: false,
      why: error instanceof Error ? error.message : String(error),
    } satisfies Report);
  }
}

process.on('message', (order: Order) => void report(order));
process.on('disconnect', () => process.exit());
