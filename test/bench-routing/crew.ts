import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Done, Job } from './jobs.ts';

/** Does jobs on two threads. What comes out does not depend on which thread does what. */
export async function doAll(
  jobs: readonly Job[],
  onDone: (done: number) => void,
): Promise<ReadonlyMap<Job, Done>> {
  const waiting = [...jobs];
  const results = new Map<Job, Done>();
  const work = async (): Promise<void> => {
    const worker = new Worker(new URL('worker.ts', import.meta.url));
    for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) {
      results.set(job, await ask(worker, job));
      onDone(results.size);
    }
    await worker.terminate();
  };
  await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, work));
  return results;
}

function ask(worker: Worker, job: Job): Promise<Done> {
  return new Promise((resolve, reject) => {
    const onDone = (done: Done): void => {
      worker.off('error', reject);
      resolve(done);
    };
    worker.once('message', onDone);
    worker.once('error', reject);
    worker.postMessage(job);
  });
}
