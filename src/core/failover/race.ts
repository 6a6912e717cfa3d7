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
}

/** Why a target gets a second attempt beside it, and after how many milliseconds. */
export interface BackupPlan {
  readonly after: number;
  readonly cause: Cause;
  /** A target on probation fails if another one answers first. */
  readonly probation: boolean;
}

/** Why another target starts: the running attempts are in doubt or have failed, or one is merely slow. */
export type Cause = 'doubt' | 'slow';

export interface RaceOptions<T> {
  readonly first: ChannelReservation;
  attempt(permit: ChannelReservation, lane: AttemptSlot): Promise<T>;
  /** A target to start beside the running ones; `undefined` if none is available. */
  another(cause: Cause): ChannelReservation | undefined;
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
    const running = new Map<
      ChannelReservation,
      { readonly abort: LinkedAbort; probation: boolean; doubted: boolean }
    >();
    const timers = new Set<() => void>();
    let over = false;
    let winner: ChannelReservation | undefined;

    const finish = (): void => {
      over = true;
      for (const cancel of timers) cancel();
      for (const [permit, { abort, probation }] of running) {
        if (permit !== winner) abort.abort(stopped(permit.channel, probation));
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
      if (next !== undefined) start(next);
    };

    const start = (permit: ChannelReservation): void => {
      const lane = { abort: linkedAbort(signal), probation: false, doubted: false };
      running.set(permit, lane);
      const doubt = (): void => {
        if (over || lane.doubted) return;
        lane.doubted = true;
        join('doubt');
      };
      const wanted = company(permit.channel);
      let cancelTimer: (() => void) | undefined;
      if (wanted !== undefined) {
        lane.probation = wanted.probation;
        const timer = watchdog(awake, wanted.cause === 'doubt' ? doubt : () => join('slow'));
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
      attempt(permit, { signal: lane.abort.signal, win: () => win(permit), alarm: doubt }).then(
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
          if ([...running.values()].every(({ doubted }) => doubted)) join('doubt');
        },
      );
    };
    start(first);
  });
}

function stopped({ provider }: Channel, probation: boolean): ProviderError {
  return probation
    ? new ProviderError({
        kind: 'timeout',
        provider: provider.name,
        code: 'timeout',
        summary: 'on probation, and slower than another target',
      })
    : new ProviderError({ kind: 'aborted', provider: provider.name, summary: 'another target was faster' });
}
