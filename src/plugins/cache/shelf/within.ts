import type { Clock } from '../../../types/clock.ts';

/** The work, or an error if it takes longer than `ms`. */
export function within<T>(clock: Clock, ms: number, work: PromiseLike<T>, summary: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(ms, () => reject(new Error(summary)));
    work.then(
      (value) => {
        cancel();
        resolve(value);
      },
      (error: unknown) => {
        cancel();
        reject(error);
      },
    );
  });
}
