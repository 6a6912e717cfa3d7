import { isRouterError } from '../../errors.ts';
import { orAbort } from '../../util/time/abort.ts';
import { type AttemptError, isAttemptError } from '../attempt/attempt-error.ts';
import { type ChannelReservation, reserve } from '../attempt/reservation.ts';
import { loadRest } from '../parts/rest.ts';
import type { RequestState } from '../request.ts';
import type { RoutingResult } from '../routing/candidates.ts';
import type { Channel } from '../targets/target.ts';
import { runAlone } from './alone.ts';
import type { Cause } from './backup-request.ts';
import type { Eligible } from './channel-option.ts';
import type { AttemptSlot, Racers } from './race.ts';
import type { isReady as Ready } from './ready.ts';
import { recoveryPart } from './recovery-part.ts';
import type { TargetSearch } from './search.ts';

/** Runs one attempt. */
export type DoAttempt<T> = (reservation: ChannelReservation, slot: AttemptSlot) => Promise<T>;

/** Tries targets until one answers. One per request; a restarted stream continues with the same instance. */
export interface Failover {
  /**
   * Calls `attempt` with one target after another, or several at once, until one succeeds. Rejects with the error for the caller.
   *
   * @param discard releases an answer that arrived after another one had won
   * @param eligible restricts the targets. Default: all
   */
  run<T>(attempt: DoAttempt<T>, discard?: (value: T) => void, eligible?: Eligible): Promise<T>;
  /** Records a failure that interrupted a stream. */
  failed(channel: Channel, error: AttemptError): void;
  /** Whether another target, or the same one again, may take over after a recorded failure. */
  mayGoOn(error: AttemptError, eligible?: Eligible): boolean;
  /** The error for the caller if the request is evicted while it waits: see `Waiter.refusal`. */
  turnedAway(why: 'full' | 'late'): unknown;
}

const all: Eligible = () => true;
const keep = (): undefined => {};
/** Where no code is loaded that lets a target be anything but ready. */
const isThere = ({ target }: Channel): boolean => !target.isRemoved;

export class TargetFailover implements Failover {
  declare readonly request: RequestState;
  declare private readonly routing: RoutingResult;
  declare private order: readonly Channel[] | undefined;
  /** The channel of the first attempt. */
  declare private first: Channel | undefined;
  /** Whether the first attempt runs, as long as there is no search. */
  declare isRunning: boolean;
  /** Made when the first attempt fails or is slow, or none can start at once: most requests need none. */
  declare search: TargetSearch | undefined;

  constructor(request: RequestState, routing: RoutingResult) {
    this.order = undefined;
    this.first = undefined;
    this.isRunning = false;
    this.search = undefined;
    this.request = request;
    this.routing = routing;
  }

  async run<T>(
    attempt: DoAttempt<T>,
    discard: (value: T) => void = keep,
    eligible: Eligible = all,
  ): Promise<T> {
    const { env, signal } = this.request;
    const racers = new Attempts(this, attempt, discard, eligible);
    for (;;) {
      const isUntried = this.first === undefined && this.search === undefined;
      const recovery = env.parts.get(recoveryPart);
      let taken = isUntried ? this.#atOnce(eligible, recovery?.isReady) : undefined;
      if (taken === undefined) {
        const search = this.searching() ?? (await this.load());
        try {
          taken = await search.enter(eligible);
        } catch (error) {
          throw search.finalError(error);
        }
      }
      try {
        return await ((recovery ?? env.parts.get(recoveryPart))?.race(racers, taken) ??
          runAlone(racers, taken));
      } catch (error) {
        const search = this.searching() ?? (await this.#loadFor(error, taken.channel));
        if (search === undefined) throw error; // its code could not be loaded, or is not needed: the caller has left
        if (!search.mayGoOn(error, eligible)) throw search.finalError(error);
        if (signal.aborted) throw signal.reason;
      }
    }
  }

  failed(channel: Channel, error: AttemptError): void {
    this.searching()?.failed(channel, error, true);
  }

  mayGoOn(error: AttemptError, eligible: Eligible = all): boolean {
    return this.searching()?.mayGoOn(error, eligible) === true;
  }

  turnedAway(why: 'full' | 'late'): unknown {
    return this.searching()?.turnedAway(why);
  }

  /** Reserves the first target that can start now; `undefined` if none can. */
  #atOnce(eligible: Eligible, isReady: typeof Ready = isThere): ChannelReservation | undefined {
    const { request } = this;
    const now = request.env.clock.now();
    const canStart = (channel: Channel): boolean =>
      eligible(channel.target) && isReady(channel, request, now);
    const { first } = this.routing;
    const channel = first !== undefined && canStart(first) ? first : this.#channels.find(canStart);
    if (channel === undefined) return undefined;
    const reservation = reserve(channel, request, now);
    if ('until' in reservation) {
      this.searching()?.history.hold(channel, reservation, now);
      return undefined;
    }
    this.first = channel;
    return reservation;
  }

