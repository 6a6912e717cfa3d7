import type { Clock } from '../../../types/clock.ts';
import type { RequestContext } from '../../../types/plugin.ts';
import type { StreamContent, StreamPart } from '../../../types/result/stream-part.ts';
import { Deferred } from '../../../util/time/deferred.ts';

/** A follower's view: a `LiveAnswer` where the answer has parts. */
export interface Shared<Result> extends AsyncIterable<StreamPart> {
  readonly result: Promise<Result>;
}

/** The functions of the cache that a flight uses. */
export interface FlightHost {
  readonly clock: Clock;
  hold(context: RequestContext): (() => void) | undefined;
  /** No more followers may join. */
  over(): void;
}

/**
 * The ratio of its time that a follower waits before it goes to the targets itself: the shared request may wait for longer than
 * this one can, and the rest of its time must be enough for a call.
 */
const patience = 0.5;

/** Times that another request takes over after a leader has failed. Then the rest go on their own. */
const mostTakeovers = 1;

/**
 * One answer that identical requests share. The leader is an ordinary request; the followers get its parts
 * from the start. While there are followers, the leader's work outlives its own caller. If it fails, one
 * follower goes to the targets and leads the others.
 */
export class Flight<Result> {
  readonly #host: FlightHost;
  readonly #kind: RequestContext['operation'];
  readonly #followers = new Set<Follower<Result>>();
  #leader: RequestContext | undefined;
  /** The follower that has been sent to the targets to become the leader. */
  #heir: RequestContext | undefined;
  #takeovers = 0;
  #release: (() => void) | undefined;
  /** Parts since the last restart. */
  parts: StreamContent[] = [];
  /** Counts restarts: parts of an earlier generation are void. */
  generation = 0;
  /** The target that answers. */
  target = '';
  #result: Result | undefined;

  constructor(leader: RequestContext, host: FlightHost) {
    this.#kind = leader.operation;
    this.#leader = leader;
    this.#host = host;
  }

  get result(): Result | undefined {
    return this.#result;
  }

  get followers(): number {
    return this.#followers.size;
  }

