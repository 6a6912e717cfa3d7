import type { Price, Rates } from '../types/options/price.ts';
import type { ServedAs } from '../types/result/result.ts';
import type { Cost, Usage } from '../types/result/usage.ts';
import { addUsd, toUsd } from './money.ts';

const perMillion = 1_000_000;

/** What a cost depends on besides usage. */
export interface Circumstances extends ServedAs {
  /** Whether the usage is an estimate, or how it was served is an assumption. */
  readonly estimated?: boolean;
}

/**
 * Cost of `usage` under `price`, in US$. `undefined` if the vendor did not report input and output tokens, or
 * if the price has no rate for them. Cache reads and writes, and audio, image and reasoning tokens, are part
 * of the totals and are charged once, at their own rates.
 */
export function costOf(
  usage: Usage,
  price: Price,
  source: Cost['source'],
  circumstances: Circumstances = {},
): Cost | undefined {
  const images = (usage.images ?? 0) * (price.image ?? 0);
  // Images charged per image may come without token counts.
  const uncounted = images > 0 ? 0 : undefined;
  const { inputTokens = uncounted, outputTokens = uncounted } = usage;
  if (inputTokens === undefined || outputTokens === undefined) return undefined;
  const { rates, factor, known } = ratesFor(price, inputTokens, circumstances);
  if (rates.output === undefined && outputTokens > 0 && images === 0) return undefined;
  const input = inputCost(usage, inputTokens, rates, price);
  const output = outputCost(usage, outputTokens, rates);
  const fees = feesOf(usage, price);
  // Most parts of most costs are 0.
  const parts = {
    input: toUsd(input.fresh * factor),
    output: toUsd(output.usd * factor),
    cacheRead: input.read && toUsd(input.read * factor),
    cacheWrite: input.written && toUsd(input.written * factor),
    request: price.request === undefined ? 0 : toUsd(price.request),
    webSearch: fees.webSearch && toUsd(fees.webSearch),
    fileSearch: fees.fileSearch && toUsd(fees.fileSearch),
    codeExecution: fees.codeExecution && toUsd(fees.codeExecution),
    image: images && toUsd(images),
  };
  const exact = known && input.exact && output.exact && fees.exact && circumstances.estimated !== true;
  return { total: addUsd(...Object.values(parts)), ...parts, source, estimated: !exact };
}

/** A cost with all amounts 0. */
export const zeroCost: Readonly<Omit<Cost, 'source' | 'estimated'>> = {
  total: 0,
  input: 0,
  output: 0,
  cacheRead: 0,
  cacheWrite: 0,
  request: 0,
  webSearch: 0,
  fileSearch: 0,
  codeExecution: 0,
  image: 0,
};

/** A cost with only a total, as reported by the vendor. */
export function reportedCost(usd: number): Cost {
  const total = toUsd(usd);
  return { ...zeroCost, total, request: total, source: 'reported', estimated: false };
}

/** The rates for a request of this size and service tier. */
interface HeldRates {
  readonly rates: Rates;
  /** Multiplier of the rates. */
  readonly factor: number;
  /** Whether the price defines these terms; otherwise the standard rates apply. */
  readonly known: boolean;
}

function ratesFor(price: Price, inputTokens: number, { serviceTier, region }: ServedAs): HeldRates {
  const tier =
    serviceTier === undefined || serviceTier === 'standard' ? 1 : price.serviceTiers?.[serviceTier];
  const surcharge = region === undefined ? 1 : price.regions?.[region];
  const rates = ratesBySize(typeof tier === 'object' ? tier : price, inputTokens);
  const factor = (typeof tier === 'number' ? tier : 1) * (surcharge ?? 1);
  return { rates, factor, known: tier !== undefined && surcharge !== undefined };
}

/** The rates of the highest tier whose threshold the request exceeds, otherwise the base rates. */
export function ratesBySize(price: Pick<Price, keyof Rates | 'tiers'>, inputTokens: number): Rates {
  let rates: Rates = price;
  let above = -1;
  if (price.tiers === undefined) return rates;
  for (const tier of price.tiers) {
    if (inputTokens > tier.above && tier.above > above) {
      rates = tier;
      above = tier.above;
    }
  }
  return rates;
}

function inputCost(usage: Usage, tokens: number, rates: Rates, price: Price) {
  const { cacheReadTokens = 0, cacheWriteTokens = 0, audioInputTokens = 0 } = usage;
  const read = Math.min(cacheReadTokens, tokens);
  const written = Math.min(cacheWriteTokens, tokens - read);
  const long = Math.min(usage.cacheWrite1hTokens ?? 0, written);
  const fresh = tokens - read - written;
  const audio = Math.min(audioInputTokens, fresh);
  const images = Math.min(usage.imageInputTokens ?? 0, fresh - audio);
  const writeRate = rates.cacheWrite ?? rates.input;
  return {
    fresh:
      ((fresh - audio - images) * rates.input +
        audio * (rates.inputAudio ?? rates.input) +
        images * (rates.inputImage ?? rates.input)) /
      perMillion,
    read: (read * (rates.cacheRead ?? price.cacheRead ?? rates.input)) / perMillion,
    written: ((written - long) * writeRate + long * (rates.cacheWrite1h ?? writeRate)) / perMillion,
    exact: !(
      read < cacheReadTokens ||
      (read > 0 && rates.cacheRead === undefined) ||
      (written > long && rates.cacheWrite === undefined) ||
      (long > 0 && rates.cacheWrite1h === undefined) ||
      (audio > 0 && rates.inputAudio === undefined) ||
      // The number of cached audio tokens is not reported.
      (audioInputTokens > 0 && read > 0)
    ),
  };
}

function outputCost(usage: Usage, tokens: number, rates: Rates) {
  const rate = rates.output ?? 0;
  const audio = Math.min(usage.audioOutputTokens ?? 0, tokens);
  const images = Math.min(usage.imageOutputTokens ?? 0, tokens - audio);
  const reasoning = Math.min(usage.reasoningTokens ?? 0, tokens - audio - images);
  const usd =
    ((tokens - audio - images - reasoning) * rate +
      audio * (rates.outputAudio ?? rate) +
      images * (rates.outputImage ?? rate) +
      reasoning * (rates.outputReasoning ?? rate)) /
    perMillion;
  return { usd, exact: audio === 0 || rates.outputAudio !== undefined };
}

/** Cost of vendor tools. */
function feesOf(
  { webSearches = 0, fileSearches = 0, codeExecutions = 0, unpricedUses = 0 }: Usage,
  price: Price,
) {
  return {
    webSearch: webSearches * (price.webSearch ?? 0),
    fileSearch: fileSearches * (price.fileSearch ?? 0),
    codeExecution: codeExecutions * (price.codeExecution ?? 0),
    exact:
      (webSearches === 0 || (price.webSearch !== undefined && price.freeSearches !== true)) &&
      (fileSearches === 0 || price.fileSearch !== undefined) &&
      // A container may be billed to an earlier or a later answer.
      codeExecutions === 0 &&
      unpricedUses === 0,
  };
}
