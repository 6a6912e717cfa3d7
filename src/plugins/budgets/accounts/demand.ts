import type { LeaseRequest } from '../../../types/store.ts';

/** How much of a limit a process needs in the near future. Amounts in fractions. */
export interface Demand {
  /** The largest need that the store should cover. */
  wanted: number;
  /** The sum of the needs that wait for its answer. */
  awaited: number;
  /** Adds the need of a request. */
  note(need: number): void;
  /** @param spent so far */
  measure(spent: number, now: number): void;
  /**
   * The amount to hold in addition to the reserved one: the use of the next exchanges.
   *
   * @param amount the whole limit
   * @param least for a first lease; `undefined` for a later one
   */
  soon(amount: number, least: number | undefined): number;
  /** A typical need. */
  readonly usual: number;
}

/** The number of exchanges whose use a lease covers. */
const foresight = 2.5;
/** The ratio of the amount to lease while the use is unknown. */
const firstRatio = 0.01;
/** The ratio of the amount to lease for a burst of requests: at most twenty, at least two. */
const burstRatio = 0.005;

/** @param interval milliseconds between two exchanges */
export function demand(interval: number, now: number): Demand {
  const rate = useRate(interval / 2, now);
  const self = {
    wanted: 0,
    awaited: 0,
    usual: 0,
    note(need: number) {
      self.usual = Math.max(need, self.usual * 0.9);
    },
    measure: rate.measure,
    soon(amount: number, least: number | undefined) {
      if (least !== undefined) return Math.max(least, amount * firstRatio, self.wanted, self.awaited);
      const burst = Math.max(2 * self.usual, Math.min(20 * self.usual, amount * burstRatio));
      return Math.max(rate.perMillisecond * interval * foresight + burst, self.wanted, self.awaited);
    },
  };
  return self;
}

/** The request to the store. Amounts in its units. */
export function wishOf({
  wanted,
  desired,
  exposed,
  remaining,
  isStarved,
}: {
  /** The largest need that the store should cover; 0: none. */
  readonly wanted: number;
  readonly desired: number;
  /** Reserved by requests in flight. */
  readonly exposed: number;
  /** Left of the last lease. */
  readonly remaining: number;
  /** The last lease did not cover the requested amount. */
  readonly isStarved: boolean;
}): Required<Pick<LeaseRequest, 'want' | 'least' | 'reserved'>> {
  const least = wanted === 0 ? 1 : exposed + wanted;
  const want = isStarved ? least : desired;
  const reserved = isStarved ? exposed : Math.max(exposed, Math.min(remaining, want));
  return { want: Math.max(want, least), least, reserved };
}

/** The rate of use. */
interface UseRate {
  readonly perMillisecond: number;
  /** @param total used so far */
  measure(total: number, now: number): void;
}

/**
 * Rises immediately, and falls by half with each measurement.
 *
 * @param span milliseconds between two measurements, at least; with a shorter span, one burst would look like
 * steady use
 */
function useRate(span: number, from: number): UseRate {
  let [before, at] = [0, from];
  const self = {
    perMillisecond: 0,
    measure(total: number, now: number) {
      if (now - at < span) return;
      const latest = (total - before) / (now - at);
      [before, at] = [total, now];
      self.perMillisecond = Math.max(latest, (self.perMillisecond + latest) / 2);
    },
  };
  return self;
}
