import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Load } from './herd.ts';
import type { Done, HerdJob, Job } from './jobs.ts';
import type { Workload } from './worlds.ts';

/** Outcomes of jobs. */
export interface Results {
  of(job: Job): Done;
  herd(job: HerdJob): readonly Load[];
}

/**
 * Does jobs on two threads. What comes out does not depend on which thread does what.
 *
 * @param parts of the trace that the worlds play; none where requests come by chance
 */
export async function doAll(
  jobs: readonly Job[],
  herds: readonly HerdJob[],
  onDone: (done: number) => void,
  parts: readonly Workload[] = [],
): Promise<Results> {
  // The long ones first, so that no thread is left with one of them at the end.
  const waiting: (Job | HerdJob)[] = [...herds, ...jobs];
  const results = new Map<Job | HerdJob, unknown>();
  const work = async (): Promise<void> => {
    const worker = new Worker(new URL('worker.ts', import.meta.url), { workerData: parts });
    for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) {
      results.set(job, await ask(worker, job));
      onDone(results.size);
    }
    await worker.terminate();
  };
  await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, work));
  const find = (job: Job | HerdJob): unknown => {
    if (!results.has(job)) throw new Error(`${JSON.stringify(job)} was not played`);
    return results.get(job);
  };
  return { of: (job) => find(job) as Done, herd: (job) => find(job) as readonly Load[] };
}

function ask(worker: Worker, job: Job | HerdJob): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const onDone = (done: unknown): void => {
      worker.off('error', reject);
      resolve(done);
    };
    worker.once('message', onDone);
    worker.once('error', reject);
    worker.postMessage(job);
  });
}
