import type { Price } from '../types/options/price.ts';
import { ratesBySize } from './cost.ts';
import { perDollar, toUnits } from './money.ts';

const perMillion = 1_000_000;

/**
 * The total of `costOf` in US$ for usage of only uncached input and output tokens at the standard tier, without its parts: it is
 * estimated for each of many targets.
 */
export function plainTotal(inputTokens: number, outputTokens: number, price: Price): number | undefined {
  const { input, output } = ratesBySize(price, inputTokens);
  if (output === undefined && outputTokens > 0) return undefined;
  const sum =
    toUnits((inputTokens * input) / perMillion) +
    toUnits((outputTokens * (output ?? 0)) / perMillion) +
    toUnits(price.request ?? 0);
  return sum / perDollar;
}
