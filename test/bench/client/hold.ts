// The heap that a request takes while it is under way.
import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from '../contenders/contender.ts';
import { asking, type Task } from './turn.ts';

/** Bytes of live objects. */
export async function liveHeap(): Promise<number> {
  // What finalizers let go of is garbage only the next time.
  for (let time = 0; time < 3; time++) {
    globalThis.gc?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
  return process.memoryUsage().heapUsed;
}

/** Until all requests are with the vendor, which must hold them back for longer. */
const untilSent = 1_000;

/** Bytes for each of a task's requests, all under way at once; its connection, which is there before, is not counted. */
export async function heldBy(client: Client, task: Task): Promise<number> {
  const ask = asking(client, task);
  const start = () => Promise.all(Array.from({ length: task.requests }, () => ask(() => {})));
  await start(); // opens the connections
  const before = await liveHeap();
  const answered = start();
  answered.catch(() => {}); // reported when it is awaited
  await pause(untilSent);
  const during = await liveHeap();
  await answered;
  return (during - before) / task.requests;
}
