import { isRouterError } from '../../errors.ts';
import type { Provider } from '../../types/provider.ts';
import type { WarmupProblem } from '../../types/router.ts';
import { orAbort } from '../../util/time/abort.ts';
import { realAbort } from '../../util/time/real-abort.ts';
import type { RouterContext } from '../context.ts';
import { warn } from '../targets/warn.ts';
import { lacksExtensions, loadExtensions } from './load-extensions.ts';
import { allParts } from './parts.ts';
import { loadRest } from './rest.ts';

/** In milliseconds. */
const longestWarmup = 10_000;

/**
 * Warms up each provider once, even if targets share it, and each plugin, and loads all code and the catalog. A failure here does
 * not count against a target. Returns what would make the first request fail: a missing key or package.
 */
export async function warmUp(env: RouterContext): Promise<readonly WarmupProblem[]> {
  const { targets, clock, closed, parts, prices, warned } = env;
  const ending = realAbort(closed);
  const stop = clock.after(longestWarmup, () => ending.abort(undefined));
  const users = new Map<Provider, string[]>();
  for (const { id, channels } of targets)
    for (const { provider } of channels) users.set(provider, [...(users.get(provider) ?? []), id]);
  const problems: WarmupProblem[] = [];
  const prepare = async (provider: Provider, ids: readonly string[]): Promise<void> => {
    try {
      await orAbort(Promise.resolve(provider.warmup?.(ending.signal)), ending.signal);
    } catch (error) {
      if (!isRouterError(error)) return;
      problems.push(...ids.map((target) => ({ target, error })));
      if (warned !== undefined) warn(warned, ids[0] ?? provider.name, error);
    }
  };
  const all = [...users].map(([provider, ids]) => prepare(provider, ids));
  const code = allParts.map((part) => parts.load(part, clock, ending.signal));
  const plugins = env.plugins.map(async (plugin) =>
    orAbort(Promise.resolve(plugin.warmup?.()), ending.signal),
  );
  const extensions = lacksExtensions(env) ? loadExtensions(env, ending.signal) : undefined;
  await Promise.allSettled([
    ...all,
    ...code,
    ...plugins,
    loadRest(env, ending.signal),
    extensions,
    prices.ready(),
  ]);
  stop();
  ending.unlink();
  return problems;
}
