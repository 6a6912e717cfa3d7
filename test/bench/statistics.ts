// The arithmetic of the bench.

/** The value below which a share `q` (0 to 1) of the values lies, between two of them in proportion. `NaN` of none. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const place = (sorted.length - 1) * q;
  const below = sorted[Math.floor(place)] ?? Number.NaN;
  const above = sorted[Math.ceil(place)] ?? Number.NaN;
  return below + (above - below) * (place - Math.floor(place));
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** One figure over all rounds. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  /** Between these lies the true median with 95 % confidence; `undefined`: there are too few rounds to know. */
  readonly interval: readonly [low: number, high: number] | undefined;
}

export function spread(values: readonly number[]): Spread {
  if (values.length === 0)
    return { median: Number.NaN, min: Number.NaN, max: Number.NaN, interval: undefined };
  return {
    median: median(values),
    min: Math.min(...values),
    max: Math.max(...values),
    interval: interval(values),
  };
}

const confidence = 0.95;

/**
 * The confidence interval of the median by order statistics, which assumes nothing of the distribution: a value lies below the
 * median like a coin falls (Conover, Practical Nonparametric Statistics, 3.2). It takes six values, and from nine on does not mind
 * one that is far off on either side.
 */
export function interval(values: readonly number[]): readonly [number, number] | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  const count = sorted.length;
  let tail = 0.5 ** count;
  let chance = tail; // of exactly `left` values below the median
  let left = 0;
  for (; 1 - 2 * tail >= confidence; tail += chance) {
    left += 1;
    chance *= (count - left + 1) / left;
  }
  const [low, high] = [sorted[left - 1], sorted[count - left]];
  return low === undefined || high === undefined ? undefined : [low, high];
}

/** A figure that is the same each time, such as a size. */
export const exactly = (value: number): Spread => ({
  median: value,
  min: value,
  max: value,
  interval: [value, value],
});

/** What `of` comes to beside `base`, round by round: a slow moment of the machine hits both and cancels out. */
export function compare(
  of: readonly number[],
  base: readonly number[],
  how: (of: number, base: number) => number,
): Spread {
  return spread(
    of.flatMap((value, round) => {
      const other = base[round];
      return other === undefined ? [] : [how(value, other)];
    }),
  );
}

export const ratio = (of: readonly number[], base: readonly number[]): Spread =>
  compare(of, base, (a, b) => a / b);

export const difference = (of: readonly number[], base: readonly number[], unit = 1): Spread =>
  compare(of, base, (a, b) => (a - b) * unit);

/** The difference between microseconds, in milliseconds. */
export const milliseconds = (of: readonly number[], base: readonly number[]): Spread =>
  difference(of, base, 1 / 1_000);

/**
 * Order of the contenders in a round. Each round begins with another one, so that none always follows the same work of others.
 *
 * @example
 * turns(['a', 'b', 'c'], 1); // ['b', 'c', 'a']
 */
export function turns<Name>(names: readonly Name[], round: number): readonly Name[] {
  const start = names.length === 0 ? 0 : round % names.length;
  return [...names.slice(start), ...names.slice(0, start)];
}
