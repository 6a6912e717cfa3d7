import { costOf } from '../../pricing/cost.ts';
import type { PriceBook } from '../../pricing/price-book.ts';
import type { DeferredChannel } from '../../types/batch/desk.ts';
import type { CallOptions } from '../../types/options/call-options.ts';
import type { OperationResult } from '../../types/result/result.ts';
import type { Router } from '../../types/router.ts';
import type { Store } from '../../types/store.ts';
import type { RouterContext } from '../context.ts';
import { checkCallOptions } from '../options/call-options.ts';
import type { Target } from '../targets/target.ts';

/** What batches need of their router. */
export function batchHost(router: Router, store: Store, env: RouterContext) {
  const { clock, random, targets, events, prices, callOptions } = env;
  return {
    router,
    store,
    clock,
    random,
    check: (options: CallOptions): void => checkCallOptions(options, callOptions),
    report: (error: unknown): void =>
      events.emit({ type: 'plugin-error', plugin: 'batch', station: 'background', error }),
    channels: deferredChannels(targets),
    standardCost: (result: OperationResult) => standardCost(result, targets, prices),
  };
}

/** The channels that answer through batches. */
function deferredChannels(targets: readonly Target[]): readonly DeferredChannel[] {
  return targets
    .filter(({ deferred }) => deferred)
    .flatMap(({ id, channels }) =>
      channels.map(({ provider, number = 0 }) => ({ target: id, key: number, provider })),
    );
}

/** US$ that an answer would have cost on the tier `standard`; `undefined` if unknown. */
function standardCost(
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
