import { ProviderError } from '../../errors.ts';
import { LinkedAbort, type Signal } from '../../util/time/abort.ts';
import type { AwakeClock } from '../../util/time/awake-clock.ts';
import { Watchdog } from '../../util/time/watchdog.ts';
import type { ChannelReservation } from '../attempt/reservation.ts';
import type { RequestState } from '../request.ts';
import type { Channel } from '../targets/target.ts';
import { type BackupPlan, backupPlan, type Cause } from './backup-request.ts';

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

/** Whose attempts race: see `TargetFailover`. */
export interface Racers<T> {
  readonly request: RequestState;
  /** Starts an attempt. */
  begin(reservation: ChannelReservation, slot: AttemptSlot): Promise<T>;
  /** An attempt has ended. */
  ended(reservation: ChannelReservation): void;
  /**
   * An attempt to start beside the running ones, or the milliseconds until one may be available; `undefined` if there is
   * none; a promise: to be asked again once it has settled.
   */
  another(cause: Cause): ChannelReservation | number | Promise<unknown> | undefined;
  /** Records a failed attempt. Returns whether another target may succeed. */
  attemptFailed(reservation: ChannelReservation, error: unknown): boolean;
  /** Releases an answer that arrived after another one had won. */
  discard(value: T): void;
}

/**
 * Runs an attempt, and others beside it if needed. The first answer wins and stops the others, after what has arrived of theirs is read:
 * an answer that was sent is billed, and its usage says for how much. While one attempt runs, the failure
 * of another does not fail the race; if all running attempts are in doubt, another one starts.
 */
export function race<T>(racers: Racers<T>, first: ChannelReservation): Promise<T> {
  return new Promise((resolve, reject) => {
    new Race(racers, resolve, reject).start(first);
  });
}

/** Lets other attempts run beside one that has begun without a race. Returns its place in the race, and the race's answer. */
export function joinRace<T>(racers: Racers<T>, first: ChannelReservation, running: Promise<T>): Joined<T> {
  let slot: AttemptSlot | undefined;
  const answer = new Promise<T>((resolve, reject) => {
    slot = new Race(racers, resolve, reject).start(first, running);
  });
  return { slot: slot as AttemptSlot, answer };
}

export interface Joined<T> {
  readonly slot: AttemptSlot;
  readonly answer: Promise<T>;
}

const none: readonly never[] = [];

/** A class, so that a request creates no closures for what rarely happens. */
class Race<T> {
  declare private readonly racers: Racers<T>;
  declare private readonly resolve: (value: T) => void;
  declare private readonly reject: (error: unknown) => void;
  /** Usually one, so that a new array costs less than a set. */
  declare private lanes: readonly Lane<T>[];
  declare private winner: Lane<T> | undefined;
  declare private cancelLook: (() => void) | undefined;
  /** Answers that came after the winner's, until the others are stopped. */
  declare private late: T[] | undefined;
  declare private areOthersStopped: boolean;
  declare over: boolean;

  constructor(racers: Racers<T>, resolve: (value: T) => void, reject: (error: unknown) => void) {
    this.lanes = none;
    this.winner = undefined;
    this.cancelLook = undefined;
    this.late = undefined;
    this.areOthersStopped = false;
    this.over = false;
    this.racers = racers;
    this.resolve = resolve;
    this.reject = reject;
  }

  /** @param running the attempt, where it runs already */
  start(reservation: ChannelReservation, running?: Promise<T>): AttemptSlot {
    const { request } = this.racers;
    const lane = new Lane(this, reservation, request.signal);
    this.lanes = [...this.lanes, lane];
    const plan = running === undefined ? backupPlan(reservation.channel, request) : undefined;
    if (plan !== undefined) lane.plan(plan, request.env.awake);
    (running ?? this.racers.begin(reservation, lane)).then(
      (value) => this.#answered(lane, value),
      (error: unknown) => this.#failed(lane, error),
    );
    return lane;
  }

  win(lane: Lane<T>): boolean {
    if (this.over) return this.winner === lane;
    this.winner = lane;
    this.#close();
    if (this.racers.request.env.clock.afterInput === undefined) this.#stopOthers();
    return true;
  }

  join(cause: Cause): void {
    const next = this.over ? undefined : this.racers.another(cause);
    if (next instanceof Promise) next.then(() => this.join(cause)).catch(() => {});
    else if (typeof next === 'object') this.start(next);
    else if (next !== undefined) {
      this.cancelLook?.();
      this.cancelLook = this.racers.request.env.awake.after(next, () => this.joinIfDoubted());
    }
  }

