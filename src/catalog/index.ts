/**
 * The catalog of models and prices. The data are those of genai-prices, loaded when first needed.
 *
 * @module catalog
 */
import { loadCatalog } from '../pricing/catalog.ts';
import type { Price } from '../types/options/price.ts';
import { toDate } from './models.ts';

export { loadCatalog } from '../pricing/catalog.ts';
export { type Ability, type CatalogModel, type ModelQuery, models } from './models.ts';
export { type Refreshed, type RefreshOptions, refresh } from './refresh.ts';

/**
 * The price of a model, withdrawn ones included; `undefined` where it is unknown for exactly this provider, never a guess.
 *
 * @param provider as targets name it, such as `openai` or `xai`
 * @param date the moment: a date, or milliseconds since 1970. Default: now
 * @throws ConfigError for an invalid date
 * @example
 * const price = await priceOf('anthropic', 'claude-haiku-4-5'); // { input: 1, output: 5, cacheRead: 0.1, … }
 */
export async function priceOf(
  provider: string,
  model: string,
  date?: Date | number,
): Promise<Price | undefined> {
  const at = toDate('priceOf.date', date);
  return (await loadCatalog()).price(provider, model, at);
}
