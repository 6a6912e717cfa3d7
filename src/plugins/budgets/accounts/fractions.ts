import type { Rule } from '../options.ts';

/** Billionths of US$, of which 1,000 are the store's unit. */
const perDollar = 1_000_000_000;

/** Fractions per unit of the store. */
export function scaleOf({ unit }: Rule): number {
  return unit === 'usd' ? 1_000 : 1;
}

export function toFractions({ unit }: Rule, amount: number): number {
  return unit === 'usd' ? Math.round(amount * perDollar) : amount;
}

export function fromFractions({ unit }: Rule, fractions: number): number {
  return unit === 'usd' ? fractions / perDollar : fractions;
}