  /** Adds a request that shares the answer; `undefined` if it is too late. */
  join(context: RequestContext): Shared<Result> | undefined {
    if (this.#result === undefined && !this.#isHeld()) return undefined;
    const follower = new Follower<Result>(this, context);
    if (this.#result !== undefined) {
      follower.land(this.#result);
      return follower;
    }
    this.#followers.add(follower);
    const { clock } = this.#host;
    const timeLeft = context.deadline - clock.date();
    if (timeLeft < Number.POSITIVE_INFINITY)
      follower.stopWaiting = clock.after(patience * timeLeft, () => this.#goOn(follower));
    return follower;
  }

  /** A follower without output so far goes to the targets itself. */
  #goOn(follower: Follower<Result>): void {
    if (follower.hasShown) return;
    this.#followers.delete(follower);
    follower.fail();
    if (this.#followers.size === 0) this.#letGo();
  }

  #isHeld(): boolean {
    if (this.#leader === undefined) return this.#heir !== undefined;
    this.#release ??= this.#host.hold(this.#leader);
    return this.#release !== undefined;
  }

  /** A request goes to the targets; it leads if it was chosen to. */
  routed(leader: RequestContext): boolean {
    if (this.#leader === leader) return true;
    if (this.#heir !== leader || this.#result !== undefined) return false;
    this.#heir = undefined;
    this.#leader = leader;
    this.#restart();
    if (this.#followers.size > 0) this.#release = this.#host.hold(leader);
    return true;
  }

  isLedBy(context: RequestContext): boolean {
    return this.#leader === context;
  }

  /** A part of the leader's answer. */
  part(part: Exclude<StreamPart, { type: 'finish' }>): void {
    if (part.type === 'restart') {
      this.target = part.target;
      this.#restart();
    } else this.parts.push(part);
    for (const follower of this.#followers) follower.wake();
  }

  /** The leader's target. */
  servedBy(target: string): void {
    this.target = target;
  }

  /**
   * The answer is complete.
   *
   * @param parts all of it, if it was found rather than made
   */
  land(result: Result, parts?: readonly StreamContent[]): void {
    if (this.#result !== undefined) return;
    this.#result = result;
    if (parts !== undefined) this.parts = [...parts];
    for (const follower of this.#followers) follower.land(result);
    this.#followers.clear();
    this.#letGo();
  }

  /** The answer is now available elsewhere. */
  close(): void {
    this.#host.over();
  }

  /** A request has ended. If it was the leader and had no answer, another request leads. */
  left(context: RequestContext): void {
    for (const follower of this.#followers) {
      if (follower.context !== context) continue;
      follower.stopWaiting();
      this.#followers.delete(follower);
    }
    if (this.#result !== undefined) return;
    if (this.#leader === context) {
      this.#leader = undefined;
      this.#letGo();
      this.#succeed();
    } else if (this.#heir === context) {
      this.#heir = undefined;
      this.#succeed();
    } else if (this.#followers.size === 0) this.#letGo();
  }

  /** Sends the next follower to the targets, or all of them if that has not helped. */
  #succeed(): void {
    const isLast = this.#takeovers >= mostTakeovers;
    this.#takeovers += 1;
    const waiting = [...this.#followers];
    // Followers without output so far come first, because they need no restart; a stream can only follow a stream.
    const alike = waiting.filter(({ context }) => context.operation === this.#kind);
    const heir = alike.find(({ hasShown }) => !hasShown) ?? alike[0] ?? waiting[0];
    if (isLast || heir === undefined) {
      this.#followers.clear();
      for (const follower of waiting) follower.fail();
      this.#host.over();
      return;
    }
    this.#followers.delete(heir);
    this.#heir = heir.context;
    heir.fail();
  }

  #restart(): void {
    this.generation += 1;
    this.parts = [];
  }

  #letGo(): void {
    this.#release?.();
    this.#release = undefined;
  }
}

const noAnswer = 'the identical request in flight gave no answer in time';

/** One follower's view of a flight. */
class Follower<Result> implements Shared<Result> {
  readonly context: RequestContext;
  readonly #result = new Deferred<Result>();
  readonly #flight: Flight<Result>;
  #generation: number;
  #index = 0;
  #hasFailed = false;
  #waiting: Deferred<void> | undefined;
  /** Cancels the timer of its wait. */
  stopWaiting = (): void => {};

  constructor(flight: Flight<Result>, context: RequestContext) {
    this.#flight = flight;
    this.context = context;
    this.#generation = flight.generation;
  }

  get result(): Promise<Result> {
    return this.#result.promise;
  }

  get hasShown(): boolean {
    return this.#index > 0;
  }

  /** The answer is complete. */
  land(result: Result): void {
    this.stopWaiting();
    this.#result.resolve(result);
    this.wake();
  }

  wake(): void {
    this.#waiting?.resolve();
  }

  /** There will be no answer: the request goes to the targets, if allowed. */
  fail(): void {
    this.stopWaiting();
    this.#hasFailed = true;
    this.#result.reject(new Error(noAnswer));
    this.wake();
  }

  [Symbol.asyncIterator](): AsyncIterator<StreamPart> {
    return {
      next: () => this.#next(),
      // The end of its request shows that it has left.
      return: async () => ({ done: true, value: undefined }),
    };
  }

  async #next(): Promise<IteratorResult<StreamPart>> {
    const flight = this.#flight;
    for (;;) {
      if (this.#hasFailed) throw new Error(noAnswer);
      if (this.#generation !== flight.generation && flight.parts.length > 0) {
        this.#generation = flight.generation;
        const { hasShown } = this;
        this.#index = 0;
        if (hasShown) return { done: false, value: { type: 'restart', target: flight.target } };
      }
      const part = this.#generation === flight.generation ? flight.parts[this.#index] : undefined;
      if (part !== undefined) {
        this.#index += 1;
        return { done: false, value: part };
      }
      if (flight.result !== undefined) return { done: true, value: undefined };
      this.#waiting = new Deferred();
      await this.#waiting.promise;
    }
  }
}
