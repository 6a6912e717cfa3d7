import { ProviderError } from '../../errors.ts';
import { type LinkedAbort, linkedAbort, type Signal } from '../../util/time/abort.ts';
import type { AwakeClock } from '../../util/time/awake-clock.ts';
import { watchdog } from '../../util/time/watchdog.ts';
import type { ChannelReservation } from '../attempt/reservation.ts';
import type { Channel } from '../targets/target.ts';

/** What an attempt gets from the race that it runs in. */
export interface AttemptSlot {
  /** Aborted with the request, and when another attempt has won. */
  readonly signal: Signal;
  /** Claims the victory: the others are stopped. `false` where another one has claimed it. */
  win(): boolean;
  /** To be called when its target seems to have gone dark: another attempt starts beside it. */
  alarm(): void;
}

/** Why a target gets company, and after how many milliseconds. */
export interface BackupPlan {
  readonly after: number;
  readonly cause: Cause;
  /** A target on probation that has not answered by the time another one has is held to have failed. */
  readonly probation: boolean;
}

/** Why another target is to start: those that run are in doubt or have failed, or one is merely slow. */
export type Cause = 'doubt' | 'slow';

export interface RaceOptions<T> {
  readonly first: ChannelReservation;
  attempt(permit: ChannelReservation, lane: AttemptSlot): Promise<T>;
  /** A target to start beside those that run; `undefined` where there is none to spare. */
  another(cause: Cause): ChannelReservation | undefined;
  /** Whether an attempt at a target is to get company if it has not answered in time. */
  company(channel: Channel): BackupPlan | undefined;
  /** An attempt failed. Whether another target may do better. */
  failed(permit: ChannelReservation, error: unknown): boolean;
  /** An answer that came too late: its attempt has been told to stop, and this lets go of what it holds. */
  discard(value: T): void;
  /** By which it is measured whether an attempt is slow. */
  readonly awake: AwakeClock;
  /** The request's. */
  readonly signal: Signal;
}

/**
 * Runs an attempt, and others beside it where there is reason to. The first answer wins, the others are stopped. While one
 * still runs, the failure of another is no failure of the race: unless all that run are in doubt, another one starts.
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
