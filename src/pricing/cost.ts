import type { Price, Rates } from '../types/options/price.ts';
import type { ServedAs } from '../types/result/result.ts';
import type { Cost, Usage } from '../types/result/usage.ts';
import { addUsd, toUsd } from './money.ts';

const perMillion = 1_000_000;

/** What beside the usage a cost depends on. */
export interface Circumstances extends ServedAs {
  /** The usage is an estimate, or how it was served is an assumption. */
  readonly estimated?: boolean;
}

/**
 * What `usage` costs under `price`, in US$. `undefined` where the vendor did not say how many tokens went in and out, or
 * where the price has no rate for them: no guess is made. Tokens that were read from or written to the prompt cache, and
 * those that were audio, images or reasoning, are part of the totals and are charged once, at their own rates.
 */
export function costOf(
  usage: Usage,
  price: Price,
  source: Cost['source'],
  circumstances: Circumstances = {},
): Cost | undefined {
  const images = (usage.images ?? 0) * (price.image ?? 0);
  // What is paid for by the image need not be counted in tokens.
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

/** The figures of a cost, all 0. */
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

/** A cost of which only the sum is known, because the vendor told it. */
export function reportedCost(usd: number): Cost {
  const total = toUsd(usd);
  return { ...zeroCost, total, request: total, source: 'reported', estimated: false };
}

/** The sum of costs, which is only known where all of them are. */
export function addCosts(costs: readonly (Cost | undefined)[]): Cost | undefined {
  const known = costs.filter((cost) => cost !== undefined);
  const last = known.at(-1);
  if (last === undefined || known.length < costs.length) return undefined;
  const names = Object.keys(zeroCost) as (keyof typeof zeroCost)[];
  const sums = Object.fromEntries(names.map((name) => [name, addUsd(...known.map((cost) => cost[name]))]));
  return {
    ...(sums as typeof zeroCost),
    source: last.source,
    estimated: known.some(({ estimated }) => estimated),
  };
}

/** The rates that hold for a request of this size, served in this way. */
interface HeldRates {
  readonly rates: Rates;
  /** What they are multiplied by. */
  readonly factor: number;
  /** Whether the price says so; else the standard rates stand in. */
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

/** The rates of the highest tier that a request's size exceeds, else the price's own. */
function ratesBySize(price: Pick<Price, keyof Rates | 'tiers'>, inputTokens: number): Rates {
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
      // How many of the cached tokens were audio is not told.
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

/** What the vendor's own tools cost. */
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
      // A container may have been paid for by an earlier answer, or go on to be paid for.
      codeExecutions === 0 &&
      unpricedUses === 0,
  };
}
