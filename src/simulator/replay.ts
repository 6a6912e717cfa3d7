import { loadCatalog } from '../pricing/catalog.ts';
import { worldOfLog } from './log/from-log.ts';
import type { LoggedRequest } from './log/read-log.ts';
import { play } from './play.ts';
import { toStrategy } from './strategies.ts';
import { type Figures, figuresOf, type Row } from './summary.ts';
import { UsageError } from './usage-error.ts';

/** The results of replays. */
export interface Replay {
  readonly actual: Figures;
  readonly strategies: readonly Row[];
  readonly notes: readonly string[];
}

/**
 * Replays requests once per strategy, with the router's default policies.
 *
 * @param requests in order of arrival
 * @throws UsageError for an invalid strategy, or requests that cannot be replayed
 */
export async function simulateLog(
  requests: readonly LoggedRequest[],
  strategies: readonly string[],
): Promise<Replay> {
  const { world, played, notes } = worldOfLog(requests, [], await loadCatalog().catch(() => undefined));
  const ids = world.targets.map(({ id }) => id);
  if (ids.length === 0 || world.arrivals.length === 0)
    throw new UsageError('the traffic', 'chats or streams, and targets that can answer them', 'none');
  const wanted = strategies.map((text) => [text, toStrategy(text, ids)] as const);
  const actual = figuresOf(played);
  const rows: Row[] = [];
  for (const [strategy, made] of wanted) {
    const figures = figuresOf(await play(world, made, {}, 1));
    rows.push({ strategy, ...figures, difference: figures.cost - actual.cost });
  }
  return { actual, strategies: rows, notes };
}
