import type { Price, ProviderOptions, ServedAs, Usage } from 'signalbox';
import type { ProviderName, WireAnswer } from '../vendors.ts';

/** What a vendor counts, and the usage and the bill that come of it. */
export interface Row {
  readonly name: string;
  readonly provider: ProviderName;
  readonly wire: WireAnswer;
  readonly usage: Usage;
  /** The cost in micro-US$; `undefined` where it cannot be known. */
  readonly micros: number | undefined;
  /** Default: `false`. */
  readonly estimated?: boolean;
  /** Default: `declared`. */
  readonly source?: 'declared' | 'reported' | 'catalog';
  /** How the answer was served. Default: it does not say. */
  readonly served?: ServedAs;
  /** Default: `rates`; `catalog` declares none. */
  readonly price?: Price | 'catalog';
  readonly model?: string;
  readonly options?: ProviderOptions;
}

/** In micro-US$ a token: 1 in, 10 out, a tenth from the cache, 1.25 and 2 into it. */
export const rates: Price = { input: 1, output: 10, cacheRead: 0.1, cacheWrite: 1.25, cacheWrite1h: 2 };
