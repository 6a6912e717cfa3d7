/** Micro-US$ in a US$. */
const micro = 1_000_000;

/** Limits of what a guard's own requests may cost. */
export interface GuardBudget {
  /** US$ per period. */
  readonly usd: number;
  /** Fixed periods in UTC. */
  readonly per: 'hour' | 'day';
}

const milliseconds = { hour: 3_600_000, day: 86_400_000 };

/** A guard's spending in the current period, in micro-US$. */
export class Spending {
  readonly #budget: GuardBudget;
  #period = -1;
  #spent = 0;

  constructor(budget: GuardBudget) {
    this.#budget = budget;
  }

  /** Whether the budget of this period is used up. */
  isOver(now: number): boolean {
    this.#enter(now);
    return this.#spent >= Math.round(this.#budget.usd * micro);
  }

  add(usd: number, now: number): void {
    this.#enter(now);
    this.#spent += Math.round(usd * micro);
  }

  #enter(now: number): void {
    const period = Math.floor(now / milliseconds[this.#budget.per]);
    if (period === this.#period) return;
    this.#period = period;
    this.#spent = 0;
  }
}
