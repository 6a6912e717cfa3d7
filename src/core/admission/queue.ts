import type { Clock } from '../../types/clock.ts';
import type { Priority } from '../../types/options/options.ts';
import type { Signal } from '../../util/time/abort.ts';
import type { AwakeClock } from '../../util/time/awake-clock.ts';
import { forRequest, type Pulse } from '../../util/time/pulse.ts';
import { Watchdog } from '../../util/time/watchdog.ts';
import { priorities } from '../options/policies.ts';
import { type LaneEntry, priorityLanes } from './lanes.ts';

/** A request waiting for a target: all candidates are busy, exhausted, or at their limit. */
export interface Waiter<T> {
  readonly priority: Priority;
  /** What the request waits for. Requests with the same line are served in turn. */
  readonly line: string;
  /** The most requests allowed in the queue for this one to join. */
  readonly room: number;
  /** The longest wait, in milliseconds. */
  readonly maxWait: number;
  /**
   * Milliseconds after which the request tries regardless of forecasts, so that requests ahead of it in the
   * line that wait for a forecast do not block it.
   */
  readonly forecastWait: number;
  /** Signal of the request. */
  readonly signal: Signal;
  /** Pulse of the request, where requests are isolated from each other. */
  readonly pulse: Pulse | undefined;
  /**
   * Tries to enter. Throws when there is nothing left to wait for.
   *
   * @param urgency `hurried` once the request no longer waits for forecasts; `full` (no room in the queue) or
   * `late` (its wait is over) on the last try
   */
  tryEnter(urgency?: Urgency): Entry<T>;
  /** The error a turned-away request rejects with. */
  refusal(why: Refusal): unknown;
}

type Refusal = 'full' | 'late';
type Urgency = Refusal | 'hurried';

/** What the waiter got, or the monotonic time of the next try; `Infinity` if only a release can help. */
export type Entry<T> = { readonly got: T } | { readonly until: number };

/**
 * Queue for requests that wait for capacity: by priority, and first in, first out within one. The head of
 * each line tries whenever an attempt ends or its wake-up time comes. A full queue rejects the latest request
 * of the lowest priority, since an early rejection leaves the caller time to react.
 */
export interface AdmissionQueue {
  /** Rejects on abort, with whatever `tryEnter` throws, or with `refusal`. */
  wait<T>(waiter: Waiter<T>): Promise<T>;
  /** Call when capacity has, or may have, become free. */
  released(): void;
  /** How many requests in a line come before one of this priority. */
  before(line: string, priority: Priority): number;
}

interface Waiting extends LaneEntry {
  line: string;
  /** Tries to enter. Returns the time of the next try, or `undefined` when the wait is over. */
  attempt(last?: Refusal): number | undefined;
  /** Schedules the next try. */
  wakeAt(moment: number): void;
  /** Tries one last time, then rejects. */
  turnAway(why: Refusal): void;
  /** Whether only the request itself may admit it. */
  readonly apart: boolean;
}

/** The queue of a router, made when a request first waits. */
export function queueOf(env: {
  queue: AdmissionQueue | undefined;
  readonly clock: Clock;
  readonly awake: AwakeClock;
}): AdmissionQueue {
  env.queue ??= admissionQueue(env.clock, env.awake);
  return env.queue;
}

