/** Billionths of a US$: whole numbers, so that sums do not depend on their order. Exact up to nine million US$ in one sum. */
const perDollar = 1_000_000_000;

export function toNanos(usd: number): number {
  return Math.round(usd * perDollar);
}

export function fromNanos(nanos: number): number {
  return nanos / perDollar;
}
