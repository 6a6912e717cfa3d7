import { parentPort } from 'node:worker_threads';
import { doHerd, doJob, type HerdJob, type Job } from './jobs.ts';

parentPort?.on('message', (job: Job | HerdJob) => {
  const doing: Promise<unknown> = 'herd' in job ? doHerd(job) : doJob(job);
  void doing.then((done) => parentPort?.postMessage(done));
});
