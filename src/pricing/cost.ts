import type { Price, Rates } from '../types/options/price.ts';
import type { Cost, Usage } from '../types/result/usage.ts';

const perMillion = 1_000_000;

/**
 * What `usage` costs under `price`, in US$. `undefined` where the vendor did not say how many tokens went in and out, or
 * where the price has no rate for them: no guess is made. Tokens that were read from or written to the prompt cache, and
 * those that were audio or images, are part of the totals and are charged once, at their own rates.
 */
export function costOf(
  usage: Usage,
  price: Price,
  source: Cost['source'],
  estimatedUsage = false,
): Cost | undefined {
  const image = (usage.images ?? 0) * (price.image ?? 0);
  // What is paid for by the image need not be counted in tokens.
  const uncounted = image > 0 ? 0 : undefined;
  const { inputTokens = uncounted, outputTokens = uncounted } = usage;
  if (inputTokens === undefined || outputTokens === undefined) return undefined;
  const rates = ratesFor(price, inputTokens);
  if (rates.output === undefined && outputTokens > 0 && image === 0) return undefined;
  const read = Math.min(usage.cacheReadTokens ?? 0, inputTokens);
  const write = Math.min(usage.cacheWriteTokens ?? 0, inputTokens - read);
  const write1h = Math.min(usage.cacheWrite1hTokens ?? 0, write);
  const fresh = inputTokens - read - write;
  const audioIn = Math.min(usage.audioInputTokens ?? 0, fresh);
  const imageIn = Math.min(usage.imageInputTokens ?? 0, fresh - audioIn);
  const audioOut = Math.min(usage.audioOutputTokens ?? 0, outputTokens);
  const imageOut = Math.min(usage.imageOutputTokens ?? 0, outputTokens - audioOut);
  const searches = usage.webSearches ?? 0;
  const outputRate = rates.output ?? 0;
  const readRate = rates.cacheRead ?? rates.input;
  const writeRate = rates.cacheWrite ?? rates.input;
  const write1hRate = rates.cacheWrite1h ?? writeRate;

  const heard = audioIn * (rates.inputAudio ?? rates.input);
  const looked = imageIn * (rates.inputImage ?? rates.input);
  const input = ((fresh - audioIn - imageIn) * rates.input + heard + looked) / perMillion;
  const cacheRead = (read * readRate) / perMillion;
  const cacheWrite = ((write - write1h) * writeRate + write1h * write1hRate) / perMillion;
  const spoken = audioOut * (rates.outputAudio ?? outputRate);
  const drawn = imageOut * (rates.outputImage ?? outputRate);
  const output = ((outputTokens - audioOut - imageOut) * outputRate + spoken + drawn) / perMillion;
  const request = price.request ?? 0;
  const webSearch = searches * (price.webSearch ?? 0);
  const standIn =
    (read > 0 && rates.cacheRead === undefined) ||
    (write > write1h && rates.cacheWrite === undefined) ||
    (write1h > 0 && rates.cacheWrite1h === undefined) ||
    (audioIn > 0 && rates.inputAudio === undefined) ||
    // How many of the cached tokens were audio is not told.
    (audioIn > 0 && read > 0) ||
    (audioOut > 0 && rates.outputAudio === undefined) ||
    (searches > 0 && price.webSearch === undefined);
  return {
    total: input + cacheRead + cacheWrite + output + request + webSearch + image,
    input,
    output,
    cacheRead,
    cacheWrite,
    request,
    webSearch,
    image,
    source,
    estimated: estimatedUsage || standIn,
  };
}

/** A cost of which only the sum is known, because the vendor told it. */
export function reportedCost(total: number): Cost {
  const none = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, webSearch: 0, image: 0 };
  return { total, ...none, request: total, source: 'reported', estimated: false };
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