/** @param awake clock that measures `maxWait` */
export function admissionQueue(clock: Clock, awake: AwakeClock): AdmissionQueue {
  const lanes = priorityLanes<Waiting>();
  let arrivals = 0;
  let sweeping = false;
  let again = false;
  /** The waiting request that is trying to enter, if any. */
  let looking: Waiting | undefined;

  const sweep = (): void => {
    // Work done during a sweep, such as an attempt that fails to start, can release capacity.
    again = true;
    if (sweeping) return;
    sweeping = true;
    while (again) {
      again = false;
      serve();
    }
    sweeping = false;
  };

  /** Lets the head of each line try until one fails, and schedules the next try. */
  const serve = (): void => {
    const stuck = new Set<Waiting>();
    for (let head = lanes.head(stuck); head !== undefined; head = lanes.head(stuck)) {
      const until = head.apart && head !== looking ? Number.POSITIVE_INFINITY : head.attempt();
      if (until === undefined) continue;
      stuck.add(head);
      if (!head.apart) head.wakeAt(until); // otherwise its pulse does
    }
  };

  const sweepFor = (waiting: Waiting): void => {
    looking = waiting;
    sweep();
    looking = undefined;
  };

  const shed = (rank: number): boolean => {
    const victim = lanes.leastBelow(rank);
    victim?.turnAway('full');
    return victim !== undefined;
  };

  const join = joining({ clock, awake, lanes, sweep, sweepFor, nextNumber: () => ++arrivals });

  return {
    wait: <T>(waiter: Waiter<T>) =>
      new Promise<T>((resolve, reject) => {
        const rank = priorities.indexOf(waiter.priority);
        if (waiter.signal.aborted) reject(waiter.signal.reason);
        else if (lanes.size < waiter.room || shed(rank)) join(waiter, rank, resolve, reject);
        else {
          const entry = waiter.tryEnter('full'); // an exception rejects the wait
          if ('got' in entry) resolve(entry.got);
          else reject(waiter.refusal('full'));
        }
      }),
    released() {
      if (lanes.size > 0) sweep();
    },
    before: (line, priority) => lanes.before(line, priorities.indexOf(priority)),
  };
}

/** What joining the queue depends on. */
interface Joined {
  readonly clock: Clock;
  readonly awake: AwakeClock;
  readonly lanes: ReturnType<typeof priorityLanes<Waiting>>;
  /** Lets every waiter that may have capacity try now. */
  sweep(): void;
  sweepFor(waiting: Waiting): void;
  nextNumber(): number;
}

/** Adds requests to the queue until they enter, are turned away, or are aborted. */
function joining({ clock, awake, lanes, sweep, sweepFor, nextNumber }: Joined) {
  return <T>(
    waiter: Waiter<T>,
    rank: number,
    resolve: (value: T) => void,
    reject: (error: unknown) => void,
  ): void => {
    const { signal, maxWait, forecastWait, pulse } = waiter;
    let isHurried = false;
    // Each request has its own timers: where timers belong to a request, they end with it.
    let cancelWake = (): void => {};
    const patience = new Watchdog(awake, {
      expired() {
        if (isHurried || forecastWait >= maxWait) waiting.turnAway('late');
        else hurry();
      },
    });
    const endBeats = pulse?.each(() => sweepFor(waiting));
    const leave = (): void => {
      lanes.delete(waiting);
      endBeats?.();
      cancelWake();
      patience.stop();
      signal.removeEventListener('abort', onAbort);
    };
    const waiting: Waiting = {
      rank,
      line: waiter.line,
      number: nextNumber(),
      apart: pulse !== undefined,
      attempt(last) {
        try {
          const entry = waiter.tryEnter(last ?? (isHurried ? 'hurried' : undefined));
          if ('until' in entry) return entry.until;
          leave();
          resolve(entry.got);
        } catch (error) {
          leave();
          reject(error);
        }
        return undefined;
      },
      wakeAt(moment) {
        cancelWake();
        cancelWake = clock.after(moment - clock.now(), sweep);
      },
      turnAway(why) {
        lanes.delete(waiting);
        forRequest(pulse, () => tryOnceMore(why))();
      },
    };
    const hurry = (): void => {
      isHurried = true;
      patience.watch(maxWait - forecastWait);
      // Requests ahead of it may keep waiting for a forecast.
      lanes.delete(waiting);
      waiting.line += ' hurried';
      lanes.add(waiting);
      sweepFor(waiting);
    };
    const tryOnceMore = (why: Refusal): void => {
      if (waiting.attempt(why) === undefined) return;
      leave();
      reject(waiter.refusal(why));
    };
    const onAbort = (): void => {
      leave();
      reject(signal.reason);
      sweep(); // requests behind it may be able to enter now
    };
    signal.addEventListener('abort', onAbort, { once: true });
    lanes.add(waiting);
    patience.watch(Math.min(maxWait, forecastWait));
    sweepFor(waiting);
  };
}
