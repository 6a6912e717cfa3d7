import type { BatchAnswer, Deferral } from '../types/batch/batch.ts';
import type { Clock } from '../types/clock.ts';
import type { CallContext } from '../types/provider.ts';
import { tooLate } from './too-late.ts';

/** A call that waits for the answer of a batch. */
export interface Entry {
  /** Its item in the vendor's batch. */
  readonly id: string;
  /** JSON. */
  readonly body: string;
  readonly call: CallContext;
  /** Whether its result will be stored by a batch of ours, which confirms it later. */
  readonly isStored: boolean;
  /** When its answer is needed, in milliseconds since 1970; `Infinity` without a deadline. */
  readonly deadline: number;
  readonly promise: Promise<unknown>;
  settle(answer: BatchAnswer): void;
  /** Called when the call no longer waits: aborted, or out of time. */
  onLeft: () => void;
}

/** The default wait of a call. */
export const single: Deferral = { window: 0, deadline: Number.POSITIVE_INFINITY, item: undefined };

/** Minimum and maximum time, in milliseconds, reserved before a deadline for a synchronous call. */
const leastMargin = 30_000;
const mostMargin = 600_000;
const marginShare = 0.1;

/** Milliseconds before the deadline at which waiting ends. */
export function marginOf(timeLeft: number): number {
  return Math.min(mostMargin, Math.max(leastMargin, timeLeft * marginShare), timeLeft);
}

/**
 * @param read converts the body of the answer
 */
export function newEntry(
  id: string,
  body: string,
  call: CallContext,
  { deadline, item }: Deferral,
  provider: string,
  read: (body: unknown) => unknown,
  clock: Clock,
): Entry {
  let resolve: (value: unknown) => void = () => {};
  let reject: (error: unknown) => void = () => {};
  const promise = new Promise((onValue, onError) => {
    resolve = onValue;
    reject = onError;
  });
  const timeLeft = deadline - clock.date();
  const cancelTimer =
    deadline === Number.POSITIVE_INFINITY
      ? () => {}
      : clock.after(Math.max(0, timeLeft - marginOf(timeLeft)), () => {
          leave(tooLate(provider));
        });
  const onAbort = (): void => leave(call.signal.reason);
  const end = (): void => {
    cancelTimer();
    call.signal.removeEventListener('abort', onAbort);
  };
  const leave = (error: unknown): void => {
    end();
    entry.onLeft();
    reject(error);
  };
  const entry: Entry = {
    id,
    body,
    call,
    isStored: item !== undefined,
    deadline,
    promise,
    onLeft: () => {},
    settle(answer) {
      end();
      if (answer.error !== undefined) {
        reject(answer.error);
        return;
      }
      try {
        resolve(read(answer.body));
      } catch (error) {
        reject(error);
      }
    },
  };
  call.signal.addEventListener('abort', onAbort, { once: true });
  return entry;
}
