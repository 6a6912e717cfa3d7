import { costOf } from '../../pricing/cost.ts';
import type { Price } from '../../types/options/price.ts';
import { compact } from '../../util/json.ts';
import { fromNanos, toNanos } from '../shared/nanos.ts';
import type { LedgerReader, LedgerRow, RowFilter } from './reading.ts';

/** The recalculated cost of stored usage. */
export interface Repriced {
  /** Id of the target. */
  readonly target: string;
  /** Attempts that are in the sums. */
  readonly attempts: number;
  /** US$ as recorded. */
  readonly before: number;
  /** US$ by the other prices. */
  readonly after: number;
  /** Attempts without a price, or without enough usage; they are in neither sum. */
  readonly unpriced: number;
}

/**
 * Recalculates the cost of stored usage, to correct a price that was wrong or missing, or to see the effect of another one. Does
 * not change the ledger.
 *
 * @param priceOf returns the price for a row's target; `undefined` skips the row
 * @returns by target, in the order of their names
 * @example
 * await reprice(usage, ({ model }) => (model === 'house-llm' ? { input: 0.2, output: 0.8 } : undefined), { from: '2026-11-01' });
 */
export async function reprice(
  reader: Pick<LedgerReader, 'rows'>,
  priceOf: (row: LedgerRow) => Price | undefined,
  filter: RowFilter = {},
): Promise<readonly Repriced[]> {
  const sums = new Map<string, { attempts: number; before: number; after: number; unpriced: number }>();
  for await (const row of reader.rows(filter)) {
    if (row.target === null || row.billed === 'no') continue;
    const sum = sums.get(row.target) ?? { attempts: 0, before: 0, after: 0, unpriced: 0 };
    sums.set(row.target, sum);
    sum.attempts += 1;
    const price = priceOf(row);
    const served = compact({ serviceTier: row.serviceTier ?? undefined, region: row.region ?? undefined });
    const cost = price === undefined ? undefined : costOf(row.usage, price, 'declared', served);
    if (cost === undefined) {
      sum.unpriced += 1;
      continue;
    }
    sum.before += toNanos(row.cost?.total ?? 0);
    sum.after += toNanos(cost.total);
  }
  return [...sums]
    .map(([target, sum]) => ({ target, ...sum, before: fromNanos(sum.before), after: fromNanos(sum.after) }))
    .toSorted((a, b) => (a.target < b.target ? -1 : 1));
}
