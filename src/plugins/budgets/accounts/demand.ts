import type { LeaseRequest } from '../../../types/store.ts';

/** How much of a limit a process needs in the near future. Amounts in fractions. */
export interface Demand {
  /** The largest need that the store should cover. */
  wanted: number;
  /** The sum of the needs that wait for its answer. */
  awaited: number;
  /** A request needs so much. */
  note(need: number): void;
  /** @param spent so far */
  measure(spent: number, now: number): void;
  /**
   * What to hold beside what is reserved: the use of the next exchanges.
   *
   * @param amount the whole limit
   * @param least for a first lease; `undefined` for a later one
   */
  soon(amount: number, least: number | undefined): number;
  /** A typical need. */
  readonly usual: number;
}

/** A lease covers the use of so many exchanges. */
const foresight = 2.5;
/** Of the amount, where nothing is known of the use. */
const firstRatio = 0.01;
/** Of the amount, for a burst of requests: twenty at most, two at least. */
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

/** What to ask the store for. Amounts in its units. */
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
  /** Reserved by requests under way. */
  readonly exposed: number;
  /** Left of the last lease. */
  readonly remaining: number;
  /** The last lease did not cover what was wanted. */
  readonly isStarved: boolean;
}): Required<Pick<LeaseRequest, 'want' | 'least' | 'reserved'>> {
  const least = wanted === 0 ? 1 : exposed + wanted;
  const want = isStarved ? least : desired;
  const reserved = isStarved ? exposed : Math.max(exposed, Math.min(remaining, want));
  return { want: Math.max(want, least), least, reserved };
}

/** How fast something is used up. */
interface UseRate {
  readonly perMillisecond: number;
  /** @param total used so far */
  measure(total: number, now: number): void;
}

/**
 * Rises at once, and falls by half with each measurement.
 *
 * @param span milliseconds between two measurements, at least: over less, one burst would look like the rule
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
