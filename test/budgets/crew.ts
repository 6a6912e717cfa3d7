import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import type { WorkerOrders, WorkerReport } from './worker.ts';

/** Several processes that spend from one limit. */
export interface Crew {
  /** Resolves when each process that runs then has been refused so many times from now on. */
  refused(times: number): Promise<void>;
  /** Resolves when the processes have had so many answers together. */
  answered(times: number): Promise<void>;
  /** Kills one, as `kill -9` does, and starts another in its place. */
  replace(index: number): void;
  /** Ends all of them and gives what they report. */
  stop(): Promise<readonly WorkerReport[]>;
}

const worker = join(import.meta.dirname, 'worker.ts');

export function crew(size: number, orders: (index: number) => WorkerOrders): Crew {
  const progress = new Map<ChildProcess, { answers: number; refusals: number }>();
  const waiting = new Set<() => void>();
  let answersOfKilled = 0;
  const start = (index: number): ChildProcess => {
    const child = fork(worker, [JSON.stringify(orders(index))], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    progress.set(child, { answers: 0, refusals: 0 });
    child.on('message', (message) => {
      if (typeof message !== 'object' || !('answers' in message)) return;
      progress.set(child, message as { answers: number; refusals: number });
      for (const check of [...waiting]) check();
    });
    return child;
  };
  const children = Array.from({ length: size }, (_, index) => start(index));

  const until = (holds: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      const check = (): void => {
        if (!holds()) return;
        waiting.delete(check);
        resolve();
      };
      waiting.add(check);
      check();
    });
  return {
    refused(times) {
      const before = new Map([...progress].map(([child, { refusals }]) => [child, refusals]));
      return until(() =>
        children.every((child) => (progress.get(child)?.refusals ?? 0) - (before.get(child) ?? 0) >= times),
      );
    },
    answered: (times) =>
      until(
        () =>
          children.reduce((sum, child) => sum + (progress.get(child)?.answers ?? 0), answersOfKilled) >=
          times,
      ),
    replace(index) {
      const child = children[index];
      if (child === undefined) return;
      answersOfKilled += progress.get(child)?.answers ?? 0;
      child.kill('SIGKILL');
      children[index] = start(index);
    },
    stop: () => Promise.all(children.map(reportOf)),
  };
}

function reportOf(child: ChildProcess): Promise<WorkerReport> {
  return new Promise((resolve, reject) => {
    child.on('message', (message) => {
      if (typeof message === 'object' && 'report' in message) resolve(message.report as WorkerReport);
    });
    child.once('exit', () => reject(new Error('a process ended before its report')));
    child.send('stop');
  });
}
