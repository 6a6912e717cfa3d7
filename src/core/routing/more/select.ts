import type { CallOptions } from '../../../types/options/call-options.ts';
import type { SelectContext, SelectOptions } from '../../../types/options/select.ts';
import type { ChatRequest } from '../../../types/request/request.ts';
import type { Selected } from '../../../types/result/decision.ts';
import { orAbort, type Signal } from '../../../util/time/abort.ts';
import type { AwakeClock } from '../../../util/time/awake-clock.ts';
import { realAbort } from '../../../util/time/real-abort.ts';
import { isThenable } from '../../../util/time/thenable.ts';
import { Watchdog } from '../../../util/time/watchdog.ts';
import type { Operation } from '../../operations/operation.ts';
import type { Route, RouteFinder } from '../../routes.ts';
import { fallbackRoute } from '../named-route.ts';
import { allows } from './narrowed-route.ts';

/** Selects the route of a call that names none, by the router's `select` option. */
export interface Selector {
  /** Never throws and never rejects. */
  select(request: Selecting): Picked | Promise<Picked>;
}

/** The fields of a request that its route depends on. */
interface Selecting {
  readonly asked: unknown;
  readonly options: CallOptions;
  readonly session: string | undefined;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly operation: Pick<Operation, 'streamed'>;
  readonly signal: Signal;
  /** Milliseconds until its deadline. */
  readonly timeLeft: number;
  readonly env: { readonly awake: AwakeClock };
}

/** A route and how it was selected. */
export interface Picked {
  readonly route: Route;
  readonly selected: Selected;
}

/** Milliseconds that a selection may take. */
const usualTimeout = 1_000;

/**
 * @param option the router's checked `select` option
 * @param find finds a route; `otherwise` is known to exist
 */
export function createSelector(option: SelectOptions, find: RouteFinder): Selector {
  const { by, timeout = usualTimeout } = option;
  const fallback = fallbackRoute(option, find);

  const instead = (failed: Selected['failed'] & string): Picked => ({
    route: fallback,
    selected: { by: 'select', route: fallback.name, failed },
  });
  const named = (name: unknown, { only }: CallOptions): Picked => {
    const route = typeof name === 'string' ? find(name) : undefined;
    if (route === undefined) return instead('unknown-route');
    if (!allows(route, only)) return instead('not-allowed');
    return { route, selected: { by: 'select', route: route.name } };
  };

  return {
    select(request) {
      const { options, env } = request;
      const abort = realAbort(request.signal);
      const wait = async (answer: PromiseLike<string>): Promise<Picked> => {
        let late = false;
        // Leaves time for the request itself.
        const most = request.timeLeft / 2;
        const timer = new Watchdog(env.awake, {
          expired() {
            late = true;
            abort.abort(new DOMException('the time to select a route is over', 'TimeoutError'));
          },
        });
        timer.watch(Math.min(timeout, most));
        try {
          return named(await orAbort(Promise.resolve(answer), abort.signal), options);
        } catch {
          return instead(late ? 'timeout' : 'error');
        } finally {
          timer.stop();
          abort.unlink();
        }
      };
      try {
        const answer = by(request.asked as ChatRequest, contextOf(request, abort.signal));
        if (isThenable(answer)) return wait(answer);
        abort.unlink();
        return named(answer, options);
      } catch {
        abort.unlink();
        return instead('error');
      }
    },
  };
}

function contextOf({ session, metadata, options, operation }: Selecting, signal: AbortSignal): SelectContext {
  return {
    session,
    metadata,
    tenant: options.tenant,
    user: options.user,
    tags: options.tags ?? [],
    stream: operation.streamed,
    signal,
  };
}
