import type { Breaker } from '../../health/closed-breaker.ts';
import { closedBreaker } from '../../health/closed-breaker.ts';
import { type Cooldowns, cooldowns } from '../../health/cooldowns.ts';
import type { FailureDetector } from '../../health/failure-detector.ts';
import type { StreamStallDetector } from '../../health/stream-stall-detector.ts';
import type { UnclearRefusal } from '../../health/unclear-refusal.ts';
import { type InFlight, inFlight } from '../../limits/in-flight.ts';
import type { AdaptiveConcurrency, VendorLimits } from '../../limits/no-limits.ts';
import { unlimited, unlimitedRate, unreportedLimits } from '../../limits/no-limits.ts';
import type { RateLimit } from '../../limits/rate-limit.ts';
import { type DecayingMean, decayingMean } from '../../stats/decaying-mean.ts';
import { type FailureOdds, failureOdds } from '../../stats/failure-odds.ts';
import type { Latencies } from '../../stats/latency.ts';
import { type StatsRecorder, statsRecorder } from '../../stats/target-stats.ts';
import type { BatchDesk } from '../../types/batch/desk.ts';
import type { Clock } from '../../types/clock.ts';
import type { Capabilities } from '../../types/options/capabilities.ts';
import type { KeyLimits } from '../../types/options/limit.ts';
import type { Baseline, TargetOptions, TargetSettings } from '../../types/options/options.ts';
import type { Price } from '../../types/options/price.ts';
import type { Candidate, Health, TargetStats } from '../../types/options/strategy.ts';
import type { Provider } from '../../types/provider.ts';
import type { AwakeClock } from '../../util/time/awake-clock.ts';
import { deferredProvider, isBestEffort, onTier, type Variant, variantsOf } from './tiers.ts';
import { noDetector, unknownLatencies } from './unmeasured.ts';

/**
 * Requests by the vendor's endpoints: chats and streams, embeddings, images. Each has its own health, because a model may lack one
 * endpoint, or one may be down, while the others work.
 */
export type Workload = 'chat' | 'embed' | 'image';

/** A target and this process's knowledge of it, for one workload. Holds no state of a single request. */
export interface Target {
  readonly workload: Workload;
  /** The same target for another workload: with its own health and failures; everything else is shared. */
  of(workload: Workload): Target;
  /** The workloads used so far, except chats and streams. */
  readonly others: ReadonlyMap<Workload, Target>;
  readonly id: string;
  readonly provider: Provider;
  /** Whether answers may take hours. */
  readonly deferred: boolean;
  /** Whether the vendor serves its tier only as far as it has room. */
  readonly bestEffort: boolean;
  readonly model: string;
  readonly price: Price | undefined;
  readonly pricedAs: string | undefined;
  readonly settings: TargetSettings | undefined;
  readonly prior: Baseline;
  /** Known by its provider or declared in its options. */
  readonly capabilities: Capabilities;
  /** The view that strategies get. */
  readonly facts: Omit<Candidate['target'], 'price'>;
  /** Shared by all keys of the deployment. */
  readonly breaker: Breaker;
  readonly holds: Cooldowns;
  readonly stats: StatsRecorder;
  readonly odds: FailureOdds;
  /** Time to the first token of a stream, or to a complete answer. */
  latencies: { readonly stream: Latencies; readonly chat: Latencies };
  /** Output tokens per image. */
  readonly imageTokens: DecayingMean;
  /** Detects that it has stopped answering. */
  silence: FailureDetector;
  /** Detects that its streams have stalled. */
  stall: StreamStallDetector | undefined;
  /** Sets what measures it, once the code for that is loaded. */
  measureBy(measures: Measures, arm: Arm): void;
  /** The declared prices and limits. */
  readonly limits: Limits;
  /** One per key of its provider. */
  readonly channels: readonly Channel[];
  /** It no longer belongs to the router, so requests that have it start no further attempt. */
  isRemoved: boolean;
}

/** What measures a target, in all its workloads. */
export type Measures = Pick<Target, 'latencies' | 'silence' | 'stall'>;

/** Puts a target's breakers and limits in force, for one workload. */
export type Arm = (target: Target) => void;

/** A target with one key: what an attempt uses. */
export interface Channel {
  readonly target: Target;
  /** With this key. */
  readonly provider: Provider;
  /** The index of the key, from 0; `undefined` if there is only one. */
  readonly number: number | undefined;
  readonly key: Key;
  /** The vendor's limits for this key and deployment. */
  readonly holds: Cooldowns;
  /** The last refusal without a clear cause, if nothing has succeeded since. */
  unclearRefusal: UnclearRefusal | undefined;
  /** Limits reported by the vendor. */
  readonly vendorLimits: VendorLimits;
  /** Limits learned from refusals. */
  readonly adaptive: AdaptiveConcurrency;
  /** Attempts in flight. */
  readonly places: InFlight;
  /** Every concurrency slot that an attempt takes: of the channel, the target, and the key if it has a limit. */
  readonly concurrency: readonly InFlight[];
  /** The slots that the application limits. */
  readonly declared: readonly InFlight[];
  /** The declared limits on requests and tokens per minute, of the target and the key. */
  readonly rates: readonly RateLimit[];
  /** The health last reported to listeners. */
  lastReportedHealth: Health;
}

