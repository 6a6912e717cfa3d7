import type { Clock } from '../../types/clock.ts';
import type { Plugin, RequestContext } from '../../types/plugin.ts';
import type { ChatResult } from '../../types/result/result.ts';
import { isThenable } from '../../util/time/thenable.ts';
import type { Rejection } from './transform.ts';
import { waitFor } from './wait.ts';

/** Runs the plugins' reviews of a complete answer. Returns the result, possibly replaced, or the reason of a rejection. */
export type Review = (result: ChatResult, context: RequestContext) => Promise<ChatResult | Rejection>;

export function reviewWith(plugins: readonly Plugin[], clock: Clock): Review | undefined {
  const reviewing = plugins.filter(({ review }) => review !== undefined);
  if (reviewing.length === 0) return undefined;
  return async (result, context) => {
    let current = result;
    for (const plugin of reviewing) {
      const work = plugin.review?.(current, context);
      const review = isThenable(work) ? await waitFor(plugin, 'review', work, context, clock) : work;
      if (review === undefined) continue;
      if ('reject' in review) return { plugin: plugin.name, reject: [review.reject].flat(), by: 'plugin' };
      // The original in another interface's form is stale now.
      const { origin: _, ...replaced } = review.replace;
      current = replaced;
    }
    return current;
  };
}
