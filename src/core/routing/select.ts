import type { CallOptions } from '../../types/options/options.ts';
import type { Select, SelectOptions } from '../../types/options/select.ts';
import type { ChatRequest } from '../../types/request/request.ts';
import type { Selected } from '../../types/result/decision.ts';
import { orAbort, realAbort } from '../../util/abort.ts';
import { watchdog } from '../../util/watchdog.ts';
import type { Route, RouterContext } from '../context.ts';
import type { Operation } from '../operations/operation.ts';

/** Finds a route by its name or by a target's id. */
export type RouteFinder = (name: string | undefined) => Route | undefined;

/** A route, and how it was chosen where the router's `select` was asked. */
export interface Picked {
  readonly route: Route;
  readonly selected?: Selected;
  /** The request has been aborted meanwhile: its route does not matter any more. */
  readonly over?: boolean;
}

/** Asks the router's `select`. Never throws and never rejects: where it fails, another route is used. */
export type Selector = (
  asked: ChatRequest,
  kind: Operation['kind'],
  options: CallOptions,
) => Picked | Promise<Picked>;

/** Milliseconds that a choice may take. */
const usualTimeout = 1_000;

/**
 * @param option the router's `select` option, checked
 * @param find of its `otherwise` it is known that it is there
 */
export function createSelector(
  option: Select | SelectOptions,
  find: RouteFinder,
  env: RouterContext,
): Selector {
  const limits: SelectOptions = typeof option === 'function' ? { by: option } : option;
  const { by, timeout = usualTimeout, otherwise = 'default' } = limits;
  const fallback = find(otherwise);
  if (fallback === undefined) throw new Error(`there is no route ${otherwise}`);

  return (asked, kind, { signal, only, session, metadata = {}, timeout: times }) => {
    // The request ends at once, and with it goes whatever it was routed to.
    if (signal?.aborted || env.closed.aborted) return { route: fallback, over: true };
    const instead = (failed: Selected['failed'] & string): Picked => ({
      route: fallback,
      selected: { by: 'select', route: fallback.name, failed },
    });
    const named = (name: unknown): Picked => {
      const route = typeof name === 'string' ? find(name) : undefined;
      if (route === undefined) return instead('unknown-route');
      if (!allows(route, only)) return instead('not-allowed');
      return { route, selected: { by: 'select', route: route.name } };
    };

    const abort = realAbort(signal);
    const wait = async (answer: PromiseLike<string>): Promise<Picked> => {
      const onClosed = (): void => abort.abort(env.closed.reason);
      env.closed.addEventListener('abort', onClosed, { once: true });
      let late = false;
      // Something has to be left for the request itself.
      const most = (times?.request ?? fallback.policies.timeout.request) / 2;
      const timer = watchdog(env.awake, () => {
        late = true;
        abort.abort(new DOMException('the time to select a route is over', 'TimeoutError'));
      });
      timer.watch(Math.min(timeout, most));
      try {
        return named(await orAbort(Promise.resolve(answer), abort.signal));
      } catch {
        if (late) return instead('timeout');
        return abort.signal.aborted ? { route: fallback, over: true } : instead('error');
      } finally {
        timer.stop();
        abort.unlink();
        env.closed.removeEventListener('abort', onClosed);
      }
    };
    try {
      const context = { session, metadata, stream: kind === 'stream', signal: abort.signal };
      const answer = by(asked, context);
      if (isThenable(answer)) return wait(answer);
      abort.unlink();
      return named(answer);
    } catch {
      abort.unlink();
      return instead('error');
    }
  };
}

/** Whether a route has one of the targets that a call allows. */
export function allows({ targets }: Route, only: readonly string[] | undefined): boolean {
  return only === undefined || targets.some(({ id }) => only.includes(id));
}

function isThenable(value: string | PromiseLike<string>): value is PromiseLike<string> {
  return typeof value === 'object' && value !== null && typeof value.then === 'function';
}
