import type { Clock } from '../types/clock.ts';
import type { Catalog } from '../types/options/options.ts';
import type { Price } from '../types/options/price.ts';
import type { Cost } from '../types/result/usage.ts';
import { loadCatalog } from './catalog.ts';

/** What has a price: a target, as far as it matters here. */
export interface Priced {
  readonly id: string;
  readonly provider: { readonly name: string };
  readonly model: string;
  readonly price: Price | undefined;
}

/** A price and where it is from. */
export interface KnownPrice {
  readonly price: Price;
  readonly source: Cost['source'];
}

/** Prices of targets: what they declare, else what the catalogue says. */
export interface PriceBook {
  /** Settles once prices can be looked up. Never rejects: without a catalogue there are only declared prices. */
  readonly ready: () => Promise<void> | undefined;
  /** The price of a target now; `undefined` where none is known. */
  priceOf(target: Priced): KnownPrice | undefined;
  /** Most tokens that a target's model takes and gives together, where the catalogue knows. */
  contextLengthOf(target: Priced): number | undefined;
}

/** How long what the catalogue says is used before it is asked again: some prices depend on the hour, and it can be refreshed. */
const keepFor = 60_000;

/**
 * @param option the router's `catalog` option
 * @param onUnknown called once for each target that has no price anywhere
 */
export function priceBook(
  option: Catalog | false | undefined,
  clock: Clock,
  onUnknown: (target: string) => void,
): PriceBook {
  let catalog: Catalog | undefined = option === false ? undefined : option;
  let loading: Promise<void> | undefined;
  let settled = option !== undefined;
  const lengths = new Map<string, { readonly length: number | undefined; readonly at: number }>();
  const found = new Map<string, { readonly known: KnownPrice | undefined; readonly at: number }>();
  const reported = new Set<string>();

  const load = async (): Promise<void> => {
    try {
      catalog = await loadCatalog();
    } catch {
      // Not there, as in a bundle that left it out: declared prices still work.
    }
    settled = true;
  };

  const lookUp = (target: Priced): KnownPrice | undefined => {
    const price = catalog?.price(target.provider.name, target.model, clock.date());
    if (price !== undefined) return { price, source: 'catalog' };
    if (!reported.has(target.id)) {
      reported.add(target.id);
      onUnknown(target.id);
    }
    return undefined;
  };

  return {
    ready() {
      if (settled) return undefined;
      loading ??= load();
      return loading;
    },
    priceOf(target) {
      if (target.price !== undefined) return { price: target.price, source: 'declared' };
      if (!settled) return undefined;
      const now = clock.now();
      const kept = found.get(target.id);
      if (kept !== undefined && now - kept.at < keepFor) return kept.known;
      const known = lookUp(target);
      found.set(target.id, { known, at: now });
      return known;
    },
    contextLengthOf({ id, provider, model }) {
      if (!settled || catalog?.contextLength === undefined) return undefined;
      const now = clock.now();
      const kept = lengths.get(id);
      if (kept !== undefined && now - kept.at < keepFor) return kept.length;
      const length = catalog.contextLength(provider.name, model);
      lengths.set(id, { length, at: now });
      return length;
    },
  };
}
