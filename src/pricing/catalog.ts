import type { Catalog } from '../types/options/options.ts';
import type { Price, PriceTier, Rates } from '../types/options/price.ts';
import { type ListedModel, type ListedProvider, type ListedRates, PriceList, ratesOf } from './price-list.ts';
import { withVendorTerms } from './vendor-terms.ts';

/**
 * Provider names that differ from the catalog's ids. Bedrock is not included: its prices depend on the
 * region, which is not part of our `bedrock` model names.
 */
export const catalogIds: Readonly<Record<string, string>> = {
  moonshot: 'moonshotai',
  'workers-ai': 'cloudflare',
  xai: 'x-ai',
};

/** The list that the whole process uses, once it is loaded: `refresh` of `signalbox/catalog` is for all routers. */
const inUse: { list?: PriceList } = {};

/** @throws if its data cannot be loaded */
export async function loadPrices(): Promise<PriceList> {
  const { priceTexts } = await import('./price-data.ts');
  inUse.list ??= new PriceList(Object.entries(priceTexts));
  return inUse.list;
}

/** Uses other prices from now on, in all routers. */
export function usePrices(providers: readonly ListedProvider[]): void {
  inUse.list = new PriceList(providers.map((provider) => [provider.id, provider]));
}

/**
 * The prices of genai-prices (https://github.com/pydantic/genai-prices) as of this version of signalbox, or as last refreshed. Loaded
 * on first use. A model that is not listed under exactly this provider has no price.
 *
 * @throws if the file with the prices cannot be loaded
 * @example
 * const catalog = await loadCatalog();
 * createRouter({ targets, catalog: { ...catalog, price: (...asked) => discounted(catalog.price(...asked)) } });
 */
export async function loadCatalog(): Promise<Catalog> {
  const loaded = await loadPrices();
  const find = (provider: string, model: string): ListedModel | undefined =>
    (inUse.list ?? loaded).find(catalogIds[provider] ?? provider, model);
  return {
    price(provider, model, date) {
      const listed = find(provider, model);
      const rates = listed && ratesOf(listed, date);
      return rates && toPrice(provider, model, rates);
    },
    contextLength: (provider, model) => find(provider, model)?.context_window,
  };
}

/** Our rates except `input`, by the catalog's names. */
const rateKeys: Readonly<Record<Exclude<keyof Rates, 'input'>, string>> = {
  output: 'output_mtok',
  cacheRead: 'cache_read_mtok',
  cacheWrite: 'cache_write_mtok',
  cacheWrite1h: 'cache_write_1h_mtok',
  inputAudio: 'input_audio_mtok',
  outputAudio: 'output_audio_mtok',
  inputImage: 'input_image_mtok',
  outputImage: 'output_image_mtok',
  outputReasoning: 'output_reasoning_mtok',
};

/** Our fees by the catalog's names for a thousand of them. */
const feeKeys = {
  request: 'requests_kcount',
  webSearch: 'web_searches_kcount',
  fileSearch: 'storage_searches_kcount',
} as const;

/** Price of a model in the catalog plus vendor terms; `undefined` if it has no input rate. */
export function toPrice(provider: string, model: string, listed: ListedRates): Price | undefined {
  const starts = new Set<number>();
  for (const rate of Object.values(listed)) {
    if (typeof rate === 'object') for (const tier of rate.tiers) starts.add(tier.start);
  }
  const base = ratesAt(listed, 0);
  if (base === undefined) return undefined;
  const tiers: PriceTier[] = [];
  for (const start of starts) {
    // The catalog applies a tier to inputs larger than its start, as we do.
    const rates = ratesAt(listed, start + 1);
    if (rates !== undefined) tiers.push({ above: start, ...rates });
  }
  const fees = Object.entries(feeKeys).flatMap(([name, key]) => {
    const perThousand = listed[key];
    return typeof perThousand === 'number' ? [[name, perThousand / 1000]] : [];
  });
  return withVendorTerms(provider, model, {
    ...base,
    ...Object.fromEntries(fees),
    ...(tiers.length === 0 ? {} : { tiers }),
  });
}

function ratesAt(listed: ListedRates, size: number): Rates | undefined {
  const at = (key: string): number | undefined => {
    const rate = listed[key];
    if (rate === undefined || typeof rate === 'number') return rate;
    const tier = rate.tiers.filter(({ start }) => start < size).toSorted((a, b) => b.start - a.start)[0];
    return tier?.price ?? rate.base;
  };
  const input = at('input_mtok');
  if (input === undefined) return undefined;
  const others = Object.entries(rateKeys).flatMap(([name, key]) => {
    const rate = at(key);
    return rate === undefined ? [] : [[name, rate]];
  });
  return { input, ...Object.fromEntries(others) };
}
