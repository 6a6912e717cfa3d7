import { parentPort, workerData } from 'node:worker_threads';
import { doHerd, doJob, type HerdJob, type Job } from './jobs.ts';
import type { Workload } from './worlds.ts';

parentPort?.on('message', (job: Job | HerdJob) => {
  const doing: Promise<unknown> = 'herd' in job ? doHerd(job) : doJob(job, workerData as readonly Workload[]);
  void doing.then((done) => parentPort?.postMessage(done));
});
