import type { Clock } from '../../types/clock.ts';
import type { Priority } from '../../types/options/options.ts';
import type { Signal } from '../../util/abort.ts';

/** Served first, first. */
export const priorities: readonly Priority[] = ['critical', 'normal', 'sheddable'];

/** A request that finds every target that could take it busy, exhausted or at its limit. */
export interface Waiter<T> {
  readonly priority: Priority;
  /** What it waits for: those who wait for the same stand in one line. */
  readonly line: string;
  /** Most requests that may wait at a time, as far as it is concerned. */
  readonly room: number;
  /** Of the request. */
  readonly signal: Signal;
  /** Tries to get in. Throws where there is nothing to wait for any more. */
  tryEnter(): Entry<T>;
  /** Why it is turned away where the room is full. */
  refusal(): unknown;
}

/** What it got; or the monotonic moment at which to try again, `Infinity` where only something released can help. */
export type Entry<T> = { readonly got: T } | { readonly until: number };

/**
 * Where requests wait for a target that can take them: by priority, and in turn within one. Whenever an attempt ends, or the
 * moment comes that one of them waits for, the first of each line try. When the room is full, whoever came last of those who
 * matter least has to go: better told now than when it is too late.
 */
export interface AdmissionQueue {
  /** Rejects when aborted, when shed, and with what `tryEnter` throws. */
  wait<T>(waiter: Waiter<T>): Promise<T>;
  /** Something has become free, or may have. */
  released(): void;
  /** How many wait in a line that come before one of this priority. */
  before(line: string, priority: Priority): number;
}

interface Waiting {
  /** Of arrival. */
  readonly number: number;
  until: number;
  /** Tries; `true` when it need not wait any more. */
  attempt(): boolean;
  turnAway(): void;
}

interface Line {
  readonly name: string;
  /** 0 is served first. */
  readonly rank: number;
  readonly waiting: Set<Waiting>;
}

export function admissionQueue(clock: Clock): AdmissionQueue {
  const lines = new Map<string, Line>();
  let size = 0;
  let arrivals = 0;
  let cancelTimer = (): void => {};
  let timerAt = Number.POSITIVE_INFINITY;
  let sweeping = false;
  let again = false;

  const setTimer = (moment: number): void => {
    if (moment === timerAt) return;
    cancelTimer();
    timerAt = moment;
    cancelTimer = clock.after(moment - clock.now(), () => {
      timerAt = Number.POSITIVE_INFINITY;
      sweep();
    });
  };

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
    const stuck = new Set<Line>();
    let next = Number.POSITIVE_INFINITY;
    for (let line = front(stuck); line !== undefined; line = front(stuck)) {
      const [first] = line.waiting;
      if (first === undefined || first.attempt()) continue;
      stuck.add(line);
      next = Math.min(next, first.until);
    }
    setTimer(next);
  };

  /** The line whose first has the best right to try. */
  const front = (except: ReadonlySet<Line>): Line | undefined => {
    let best: { readonly line: Line; readonly number: number } | undefined;
    for (const line of lines.values()) {
      if (except.has(line)) continue;
      const [first] = line.waiting;
      if (first === undefined) continue;
      const sooner = best === undefined ? -1 : line.rank - best.line.rank || first.number - best.number;
      if (sooner < 0) best = { line, number: first.number };
    }
    return best?.line;
  };

  /** Turns away whoever came last of those who matter less than `rank`. */
  const shed = (rank: number): boolean => {
    let victim: { readonly rank: number; readonly waiting: Waiting } | undefined;
    for (const line of lines.values()) {
      const last = [...line.waiting].at(-1);
      if (line.rank <= rank || last === undefined) continue;
      const later = victim === undefined ? 1 : line.rank - victim.rank || last.number - victim.waiting.number;
      if (later > 0) victim = { rank: line.rank, waiting: last };
    }
    victim?.waiting.turnAway();
    return victim !== undefined;
  };

  return {
    wait: <T>({ priority, line: name, room, signal, tryEnter, refusal }: Waiter<T>) =>
      new Promise<T>((resolve, reject) => {
        const rank = priorities.indexOf(priority);
        if (signal.aborted) {
          reject(signal.reason);
          return;
        }
        if (size >= room && !shed(rank)) {
          reject(refusal());
          return;
        }
        const key = `${rank} ${name}`;
        const line = lines.get(key) ?? { name, rank, waiting: new Set() };
        lines.set(key, line);
        const leave = (): void => {
          line.waiting.delete(waiting);
          if (line.waiting.size === 0) lines.delete(key);
          size -= 1;
          if (size === 0) setTimer(Number.POSITIVE_INFINITY);
          signal.removeEventListener('abort', onAbort);
        };
        const waiting: Waiting = {
          number: ++arrivals,
          until: Number.POSITIVE_INFINITY,
          attempt() {
            try {
              const entry = tryEnter();
              if ('until' in entry) {
                waiting.until = entry.until;
                return false;
              }
              leave();
              resolve(entry.got);
            } catch (error) {
              leave();
              reject(error);
            }
            return true;
          },
          turnAway() {
            leave();
            reject(refusal());
          },
        };
        const onAbort = (): void => {
          leave();
          reject(signal.reason);
          // Whoever stood behind it may have less to wait for.
          sweep();
        };
        signal.addEventListener('abort', onAbort, { once: true });
        line.waiting.add(waiting);
        size += 1;
        sweep();
      }),
    released() {
      if (size > 0) sweep();
    },
    before(name, priority) {
      const rank = priorities.indexOf(priority);
      let count = 0;
      for (const line of lines.values())
        if (line.name === name && line.rank <= rank) count += line.waiting.size;
      return count;
    },
  };
}