  /** In the order to try them. */
  get #channels(): readonly Channel[] {
    if (this.order !== undefined) return this.order;
    const { ranked, waiting } = this.routing;
    this.order = waiting.length === 0 ? ranked : [...ranked, ...waiting];
    return this.order;
  }

  /** The search, from the attempts so far; `undefined` while its code is not loaded. */
  searching(): TargetSearch | undefined {
    const recovery = this.request.env.parts.get(recoveryPart);
    if (this.search !== undefined || recovery === undefined) return this.search;
    const search = new recovery.TargetSearch(this.request, this.routing, this.#channels);
    if (this.first !== undefined) search.history.count(this.first);
    if (this.first !== undefined && this.isRunning) search.history.enter(this.first);
    this.search = search;
    return search;
  }

  async load(): Promise<TargetSearch> {
    const { env, signal } = this.request;
    await loadRest(env, signal);
    return this.searching() as TargetSearch;
  }

  /** Loads the search for a rejected answer, and records that. Other failures have loaded it already. */
  async #loadFor(error: unknown, channel: Channel): Promise<TargetSearch | undefined> {
    if (!isRouterError(error, 'output')) return undefined;
    const search = await this.load().catch(keep);
    search?.failed(channel, error, false);
    return search;
  }
}

/** The attempts of a failover until one answers. */
class Attempts<T> implements Racers<T> {
  declare readonly request: RequestState;
  declare readonly discard: (value: T) => void;
  declare private readonly failover: TargetFailover;
  declare private readonly attempt: DoAttempt<T>;
  declare private readonly eligible: Eligible;

  constructor(
    failover: TargetFailover,
    attempt: DoAttempt<T>,
    discard: (value: T) => void,
    eligible: Eligible,
  ) {
    this.request = failover.request;
    this.failover = failover;
    this.attempt = attempt;
    this.discard = discard;
    this.eligible = eligible;
  }

  /**
   * Waits for an SDK to load before the attempt starts, so that loading counts neither as the target's latency nor toward its
   * timeouts. The attempt itself reports a failed load or an abort.
   */
  begin(reservation: ChannelReservation, slot: AttemptSlot): Promise<T> {
    const { channel } = reservation;
    const { search } = this.failover;
    if (search === undefined) this.failover.isRunning = true;
    else search.history.enter(channel);
    try {
      const loading = channel.provider.load?.();
      if (loading === undefined) return this.attempt(reservation, slot);
      return orAbort(loading, slot.signal)
        .catch(keep)
        .then(() => this.attempt(reservation, slot));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  ended({ channel }: ChannelReservation): void {
    const { search } = this.failover;
    if (search === undefined) this.failover.isRunning = false;
    else search.history.leave(channel);
  }

  another(cause: Cause): ReturnType<Racers<T>['another']> {
    const search = this.failover.searching();
    return search === undefined ? this.failover.load() : search.backup(cause, this.eligible);
  }

  attemptFailed({ channel }: ChannelReservation, error: unknown): boolean {
    const search = isAttemptError(error) ? this.failover.searching() : undefined;
    if (isAttemptError(error)) search?.failed(channel, error, false);
    return search?.isPassedOn(error) === true;
  }
}
