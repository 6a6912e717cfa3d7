import { isRouterError, ProviderError } from '../../../errors.ts';
import type { Flow } from '../../../health/stream-stall-detector.ts';
import type {
  ProviderFinishPart,
  ProviderResponsePart,
  ProviderStreamPart,
} from '../../../types/provider.ts';
import type { ResponseInfo, Warning } from '../../../types/result/result.ts';
import type { StreamContent } from '../../../types/result/stream-part.ts';
import type { Usage } from '../../../types/result/usage.ts';
import { forRequest } from '../../../util/pulse.ts';
import { watchdog } from '../../../util/watchdog.ts';
import { type Answer, type ChatInput, contentFilterFailure } from '../../answer/answer.ts';
import { firstTokenTimeout, idleTimeout, stoppedTimeout } from '../../attempt/adaptive-timeouts.ts';
import { type Attempt, beginAttempt } from '../../attempt/attempt.ts';
import type { AttemptMeasures } from '../../attempt/billing.ts';
import { failureOf } from '../../attempt/follow.ts';
import type { ChannelReservation } from '../../attempt/reservation.ts';
import type { AttemptSlot } from '../../failover/race.ts';
import type { RequestState } from '../../request.ts';
import type { Target } from '../../targets/target.ts';
import { type Accumulator, accumulator } from './accumulate.ts';
import { type Continuation, splice } from './continuation.ts';

export type OnPart = (part: StreamContent | ProviderFinishPart) => void;

/** One target's stream, read part by part. Its time-outs run only while somebody waits for a part. */
export interface OpenStream {
  readonly attempt: Attempt;
  /**
   * Asks for the next content, or `finish` once and last, and calls one of the two, one time. `onError` gets what ended the attempt,
   * which is booked by then. Not to be asked again before.
   */
  read(onPart: OnPart, onError: (error: unknown) => void): void;
  /** Ends it early, without a verdict on the target, and closes its connection. */
  abandon(): void;
  /** The whole answer, once `finish` has come. */
  answer(finish: ProviderFinishPart): Answer;
  readonly collected: Accumulator;
  /** What is known so far. */
  readonly heard: StreamInfo;
}

/** What a vendor has said of its answer. */
export interface StreamInfo {
  readonly usage: Usage;
  readonly response: ResponseInfo;
  readonly warnings: readonly Warning[];
}

/**
 * Starts a stream at a target and reads on to its first token: what fails before is a failed attempt that nobody saw.
 * The parts read so far come again from `next`.
 *
 * @param continuation of another stream, the text of which this one takes up
 */
export async function openStream(
  run: RequestState,
  permit: ChannelReservation,
  asked: ChatInput,
  lane: AttemptSlot,
  continuation?: Continuation,
): Promise<OpenStream> {
  const attempt = beginAttempt(run, permit, lane);
  const stream = readStream(run, attempt, asked, continuation);
  const early: (StreamContent | ProviderFinishPart)[] = [];
  for (;;) {
    const part = await new Promise<StreamContent | ProviderFinishPart>(stream.read);
    early.push(part);
    if (part.type === 'finish') {
      const refusal = contentFilterFailure(part.finishReason, attempt, run.route.policies.fallbackOn);
      if (refusal !== undefined) {
        attempt.fail(refusal, { usage: part.usage, response: stream.heard.response });
        throw refusal;
      }
      break;
    }
    if (isToken(part)) break;
  }
  attempt.firstToken();
  return {
    ...stream,
    read(onPart, onError) {
      const part = early.shift();
      if (part === undefined) stream.read(onPart, onError);
      else onPart(part);
    },
  };
}

/** Whether a part is something to see. Pings, roles, empty deltas and raw chunks are not. */
function isToken(part: StreamContent): boolean {
  if (part.type === 'text-delta' || part.type === 'reasoning-delta') return part.text !== '';
  return part.type !== 'raw';
}

