import { parentPort } from 'node:worker_threads';
import { doJob, type Job } from './jobs.ts';

parentPort?.on('message', (job: Job) => {
  void doJob(job).then((done) => parentPort?.postMessage(done));
});
