import { ProviderError } from '../../errors.ts';
import type { TokenDemand } from '../../limits/no-limits.ts';
import { addCosts } from '../../pricing/sum-costs.ts';
import type { ProviderOptions } from '../../types/request/message.ts';
import type { OperationResult, ResponseInfo, Warning } from '../../types/result/result.ts';
import type { Cost, Usage } from '../../types/result/usage.ts';
import { LinkedAbort, orAbort, type Signal } from '../../util/time/abort.ts';
import { availableAt, declaredAt, hasCapacity } from '../admission/capacity.ts';
import { queueOf } from '../admission/queue.ts';
import { isWithinLimits } from '../admission/spare-capacity.ts';
import { type Attempt, beginAttempt } from '../attempt/attempt.ts';
import { follow } from '../attempt/follow.ts';
import { type ChannelReservation, type Refused, reserve } from '../attempt/reservation.ts';
import type { Failover } from '../failover/failover.ts';
import type { AttemptSlot } from '../failover/race.ts';
import type { RequestState } from '../request.ts';
import type { Channel, Target } from '../targets/target.ts';

/** Concurrent calls of one request if the target has no limit. */
const usualConcurrency = 4;

/** The fields common to all answers. */
interface Answered {
  readonly usage: Usage;
  readonly cost?: number;
  readonly response: ResponseInfo;
  readonly warnings: readonly Warning[];
  readonly providerMetadata?: ProviderOptions;
  readonly raw: unknown;
}

/** One call's share of a request. */
export interface SubCall<Answer> {
  /** Calls the provider. */
  call(channel: Channel, carry: Attempt['carry']): Promise<Answer> | undefined;
  /** Why an answer is unusable; `undefined` if it is usable. */
  flaw(answer: Answer | undefined): string | undefined;
  /** The usage recorded for an answer. */
  booked(answer: Answer): Usage;
  /** Estimates usage the vendor did not report. */
  estimate(): Usage;
  /** What the vendor may charge for a failed attempt. `cut`: it was interrupted, by us or by the vendor. */
  lost(cut: boolean): Usage;
}

interface Task<Answer> extends SubCall<Answer> {
  done: { readonly answer: Answer; readonly cost: Cost | undefined } | undefined;
}

/** All batches combined. */
export interface Combined<Answer> {
  readonly answers: readonly Answer[];
  /** The fields common to the results of all operations. */
  readonly common: OperationResult & { readonly raw: readonly unknown[] };
}

/**
 * Runs all batches of a request at one target. On failure, the next target starts over, so models never mix.
 *
 * @param split splits the request into batches a target accepts
 */
export function splitCalls<Answer extends Answered>(
  run: RequestState,
  failover: Failover,
  split: (target: Target) => readonly SubCall<Answer>[],
): Promise<Combined<Answer>> {
  // Completed work is kept in case the target is tried again.
  const begun = new Map<Target, readonly Task<Answer>[]>();
  return failover.run(async (first, lane) => {
    const { target } = first.channel;
    const tasks = begun.get(target) ?? split(target).map((portion) => ({ ...portion, done: undefined }));
    begun.set(target, tasks);
    await askAll(run, first, lane, tasks, (why) => failover.turnedAway(why));
    if (!lane.win()) throw lane.signal.reason;
    const done = tasks.flatMap((task) => task.done ?? []);
    const answers = done.map(({ answer }) => answer);
    const usage = addUsage(answers.map((answer) => answer.usage));
    const cost = addCosts(done.map((each) => each.cost));
    const common = {
      usage,
      cost,
      target: target.id,
      attempts: run.attempts,
      decision: run.decision,
      response: answers.at(-1)?.response ?? { headers: {} },
      warnings: answers[0]?.warnings ?? [],
      providerMetadata: answers.at(-1)?.providerMetadata ?? {},
      raw: answers.map(({ raw }) => raw),
    };
    return { answers, common };
  });
}

