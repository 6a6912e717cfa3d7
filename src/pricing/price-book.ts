import type { Clock } from '../types/clock.ts';
import type { Catalog } from '../types/options/options.ts';
import type { Price } from '../types/options/price.ts';
import type { Cost } from '../types/result/usage.ts';

/** A target, as far as its price depends on it. */
export interface Priced {
  readonly id: string;
  readonly provider: { readonly name: string };
  readonly model: string;
  readonly price: Price | undefined;
  /** `provider/model` in the catalog. */
  readonly pricedAs?: string | undefined;
}

/** A price and its source. */
export interface KnownPrice {
  readonly price: Price;
  readonly source: Cost['source'];
}

/** Prices of targets: declared, otherwise from the catalog. */
export interface PriceBook {
  /** Settles when prices can be looked up. Never rejects: without a catalog, declared prices remain. */
  readonly ready: () => Promise<void> | undefined;
  /** Whether prices can be looked up. */
  readonly isReady: boolean;
  /** Current price of a target; `undefined` if unknown. */
  priceOf(target: Priced): KnownPrice | undefined;
  /** Maximum input plus output tokens of the target's model, if the catalog lists it. */
  contextLengthOf(target: Priced): number | undefined;
  /** A target without a price is added, so the catalog is needed. */
  need(): void;
  /** Drops what is kept of a target. */
  forget(id: string): void;
}

/** What the catalog says of a target, and when it was looked up. */
interface Kept<T> {
  readonly value: T;
  readonly at: number;
}

/**
 * Lifetime of a cached catalog price in milliseconds: some prices depend on the hour, and the catalog can be
 * refreshed.
 */
const keepFor = 60_000;

/**
 * First pause before reloading a catalog that failed to load, in milliseconds; it doubles with each failure.
 */
const shortestPause = 1_000;
const longestPause = 300_000;

const loadUsual = async (): Promise<Catalog> => (await import('./catalog.ts')).loadCatalog();

/** Provider and model under which the catalog lists a target. */
function nameOf({ pricedAs, provider, model }: Priced): [provider: string, model: string] {
  if (pricedAs === undefined) return [provider.name, model];
  const [name = '', ...rest] = pricedAs.split('/');
  return [name, rest.join('/')];
}

/**
 * @param option the `catalog` option of the router
 * @param onUnknown called once for each target without a price
 * @param loadCatalog default for the option
 * @param isNeeded whether a target lacks a price, so that the catalog is loaded
 */
export function priceBook(
  option: Catalog | false | undefined,
  clock: Clock,
  onUnknown: (target: string) => void,
  loadCatalog = loadUsual,
  isNeeded = true,
): PriceBook {
  let catalog: Catalog | undefined = option === false ? undefined : option;
  const isReady = option !== undefined || !isNeeded;
  let pause = shortestPause;
  let loadAgainAt = isReady ? Number.POSITIVE_INFINITY : 0;
  const lengths = new Map<string, Kept<number | undefined>>();
  const found = new Map<string, Kept<KnownPrice | undefined>>();
  const reported = new Set<string>();

  const load = async (): Promise<void> => {
    try {
      catalog = await loadCatalog();
      loadAgainAt = Number.POSITIVE_INFINITY;
      found.clear();
    } catch {
      // The package is missing or failed to load: declared prices still work. Requests that load at the same time count once.
      if (clock.now() >= loadAgainAt) {
        loadAgainAt = clock.now() + pause;
        pause = Math.min(longestPause, 2 * pause);
      }
    }
    self.isReady = true;
  };

  const lookUp = (target: Priced): KnownPrice | undefined => {
    const price = catalog?.price(...nameOf(target), clock.date());
    if (price !== undefined) return { price, source: 'catalog' };
    if (!reported.has(target.id)) {
      reported.add(target.id);
      onUnknown(target.id);
    }
    return undefined;
  };

  /** Looks up what the catalog says of a target, and keeps it for a while. */
  const keep = <T>(kept: Map<string, Kept<T>>, target: Priced, find: (target: Priced) => T): T => {
    const now = clock.now();
    const known = kept.get(target.id);
    if (known !== undefined && now - known.at < keepFor) return known.value;
    const value = find(target);
    kept.set(target.id, { value, at: now });
    return value;
  };
  const lengthOf = (target: Priced): number | undefined => catalog?.contextLength?.(...nameOf(target));

  const self = {
    isReady,
    ready(): Promise<void> | undefined {
      if (!self.isReady) return load();
      // Later requests use the prices known so far.
      if (loadAgainAt < Number.POSITIVE_INFINITY && clock.now() >= loadAgainAt) void load();
      return undefined;
    },
    priceOf(target: Priced): KnownPrice | undefined {
      if (target.price !== undefined) return { price: target.price, source: 'declared' };
      return self.isReady ? keep(found, target, lookUp) : undefined;
    },
    contextLengthOf(target: Priced): number | undefined {
      return self.isReady && catalog?.contextLength ? keep(lengths, target, lengthOf) : undefined;
    },
    need(): void {
      if (option !== undefined || catalog !== undefined || !self.isReady) return;
      self.isReady = false;
      found.clear();
    },
    forget(id: string): void {
      for (const known of [found, lengths, reported]) known.delete(id);
    },
  };
  return self;
}
