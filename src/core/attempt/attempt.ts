import { isRouterError, ProviderError } from '../../errors.ts';
import { costOf, reportedCost } from '../../pricing/cost.ts';
import { estimateTokens } from '../../pricing/estimate.ts';
import type { FallbackKind } from '../../types/error.ts';
import type { VendorLimit } from '../../types/options/limit.ts';
import type { ProviderCall } from '../../types/provider.ts';
import type { AttemptSummary } from '../../types/result/result.ts';
import type { Cost, Usage } from '../../types/result/usage.ts';
import { linkedAbort, type Signal } from '../../util/abort.ts';
import { watchdog } from '../../util/watchdog.ts';
import { emitHealthChange } from '../context.ts';
import type { AttemptSlot } from '../failover/race.ts';
import { generatesText } from '../operations/operation.ts';
import { defaultBreaker } from '../options/policies.ts';
import { eventFields, type RequestState } from '../request.ts';
import type { Channel, Target } from '../targets/target.ts';
import { billedOf, failurePolicyOf, isStaleSocket } from './failure-policy.ts';
import { recordFailure } from './record-outcome.ts';
import type { Reservation } from './reservation.ts';

/** One call to one target, while it runs. Exactly one of its three ends is called. */
export interface Attempt {
  readonly target: Target;
  /** The target by the key that it goes through. */
  readonly channel: Channel;
  /** Aborted when it has to stop. */
  readonly signal: Signal;
  /** What the provider gets beside the request. */
  readonly carry: Pick<ProviderCall, 'model' | 'signal' | 'connectTimeout'>;
  /** Ends it from our side, as a time-out does. */
  expire(summary: string): void;
  /** Stops the provider's work without a verdict. */
  stop(): void;
  /** What the vendor says is left of its limits. */
  noteLimits(limits: readonly VendorLimit[] | undefined): void;
  /** The first token has come: from now on its failure can be seen. */
  firstToken(): void;
  /** What an answer costs. `estimate` stands in for tokens that the vendor did not count. */
  price(answer: Billed, estimate: () => Usage): Cost | undefined;
  /**
   * Books an answer that is complete.
   *
   * @param estimate stands in for the price of tokens that the vendor did not count
   * @param rejected the target did well, but the answer is not what was asked for
   */
  succeed(answer: Billed, estimate: () => Usage, rejected?: FallbackKind): Cost | undefined;
  /** Books a failure. `seen`: what is known of the answer so far. */
  fail(error: ProviderError, seen: AttemptMeasures): void;
  /** Ends it without a verdict. `sent`: whether the vendor may have begun to work. */
  abandon(seen: AttemptMeasures, sent: boolean): void;
}

/** What the vendor says of the cost of an answer: its tokens, and a few also the US$. */
export interface Billed {
  readonly usage: Usage;
  readonly cost?: number;
}

/** What came of an answer that has no end. */
export interface AttemptMeasures {
  readonly usage?: Usage | undefined;
  readonly text?: string;
}

