import { type CatalogRate, catalogIds, toPrice } from '../pricing/catalog.ts';
import type { Price } from '../types/options/price.ts';

/** A model in the catalog, without capabilities. */
export interface Listed {
  readonly provider: string;
  readonly model: string;
  readonly name: string;
  readonly price: Price;
  readonly contextLength: number | undefined;
}

/** A matching rule of the catalog for model names. */
type Match = Readonly<Record<string, unknown>>;

const ourNames: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(catalogIds).map(([ours, theirs]) => [theirs, ours]),
);

/** Every model of the catalog with a price on this date (milliseconds since 1970), except withdrawn ones. */
export async function listModels(date: number): Promise<readonly Listed[]> {
  const { calcPrice, waitForUpdate } = await import('@pydantic/genai-prices');
  // It rejects once if the application's own update failed, and then has the earlier data.
  const providers = (await waitForUpdate().catch(() => waitForUpdate())) ?? [];
  const timestamp = new Date(date);
  return providers.flatMap(({ id: providerId, models }) =>
    models.flatMap((listed): readonly Listed[] => {
      if (listed.deprecated === true) return [];
      for (const model of [listed.id, ...exactNames(listed.match)]) {
        const found = orNothing(() => calcPrice({ input_tokens: 0 }, model, { providerId, timestamp }));
        // Some ids are the catalog's own and unknown to the vendor.
        if (found?.model !== listed) continue;
        const provider = ourNames[providerId] ?? providerId;
        const rates = found.model_price as Readonly<Record<string, CatalogRate | undefined>>;
        const price = toPrice(provider, model, rates);
        if (price === undefined) return [];
        const { name = listed.id, context_window: contextLength } = listed;
        return [{ provider, model, name, price, contextLength }];
      }
      return [];
    }),
  );
}

/** The literal names in a rule. */
function exactNames(match: Match): readonly string[] {
  if (typeof match['equals'] === 'string') return [match['equals']];
  const either = match['or'];
  return Array.isArray(either) ? either.flatMap(exactNames) : [];
}

/** It throws for what it cannot compute. */
function orNothing<T>(compute: () => T): T | undefined {
  try {
    return compute();
  } catch {
    return undefined;
  }
}