function readStream(
  run: RequestState,
  attempt: Attempt,
  { request }: ChatInput,
  continuation: Continuation | undefined,
): OpenStream {
  const { carry, target } = attempt;
  const { provider } = attempt.channel;
  const { clock, awake } = run.env;
  const collected = accumulator();
  const seam = continuation && splice(continuation, target.capabilities.prefill === 'echo');
  if (continuation !== undefined) collected.add(toText(continuation.before, continuation.id));
  let upstream: AsyncIterator<ProviderStreamPart> | undefined;
  let queued: IteratorResult<ProviderStreamPart> | undefined;
  const heard: { -readonly [Field in keyof StreamInfo]: StreamInfo[Field] } = {
    usage: {},
    response: { headers: {} },
    warnings: continuation === undefined ? [] : [continued(target)],
  };
  let tokens = 0;
  // What is left of `timeout.idle`: it runs while somebody waits, and only a token starts it anew.
  const idle = run.timeout.idle ?? idleTimeout(target, clock.now());
  let idleLeft = idle;
  let waitingSince = 0;
  // Whoever waits for the next part; an abort tells them at once, even if the provider does not care.
  let waiter: { readonly onPart: OnPart; readonly onError: (error: unknown) => void } | undefined;
  let flow: Flow | undefined;
  // What it may be idle while the target seems to have stopped.
  let stopped: number | undefined;
  let over = false;

  const startedAt = awake.now();
  const { stream: latencies } = target.latencies;
  const known = latencies.weight(clock.now());
  let firstToken = run.timeout.firstToken ?? firstTokenTimeout(target, clock.now());
  /** Of requests that came with it, the fast ones are known first: when its time is up, more is known of the slow ones. */
  const patienceLeft = (): number => {
    const now = clock.now();
    if (tokens > 0 || run.timeout.firstToken !== undefined || latencies.weight(now) <= known) return 0;
    firstToken = Math.max(firstToken, firstTokenTimeout(target, now));
    return startedAt + firstToken - awake.now();
  };
  const timer = watchdog(awake, () => {
    const left = patienceLeft();
    if (left > 0) {
      timer.watch(left);
      return;
    }
    attempt.expire(
      tokens === 0
        ? `no first token within timeout.firstToken = ${Math.round(firstToken)} ms`
        : `no token within timeout.idle = ${Math.round(stopped ?? idle)} ms`,
    );
  });
  /** Where all the target's streams have stopped, this one is not waited for as if it paused by itself. */
  const onStall = (all: boolean): void => forRequest(run.pulse, () => whileStalled(all))();
  const whileStalled = (all: boolean): void => {
    if (run.timeout.idle !== undefined || waiter === undefined) return;
    stopped = all ? stoppedTimeout(target) : undefined;
    timer.watch(Math.max(0, Math.min(idleLeft, stopped ?? idleLeft) - (awake.now() - waitingSince)));
  };
  const seen = (): AttemptMeasures => ({
    usage: heard.usage,
    text: collected.text().slice(continuation?.before.length) + collected.beside(),
    response: heard.response,
  });

  const end = (): void => {
    over = true;
    timer.stop();
    flow?.close();
    attempt.signal.removeEventListener('abort', onAbort);
  };
  const fail = (error: unknown): unknown => {
    const failure = failureOf(error, attempt);
    if (over) return failure;
    end();
    // The time that a reader lets pass is not the target's.
    const unread = tokens > 0 && waiter === undefined;
    if (isRouterError(failure, 'provider') && failure.kind !== 'aborted' && !unread)
      attempt.fail(failure, seen());
    else attempt.abandon(seen(), attempt.signal.aborted);
    attempt.stop();
    closeQuietly(upstream);
    return failure;
  };
  const onAbort = (): void => {
    tellError(fail(attempt.signal.reason));
  };
  attempt.signal.addEventListener('abort', onAbort, { once: true });
  if (attempt.signal.aborted) onAbort();
  else timer.watch(firstToken);

  const note = (part: ProviderResponsePart): void => {
    heard.response = {
      ...heard.response,
      ...(part.id === undefined ? {} : { id: part.id }),
      ...(part.model === undefined ? {} : { model: part.model }),
      ...(part.serviceTier === undefined ? {} : { serviceTier: part.serviceTier }),
      ...(part.region === undefined ? {} : { region: part.region }),
      ...(part.headers === undefined ? {} : { headers: part.headers }),
      ...(part.limits === undefined ? {} : { limits: part.limits }),
    };
    attempt.noteLimits(part.limits);
    if (part.warnings !== undefined) heard.warnings = [...heard.warnings, ...part.warnings];
    if (part.usage !== undefined) heard.usage = part.usage;
  };

  /** Takes one part in; gives it back where it is for the reader. */
  const take = (
    result: IteratorResult<ProviderStreamPart>,
  ): StreamContent | ProviderFinishPart | undefined => {
    if (result.done === true) {
      const summary = 'the stream ended without its end mark';
      throw new ProviderError({ kind: 'truncated', provider: provider.name, answered: true, summary });
    }
    const part = result.value;
    if (part.type === 'response') {
      note(part);
      return undefined;
    }
    if (part.type === 'finish') {
      heard.usage = part.usage;
      const held = seam?.end() ?? '';
      if (held !== '') {
        queued = result;
        return add(toText(held, continuation?.id));
      }
      end();
      // Lets the provider come to its own end, so that its connection can be used again.
      upstream?.next().then(undefined, () => {});
      return part;
    }
    if (part.type !== 'text-delta' || seam === undefined) return add(part);
    return add(toText(seam.push(part.text), continuation?.id));
  };
  const add = (part: StreamContent): StreamContent => {
    collected.add(part);
    if (isToken(part)) {
      tokens += 1;
      idleLeft = idle;
      stopped = undefined;
      flow ??= target.stall.open(onStall);
      flow.came(awake.rough());
    } else if (tokens > 0) {
      idleLeft -= awake.rough() - waitingSince;
    }
    return part;
  };

  const tellError = (error: unknown): void => {
    const waiting = waiter;
    waiter = undefined;
    waiting?.onError(error);
  };
  const onError = (error: unknown): void => {
    if (!over) tellError(fail(error));
  };
  const onResult = (result: IteratorResult<ProviderStreamPart>): void => {
    if (over) return;
    let part: StreamContent | ProviderFinishPart | undefined;
    try {
      part = take(result);
    } catch (error) {
      onError(error);
      return;
    }
    if (part === undefined) {
      pull();
      return;
    }
    if (tokens > 0) timer.pause();
    const waiting = waiter;
    waiter = undefined;
    waiting?.onPart(part);
  };
  const pull = (): void => {
    try {
      upstream ??= provider.stream({ ...request, ...carry })[Symbol.asyncIterator]();
      const next = queued === undefined ? upstream.next() : Promise.resolve(queued);
      queued = undefined;
      next.then(onResult, onError);
    } catch (error) {
      onError(error);
    }
  };

  return {
    attempt,
    collected,
    heard,
    read(onPart, onFailure) {
      if (over) {
        onFailure(failureOf(undefined, attempt));
        return;
      }
      waiter = { onPart, onError: onFailure };
      if (tokens > 0) {
        waitingSince = awake.rough();
        flow?.waits(waitingSince);
        timer.watch(idleLeft, waitingSince);
      }
      pull();
    },
    abandon() {
      if (over) return;
      end();
      attempt.abandon(seen(), true);
      attempt.stop();
      closeQuietly(upstream);
      tellError(attempt.signal.reason);
    },
    answer: (finish) => ({
      content: collected.content(),
      finishReason: finish.finishReason,
      usage: finish.usage,
      ...(finish.cost === undefined ? {} : { cost: finish.cost }),
      response: heard.response,
      warnings: heard.warnings,
      providerMetadata: finish.providerMetadata ?? {},
      raw: finish.raw,
      ...(finish.origin === undefined ? {} : { origin: finish.origin }),
    }),
  };
}

function toText(text: string, id: string | undefined): StreamContent & { readonly type: 'text-delta' } {
  return { type: 'text-delta', text, ...(id === undefined ? {} : { id }) };
}

function continued({ id }: Target): Warning {
  return { type: 'other', feature: 'interrupted', details: `the rest of the answer is of ${id}` };
}

function closeQuietly(upstream: AsyncIterator<unknown> | undefined): void {
  Promise.resolve(upstream?.return?.()).catch(() => {});
}
