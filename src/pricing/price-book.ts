import type { Clock } from '../types/clock.ts';
import type { Catalog } from '../types/options/options.ts';
import type { Price } from '../types/options/price.ts';
import type { Cost } from '../types/result/usage.ts';
import { loadCatalog as loadUsual } from './catalog.ts';

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

/** How long a catalogue that could not be loaded is left alone, in milliseconds: longer each time. */
const shortestPause = 500;
const longestPause = 300_000;

/**
 * @param option the router's `catalog` option
 * @param onUnknown called once for each target that has no price anywhere
 * @param loadCatalog where the option is left out
 */
export function priceBook(
  option: Catalog | false | undefined,
  clock: Clock,
  onUnknown: (target: string) => void,
  loadCatalog = loadUsual,
): PriceBook {
  let catalog: Catalog | undefined = option === false ? undefined : option;
  let settled = option !== undefined;
  let failures = 0;
  let loadAgainAt = option === undefined ? 0 : Number.POSITIVE_INFINITY;
  const lengths = new Map<string, { readonly length: number | undefined; readonly at: number }>();
  const found = new Map<string, { readonly known: KnownPrice | undefined; readonly at: number }>();
  const reported = new Set<string>();

  const load = async (): Promise<void> => {
    try {
      catalog = await loadCatalog();
      loadAgainAt = Number.POSITIVE_INFINITY;
      found.clear();
    } catch {
      // Not there, as in a bundle that left it out, or not now: declared prices still work.
      failures += 1;
      loadAgainAt = clock.now() + Math.min(longestPause, shortestPause * 2 ** failures);
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
      if (!settled) return load();
      // Who comes later goes on with the prices that there are.
      if (clock.now() >= loadAgainAt) void load();
      return undefined;
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
