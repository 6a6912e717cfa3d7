import { PluginError } from '../../errors.ts';
import type { Clock } from '../../types/clock.ts';
import type { PluginStation } from '../../types/error.ts';
import type { Plugin, RequestContext } from '../../types/plugin.ts';
import { orAbort } from '../../util/time/abort.ts';

/** Milliseconds that a plugin may take at a station. */
const usualTimeout = 5_000;

/** Awaits a plugin within its time limit and the life of the request. */
export function waitFor<T>(
  plugin: Plugin,
  station: PluginStation,
  work: PromiseLike<T>,
  { signal }: RequestContext,
  clock: Clock,
): Promise<T> {
  const { name, timeout = usualTimeout } = plugin;
  return new Promise((resolve, reject) => {
    const cancel = clock.after(timeout, () => reject(new PluginError(name, station, timeout)));
    orAbort(Promise.resolve(work), signal).then(
      (value) => {
        cancel();
        resolve(value);
      },
      (error: unknown) => {
        cancel();
        reject(error);
      },
    );
  });
}
