import type { Percentiles } from '../protocol.ts';

/** Counts per five seconds, up to a number of steps back. */
export class Activity {
  static readonly step = 5_000;
  readonly #counts: number[];
  #last = 0;

  constructor(steps: number) {
    this.#counts = new Array<number>(steps).fill(0);
  }

  add(now: number): void {
    this.#turn(now);
    const last = this.#counts.length - 1;
    this.#counts[last] = (this.#counts[last] ?? 0) + 1;
  }

  /** The oldest first. */
  read(now: number): readonly number[] {
    this.#turn(now);
    return [...this.#counts];
  }

  /** Per minute, over the last whole minute and the current step. */
  perMinute(now: number): number {
    this.#turn(now);
    return this.#counts.slice(-12).reduce((sum, count) => sum + count, 0);
  }

  #turn(now: number): void {
    const step = Math.floor(now / Activity.step);
    const turns = Math.min(this.#counts.length, step - this.#last);
    for (let turn = 0; turn < turns; turn++) {
      this.#counts.shift();
      this.#counts.push(0);
    }
    this.#last = Math.max(this.#last, step);
  }
}

/** The last samples, and their percentiles by nearest rank. */
export class Recent {
  static readonly size = 200;
  readonly #samples: number[] = [];
  #next = 0;

  add(sample: number): void {
    this.#samples[this.#next] = sample;
    this.#next = (this.#next + 1) % Recent.size;
  }

  read(): Percentiles | null {
    const sorted = this.#samples.toSorted((a, b) => a - b);
    const at = (ratio: number): number => Math.round(sorted[Math.ceil(ratio * sorted.length) - 1] ?? 0);
    return sorted.length === 0 ? null : { count: sorted.length, p50: at(0.5), p95: at(0.95) };
  }
}

/** How often each key was added and not removed, and its latest detail. */
export class Reasons {
  readonly #counts = new Map<string, { count: number; detail: string | null }>();

  add(reason: string, detail: string | undefined): void {
    const known = this.#counts.get(reason);
    if (known === undefined) this.#counts.set(reason, { count: 1, detail: detail ?? null });
    else {
      known.count += 1;
      known.detail = detail ?? null;
    }
  }

  remove(reason: string): void {
    const known = this.#counts.get(reason);
    if (known !== undefined && --known.count === 0) this.#counts.delete(reason);
  }

  read(): readonly { readonly reason: string; readonly count: number; readonly detail: string | null }[] {
    return [...this.#counts]
      .map(([reason, { count, detail }]) => ({ reason, count, detail }))
      .toSorted((a, b) => b.count - a.count);
  }
}
