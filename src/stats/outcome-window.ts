/** Counts successes and failures of the last minute, per second. */
export interface OutcomeWindow {
  add(failed: boolean, now: number): void;
  /** Outcomes of the last `seconds` (at most 60). */
  read(seconds: number, now: number): { readonly all: number; readonly failed: number };
  clear(): void;
}

const slots = 60;

export function outcomeWindow(): OutcomeWindow {
  const all = new Uint32Array(slots);
  const failed = new Uint32Array(slots);
  let newest = 0;

  /** Clears the seconds that passed without an outcome. */
  const move = (second: number): void => {
    for (let gone = Math.max(newest + 1, second - slots + 1); gone <= second; gone++) {
      all[gone % slots] = 0;
      failed[gone % slots] = 0;
    }
    newest = Math.max(newest, second);
  };

  return {
    add(bad, now) {
      const second = Math.floor(now / 1_000);
      if (second > newest) move(second);
      const slot = newest % slots;
      all[slot] = (all[slot] ?? 0) + 1;
      if (bad) failed[slot] = (failed[slot] ?? 0) + 1;
    },
    read(seconds, now) {
      move(Math.floor(now / 1_000));
      const sum = { all: 0, failed: 0 };
      for (let ago = 0; ago < seconds && ago <= newest; ago++) {
        sum.all += all[(newest - ago) % slots] ?? 0;
        sum.failed += failed[(newest - ago) % slots] ?? 0;
      }
      return sum;
    },
    clear() {
      all.fill(0);
      failed.fill(0);
    },
  };
}
