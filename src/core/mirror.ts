import type { CallOptions } from '../types/options/options.ts';
import type { Strategy } from '../types/options/strategy.ts';
import { sleep } from '../util/clock.ts';
import { hasSpareCapacity } from './admission/capacity.ts';
import type { ChatInput } from './answer/finalize.ts';
import { reserve } from './attempt/reservation.ts';
import { chat } from './calls/chat.ts';
import { stream } from './calls/stream/chat-stream.ts';
import type { Route, RouterContext } from './context.ts';
import type { Failover } from './failover/failover.ts';
import type { Operation } from './operations/operation.ts';
import { createRequest, type RequestInit, type RequestState, settleError } from './request.ts';
import { chooseCandidates, type RoutingResult } from './routing/candidates.ts';
import type { Channel, Target } from './targets/target.ts';

/** A request whose targets have been chosen. */
export interface Original {
  readonly id: string;
  readonly route: Route;
  readonly job: Operation;
  readonly asked: ChatInput;
  readonly options: CallOptions;
  readonly choice: RoutingResult;
}

/** Sends a copy of a request to the target that its route mirrors to, if its turn has come. Returns at once, never throws. */
export type Mirror = (original: Original) => void;

/** What a copy is made from: nothing of the original's own life. */
interface CopyInit extends Pick<RequestInit, 'id' | 'env' | 'job'> {
  readonly route: Route;
  readonly asked: ChatInput;
  /** So that it meets the same of the vendor's caches. */
  readonly session: string | undefined;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** Made once per router. */
export function createMirror(targets: readonly Target[], env: RouterContext): Mirror {
  /** Copies under way, also those that are about to begin. */
  const underWay = new Map<Target, number>();
  const count = (target: Target, more: 1 | -1): void => {
    underWay.set(target, (underWay.get(target) ?? 0) + more);
  };
  return ({ id, route, job, asked, options, choice }) => {
    const { mirror } = route.policies;
    if (mirror === false || env.random() >= mirror.ratio) return;
    const target = targets.find((each) => each.id === mirror.target);
    if (target === undefined || (underWay.get(target) ?? 0) >= mirror.maxInFlight) return;
    if (!mayCopy(job, options, choice, target)) return;
    count(target, 1);
    const { request, schema } = asked;
    const init: CopyInit = {
      id,
      env,
      job,
      route: routeTo(target, route),
      // The caller's list of messages may go on growing.
      asked: { schema, request: { ...request, messages: [...request.messages] } },
      session: options.session,
      metadata: options.metadata ?? {},
    };
    const end = (): void => count(target, -1);
    copy(init).then(end, end);
  };
}

/** Whether a second answer would do no harm and tell something new. */
function mayCopy(
  job: Operation,
  { only }: CallOptions,
  { bound, ranked }: RoutingResult,
  target: Target,
): boolean {
  if (bound || job.needs.get().vendorTools) return false;
  if (only !== undefined && !only.includes(target.id)) return false;
  return ranked[0]?.target !== target;
}

const asItIs: Strategy = { name: 'mirror', rank: (candidates) => candidates };

/** The route as it is, but for this one target: its strategy and its judgement of answers are for its own. */
function routeTo(target: Target, route: Route): Route {
  const policies = { ...route.policies, strategy: asItIs, accept: undefined };
  return { ...route, targets: [target], policies, memory: { turn: 0, previous: undefined } };
}

/** What comes of it is in its events. */
async function copy({ asked, session, metadata, ...init }: CopyInit): Promise<void> {
  const { env, job, route } = init;
  try {
    await sleep(env.clock, 0, env.closed); // the request goes first
  } catch {
    return; // the router has been closed
  }
  const context = {
    request: job.asked,
    session,
    metadata,
    stream: job.kind === 'stream',
    now: env.clock.now(),
    ...route.memory,
    random: env.random,
  };
  const question = { route, session, job, context, only: undefined, maxCost: undefined };
  const { ranked, decision, bound } = chooseCandidates(question, env);
  const channel = ranked.find((each) => hasSpareCapacity(each, context.now));
  if (channel === undefined || bound) return;
  const run = createRequest({
    ...init,
    options: { metadata, ...(session === undefined ? {} : { session }) },
    mirror: true,
  });
  run.decision = decision;
  try {
    const once = onlyTo(channel, run);
    if (job.kind !== 'stream') await chat(run, once, asked);
    else for await (const _ of await stream(run, once, asked)); // to its end, to be measured
  } catch (error) {
    settleError(run, error);
  }
}

/** One attempt at one target, and no other. */
function onlyTo(channel: Channel, run: RequestState): Failover {
  const lane = { signal: run.signal, win: () => true, alarm() {} };
  return {
    run: (attempt) => attempt(reserve(channel, run), lane),
    failed() {},
    mayGoOn: () => false,
    turnedAway: () => undefined,
  };
}
