/**
 * Sums of US$. Amounts are added up as whole numbers of billionths, so that a sum is the same in every order and however it is
 * split up, as sums of fractions are not. A millionth, in which money is shared and kept, would be too coarse to add up: an
 * embedding of ten tokens costs a fifth of one. Exact up to two million US$.
 */
const perDollar = 1_000_000_000;
const microsPerDollar = 1_000_000;

/** An amount of US$ as it is added up: to the nearest billionth. */
export function toUsd(amount: number): number {
  return Math.round(amount * perDollar) / perDollar;
}

/** The sum of amounts of US$. */
export function addUsd(...amounts: readonly number[]): number {
  let sum = 0;
  for (const amount of amounts) sum += Math.round(amount * perDollar);
  return sum / perDollar;
}

/** US$ as whole micro-US$, in which limits and ledgers count. To be used on sums, not on what is still to be added up. */
export function toMicros(usd: number): number {
  return Math.round(usd * microsPerDollar);
}
