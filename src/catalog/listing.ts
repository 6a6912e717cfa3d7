import { catalogIds, loadPrices, toPrice } from '../pricing/catalog.ts';
import { type Match, ratesOf } from '../pricing/price-list.ts';
import type { Price } from '../types/options/price.ts';

/** A model in the catalog, without capabilities. */
export interface Listed {
  readonly provider: string;
  readonly model: string;
  readonly name: string;
  readonly price: Price;
  readonly contextLength: number | undefined;
}

const ourNames: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(catalogIds).map(([ours, theirs]) => [theirs, ours]),
);

/** Every model of the catalog with a price on this date (milliseconds since 1970), except withdrawn ones. */
export async function listModels(date: number): Promise<readonly Listed[]> {
  const list = await loadPrices();
  return list.providers.flatMap(({ id: providerId, models }) =>
    models.flatMap((listed): readonly Listed[] => {
      if (listed.deprecated === true) return [];
      const names = [listed.id, ...exactNames(listed.match)];
      // Some ids are the catalog's own and unknown to the vendor.
      const model = names.find((name) => list.find(providerId, name) === listed);
      const rates = ratesOf(listed, date);
      if (model === undefined || rates === undefined) return [];
      const provider = ourNames[providerId] ?? providerId;
      const price = toPrice(provider, model, rates);
      if (price === undefined) return [];
      const { name = listed.id, context_window: contextLength } = listed;
      return [{ provider, model, name, price, contextLength }];
    }),
  );
}

/** The literal names in a rule. */
function exactNames(match: Match): readonly string[] {
  if ('equals' in match) return [match.equals];
  return 'or' in match ? match.or.flatMap(exactNames) : [];
}
