import { RequestError } from '../../errors.ts';
import { priority } from '../../strategies/priority.ts';
import type { CallOptions } from '../../types/options/call-options.ts';
import type { Select, SelectContext, SelectOptions } from '../../types/options/select.ts';
import type { ChatRequest } from '../../types/request/request.ts';
import type { Selected } from '../../types/result/decision.ts';
import { orAbort, realAbort, type Signal } from '../../util/time/abort.ts';
import type { AwakeClock } from '../../util/time/awake-clock.ts';
import { watchdog } from '../../util/time/watchdog.ts';
import type { Operation } from '../operations/operation.ts';
import type { Route, RouteFinder } from '../routes.ts';

/** Selects the route of a call that names none, by the router's `select` option. */
export interface Selector {
  /** The route used until the selection is made, and if it fails. */
  readonly fallback: Route;
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
export function createSelector(option: Select | SelectOptions, find: RouteFinder): Selector {
  const limits: SelectOptions = typeof option === 'function' ? { by: option } : option;
  const { by, timeout = usualTimeout, otherwise = 'default' } = limits;
  const fallback = find(otherwise);
  if (fallback === undefined) throw new Error(`there is no route ${otherwise}`);

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
    fallback,
    select(request) {
      const { options, env } = request;
      const abort = realAbort(request.signal);
      const wait = async (answer: PromiseLike<string>): Promise<Picked> => {
        let late = false;
        // Leaves time for the request itself.
        const most = request.timeLeft / 2;
        const timer = watchdog(env.awake, () => {
          late = true;
          abort.abort(new DOMException('the time to select a route is over', 'TimeoutError'));
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

/** The route that a call names, or the default route. */
export function namedRoute(options: CallOptions, find: RouteFinder): Route {
  const { route: name } = options;
  const route = find(name);
  if (route === undefined) {
    const got = name === undefined ? 'none, and there is no route named `default`' : `'${name}'`;
    throw new RequestError('options.route', `one of ${find.names.join(', ')}`, got);
  }
  const targets = options.targets ?? (options.model === undefined ? undefined : [options.model]);
  const option = options.model === undefined ? 'options.targets' : 'options.model';
  const found = targets === undefined ? route : orderedRoute(route, targets, find, option);
  if (options.only !== undefined) checkOnly(found, options, find);
  if (found.targets.length === 0)
    throw new RequestError(
      'options.model',
      `a model, because the route ${found.name} has no targets`,
      'none',
    );
  return found;
}

/** A route over the targets that a call lists, in their order. */
function orderedRoute(route: Route, ids: readonly string[], find: RouteFinder, option: string): Route {
  const targets = ids.map((id) => {
    const target = find(id)?.targets[0];
    if (target?.id !== id)
      throw new RequestError(option, `ids of targets (${find.names.join(', ')})`, `'${id}'`);
    return target;
  });
  const maxAttempts = Math.max(route.policies.maxAttempts, targets.length + 1);
  return { ...route, targets, policies: { ...route.policies, strategy: priority(), maxAttempts } };
}

/**
 * Checks `only`: a call can only be limited to targets of its route. If it names no route, `only` may include targets of other
 * routes, as long as one belongs to this route.
 */
export function checkOnly(route: Route, { only, route: named }: CallOptions, find: RouteFinder): void {
  const wrong = only?.find((id) => !allows(route, [id]) && (named !== undefined || find(id) === undefined));
  if (wrong === undefined && allows(route, only)) return;
  const got = only?.length === 0 ? 'an empty list' : `'${wrong ?? only?.[0]}'`;
  throw new RequestError('options.only', `ids of targets of route '${route.name}'`, got);
}

/** Whether a route has any of the allowed targets. */
function allows({ targets }: Route, only: CallOptions['only']): boolean {
  return only === undefined || targets.some(({ id }) => only.includes(id));
}

function isThenable(value: string | PromiseLike<string>): value is PromiseLike<string> {
  return typeof value === 'object' && value !== null && typeof value.then === 'function';
}