/** Runs the remaining batches, several at a time. The first failure ends them all. */
async function askAll<Answer extends Answered>(
  run: RequestState,
  first: ChannelReservation,
  lane: AttemptSlot,
  tasks: readonly Task<Answer>[],
  turnedAway: Failover['turnedAway'],
): Promise<void> {
  const { channel } = first;
  const left = tasks.filter(({ done }) => done === undefined);
  const others = new LinkedAbort(lane.signal);
  const granted = [first];
  let underWay = 0;
  let failure: { readonly error: unknown } | undefined;
  const work = async (): Promise<void> => {
    for (let task = left.shift(); task !== undefined && failure === undefined; task = left.shift()) {
      let refused = false;
      const refusal = (why: 'full' | 'late'): unknown => {
        refused = true;
        return turnedAway(why);
      };
      try {
        const taken = granted.pop() ?? (await nextPlace(run, channel, task, others.signal, refusal));
        underWay += 1;
        await ask(run, taken, lane, task, others.signal).finally(() => {
          underWay -= 1;
        });
      } catch (error) {
        if (refused && underWay > 0) {
          left.unshift(task); // picked up when a call in flight ends
          return;
        }
        failure ??= { error };
        others.abort(error);
      }
    }
  };
  const concurrency = Math.min(left.length, channel.target.limits.places.cap.limit, usualConcurrency);
  await Promise.all(Array.from({ length: concurrency }, work));
  others.unlink();
  for (const unused of granted) unused.release(undefined);
  if (failure !== undefined) throw failure.error;
}

/** Reserves capacity for one more call to the same target with the same key. */
async function nextPlace<Answer>(
  run: RequestState,
  channel: Channel,
  task: SubCall<Answer>,
  signal: Signal,
  refusal: Failover['turnedAway'],
): Promise<ChannelReservation> {
  for (;;) {
    const place = await queued(run, channel, task, signal, refusal);
    if (!('ready' in place)) return place;
    await orAbort(Promise.resolve(place.ready), signal);
  }
}

/** Waits for a place in the queue, and leaves it where a plugin delays the call. */
function queued<Answer>(
  run: RequestState,
  channel: Channel,
  task: SubCall<Answer>,
  signal: Signal,
  refusal: Failover['turnedAway'],
): Promise<ChannelReservation | Refused> {
  const tokens = (): TokenDemand => {
    const { inputTokens = 0, outputTokens = 0 } = task.estimate();
    return { input: inputTokens, output: outputTokens };
  };
  return queueOf(run.env).wait({
    priority: run.priority,
    line: `${channel.target.id} ${channel.number ?? ''}`,
    room: Number.POSITIVE_INFINITY, // the request has been admitted
    maxWait: run.env.queueLimits.maxWait,
    forecastWait: run.timeLeft / 2,
    signal,
    pulse: run.pulse,
    tryEnter(last) {
      const now = run.env.clock.now();
      const at = (last === undefined ? availableAt : declaredAt)(channel, tokens, now);
      if (at > now) return { until: at };
      const mayEnter = last === 'late' ? isWithinLimits(channel) : hasCapacity(channel);
      if (!mayEnter) return { until: Number.POSITIVE_INFINITY };
      const got = reserve(channel, run, now, tokens);
      return 'until' in got && (got.ready === undefined || last === 'late') ? got : { got };
    },
    refusal,
  });
}

async function ask<Answer extends Answered>(
  run: RequestState,
  taken: ChannelReservation,
  lane: AttemptSlot,
  task: Task<Answer>,
  othersFailed: Signal,
): Promise<void> {
  const attempt = beginAttempt(run, taken, lane);
  const stop = (): void => {
    if (!lane.signal.aborted) attempt.stop(); // otherwise it ends with the lane's reason
  };
  othersFailed.addEventListener('abort', stop, { once: true });
  try {
    const answer = await follow(
      attempt,
      () => answerTo(task, taken.channel, attempt.carry),
      () => ({ usage: task.lost(attempt.signal.aborted) }),
    );
    attempt.noteLimits(answer.response.limits);
    const usage = task.booked(answer);
    const cost = attempt.price({ ...answer, usage }, task.estimate);
    attempt.succeed(usage, cost, answer.response);
    task.done = { answer, cost };
  } finally {
    othersFailed.removeEventListener('abort', stop);
  }
}

async function answerTo<Answer>(
  task: SubCall<Answer>,
  channel: Channel,
  carry: Attempt['carry'],
): Promise<Answer> {
  const answer = await task.call(channel, carry);
  const summary = task.flaw(answer);
  if (answer !== undefined && summary === undefined) return answer;
  throw new ProviderError({
    kind: 'malformed',
    provider: channel.provider.name,
    answered: true,
    summary,
  });
}

/** Sums each figure; a sum is known only if all of its parts are. */
function addUsage(usages: readonly Usage[]): Usage {
  const [first = {}, ...others] = usages;
  const names = Object.keys(first) as (keyof Usage)[];
  const sums = names.flatMap((name) => {
    const sum = others.reduce<number | undefined>((all, usage) => add(all, usage[name]), first[name]);
    return sum === undefined ? [] : [[name, sum]];
  });
  return Object.fromEntries(sums);
}

function add(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : a + b;
}
