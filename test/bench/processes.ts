// The processes of a run: the vendor has one core to itself and the contenders have another one, where that can be arranged.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { RouterAlone } from './alone/router.ts';
import type { Order, Report } from './client/main.ts';
import { peerFile } from './peers.ts';
import type { Serving } from './workload.ts';

/** Which cores there are for whom; `undefined` where processes cannot be pinned. */
export interface Cores {
  readonly client: number;
  readonly vendor: number;
}

/** The first two cores that this process may use, where `taskset` can pin others to them. */
export function findCores(): Cores | undefined {
  const { status, stdout } = spawnSync('taskset', ['-c', '-p', `${process.pid}`], { encoding: 'utf8' });
  if (status !== 0) return undefined;
  const cores = (stdout.split(':').at(-1) ?? '').split(',').flatMap((range) => {
    const [from = Number.NaN, to = from] = range.split('-').map(Number);
    return Number.isNaN(from) ? [] : Array.from({ length: to - from + 1 }, (_, index) => from + index);
  });
  const [client, vendor] = cores;
  return client === undefined || vendor === undefined ? undefined : { client, vendor };
}

const children = new Set<ChildProcess>();

/** For the end of the bench, however it comes about: nothing that was started outlives it. */
export function stopAll(): void {
  for (const child of children) child.kill('SIGKILL');
}

/** Starts a file of the bench, or of a peer, on one of the cores. */
function start(cores: readonly number[] | undefined, args: readonly string[], talks = true): ChildProcess {
  const command = [process.execPath, ...args];
  const pinned = cores === undefined ? command : ['taskset', '-c', cores.join(','), ...command];
  const [file = process.execPath, ...rest] = pinned;
  const child = spawn(file, rest, {
    stdio: talks ? ['ignore', 'inherit', 'inherit', 'ipc'] : ['ignore', 'ignore', 'ignore'],
  });
  children.add(child);
  child.once('exit', () => children.delete(child));
  return child;
}

const vendorFile = fileURLToPath(new URL('vendor/main.ts', import.meta.url));
const clientFile = fileURLToPath(new URL('client/main.ts', import.meta.url));
const coldFile = fileURLToPath(new URL('client/cold.mjs', import.meta.url));
/**
 * The young generation has one size for all and does not grow: else memory, and the time of collections, show when V8 decided to
 * double it.
 */
const heapOptions = ['--expose-gc', '--min-semi-space-size=16', '--max-semi-space-size=16'];
const routerFile = fileURLToPath(new URL('alone/router.ts', import.meta.url));

/** Tells a child something, and waits for what it says to that. */
async function ask(child: ChildProcess, words: Order | Serving): Promise<unknown> {
  if (!child.connected) throw new Error('its process has ended');
  child.send(words);
  return await reply(child);
}

/** What a child says next; rejects when it ends instead. */
async function reply(child: ChildProcess): Promise<unknown> {
  const done = new AbortController();
  const { signal } = done;
  try {
    return await Promise.race([
      once(child, 'message', { signal }).then(([message]) => message),
      once(child, 'exit', { signal }).then(([code, by]) => {
        throw new Error(`its process ended (${by ?? code})`);
      }),
    ]);
  } finally {
    done.abort();
  }
}

export interface Vendor {
  readonly url: string;
  serve(serving: Serving): Promise<void>;
  stop(): void;
}

export async function startVendor(cores: Cores | undefined): Promise<Vendor> {
  const child = start(cores && [cores.vendor], [vendorFile]);
  const port = await reply(child);
  return {
    url: `http://127.0.0.1:${port}`,
    async serve(serving) {
      await ask(child, serving);
    },
    stop: () => child.disconnect(),
  };
}

/** A contender's process. */
export interface Client {
  /** Rejects with what the contender says that is wrong. */
  tell(order: Order): Promise<Extract<Report, { readonly ok: true }>>;
  stop(): void;
}

export function startClient(cores: Cores | undefined): Client {
  const child = start(cores && [cores.client], [...heapOptions, clientFile]);
  return {
    async tell(order) {
      const report = (await ask(child, order)) as Report;
      if (!report.ok) throw new Error(report.why);
      return report;
    },
    stop: () => child.kill(),
  };
}

/** Measures the router by itself, in a process of its own. */
export async function measureAlone(
  cores: Cores | undefined,
  rounds: number,
  speed: 'full' | 'quick',
): Promise<RouterAlone> {
  const child = start(cores && [cores.client], [...heapOptions, routerFile, `${rounds}`, speed]);
  return (await reply(child)) as RouterAlone;
}

/** What a fresh process took to its first answer. */
export interface FirstAnswer {
  /** Milliseconds. */
  readonly time: number;
  readonly cpu: number;
  /** Megabytes. */
  readonly rss: number;
}

/** Starts a process that asks the vendor one thing. */
export async function firstAnswer(
  cores: Cores | undefined,
  contender: string,
  vendor: string,
): Promise<FirstAnswer> {
  const child = start(cores && [cores.client], [coldFile, contender, vendor]);
  const answer = (await reply(child)) as FirstAnswer;
  if (child.exitCode === null) await once(child, 'exit');
  return answer;
}

export interface Gateway {
  readonly url: string;
  /** Microseconds of processor time so far; `undefined` where the system does not tell. */
  cpu(): number | undefined;
  stop(): void;
}

/** The Portkey gateway, on both cores, as the contenders and the vendor together. */
export async function startGateway(cores: Cores | undefined): Promise<Gateway> {
  const port = await freePort();
  const main = peerFile('@portkey-ai/gateway/build/start-server.js');
  const child = start(cores && [cores.client, cores.vendor], [main, `--port=${port}`, '--headless'], false);
  const url = `http://127.0.0.1:${port}`;
  await answers(url, child);
  return { url, cpu: () => cpuOf(child.pid), stop: () => child.kill() };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port is free');
  return address.port;
}

async function answers(url: string, child: ChildProcess): Promise<void> {
  const deadline = performance.now() + 15_000;
  while (performance.now() < deadline) {
    if (child.exitCode !== null) throw new Error('the gateway ended at once');
    try {
      await (await fetch(url)).arrayBuffer();
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  child.kill();
  throw new Error('the gateway did not answer within 15 seconds');
}

/** Linux counts processor time in hundredths of a second. */
const tick = 10_000;

function cpuOf(pid: number | undefined): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name, in brackets, may hold spaces; user and system time are the 12th and 13th field after it.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) * tick;
  } catch {
    return undefined;
  }
}
