import type { Price } from '../types/options/price.ts';
import { ratesBySize } from './cost.ts';
import { perDollar } from './money.ts';

const perMillion = 1_000_000;

/**
 * The total of `costOf` in US$ for usage of only uncached input and output tokens at the standard tier, without its parts: it is
 * estimated for each of many targets.
 */
export function plainTotal(inputTokens: number, outputTokens: number, price: Price): number | undefined {
  const { input, output } = ratesBySize(price, inputTokens);
  if (output === undefined && outputTokens > 0) return undefined;
  // The sum of `addUsd`, without a list of amounts.
  const sum =
    Math.round(((inputTokens * input) / perMillion) * perDollar) +
    Math.round(((outputTokens * (output ?? 0)) / perMillion) * perDollar) +
    Math.round((price.request ?? 0) * perDollar);
  return sum / perDollar;
}
