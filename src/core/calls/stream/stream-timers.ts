import type { Flow, FlowReader } from '../../../health/stream-stall-detector.ts';
import type { AwakeClock } from '../../../util/time/awake-clock.ts';
import { forRequest } from '../../../util/time/pulse.ts';
import { Watchdog } from '../../../util/time/watchdog.ts';
import { firstTokenTimeout, idleTimeout, stoppedTimeout } from '../../attempt/adaptive-timeouts.ts';
import type { Attempt } from '../../attempt/attempt.ts';
import type { RequestState } from '../../request.ts';
import type { Target } from '../../targets/target.ts';

type StreamedRequest = Pick<RequestState, 'timeout' | 'pulse' | 'env' | 'operation' | 'needs' | 'size'>;

/**
 * Timeouts of one stream: until its first token; between two tokens, while a reader waits; and when all of
 * its target's streams stall. Times are on the awake clock.
 */
export class StreamTimers implements FlowReader {
  readonly #target: Target;
  readonly #run: StreamedRequest;
  readonly #awake: AwakeClock;
  readonly #timer: Watchdog;
  readonly #attempt: Pick<Attempt, 'expire' | 'overdue'>;

  readonly #startedAt: number;
  /** How many first tokens had been measured at the start. */
  readonly #knownAtStart: number;
  #firstToken: number;

  /**
   * The timeout between two tokens, the time left of it, and the timeout when all of the target's streams
   * stall.
   */
  readonly #idle: number;
  #idleLeft: number;
  #stopped: number | undefined;
  /** Since when a reader waits; `undefined` if none does. */
  #waitingSince: number | undefined;
  /** Created on the first token. */
  #flow: Flow | undefined;

  constructor(target: Target, run: StreamedRequest, attempt: Pick<Attempt, 'expire' | 'overdue'>) {
    const { timeout } = run;
    const { awake, clock } = run.env;
    const now = clock.now();
    this.#target = target;
    this.#run = run;
    this.#awake = awake;
    this.#attempt = attempt;
    this.#timer = new Watchdog(awake, this);
    this.#startedAt = awake.now(now);
    this.#knownAtStart = target.latencies.stream.weight(now);
    this.#firstToken = timeout.firstToken ?? firstTokenTimeout(target, run, now);
    this.#idle = timeout.idle ?? idleTimeout(target, now);
    this.#idleLeft = this.#idle;
  }

  /** Whether a token has come. */
  get hasBegun(): boolean {
    return this.#flow !== undefined;
  }

  /** Starts the timeout to the first token. */
  start(): void {
    this.#timer.watch(this.#firstToken, this.#startedAt);
  }

  /** A reader waits for the next part. */
  wait(): void {
    if (this.#flow === undefined) return;
    const now = this.#awake.rough();
    this.#waitingSince = now;
    this.#flow.waits(now);
    this.#timer.watch(this.#idleLeft, now);
  }

  /** The reader has a part; timers pause. */
  rest(): void {
    if (this.#flow === undefined) return;
    this.#waitingSince = undefined;
    this.#timer.pause();
  }

  /** A token has come: restarts the timeout between tokens. */
  token(): void {
    this.#idleLeft = this.#idle;
    this.#stopped = undefined;
    this.#flow ??= this.#target.stall?.open(this);
    this.#flow?.came(this.#awake.rough());
  }

  /** Something other than a token has come; timeouts continue. */
  noToken(): void {
    if (this.#waitingSince === undefined) return;
    const now = this.#awake.rough();
    this.#idleLeft -= now - this.#waitingSince;
    this.#waitingSince = now;
  }

  stop(): void {
    this.#timer.stop();
    this.#flow?.close();
  }

  /** All of the target's streams stall, or no longer do. */
  onStall(stopped: boolean): void {
    forRequest(this.#run.pulse, () => this.#shorten(stopped))();
  }

  /** Shortens the timeout when all of the target's streams stall. */
  #shorten(stopped: boolean): void {
    if (this.#run.timeout.idle !== undefined || this.#waitingSince === undefined) return;
    this.#stopped = stopped ? stoppedTimeout(this.#target) : undefined;
    const most = Math.min(this.#idleLeft, this.#stopped ?? this.#idleLeft);
    this.#timer.watch(Math.max(0, most - (this.#awake.now() - this.#waitingSince)));
  }

  /** Its timer has expired. */
  expired(): void {
    if (this.#flow !== undefined) {
      this.#attempt.expire(`no token within timeout.idle = ${Math.round(this.#stopped ?? this.#idle)} ms`);
      return;
    }
    const more = this.#moreForFirstToken();
    if (more >= 1) {
      this.#timer.watch(more); // less is rounding error
      return;
    }
    const summary = `no first token within timeout.firstToken = ${Math.round(this.#firstToken)} ms`;
    if (this.#run.timeout.firstToken !== undefined) {
      this.#attempt.expire(summary);
      return;
    }
    // First, since it may end the stream, and this timer with it.
    this.#timer.watch(this.#firstToken);
    this.#attempt.overdue(summary);
  }

  /**
   * More time for the first token: of concurrent requests the fast ones are measured first, so by the timeout
   * more is known about the slow ones.
   */
  #moreForFirstToken(): number {
    const now = this.#run.env.clock.now();
    const { stream } = this.#target.latencies;
    if (this.#run.timeout.firstToken !== undefined || stream.weight(now) <= this.#knownAtStart) return 0;
    this.#firstToken = Math.max(this.#firstToken, firstTokenTimeout(this.#target, this.#run, now));
    return this.#startedAt + this.#firstToken - this.#awake.now(now);
  }
}
