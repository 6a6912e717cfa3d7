import type { Price, Rates } from '../types/price.ts';
import type { Cost, Usage } from '../types/usage.ts';

const perMillion = 1_000_000;

/**
 * What `usage` costs under `price`, in US$. `undefined` where the vendor did not say how many tokens went in and out:
 * no guess is made. Tokens that were read from or written to the prompt cache are part of `inputTokens` and are charged
 * once, at their own rate.
 */
export function costOf(
  usage: Usage,
  price: Price,
  source: Cost['source'],
  estimatedUsage = false,
): Cost | undefined {
  if (usage.inputTokens === undefined || usage.outputTokens === undefined) return undefined;
  const rates = ratesFor(price, usage.inputTokens);
  const read = Math.min(usage.cacheReadTokens ?? 0, usage.inputTokens);
  const write = Math.min(usage.cacheWriteTokens ?? 0, usage.inputTokens - read);
  const write1h = Math.min(usage.cacheWrite1hTokens ?? 0, write);
  const readRate = rates.cacheRead ?? rates.input;
  const writeRate = rates.cacheWrite ?? rates.input;
  const write1hRate = rates.cacheWrite1h ?? writeRate;

  const input = ((usage.inputTokens - read - write) * rates.input) / perMillion;
  const cacheRead = (read * readRate) / perMillion;
  const cacheWrite = ((write - write1h) * writeRate + write1h * write1hRate) / perMillion;
  const output = (usage.outputTokens * rates.output) / perMillion;
  const request = price.request ?? 0;
  const standIn =
    (read > 0 && rates.cacheRead === undefined) ||
    (write > write1h && rates.cacheWrite === undefined) ||
    (write1h > 0 && rates.cacheWrite1h === undefined) ||
    // Audio has rates of its own, which a price cannot state yet.
    (usage.audioInputTokens ?? 0) > 0 ||
    (usage.audioOutputTokens ?? 0) > 0;
  return {
    total: input + cacheRead + cacheWrite + output + request,
    input,
    output,
    cacheRead,
    cacheWrite,
    request,
    source,
    estimated: estimatedUsage || standIn,
  };
}

/** The rates that hold for a request of this size: those of the highest tier that it exceeds, else the price's own. */
export function ratesFor(price: Price, inputTokens: number): Rates {
  let rates: Rates = price;
  let above = -1;
  for (const tier of price.tiers ?? []) {
    if (inputTokens > tier.above && tier.above > above) {
      rates = tier;
      above = tier.above;
    }
  }
  return rates;
}