/** A key, shared by all models it is used for. */
export interface Key {
  readonly holds: Cooldowns;
  readonly limits: Limits;
  readonly endpoint: Endpoint;
}

/** An endpoint of a provider, shared by all keys. */
export interface Endpoint {
  readonly breaker: Breaker;
  readonly holds: Cooldowns;
}

/** The application's declared limits. */
export interface Limits {
  readonly places: InFlight;
  /** `undefined` if there is no limit. */
  readonly rate: RateLimit | undefined;
}

/** Creates the targets of a target's options, one for each tier. */
export type CreateTargets = (option: TargetOptions) => readonly Target[];

/** Makes the function that creates the state of a router's targets. Targets of one provider object share its keys. */
export function targetFactory(
  clock: Clock,
  awake: AwakeClock,
  desk: () => Promise<BatchDesk>,
): CreateTargets {
  const keysOf = keyRing();
  const create = (option: TargetOptions, { id, provider: plain, model, tier }: Variant): Target => {
    const onOwnTier = (withKey: Provider, key: number): Provider =>
      onTier(withKey, tier, (each) => deferredProvider(each, { target: id, key }, desk));
    const provider = onOwnTier(plain, 0);
    const deferred = provider.deferred === true;
    const others = new Map<Workload, Target>();
    const unknown = { stream: unknownLatencies(), chat: unknownLatencies() };
    const measures: Measures = { latencies: unknown, silence: noDetector(clock, awake), stall: undefined };
    const shared = {
      id,
      provider,
      deferred,
      bestEffort: isBestEffort(tier),
      model,
      price: option.price,
      pricedAs: option.pricedAs,
      settings: option.settings,
      prior: option.baseline ?? {},
      capabilities: { ...provider.capabilities?.(model), ...option.capabilities },
      facts: {
        id,
        provider: provider.name,
        model,
        weight: option.weight ?? 1,
        tags: option.tags ?? [],
      },
      stats: statsRecorder(),
      imageTokens: decayingMean(600_000),
      // A vendor's batches have separate limits.
      limits: limitsOf(deferred ? {} : option),
      others,
    };
    let arm: Arm | undefined;
    const measureBy = (made: Measures, armed: Arm): void => {
      arm = armed;
      for (const each of [measures, chat, ...others.values()]) Object.assign(each, made);
      for (const each of [chat, ...others.values()]) arm(each);
      unknown.stream.handOver(made.latencies.stream);
      unknown.chat.handOver(made.latencies.chat);
    };
    const keys = keysOf(plain);
    const deployment = (workload: Workload): Target => {
      const channels: Channel[] = [];
      const target: Target = {
        ...shared,
        ...measures,
        workload,
        of: ofWorkload,
        measureBy,
        breaker: closedBreaker(),
        holds: cooldowns(),
        odds: failureOdds(),
        channels,
        isRemoved: false,
      };
      for (const [number, [withKey, key]] of keys.entries())
        channels.push(
          channelOf(target, onOwnTier(withKey, number), key, keys.length > 1 ? number : undefined),
        );
      arm?.(target);
      return target;
    };
    const ofWorkload = (workload: Workload): Target => {
      if (workload === 'chat') return chat;
      const known = others.get(workload) ?? deployment(workload);
      others.set(workload, known);
      return known;
    };
    const chat = deployment('chat');
    return chat;
  };
  return (option) => variantsOf(option).map((variant) => create(option, variant));
}

function channelOf(target: Target, provider: Provider, key: Key, number: number | undefined): Channel {
  const adaptive = unlimited();
  const places = inFlight(adaptive);
  const limits = target.deferred ? [] : [target.limits, key.limits];
  const declared = limits
    .map(({ places: own }) => own)
    .filter(({ cap }) => cap.limit < Number.POSITIVE_INFINITY);
  return {
    target,
    provider,
    number,
    key,
    holds: cooldowns(),
    vendorLimits: unreportedLimits(),
    adaptive,
    places,
    concurrency: [...new Set([places, target.limits.places, ...declared])],
    declared,
    rates: limits.map(({ rate }) => rate).filter((rate) => rate !== undefined),
    unclearRefusal: undefined,
    lastReportedHealth: 'healthy',
  };
}

/** The keys of each provider object; targets that use the same object share them. */
function keyRing(): (provider: Provider) => readonly (readonly [Provider, Key])[] {
  const known = new WeakMap<Provider, readonly (readonly [Provider, Key])[]>();
  return (provider) => {
    const before = known.get(provider);
    if (before !== undefined) return before;
    const endpoint: Endpoint = { breaker: closedBreaker(), holds: cooldowns() };
    const made = (provider.keys ?? [provider]).map(
      (withKey) =>
        [withKey, { holds: cooldowns(), limits: limitsOf(withKey.limits ?? {}), endpoint }] as const,
    );
    known.set(provider, made);
    return made;
  };
}

function limitsOf({ concurrency, rpm, tpm }: KeyLimits): Limits {
  const limit = concurrency ?? Number.POSITIVE_INFINITY;
  return { places: inFlight({ limit }), rate: unlimitedRate(rpm, tpm) };
}

/** The measurements of a target. */
export function statsOf({ stats, stall, limits }: Target, now: number): TargetStats {
  return { ...stats.read(now), inFlight: limits.places.taken, gap: stall?.gaps.quantile(0.5) };
}
