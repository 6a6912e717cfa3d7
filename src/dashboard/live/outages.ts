import type { RequestEndEvent, TargetStateEvent } from '../../types/event.ts';
import type { OutageLine } from '../protocol.ts';

interface Outage {
  readonly target: string;
  state: string;
  readonly from: number;
  to: number | null;
  failedOver: number;
  avoided: number;
}

/** How many outages are kept. */
const kept = 100;
const unhealthy = ['failing', 'unresponsive', 'cooling-down', 'misconfigured'];

/** The outages of targets, and the requests that would have failed without failover. */
export class Outages {
  readonly #open = new Map<string, Outage>();
  readonly #all: Outage[] = [];
  /** Requests that failed at a target and were answered elsewhere, since its last answer: an outage begins before it is noticed. */
  readonly #failedOver = new Map<string, number>();
  readonly #firstOf: (route: string) => string | undefined;

  /** @param firstOf the target that a route lists first */
  constructor(firstOf: (route: string) => string | undefined) {
    this.#firstOf = firstOf;
  }

  state({ target, state }: TargetStateEvent, now: number): void {
    const open = this.#open.get(target);
    if (state === 'healthy') {
      if (open !== undefined) open.to = now;
      this.#open.delete(target);
      this.#failedOver.delete(target);
    } else if (state !== 'recovering') {
      if (open !== undefined) open.state = state;
      else this.#begin(target, state, now);
    }
  }

  end({ outcome, attempts, decision, route }: RequestEndEvent): void {
    for (const { target, outcome: of } of attempts)
      if (of === 'success' && !this.#open.has(target)) this.#failedOver.delete(target);
    if (outcome !== 'success') return;
    const failed = new Set(
      attempts.filter((attempt) => attempt.outcome === 'failed').map(({ target }) => target),
    );
    for (const target of failed) {
      const open = this.#open.get(target);
      if (open !== undefined) open.failedOver += 1;
      else this.#failedOver.set(target, (this.#failedOver.get(target) ?? 0) + 1);
    }
    const first = this.#firstOf(route);
    const open = first === undefined ? undefined : this.#open.get(first);
    if (open === undefined || failed.has(open.target)) return;
    const skipped = decision?.skipped.some(
      ({ target, reason }) => target === first && unhealthy.includes(reason),
    );
    if (skipped === true) open.avoided += 1;
  }

  /** The latest first. */
  read(): readonly OutageLine[] {
    return this.#all.toReversed();
  }

  #begin(target: string, state: string, from: number): void {
    const outage = {
      target,
      state,
      from,
      to: null,
      failedOver: this.#failedOver.get(target) ?? 0,
      avoided: 0,
    };
    this.#failedOver.delete(target);
    this.#open.set(target, outage);
    this.#all.push(outage);
    if (this.#all.length > kept) this.#all.shift();
  }
}
