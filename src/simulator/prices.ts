import { costOf } from '../pricing/cost.ts';
import type { Price } from '../types/options/price.ts';
import type { Cost, Usage } from '../types/result/usage.ts';

/** The usage and cost of an attempt. */
export interface Bill {
  readonly usage: Usage;
  readonly cost: Cost;
}

/** Two prices are equal if they differ by less than this ratio. */
const tolerance = 0.001;
const perMillion = 1_000_000;

/**
 * The price behind some bills: the catalog's where it reproduces them (it also has the tiers that were not billed), else the price
 * computed from the bills, else `undefined`.
 */
export function priceOfBills(bills: readonly Bill[], listed: Price | undefined): Price | undefined {
  const exact = bills.filter(({ cost }) => !cost.estimated);
  const sure = exact.length > 0 ? exact : bills;
  if (sure.length === 0) return listed;
  if (listed !== undefined && sure.every((bill) => explains(listed, bill))) return listed;
  return ratesOf(sure) ?? listed;
}

function explains(price: Price, { usage, cost }: Bill): boolean {
  const expected = costOf(usage, price, cost.source)?.total;
  return expected !== undefined && Math.abs(expected - cost.total) <= tolerance * cost.total;
}

/** Each part of the cost divided by its tokens; the median, in case prices changed. */
function ratesOf(bills: readonly Bill[]): Price | undefined {
  const rate = (amount: (bill: Bill) => readonly [cost: number, units: number]): number | undefined =>
    median(
      bills
        .map(amount)
        .filter(([, units]) => units > 0)
        .map(([cost, units]) => cost / units),
    );
  const cached = ({ usage }: Bill): number => (usage.cacheReadTokens ?? 0) + (usage.cacheWriteTokens ?? 0);
  const input = rate((bill) => [bill.cost.input, (bill.usage.inputTokens ?? 0) - cached(bill)]);
  if (input === undefined) return undefined;
  const parts = {
    output: rate(({ cost, usage }) => [cost.output, usage.outputTokens ?? 0]),
    cacheRead: rate(({ cost, usage }) => [cost.cacheRead, usage.cacheReadTokens ?? 0]),
    cacheWrite: rate(({ cost, usage }) => [cost.cacheWrite, usage.cacheWriteTokens ?? 0]),
  };
  const request = rate(({ cost }) => [cost.request, 1]);
  const webSearch = rate(({ cost, usage }) => [cost.webSearch, usage.webSearches ?? 0]);
  const fileSearch = rate(({ cost, usage }) => [cost.fileSearch, usage.fileSearches ?? 0]);
  const known = Object.entries(parts).flatMap(([name, each]) =>
    each === undefined ? [] : [[name, round(each * perMillion)]],
  );
  return {
    input: round(input * perMillion),
    ...Object.fromEntries(known),
    ...(request === undefined || request === 0 ? {} : { request: round(request) }),
    ...(webSearch === undefined ? {} : { webSearch: round(webSearch) }),
    ...(fileSearch === undefined ? {} : { fileSearch: round(fileSearch) }),
  };
}

/** Rounds away the noise of a division. */
function round(value: number): number {
  return Number(value.toPrecision(9));
}

function median(values: readonly number[]): number | undefined {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}
