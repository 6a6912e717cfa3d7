/**
 * Billionths per US$. Amounts are summed as integers so that a sum does not depend on order or grouping.
 * Micro-US$, the unit of storage, is too coarse: an embedding of ten tokens costs a fifth of one. Exact up to
 * two million US$.
 */
export const perDollar = 1_000_000_000;
const microsPerDollar = 1_000_000;

/** An amount of US$ rounded to the nearest billionth. */
export function toUsd(amount: number): number {
  return Math.round(amount * perDollar) / perDollar;
}

/** The sum of amounts of US$. */
export function addUsd(...amounts: readonly number[]): number {
  let sum = 0;
  for (const amount of amounts) sum += Math.round(amount * perDollar);
  return sum / perDollar;
}

/**
 * US$ as integer micro-US$, the unit of limits and ledgers. For totals, not for amounts still to be added.
 */
export function toMicros(usd: number): number {
  return Math.round(usd * microsPerDollar);
}
