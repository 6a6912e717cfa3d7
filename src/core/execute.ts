import { RequestError } from '../errors.ts';
import { estimateInput } from '../pricing/estimate.ts';
import type { Decision } from '../types/decision.ts';
import type { CallOptions } from '../types/options.ts';
import type { ChatRequest } from '../types/request.ts';
import type { RankContext } from '../types/strategy.ts';
import { orAbort } from './abort.ts';
import { chooseCandidates, type Question } from './candidates.ts';
import { checkCallOptions } from './check-call-options.ts';
import type { Environment, Route } from './environment.ts';
import { createFailover, type Failover } from './failover.ts';
import { lazy } from './lazy.ts';
import { type NormalizedRequest, normalize } from './normalize.ts';
import { createRun, type Run, settleError } from './run.ts';

/** Finds a route by its name or by a target's id. */
export type RouteFinder = (name: string | undefined) => Route | undefined;

/**
 * One request's way: check, find the route, choose the targets, and `work` through them until one answers. Whatever
 * happens, the request ends with its one `request-end`. A request that is refused as wrong never begins.
 */
export async function execute<T>(
  kind: Run['kind'],
  request: ChatRequest,
  options: CallOptions,
  id: string,
  findRoute: RouteFinder,
  env: Environment,
  work: (run: Run, failover: Failover) => Promise<T>,
): Promise<T> {
  const { route, normalized } = check(request, options, findRoute);
  const inputTokens = lazy(() => estimateInput(normalized.messages, normalized.tools));
  const run = createRun({ id, kind, env, route, request: normalized, asked: request, inputTokens, options });
  try {
    run.signal.throwIfAborted();
    const loading = env.prices.ready();
    if (loading !== undefined) await orAbort(loading, run.signal);
    const choice = chooseCandidates(questionOf(kind, request, options, route, inputTokens, env), env);
    run.decision = choice.decision;
    return await work(run, createFailover(run, choice, options.maxCost));
  } catch (error) {
    settleError(run, error);
    throw error;
  }
}

/** The choice without the call. */
export async function explain(
  request: ChatRequest,
  options: CallOptions,
  findRoute: RouteFinder,
  env: Environment,
): Promise<Decision> {
  const { route, normalized } = check(request, options, findRoute);
  await env.prices.ready();
  const inputTokens = lazy(() => estimateInput(normalized.messages, normalized.tools));
  inputTokens.get(); // so that the expected costs are shown
  return chooseCandidates(questionOf('chat', request, options, route, inputTokens, env), env).decision;
}

function check(
  request: ChatRequest,
  options: CallOptions,
  findRoute: RouteFinder,
): { readonly route: Route; readonly normalized: NormalizedRequest } {
  checkCallOptions(options);
  const route = findRoute(options.route);
  if (route === undefined) {
    const got =
      options.route === undefined ? 'none, and there is no route named `default`' : `'${options.route}'`;
    throw new RequestError('options.route', 'the name of a route or the id of a target', got);
  }
  for (const id of options.only ?? []) {
    if (!route.targets.some((target) => target.id === id)) {
      throw new RequestError('options.only', `ids of targets of route '${route.name}'`, `'${id}'`);
    }
  }
  return { route, normalized: normalize(request) };
}

function questionOf(
  kind: Run['kind'],
  request: ChatRequest,
  options: CallOptions,
  route: Route,
  inputTokens: Question['inputTokens'],
  env: Environment,
): Question {
  const context: RankContext = {
    request,
    session: options.session,
    metadata: options.metadata ?? {},
    stream: kind === 'stream',
    now: env.clock.now(),
    random: env.random,
  };
  return { route, context, only: options.only, maxCost: options.maxCost, inputTokens };
}