  joinIfDoubted(): void {
    let silent = false;
    for (const { doubt } of this.lanes) {
      if (doubt === undefined) return;
      silent ||= doubt === 'silence';
    }
    this.join(silent ? 'silence' : 'doubt');
  }

  #answered(lane: Lane<T>, value: T): void {
    const won = this.winner === lane || this.win(lane);
    this.#leave(lane);
    if (!won) this.#takeLate(value);
    else if (this.lanes.length === 0 || this.areOthersStopped) this.resolve(value);
    else this.racers.request.env.clock.afterInput?.(() => this.#settle(value));
  }

  #takeLate(value: T): void {
    if (this.areOthersStopped) this.racers.discard(value);
    else if (this.late === undefined) this.late = [value];
    else this.late.push(value);
  }

  #settle(value: T): void {
    this.#stopOthers();
    this.resolve(value);
  }

  #failed(lane: Lane<T>, error: unknown): void {
    this.#leave(lane);
    if (this.over && this.winner !== lane) return;
    const goOn = this.racers.attemptFailed(lane.reservation, error);
    if (this.lanes.length > 0 && goOn) {
      this.joinIfDoubted();
      return;
    }
    this.#close();
    this.#stopOthers();
    this.reject(error);
  }

  #leave(lane: Lane<T>): void {
    this.lanes = this.lanes.length === 1 ? none : this.lanes.filter((each) => each !== lane);
    lane.backup?.stop();
    this.racers.ended(lane.reservation);
  }

  #close(): void {
    this.over = true;
    this.cancelLook?.();
    for (const lane of this.lanes) lane.backup?.stop();
  }

  #stopOthers(): void {
    const winner = this.winner;
    for (const lane of this.lanes) {
      // A target that has answered works, whichever of its attempts was the first. Without a winner, the request is at fault.
      const isBeaten = winner !== undefined && winner.reservation.channel !== lane.reservation.channel;
      if (lane !== winner) lane.stop(isBeaten);
    }
    this.areOthersStopped = true;
    for (const late of this.late ?? []) this.racers.discard(late);
  }
}

/** A running attempt. */
class Lane<T> implements AttemptSlot {
  declare readonly reservation: ChannelReservation;
  declare readonly signal: LinkedAbort;
  declare private readonly race: Race<T>;
  /** Whether it shows no sign of life, or is otherwise in doubt. */
  declare doubt: 'doubt' | 'silence' | undefined;
  /** Why it has failed if another one wins; `undefined` if it has not. */
  declare private failure: string | undefined;
  declare private probation: string | undefined;
  /** Starts another attempt beside it when it expires. */
  declare backup: Watchdog | undefined;

  constructor(race: Race<T>, reservation: ChannelReservation, parent: Signal) {
    this.doubt = undefined;
    this.failure = undefined;
    this.probation = undefined;
    this.backup = undefined;
    this.race = race;
    this.reservation = reservation;
    this.signal = new LinkedAbort(parent);
  }

  plan({ after, cause, probation }: BackupPlan, awake: AwakeClock): void {
    if (probation) this.probation = 'on probation, and slower than another target';
    this.failure = this.probation;
    this.backup = new Watchdog(awake, {
      expired: () => (cause === 'doubt' ? this.alarm() : this.race.join('slow')),
    });
    this.backup.watch(after);
  }

  win(): boolean {
    return this.race.win(this);
  }

  alarm(): void {
    if (this.race.over || this.doubt !== undefined) return;
    this.doubt = 'doubt';
    this.race.join('doubt');
  }

  overdue(summary: string | undefined, cause: 'doubt' | 'silence'): void {
    if (this.race.over) return;
    this.failure = summary ?? this.failure;
    this.doubt = cause;
    this.race.joinIfDoubted();
  }

  revived(): void {
    this.failure = this.probation;
    this.doubt = undefined;
  }

  /** @param isBeaten whether another target was faster */
  stop(isBeaten: boolean): void {
    this.signal.abort(stopped(this.reservation.channel, isBeaten ? this.failure : undefined));
  }
}

function stopped({ provider }: Channel, failure: string | undefined): ProviderError {
  const { name } = provider;
  return failure === undefined
    ? new ProviderError({ kind: 'aborted', provider: name, summary: 'another target was faster' })
    : new ProviderError({ kind: 'timeout', provider: name, code: 'timeout', summary: failure });
}
