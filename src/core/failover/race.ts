import { ProviderError } from '../../errors.ts';
import { type LinkedAbort, linkedAbort, type Signal } from '../../util/time/abort.ts';
import type { AwakeClock } from '../../util/time/awake-clock.ts';
import { watchdog } from '../../util/time/watchdog.ts';
import type { ChannelReservation } from '../attempt/reservation.ts';
import type { Channel } from '../targets/target.ts';

/** An attempt's view of its race. */
export interface AttemptSlot {
  /** Aborted with the request, and when another attempt has won. */
  readonly signal: Signal;
  /** Claims the win, which stops the others. `false` if another attempt has won. */
  win(): boolean;
  /** Call it when the target seems unresponsive: another attempt starts beside this one. */
  alarm(): void;
  /**
   * Called when it takes too long: another attempt starts beside it, unless one that does not take too long runs. If
   * another one wins, this one has failed, for the reason in `summary` if there is one.
   */
  overdue(summary: string | undefined, cause: 'doubt' | 'silence'): void;
  /** Called when it shows signs of life after all. */
  revived(): void;
}

/** Why a target gets a second attempt beside it, and after how many milliseconds. */
export interface BackupPlan {
  readonly after: number;
  readonly cause: Cause;
  /** A target on probation fails if another one answers first. */
  readonly probation: boolean;
}

/** Why another attempt starts: the running ones are in doubt, they show no sign of life, or one is merely slow. */
export type Cause = 'doubt' | 'silence' | 'slow';

export interface RaceOptions<T> {
  readonly first: ChannelReservation;
  attempt(permit: ChannelReservation, lane: AttemptSlot): Promise<T>;
  /**
   * An attempt to start beside the running ones, or the milliseconds until one may be available; `undefined` if there is
   * none.
   */
  another(cause: Cause): ChannelReservation | number | undefined;
  /** Whether an attempt gets a second one beside it if it does not answer in time. */
  company(channel: Channel): BackupPlan | undefined;
  /** Records a failed attempt. Returns whether another target may succeed. */
  failed(permit: ChannelReservation, error: unknown): boolean;
  /** Releases an answer that arrived after another one had won. */
  discard(value: T): void;
  /** Measures whether an attempt is slow. */
  readonly awake: AwakeClock;
  /** The request's signal. */
  readonly signal: Signal;
}

/**
 * Runs an attempt, and others beside it if needed. The first answer wins and stops the others. While one attempt runs, the failure
 * of another does not fail the race; if all running attempts are in doubt, another one starts.
 */
export function race<T>({
  first,
  attempt,
  another,
  company,
  failed,
  discard,
  awake,
  signal,
}: RaceOptions<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const running = new Map<ChannelReservation, Lane>();
    const timers = new Set<() => void>();
    let over = false;
    let winner: ChannelReservation | undefined;

    const finish = (): void => {
      over = true;
      for (const cancel of timers) cancel();
      for (const [permit, { abort, failure }] of running) {
        if (permit === winner) continue;
        // A target that has answered meanwhile works, whichever of its attempts was the first.
        const isBeaten = permit.channel !== winner?.channel;
        abort.abort(stopped(permit.channel, isBeaten ? failure : undefined));
      }
    };
    const win = (permit: ChannelReservation): boolean => {
      if (over) return winner === permit;
      winner = permit;
      finish();
      return true;
    };

    const join = (cause: Cause): void => {
      const next = over ? undefined : another(cause);
      if (typeof next === 'object') start(next);
      else if (next !== undefined) {
        const cancel = awake.after(next, () => {
          timers.delete(cancel);
          joinIfDoubted();
        });
        timers.add(cancel);
      }
    };
    const joinIfDoubted = (): void => {
      const lanes = [...running.values()];
      if (lanes.every(({ doubt }) => doubt !== undefined))
        join(lanes.some(({ doubt }) => doubt === 'silence') ? 'silence' : 'doubt');
    };

    const start = (permit: ChannelReservation): void => {
      const lane: Lane = { abort: linkedAbort(signal), failure: undefined, doubt: undefined };
      running.set(permit, lane);
      const alarm = (): void => {
        if (over || lane.doubt !== undefined) return;
        lane.doubt = 'doubt';
        join('doubt');
      };
      const wanted = company(permit.channel);
      const probation =
        wanted?.probation === true ? 'on probation, and slower than another target' : undefined;
      let cancelTimer: (() => void) | undefined;
      if (wanted !== undefined) {
        lane.failure = probation;
        const timer = watchdog(awake, wanted.cause === 'doubt' ? alarm : () => join('slow'));
        timer.watch(wanted.after);
        cancelTimer = timer.stop;
        timers.add(cancelTimer);
      }
      const leave = (): void => {
        running.delete(permit);
        if (cancelTimer === undefined) return;
        timers.delete(cancelTimer);
        cancelTimer();
      };
      const slot: AttemptSlot = {
        signal: lane.abort.signal,
        win: () => win(permit),
        alarm,
        overdue(summary, cause) {
          if (over) return;
          lane.failure = summary;
          lane.doubt = cause;
          joinIfDoubted();
        },
        revived() {
          lane.failure = probation;
          lane.doubt = undefined;
        },
      };
      attempt(permit, slot).then(
        (value) => {
          const won = winner === permit || win(permit);
          leave();
          if (won) resolve(value);
          else discard(value);
        },
        (error: unknown) => {
          leave();
          if (over && winner !== permit) return;
          const goOn = failed(permit, error);
          if (running.size === 0 || !goOn) {
            finish();
            reject(error);
            return;
          }
          joinIfDoubted();
        },
      );
    };
    start(first);
  });
}

/** An attempt that runs. */
interface Lane {
  readonly abort: LinkedAbort;
  /** Why it has failed if another one wins; `undefined` where it has not. */
  failure: string | undefined;
  doubt: 'doubt' | 'silence' | undefined;
}

function stopped({ provider }: Channel, failure: string | undefined): ProviderError {
  const { name } = provider;
  return failure === undefined
    ? new ProviderError({ kind: 'aborted', provider: name, summary: 'another target was faster' })
    : new ProviderError({ kind: 'timeout', provider: name, code: 'timeout', summary: failure });
}