/** Starts an attempt's clock. Throws only the request's own abort reason. */
export function beginAttempt(run: RequestState, permit: Reservation, lane: AttemptSlot): Attempt {
  const { env } = run;
  const { kind } = run.job;
  const { channel, passes } = permit;
  const { target, provider } = channel;
  const { endpoint } = channel.key;
  if (lane.signal.aborted) {
    permit.release(undefined);
    throw lane.signal.reason;
  }
  run.started += 1;
  const number = run.started;
  const startedAt = env.clock.now();
  target.stats.start(startedAt);
  emitHealthChange(target, env);
  const abort = linkedAbort(lane.signal);
  const controller = new AbortController(); // for the provider, which wants a real one
  abort.signal.addEventListener('abort', () => controller.abort(abort.signal.reason));
  if (abort.signal.aborted) controller.abort(abort.signal.reason);
  // Embeddings and images take as long as their portions are large; nothing can be learnt from that.
  const waiting = generatesText(kind)
    ? target.silence.begin(target.latencies[kind], lane.alarm, run.job.size.get())
    : undefined;
  const keyFact = channel.number === undefined ? {} : { key: channel.number };
  let firstTokenAt: number | undefined;
  let expired = false;

  const expire = (summary: string): void => {
    expired = true;
    abort.abort(new ProviderError({ kind: 'timeout', provider: provider.name, code: 'timeout', summary }));
  };
  const timer = watchdog(env.clock, () => {
    expire(`no complete answer within timeout.attempt = ${run.timeout.attempt} ms`);
  });
  timer.watch(run.timeout.attempt);

  const end = (outcome: Omit<AttemptSummary, 'target' | 'duration' | 'firstToken'>): void => {
    timer.stop();
    waiting?.end();
    abort.unlink();
    const summary: AttemptSummary = {
      target: target.id,
      ...keyFact,
      duration: env.clock.now() - startedAt,
      ...(firstTokenAt === undefined ? {} : { firstToken: firstTokenAt - startedAt }),
      ...outcome,
    };
    run.attempts.push(summary);
    permit.release(outcome.usage);
    emitHealthChange(target, env);
    env.events.emit({ type: 'attempt-end', ...eventFields(run), attempt: number, ...summary });
    if (summary.billed === 'no' || summary.usage === undefined) return;
    env.events.emit({
      type: 'usage',
      ...eventFields(run),
      target: target.id,
      provider: provider.name,
      model: target.model,
      usage: summary.usage,
      cost: summary.cost,
      outcome: summary.outcome,
      billed: summary.billed,
    });
  };

  const priced = (usage: Usage, estimated: boolean): Cost | undefined => {
    const known = env.prices.priceOf(target);
    return known === undefined ? undefined : costOf(usage, known.price, known.source, estimated);
  };
  const price: Attempt['price'] = ({ usage, cost }, estimate) => {
    const told = cost !== undefined && Number.isFinite(cost) && cost >= 0;
    if (told && target.price === undefined) return reportedCost(cost);
    const counted = usage.inputTokens !== undefined && usage.outputTokens !== undefined;
    return priced(usage, false) ?? (counted ? undefined : priced({ ...estimate(), ...usage }, true));
  };
  // What the vendor may charge for an answer that was cut off: the input, and the output that came.
  const guess = ({ usage, text = '' }: AttemptMeasures): { usage: Usage; cost?: Cost } => {
    const seen = {
      ...usage,
      inputTokens: usage?.inputTokens ?? run.job.inputTokens.get(),
      outputTokens: Math.max(usage?.outputTokens ?? 0, estimateTokens(text)),
    };
    const cost = priced(seen, true);
    return { usage: seen, ...(cost === undefined ? {} : { cost }) };
  };

  env.events.emit({
    type: 'attempt-start',
    ...eventFields(run),
    target: target.id,
    ...keyFact,
    attempt: number,
  });
  return {
    target,
    channel,
    signal: abort.signal,
    carry: { model: target.model, signal: controller.signal, connectTimeout: run.timeout.connect },
    price,
    expire,
    stop: () => abort.abort(new ProviderError({ kind: 'aborted', provider: provider.name })),
    noteLimits(limits) {
      if (limits !== undefined && limits.length > 0) channel.headroom.note(limits, env.clock.now());
    },
    firstToken() {
      firstTokenAt = env.clock.now();
      waiting?.answered();
      run.firstTokenAt ??= firstTokenAt;
    },
    succeed(answer, estimate, rejected) {
      const { usage } = answer;
      const now = env.clock.now();
      waiting?.answered();
      channel.pressure.succeeded(channel.places.taken);
      const limits = run.route.policies.breaker || defaultBreaker;
      target.breaker.success(passes.own, now, limits);
      endpoint.breaker.success(passes.shared, now, limits);
      const firstToken = firstTokenAt === undefined ? undefined : firstTokenAt - startedAt;
      target.stats.end(now, {
        sample: {
          total: now - startedAt,
          firstToken,
          outputTokens: kind === 'image' ? undefined : usage.outputTokens,
        },
      });
      if (usage.outputTokens !== undefined && generatesText(kind))
        run.route.outputs.add(target.id, usage.outputTokens, now);
      env.caches.note(run.session, target.id, usage, now);
      const cost = price(answer, estimate);
      const outcome =
        rejected === undefined
          ? ({ outcome: 'success' } as const)
          : ({ outcome: 'failed', error: { kind: rejected } } as const);
      end({ ...outcome, usage, ...(cost === undefined ? {} : { cost }), billed: 'yes' });
      return cost;
    },
    fail(error, seen) {
      const now = env.clock.now();
      // Else a target that has become slower would for ever be given up too early.
      if (expired) waiting?.gaveUp();
      const { breaker, retry, fallbackOn } = run.route.policies;
      if (error.kind === 'rate-limit' || error.kind === 'overloaded')
        channel.pressure.refused(channel.places.taken, startedAt, now);
      // Nobody's fault where the request is sent anew; a target that does it again is broken.
      const pardoned =
        isStaleSocket(error) &&
        retry.sameTarget > 0 &&
        !run.attempts.some(({ target: id, outcome }) => id === target.id && outcome === 'failed');
      const usual = failurePolicyOf(error, fallbackOn);
      const consequence = pardoned ? ({ ...usual, health: 'nothing' } as const) : usual;
      const counts = recordFailure(channel, passes, error, consequence, breaker, now);
      target.stats.end(now, { failed: counts });
      const billed = billedOf(error, firstTokenAt !== undefined);
      const { kind, status, vendorCode: code, limit } = error;
      end({
        outcome: 'failed',
        error: {
          kind,
          ...(status === undefined ? {} : { status }),
          ...(code === undefined ? {} : { code }),
          ...(limit === undefined ? {} : { limit }),
        },
        ...(billed === 'no' ? {} : guess(seen)),
        billed,
      });
    },
    abandon(seen, sent) {
      const now = env.clock.now();
      target.stats.end(now, {});
      end({ outcome: 'abandoned', ...(sent ? guess(seen) : {}), billed: sent ? 'unknown' : 'no' });
    },
  };
}

