import { costOf } from '../../pricing/cost.ts';
import type { PriceBook } from '../../pricing/price-book.ts';
import type { DeferredChannel } from '../../types/batch/desk.ts';
import type { OperationResult } from '../../types/result/result.ts';
import type { Target } from './target.ts';

/** The channels that answer through batches. */
export function deferredChannels(targets: readonly Target[]): readonly DeferredChannel[] {
  return targets
    .filter(({ deferred }) => deferred)
    .flatMap(({ id, channels }) =>
      channels.map(({ provider, number = 0 }) => ({ target: id, key: number, provider })),
    );
}

/** US$ that an answer would have cost on the tier `standard`; `undefined` if unknown. */
export function standardCost(
  { target: id, usage, cost, response }: OperationResult,
  targets: readonly Target[],
  prices: PriceBook,
): number | undefined {
  const target = targets.find((each) => each.id === id);
  const known = target && prices.priceOf(target);
  // A cost that the vendor reports says nothing about its other tiers.
  if (known === undefined || cost === undefined || cost.source === 'reported') return undefined;
  const { region } = response;
  // Embeddings have no output.
  const outputTokens = usage.outputTokens ?? (cost.output === 0 ? 0 : undefined);
  return costOf({ ...usage, outputTokens }, known.price, known.source, region === undefined ? {} : { region })
    ?.total;
}
