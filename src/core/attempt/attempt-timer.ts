import { Watchdog } from '../../util/time/watchdog.ts';
import type { AttemptSlot } from '../failover/race.ts';
import { recoveryPart } from '../failover/recovery-part.ts';
import { leastWait, shortestLearned } from '../options/policies.ts';
import { loadRest } from '../parts/rest.ts';
import type { RequestState } from '../request.ts';
import type { Target } from '../targets/target.ts';

const never = Number.POSITIVE_INFINITY;
/** After how many milliseconds to look again where code could not be loaded. */
const loadingPause = 2_000;

/** An attempt that can be ended with a timeout. */
interface Timed {
  expire(summary: string): void;
}

/**
 * Watches one attempt: for signs of life until its first token or answer (`timeout.response`, a soft limit), and for
 * its end (`timeout.attempt`, a hard one). One timer does both. Times are on the awake clock.
 */
export class AttemptTimer {
  declare readonly target: Target;
  declare readonly request: RequestState;
  declare readonly slot: AttemptSlot;
  declare private readonly attempt: Timed;
  declare private readonly timer: Watchdog;
  declare private readonly endsAt: number;
  /** The last sign of life, or the start. */
  declare aliveAt: number;
  /** Whether it has shown a sign of life. */
  declare isAlive: boolean;
  declare private hasBegun: boolean;
  declare isOverdue: boolean;
  declare private isOver: boolean;

  /** @param now reading of the clock at the start */
  constructor(target: Target, request: RequestState, slot: AttemptSlot, now: number, attempt: Timed) {
    this.isAlive = false;
    this.hasBegun = false;
    this.isOverdue = false;
    this.isOver = false;
    const { env, timeout } = request;
    this.target = target;
    this.request = request;
    this.slot = slot;
    this.attempt = attempt;
    this.timer = new Watchdog(env.awake, this);
    this.aliveAt = env.awake.now(now);
    this.endsAt = this.aliveAt + timeout.attempt;
    if (target.deferred) return; // only the request's deadline limits it
    this.timer.watch(Math.min(timeout.attempt, this.#firstLook()), this.aliveAt);
  }

  /** The target works on it. */
  readonly active = (): void => {
    if (this.hasBegun) return;
    this.aliveAt = this.request.env.awake.now();
    this.isAlive = true;
    if (!this.isOverdue) return;
    this.isOverdue = false;
    this.slot.revived();
  };

  /** Its first token has arrived, so no more signs of life are needed. */
  begun(): void {
    this.hasBegun = true;
  }

  /**
   * The attempt takes too long: another target is asked as well. Returns `false` where none may be, so that the
   * attempt has to end.
   */
  overdue(summary: string): boolean {
    if (!this.request.mayBeSentTwice) return false;
    this.slot.overdue(summary, this.cause);
    return true;
  }

  stop(): void {
    this.isOver = true;
    this.timer.stop();
  }

  /** The limit is worked out only for the few attempts that take as long as the shortest one. */
  #firstLook(): number {
    const { operation, timeout, options } = this.request;
    if (operation.measuredAs === undefined) return never;
    if (timeout.response !== undefined) return timeout.response;
    // Most requests have far more time.
    const isShort = timeout.request < 2 * shortestLearned || options.deadline !== undefined;
    return isShort ? Math.min(shortestLearned, this.request.timeLeft / 2) : shortestLearned;
  }

  /** It is time to look again. */
  expired(): void {
    const { env, timeout } = this.request;
    const now = env.awake.now();
    if (this.endsAt - now < leastWait) {
      this.attempt.expire(`no complete answer within timeout.attempt = ${timeout.attempt} ms`);
      return;
    }
    this.timer.watch(Math.min(this.#lookForLife(now), this.endsAt - now), now);
  }

  /** Returns after how many milliseconds to look again. */
  #lookForLife(now: number): number {
    const { env, operation, mayBeSentTwice } = this.request;
    // A stream that shows life has until `timeout.firstToken`.
    if (this.hasBegun || !mayBeSentTwice || (operation.streamed && this.isAlive)) return never;
    const recovery = env.parts.get(recoveryPart);
    if (recovery === undefined) {
      const again = (): void => {
        if (!this.isOver) this.expired();
      };
      loadRest(env, this.slot.signal).then(again, () => {});
      return loadingPause;
    }
    return recovery.lookForLife(this, now);
  }

  /** Why another target is asked as well. */
  get cause(): 'doubt' | 'silence' {
    return this.isAlive ? 'doubt' : 'silence';
  }
}