/** Does an attempt's one call, and books its failure if it fails: `seen` says what is known by then. */
export function follow<T>(attempt: Attempt, call: () => Promise<T>, seen: () => AttemptMeasures): Promise<T> {
  const { signal } = attempt;
  return new Promise((resolve, reject) => {
    let over = false;
    const fail = (error: unknown): void => {
      if (over) return;
      over = true;
      signal.removeEventListener('abort', onAbort);
      const failure = failureOf(error, attempt);
      if (isRouterError(failure, 'provider') && failure.kind !== 'aborted') attempt.fail(failure, seen());
      else attempt.abandon(seen(), signal.aborted);
      reject(failure);
    };
    // At once, so that all attempts are accounted for when the request ends, and even if the provider does not care.
    const onAbort = (): void => fail(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) {
      onAbort();
      return;
    }
    try {
      call().then((answer) => {
        if (over) return;
        over = true;
        signal.removeEventListener('abort', onAbort);
        resolve(answer);
      }, fail);
    } catch (error) {
      fail(error);
    }
  });
}

/**
 * What an attempt failed with. Time-outs and aborts of our own come through the signal, whatever the provider makes of
 * them. Errors that are no `ProviderError` are not the vendor's doing: the caller gets them as they are.
 */
export function failureOf(error: unknown, attempt: Attempt): unknown {
  const { signal } = attempt;
  const thrown = signal.aborted ? signal.reason : error;
  if (isRouterError(thrown) || signal.aborted) return thrown;
  return new ProviderError({
    kind: 'unknown',
    provider: attempt.channel.provider.name,
    summary: 'the provider threw an error of its own',
    cause: thrown,
  });
}
