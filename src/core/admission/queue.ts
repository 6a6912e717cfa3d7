import type { Clock } from '../../types/clock.ts';
import type { Priority } from '../../types/options/options.ts';
import type { Signal } from '../../util/time/abort.ts';
import type { AwakeClock } from '../../util/time/awake-clock.ts';
import { forRequest, type Pulse } from '../../util/time/pulse.ts';
import { watchdog } from '../../util/time/watchdog.ts';
import { type LaneEntry, priorityLanes } from './lanes.ts';

/** From the one that is served first to the one that is served last. */
export const priorities: readonly Priority[] = ['critical', 'normal', 'sheddable'];

/** A request that finds every target that could take it busy, exhausted or at its limit. */
export interface Waiter<T> {
  readonly priority: Priority;
  /** What it waits for: requests that wait for the same are served in turn. */
  readonly line: string;
  /** Most requests that may wait at a time, as far as it is concerned. */
  readonly room: number;
  /** Most milliseconds that it waits. */
  readonly maxWait: number;
  /** After as many it tries whatever forecasts say, so that none of those before it in the line keeps it waiting for one. */
  readonly forecastWait: number;
  /** Of the request. */
  readonly signal: Signal;
  /** Of the request, where requests are apart. */
  readonly pulse: Pulse | undefined;
  /**
   * Tries to get in. Throws where there is nothing to wait for any more.
   *
   * @param urgency `hurried` once it waits for no forecast any more; otherwise why this is the last try: `full` where the queue has no
   * room for it, `late` where its time to wait is over
   */
  tryEnter(urgency?: Urgency): Entry<T>;
  /** What it is rejected with. */
  refusal(why: Refusal): unknown;
}

type Refusal = 'full' | 'late';
type Urgency = Refusal | 'hurried';

/** What it got; or the monotonic moment at which to try again, `Infinity` where only something released can help. */
export type Entry<T> = { readonly got: T } | { readonly until: number };

/**
 * Where requests wait for a target that can take them: by priority, and in turn within one. Whenever an attempt ends, or the
 * moment comes that one of them waits for, the first of each line try. When the queue is full, the last to arrive of the lowest
 * priority is rejected: an early refusal leaves its caller time to do something else.
 */
export interface AdmissionQueue {
  /** Rejects when aborted, with what `tryEnter` throws, and with `refusal`. */
  wait<T>(waiter: Waiter<T>): Promise<T>;
  /** Something has become free, or may have. */
  released(): void;
  /** How many wait in a line that come before one of this priority. */
  before(line: string, priority: Priority): number;
}

interface Waiting extends LaneEntry {
  line: string;
  /** Tries to get in; returns the moment of the next try, or `undefined` where it need not wait any more. */
  attempt(last?: Refusal): number | undefined;
  /** Has it try again at a moment. */
  wakeAt(moment: number): void;
  /** Tries for the last time, and else rejects. */
  turnAway(why: Refusal): void;
  /** Whether only its own request may let it in. */
  readonly apart: boolean;
}

/** @param awake by which `maxWait` is measured */
export function admissionQueue(clock: Clock, awake: AwakeClock): AdmissionQueue {
  const lanes = priorityLanes<Waiting>();
  let arrivals = 0;
  let sweeping = false;
  let again = false;
  /** Whose request looks, if it is one that waits itself. */
  let looking: Waiting | undefined;

  const sweep = (): void => {
    // What happens in a sweep, such as an attempt that fails to start, can release something.
    again = true;
    if (sweeping) return;
    sweeping = true;
    while (again) {
      again = false;
      serve();
    }
    sweeping = false;
  };

  /** Lets the first of each line try, as long as they get in; sees to it that they try again. */
  const serve = (): void => {
    const stuck = new Set<Waiting>();
    for (let head = lanes.head(stuck); head !== undefined; head = lanes.head(stuck)) {
      const until = head.apart && head !== looking ? Number.POSITIVE_INFINITY : head.attempt();
      if (until === undefined) continue;
      stuck.add(head);
      if (!head.apart) head.wakeAt(until); // else its pulse does
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
          const entry = waiter.tryEnter('full'); // what it throws rejects
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

/** What joining the queue needs of it. */
interface Joined {
  readonly clock: Clock;
  readonly awake: AwakeClock;
  readonly lanes: ReturnType<typeof priorityLanes<Waiting>>;
  /** Lets everyone try who may have room now. */
  sweep(): void;
  sweepFor(waiting: Waiting): void;
  nextNumber(): number;
}

/** Puts requests into the queue until they get in, are turned away, or are aborted. */
function joining({ clock, awake, lanes, sweep, sweepFor, nextNumber }: Joined) {
  return <T>(
    waiter: Waiter<T>,
    rank: number,
    resolve: (value: T) => void,
    reject: (error: unknown) => void,
  ): void => {
    const { signal, maxWait, forecastWait, pulse } = waiter;
    let isHurried = false;
    // Each has timers of its own: where timers belong to a request, they end with it.
    let cancelWake = (): void => {};
    const patience = watchdog(awake, () => {
      if (isHurried || forecastWait >= maxWait) waiting.turnAway('late');
      else hurry();
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
      // Those before it may go on waiting for a forecast.
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
      sweep(); // those behind it may have less to wait for
    };
    signal.addEventListener('abort', onAbort, { once: true });
    lanes.add(waiting);
    patience.watch(Math.min(maxWait, forecastWait));
    sweepFor(waiting);
  };
}
