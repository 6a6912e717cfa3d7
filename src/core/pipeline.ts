import { RequestError } from '../errors.ts';
import type { CallOptions } from '../types/options/options.ts';
import type { ChatRequest } from '../types/request/request.ts';
import type { Decision } from '../types/result/decision.ts';
import { orAbort } from '../util/abort.ts';
import type { ChatInput } from './answer/finalize.ts';
import type { Route, RouterContext } from './context.ts';
import { createFailover, type Failover } from './failover/failover.ts';
import type { Mirror } from './mirror.ts';
import { generatesText, type Operation } from './operations/operation.ts';
import { checkCallOptions } from './options/call-options.ts';
import { createRequest, type RequestState, settleError } from './request.ts';
import { chooseCandidates, type RoutingInput } from './routing/candidates.ts';
import { allows, type Picked, type RouteFinder, type Selector } from './routing/select.ts';

/** Where requests can go. One per router. */
export interface Routing {
  readonly find: RouteFinder;
  /** Chooses for calls that name no route. */
  readonly select: Selector | undefined;
  /** Sends copies to be measured. */
  readonly mirror: Mirror;
}

/** Goes through the targets until one answers. */
export type Work<T> = (run: RequestState, failover: Failover) => Promise<T>;

/**
 * One request's way: check, find the route, choose the targets, and `work` through them until one answers. Whatever
 * happens, the request ends with its one `request-end`. A request that is refused as wrong never begins.
 *
 * @param asked what a copy of it would ask. Default: no copy
 */
export async function runOperation<T>(
  job: Operation,
  options: CallOptions,
  id: string,
  routing: Routing,
  env: RouterContext,
  work: Work<T>,
  asked?: ChatInput,
): Promise<T> {
  const startedAt = env.clock.now();
  const picking = pickRoute(job, options, routing);
  const picked = picking instanceof Promise ? await picking : picking;
  const { route } = picked;
  const run = createRequest({ id, env, route, job, options, startedAt });
  try {
    if (run.signal.aborted) throw run.signal.reason;
    const loading = env.prices.ready();
    if (loading !== undefined) await orAbort(loading, run.signal);
    const choice = chooseCandidates(questionOf(job, options, picked, env), env);
    run.decision = choice.decision;
    route.memory.turn += 1;
    route.memory.previous = choice.decision.candidates[0]?.target;
    route.policies.hedges.earn();
    route.policies.retries.earn();
    const answer = work(run, createFailover(run, choice, options.maxCost));
    if (asked !== undefined) routing.mirror({ id, route, job, asked, options, choice });
    return await answer;
  } catch (error) {
    settleError(run, error);
    throw error;
  }
}

/** The choice without the call. */
export async function explain(
  job: Operation,
  options: CallOptions,
  routing: Routing,
  env: RouterContext,
): Promise<Decision> {
  const picked = await pickRoute(job, options, routing);
  options.signal?.throwIfAborted();
  await env.prices.ready();
  job.inputTokens.get(); // so that the expected costs are shown
  return chooseCandidates(questionOf(job, options, picked, env), env).decision;
}

/** Not a promise where there is nothing to wait for, so that nobody waits for the sake of it. */
function pickRoute(
  job: Operation,
  options: CallOptions,
  { find, select }: Routing,
): Picked | Promise<Picked> {
  checkCallOptions(options);
  const { asked, kind } = job;
  if (options.route !== undefined || select === undefined || !generatesText(kind)) {
    return checked({ route: routeOf(options, find) }, options, find);
  }
  const picking = select(asked as ChatRequest, kind, options);
  if (picking instanceof Promise) return picking.then((picked) => checked(picked, options, find));
  return checked(picking, options, find);
}

function routeOf({ route: name }: CallOptions, find: RouteFinder): Route {
  const route = find(name);
  if (route !== undefined) return route;
  const got = name === undefined ? 'none, and there is no route named `default`' : `'${name}'`;
  throw new RequestError('options.route', 'the name of a route or the id of a target', got);
}

/** Where the call names no route, `only` may also name targets of other routes; one of them has to be of this one. */
function checked(picked: Picked, { only, route: named }: CallOptions, find: RouteFinder): Picked {
  const { route, over } = picked;
  if (over === true || only === undefined) return picked;
  const wrong = only.find((id) => !allows(route, [id]) && (named !== undefined || find(id) === undefined));
  if (wrong === undefined && allows(route, only)) return picked;
  throw new RequestError(
    'options.only',
    `ids of targets of route '${route.name}'`,
    only.length === 0 ? 'an empty list' : `'${wrong ?? only[0]}'`,
  );
}

function questionOf(
  job: Operation,
  options: CallOptions,
  { route, selected }: Picked,
  env: RouterContext,
): RoutingInput {
  const { turn, previous } = route.memory;
  const context = {
    request: job.asked,
    session: options.session,
    metadata: options.metadata ?? {},
    stream: job.kind === 'stream',
    now: env.clock.now(),
    turn,
    previous,
    random: env.random,
  };
  const { only, maxCost, session } = options;
  return { route, selected, session, job, context, only, maxCost };
}
