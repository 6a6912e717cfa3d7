import type { CallOptions, ChatResult, ChatStream, Cost, Router, StreamPart } from 'signalbox';
import type { VirtualClock } from 'signalbox/testing';
import { dice } from './dice.ts';
import { faultyOptions } from './more-trouble.ts';
import { inSteps, type RequestPlan } from './plan.ts';
import { asksOf } from './repeats.ts';

type Pause = (ms: number) => Promise<void>;

/** What one caller saw of one request. */
export interface Seen {
  readonly plan: RequestPlan;
  readonly startedAt: number;
  /** Why and when the caller gave up, if so. */
  readonly reason: object;
  abortedAt: number | undefined;
  /** When `chat`, `embed` or `stream` had settled. */
  openedAt: number | undefined;
  /** When the answer, or a stream's `result`, had settled. */
  settledAt: number | undefined;
  /** When all of it was over for the caller. */
  endedAt: number | undefined;
  answer: { readonly text: string; readonly target: string; readonly cost: Cost | undefined } | undefined;
  /** What it was rejected with. */
  failure: { readonly error: unknown } | undefined;
  /** Of a stream. */
  readonly parts: StreamPart[];
  /** What the reader of the stream got instead of a part. */
  readingFailure: { readonly error: unknown } | undefined;
  left: boolean;
  /** Parts that came after the end of a stream. */
  late: number;
}

/** Makes one request, as its plan says. Never rejects. */
export async function call(
  router: Router,
  plan: RequestPlan,
  clock: VirtualClock,
  step: number,
): Promise<Seen> {
  const abort = new AbortController();
  const reason = { request: plan.number };
  const seen: Seen = {
    plan,
    startedAt: clock.now(),
    reason,
    abortedAt: undefined,
    openedAt: undefined,
    settledAt: undefined,
    endedAt: undefined,
    answer: undefined,
    failure: undefined,
    parts: [],
    readingFailure: undefined,
    left: false,
    late: 0,
  };
  const giveUp = (): void => {
    seen.abortedAt = clock.now();
    abort.abort(reason);
  };
  const pause: Pause = (ms) => new Promise((resolve) => clock.after(inSteps(ms, step), resolve));
  let cancel = (): void => {};
  if (plan.abortAfter === 0) giveUp();
  else if (plan.abortAfter !== undefined) cancel = clock.after(plan.abortAfter, giveUp);
  try {
    await ask(router, plan, abort.signal, pause, seen, clock);
  } catch (error) {
    seen.failure ??= { error };
  }
  cancel();
  seen.openedAt ??= clock.now();
  seen.settledAt ??= clock.now();
  seen.endedAt = clock.now();
  return seen;
}

async function ask(
  router: Router,
  plan: RequestPlan,
  signal: AbortSignal,
  pause: Pause,
  seen: Seen,
  clock: VirtualClock,
): Promise<void> {
  const options: CallOptions = {
    route: plan.route,
    signal,
    metadata: { request: plan.number },
    ...plan.options,
  };
  const prompt = `request ${asksOf(plan)}`;
  const providerOptions = plan.fault === undefined ? {} : { providerOptions: faultyOptions };
  if (plan.kind === 'embed') {
    const values = [prompt, prompt, prompt].slice(asksOf(plan) % 3);
    const { embeddings, target, cost } = await router.embed({ values, ...providerOptions }, options);
    seen.answer = { text: embeddings.length === values.length ? '' : 'not all', target, cost };
    return;
  }
  if (plan.kind === 'chat') {
    seen.answer = await router.chat({ prompt, ...providerOptions }, options);
    return;
  }
  const stream = await router.stream({ prompt, ...providerOptions }, options);
  seen.openedAt = clock.now();
  const settled = stream.result.then(
    (result: ChatResult) => {
      seen.answer = result;
      seen.settledAt = clock.now();
    },
    (error: unknown) => {
      seen.failure = { error };
      seen.settledAt = clock.now();
    },
  );
  try {
    await read(stream, plan, pause, seen);
  } catch (error) {
    seen.readingFailure = { error };
  }
  await settled;
}

async function read(
  stream: ChatStream,
  { reader, number }: RequestPlan,
  pause: Pause,
  seen: Seen,
): Promise<void> {
  const throws = dice(number);
  const take = (part: StreamPart): void => {
    if (seen.parts.at(-1)?.type === 'finish') seen.late += 1;
    seen.parts.push(part);
  };
  switch (reader) {
    case 'never':
      return;
    case 'text':
      for await (const text of stream.textStream) take({ type: 'text-delta', text });
      return;
    case 'leaves': {
      let left = throws.whole(1, 4);
      for await (const part of stream) {
        take(part);
        left -= 1;
        if (left > 0) continue;
        seen.left = true;
        break;
      }
      return;
    }
    case 'quits': {
      // Leaves while it waits for a part.
      const iterator = stream[Symbol.asyncIterator]();
      let over = false;
      const reading = (async () => {
        for (let next = await iterator.next(); next.done !== true; next = await iterator.next())
          take(next.value);
      })().finally(() => {
        over = true;
      });
      reading.catch(() => {}); // thrown below
      await pause(throws.between(0, 3_000));
      if (!over) {
        seen.left = true;
        await iterator.return?.();
      }
      return reading;
    }
    case 'greedy': {
      // Asks for several parts at a time, and once more when it is over.
      const iterator = stream[Symbol.asyncIterator]();
      for (let over = false; !over; ) {
        const results = await Promise.all([iterator.next(), iterator.next(), iterator.next()]);
        for (const { value, done } of results) {
          if (done === true) over = true;
          else take(value);
        }
      }
      if ((await iterator.next()).done !== true) seen.late += 1;
      return;
    }
    default:
      if (reader === 'late') await pause(throws.between(0, 10_000));
      for await (const part of stream) {
        take(part);
        if (reader === 'slow') await pause(throws.between(0, 3_000));
      }
  }
}
