import { RequestError } from '../errors.ts';
import type { Decision } from '../types/decision.ts';
import type { CallOptions } from '../types/options.ts';
import { orAbort } from './abort.ts';
import { chooseCandidates, type Question } from './candidates.ts';
import { checkCallOptions } from './check-call-options.ts';
import type { Environment, Route } from './environment.ts';
import { createFailover, type Failover } from './failover.ts';
import type { Job } from './job.ts';
import { createRun, type Run, settleError } from './run.ts';

/** Finds a route by its name or by a target's id. */
export type RouteFinder = (name: string | undefined) => Route | undefined;

/**
 * One request's way: check, find the route, choose the targets, and `work` through them until one answers. Whatever
 * happens, the request ends with its one `request-end`. A request that is refused as wrong never begins.
 */
export async function execute<T>(
  job: Job,
  options: CallOptions,
  id: string,
  findRoute: RouteFinder,
  env: Environment,
  work: (run: Run, failover: Failover) => Promise<T>,
): Promise<T> {
  const route = routeFor(options, findRoute);
  const run = createRun({ id, env, route, job, options });
  try {
    run.signal.throwIfAborted();
    const loading = env.prices.ready();
    if (loading !== undefined) await orAbort(loading, run.signal);
    const choice = chooseCandidates(questionOf(job, options, route, env), env);
    run.decision = choice.decision;
    route.memory.turn += 1;
    route.memory.previous = choice.decision.candidates[0]?.target;
    route.policies.hedges.earn();
    route.policies.retries.earn();
    return await work(run, createFailover(run, choice, options.maxCost));
  } catch (error) {
    settleError(run, error);
    throw error;
  }
}

/** The choice without the call. */
export async function explain(
  job: Job,
  options: CallOptions,
  findRoute: RouteFinder,
  env: Environment,
): Promise<Decision> {
  const route = routeFor(options, findRoute);
  await env.prices.ready();
  job.inputTokens.get(); // so that the expected costs are shown
  return chooseCandidates(questionOf(job, options, route, env), env).decision;
}

function routeFor(options: CallOptions, findRoute: RouteFinder): Route {
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
  return route;
}

function questionOf(job: Job, options: CallOptions, route: Route, env: Environment): Question {
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
  return { route, session, job, context, only, maxCost };
}
