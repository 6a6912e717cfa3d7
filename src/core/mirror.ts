import type { CallOptions } from '../types/options.ts';
import type { Strategy } from '../types/strategy.ts';
import type { Asked } from './answer.ts';
import { type Choice, chooseCandidates } from './candidates.ts';
import { chat } from './chat.ts';
import { stream } from './chat-stream.ts';
import { sleep } from './clock.ts';
import type { Environment, Route } from './environment.ts';
import type { Failover } from './failover.ts';
import type { Job } from './job.ts';
import { permit } from './permit.ts';
import { createRun, type Run, type RunInit, settleError } from './run.ts';
import type { Channel, Target } from './target.ts';
import { hasSpare } from './vacancy.ts';

/** A request whose targets have been chosen. */
export interface Original {
  readonly id: string;
  readonly route: Route;
  readonly job: Job;
  readonly asked: Asked;
  readonly options: CallOptions;
  readonly choice: Choice;
}

/** Sends a copy of a request to the target that its route mirrors to, if its turn has come. Returns at once, never throws. */
export type Mirror = (original: Original) => void;

/** What a copy is made from: nothing of the original's own life. */
interface CopyInit extends Pick<RunInit, 'id' | 'env' | 'job'> {
  readonly route: Route;
  readonly asked: Asked;
  /** So that it meets the same of the vendor's caches. */
  readonly session: string | undefined;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** Made once per router. */
export function createMirror(targets: readonly Target[], env: Environment): Mirror {
  /** Copies under way, also those that are about to begin. */
  const underWay = new Map<Target, number>();
  const count = (target: Target, more: 1 | -1): void => {
    underWay.set(target, (underWay.get(target) ?? 0) + more);
  };
  return ({ id, route, job, asked, options, choice }) => {
    const { mirror } = route.policies;
    if (mirror === false || env.random() >= mirror.share) return;
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
function mayCopy(job: Job, { only }: CallOptions, { bound, ranked }: Choice, target: Target): boolean {
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
  const channel = ranked.find((each) => hasSpare(each, context.now));
  if (channel === undefined || bound) return;
  const run = createRun({
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
function onlyTo(channel: Channel, run: Run): Failover {
  const lane = { signal: run.signal, win: () => true, alarm() {} };
  return {
    run: (attempt) => attempt(permit(channel, run), lane),
    failed() {},
    mayGoOn: () => false,
    turnedAway: () => undefined,
  };
}
